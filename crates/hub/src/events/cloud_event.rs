//! CloudEvents 1.0 as they come over HTTP (HTTP Protocol Binding 3): binary, structured and batched. Pure.
//!
//! What comes in leaves as one shape: JSON in structured mode, with the attributes checked.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::error::HubError;

/// So many events at once.
const MOST_EVENTS: usize = 100;
const STRUCTURED: &str = "application/cloudevents+json";
const BATCHED: &str = "application/cloudevents-batch+json";
const PREFIX: &str = "ce-";
/// Texts that may not be empty.
const TEXTS: [&str; 7] = ["id", "source", "type", "time", "subject", "datacontenttype", "dataschema"];
const REQUIRED: [&str; 3] = ["id", "source", "type"];
const LONGEST_NAME: usize = 20;

/// The events of a request.
///
/// # Errors
/// 400 that names the attribute.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Value>, HubError> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let events = match essence.as_str() {
        STRUCTURED => vec![json(body)?],
        BATCHED => match json(body)? {
            Value::Array(events) if events.len() <= MOST_EVENTS => events,
            Value::Array(events) => {
                let count = events.len();
                return Err(HubError::bad_request(
                    format!("{count} events at once; send at most {MOST_EVENTS}"),
                    format!("一次 {count} 个事件，最多 {MOST_EVENTS} 个"),
                ));
            }
            _ => {
                return Err(HubError::bad_request(
                    "body: a batch is an array of events",
                    "请求体：批量事件应为数组",
                ));
            }
        },
        _ if headers.contains_key("ce-specversion") => vec![binary(headers, content_type, &essence, body)?],
        _ => {
            return Err(HubError::bad_request(
                format!(
                    "this is no CloudEvent: send Content-Type {STRUCTURED} or {BATCHED}, or the headers ce-specversion, ce-id, ce-source and ce-type"
                ),
                format!(
                    "不是 CloudEvent：请使用 Content-Type {STRUCTURED} 或 {BATCHED}，或请求头 ce-specversion、ce-id、ce-source、ce-type"
                ),
            ));
        }
    };
    for event in &events {
        check(event)?;
    }
    Ok(events)
}

fn json(body: &[u8]) -> Result<Value, HubError> {
    serde_json::from_slice(body).map_err(|cause| {
        HubError::bad_request(format!("body: it is not JSON: {cause}"), format!("请求体不是 JSON：{cause}"))
    })
}

/// Attributes from the headers, data from the body.
fn binary(headers: &HeaderMap, content_type: &str, essence: &str, body: &[u8]) -> Result<Value, HubError> {
    let mut event = Map::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix(PREFIX) else { continue };
        let text = value.to_str().ok().and_then(decode);
        let text = text.ok_or_else(|| {
            HubError::bad_request(
                format!("ce-{name}: write it in ASCII, other characters percent-encoded"),
                format!("ce-{name}：应为 ASCII，其他字符需百分号编码"),
            )
        })?;
        event.insert(name.to_owned(), Value::String(text));
    }
    if !content_type.is_empty() {
        event.insert("datacontenttype".to_owned(), Value::String(content_type.to_owned()));
    }
    if !body.is_empty() {
        let is_json = essence.is_empty() || essence.ends_with("/json") || essence.ends_with("+json");
        let text = std::str::from_utf8(body)
            .ok()
            .filter(|_| essence.starts_with("text/") || essence.ends_with("xml"));
        let (name, data) = match text {
            _ if is_json => ("data", json(body)?),
            Some(text) => ("data", Value::String(text.to_owned())),
            None => ("data_base64", Value::String(STANDARD.encode(body))),
        };
        event.insert(name.to_owned(), data);
    }
    Ok(Value::Object(event))
}

fn check(event: &Value) -> Result<(), HubError> {
    let wrong = |name: &str, en: &str, zh: &str| {
        Err(HubError::bad_request(format!("{name}: {en}"), format!("{name}：{zh}")))
    };
    let Value::Object(members) = event else {
        return wrong("body", "an event is an object", "事件应为对象");
    };
    if members.get("specversion").and_then(Value::as_str) != Some("1.0") {
        return wrong("specversion", "it has to be \"1.0\"", "应为 \"1.0\"");
    }
    if let Some(name) = REQUIRED.into_iter().find(|name| !members.contains_key(*name)) {
        return wrong(name, "an event needs it", "事件缺少该属性");
    }
    if members.contains_key("data") && members.contains_key("data_base64") {
        return wrong("data_base64", "there is data already", "已有 data");
    }
    for (name, value) in members {
        let is_text = value.as_str().is_some_and(|text| !text.trim().is_empty());
        match name.as_str() {
            "data" => {}
            "data_base64" if value.as_str().is_some_and(|text| STANDARD.decode(text).is_ok()) => {}
            "data_base64" => return wrong(name, "it has to be base64", "应为 base64"),
            "time" if value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_err()) => {
                return wrong(
                    name,
                    "it has to be a time such as 2026-11-23T11:18:27Z",
                    "应为时间，例如 2026-11-23T11:18:27Z",
                );
            }
            known if TEXTS.contains(&known) && !is_text => {
                return wrong(name, "it has to be a text that is not empty", "应为非空文本");
            }
            _ if !is_name(name) => {
                return wrong(
                    name,
                    "attribute names are 1 to 20 lower-case letters and digits; put other things into data",
                    "属性名为 1 到 20 个小写字母和数字；其他内容请放入 data",
                );
            }
            _ if !(value.is_string() || value.is_boolean() || value.is_i64()) => {
                return wrong(name, "it has to be a text, a boolean or an integer", "应为文本、布尔值或整数");
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Percent-decoding of a header (HTTP Protocol Binding 3.1.3.2).
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => bytes.push(first),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;
    use serde_json::json;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn structured(event: &Value) -> Result<Vec<Value>, String> {
        let headers = headers(&[("content-type", "application/cloudevents+json; charset=utf-8")]);
        read(&headers, event.to_string().as_bytes()).map_err(|error| error.reason.en)
    }

    const BINARY: [(&str, &str); 4] =
        [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/a%20b"), ("ce-type", "t")];

    #[test]
    fn structured_and_batched_events_stay_as_they_are() {
        let event =
            json!({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "n": 1, "data": {"a": [1]}});
        assert_eq!(structured(&event).unwrap(), std::slice::from_ref(&event));
        let batch = headers(&[("content-type", BATCHED)]);
        assert_eq!(read(&batch, json!([event, event]).to_string().as_bytes()).unwrap().len(), 2);
        assert_eq!(read(&batch, b"[]").unwrap().len(), 0);
        assert_eq!(read(&batch, b"{}").unwrap_err().http_status(), 400);
    }

    #[test]
    fn a_binary_event_has_its_attributes_in_headers_and_its_data_in_the_body() {
        let check = |kind: &str, body: &[u8]| {
            let mut headers = headers(&BINARY);
            if !kind.is_empty() {
                headers.insert("content-type", HeaderValue::from_str(kind).unwrap());
            }
            let mut event = read(&headers, body).unwrap().remove(0);
            assert_eq!(event["source"], "/a b");
            let data = event.as_object_mut().unwrap();
            (data.remove("data").unwrap_or_default(), data.remove("data_base64").unwrap_or_default())
        };
        assert_eq!(check("application/json", b"{\"a\":1}"), (json!({"a": 1}), Value::Null));
        assert_eq!(check("application/vnd.x+json", b"1"), (json!(1), Value::Null));
        assert_eq!(check("text/plain; charset=utf-8", b"hello"), (json!("hello"), Value::Null));
        assert_eq!(check("application/octet-stream", &[0, 1]), (Value::Null, json!("AAE=")));
        assert_eq!(check("", b""), (Value::Null, Value::Null));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = json!({"specversion": "1.0", "id": "1", "source": "s", "type": "t"});
        for (name, value) in [
            ("specversion", json!("0.3")),
            ("id", json!("")),
            ("source", json!(7)),
            ("time", json!("tomorrow")),
            ("roomId", json!("7")),
            ("extra", json!({"deep": 1})),
            ("data_base64", json!("***")),
        ] {
            let mut event = good.clone();
            event[name] = value;
            let reason = structured(&event).unwrap_err();
            assert!(reason.starts_with(name), "{name}: {reason}");
        }
        let mut both = good.clone();
        both["data"] = json!(1);
        both["data_base64"] = json!("");
        assert!(structured(&both).unwrap_err().starts_with("data_base64"));
        let plain = read(&headers(&[("content-type", "application/json")]), b"{}").unwrap_err();
        assert!(plain.reason.en.contains(STRUCTURED), "{}", plain.reason.en);
    }

    proptest! {
        #[test]
        fn no_body_is_too_strange(kind in "application/cloudevents(-batch)?[+]json|.{0,20}", body: Vec<u8>) {
            let mut headers = headers(&BINARY);
            if let Ok(kind) = HeaderValue::from_str(&kind) {
                headers.insert("content-type", kind);
            }
            let _ = read(&headers, &body);
        }
    }
}
