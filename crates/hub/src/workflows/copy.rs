//! A copy of a definition under another name: only the names change, and the order of members stays. Pure.

use flow::Document;
use serde_json::{Map, Value};
use wire::workflow::CopyInfo;

use crate::error::HubError;

/// The document of the copy.
///
/// `workflowName` may be any text: it becomes the title, and the name is made of it as the DSL wants names
/// (lower-case letters, digits and dashes). A text without any of those is made into `<name>-copy`.
///
/// # Errors
/// 400 that names the member.
pub fn copied(original: &Document, info: &CopyInfo) -> Result<Document, HubError> {
    if info.attribute != "workflow" {
        return Err(HubError::bad_request(
            format!("attribute: {:?} is not \"workflow\"", info.attribute),
            format!("attribute：{:?} 应为 \"workflow\"", info.attribute),
        ));
    }
    let title = info.workflow_name.trim();
    if title.is_empty() || title.chars().count() > 128 {
        return Err(HubError::bad_request(
            "workflowName: 1 to 128 characters are wanted",
            "workflowName：应为 1 到 128 个字符",
        ));
    }
    let namespace = info.namespace.trim();
    if !namespace.is_empty() && name_of(namespace) != namespace {
        return Err(HubError::bad_request(
            format!(
                "namespace: {namespace:?} is not a namespace; lower-case letters, digits and dashes are, 63 at most"
            ),
            format!("namespace：{namespace:?} 不合法，应为最多 63 个小写字母、数字或连字符"),
        ));
    }
    let mut copy = original.clone();
    let original_name = original.view().name.to_owned();
    let head = copy.root_mut().get_mut("document").and_then(Value::as_object_mut).ok_or_else(|| {
        HubError::bad_request("the original has no document section", "原工作流缺少 document 部分")
    })?;
    let name = match name_of(title) {
        name if name.is_empty() => {
            name_of(&format!("{}-copy", original_name.chars().take(58).collect::<String>()))
        }
        name => name,
    };
    let had_title = head.contains_key("title");
    if had_title || name != title {
        set(head, "title", title);
    }
    set(head, "name", &name);
    if !namespace.is_empty() {
        set(head, "namespace", namespace);
    }
    if !info.description.is_empty() {
        set(head, "summary", &info.description);
    }
    Ok(copy)
}

/// Replaces in place, so that the order of members stays.
fn set(head: &mut Map<String, Value>, member: &str, text: &str) {
    head.insert(member.to_owned(), Value::from(text));
}

/// The nearest name that the DSL's pattern takes: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, 63 characters at most.
fn name_of(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if character == '-' || !name.ends_with('-') {
            name.push('-');
        }
    }
    let name: String = name.trim_matches('-').chars().take(63).collect();
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(name: &str, description: &str, namespace: &str) -> Result<String, String> {
        let original = Document::from_value(json!({
            "x-first": 1,
            "document": {"dsl": "1.0.3", "namespace": "ops", "name": "failover", "x-kept": true, "version": "1.0.0"},
            "do": []
        }));
        let info = CopyInfo {
            attribute: "workflow".into(),
            workflow_name: name.into(),
            description: description.into(),
            namespace: namespace.into(),
        };
        copied(&original, &info).map(|copy| copy.to_json()).map_err(|error| error.reason.en)
    }

    #[test]
    fn only_the_names_change_and_the_order_stays() {
        insta::assert_snapshot!(check("test001", "空模板", "qwd12sdw12").unwrap(), @r#"{"x-first":1,"document":{"dsl":"1.0.3","namespace":"qwd12sdw12","name":"test001","x-kept":true,"version":"1.0.0","summary":"空模板"},"do":[]}"#);
    }

    #[test]
    fn a_name_in_free_words_becomes_the_title() {
        insta::assert_snapshot!(check("Failover drill (May)", "", "").unwrap(), @r#"{"x-first":1,"document":{"dsl":"1.0.3","namespace":"ops","name":"failover-drill-may","x-kept":true,"version":"1.0.0","title":"Failover drill (May)"},"do":[]}"#);
        assert!(check("切换演练", "", "").unwrap().contains(r#""name":"failover-copy""#));
    }

    #[test]
    fn what_cannot_be_a_namespace_is_refused() {
        assert!(check("a", "", "Über").unwrap_err().starts_with("namespace:"));
        assert!(check("  ", "", "").unwrap_err().starts_with("workflowName:"));
    }

    proptest! {
        #[test]
        fn a_derived_name_is_a_name(text in ".{0,90}") {
            let name = name_of(&text);
            prop_assert!(name.len() <= 63 && !name.starts_with('-') && !name.ends_with('-'));
            prop_assert!(name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit()));
            prop_assert_eq!(name_of(&name), name);
        }
    }
}
