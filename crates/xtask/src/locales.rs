//! Compares the locale files: what one language says, every language says.

use std::collections::BTreeSet;

use serde_json::Value;

/// The endings of a key's plural forms; how many a key has differs by language.
const PLURAL_FORMS: [&str; 6] = ["_zero", "_one", "_two", "_few", "_many", "_other"];

/// A language and its texts.
pub(crate) struct Locale {
    pub(crate) name: String,
    pub(crate) texts: Value,
}

/// One sentence for each key that a language lacks or leaves empty.
pub(crate) fn compare(locales: &[Locale]) -> Vec<String> {
    let keys: Vec<BTreeSet<String>> = locales.iter().map(|locale| keys(&locale.texts)).collect();
    let all: BTreeSet<&String> = keys.iter().flatten().collect();
    let mut complaints = Vec::new();
    for (locale, keys) in locales.iter().zip(&keys) {
        complaints.extend(
            all.iter()
                .filter(|key| !keys.contains(**key))
                .map(|key| format!("{} lacks the text {key}", locale.name)),
        );
    }
    complaints
}

/// The dotted paths of all texts that say something.
fn keys(texts: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(texts, "", &mut found);
    found
}

fn collect(texts: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    let Value::Object(entries) = texts else {
        if texts.as_str() != Some("") {
            found.insert(prefix.to_owned());
        }
        return;
    };
    for (key, value) in entries {
        let stem = PLURAL_FORMS.iter().find_map(|form| key.strip_suffix(form)).unwrap_or(key);
        let path = if prefix.is_empty() { stem.to_owned() } else { format!("{prefix}.{stem}") };
        collect(value, &path, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_missing_or_empty_text_is_named_in_its_language() {
        let locale = |name: &str, texts| Locale { name: name.into(), texts };
        let english =
            json!({"save": "Save", "runs": {"count_one": "one run", "count_other": "{{ count }} runs"}});
        let chinese = json!({"save": "保存", "runs": {"count_other": "{{ count }} 次"}});
        assert!(compare(&[locale("en", english.clone()), locale("zh-CN", chinese)]).is_empty());
        let chinese = json!({"save": "", "runs": {}, "stop": "停止"});
        assert_eq!(
            compare(&[locale("en", english), locale("zh-CN", chinese)]),
            ["en lacks the text stop", "zh-CN lacks the text runs.count", "zh-CN lacks the text save"]
        );
    }
}
