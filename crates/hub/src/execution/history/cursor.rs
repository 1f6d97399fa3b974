//! A place in the sorted history, as the API hands it out: opaque text that says between which runs it is, so that a page stays
//! the same page while runs come and go. It names no page number and holds nothing that the hub would have to keep.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use wire::history::Sort;

use crate::error::HubError;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    #[serde(rename = "s")]
    pub(super) sort: Sort,
    #[serde(rename = "d")]
    pub(super) descending: bool,
    #[serde(rename = "t")]
    pub(super) toward: Toward,
    /// The sort keys of the run that it stands at, the last of which tells it from all others.
    #[serde(rename = "k")]
    pub(super) keys: Vec<Key>,
}

/// Which side of the run is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Toward {
    /// What follows it.
    After,
    /// It, and what follows it.
    From,
    /// What stands before it.
    Before,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Number(i64),
    Text(String),
}

impl Cursor {
    /// Reads what [`Cursor::encode`] wrote.
    ///
    /// # Errors
    /// 400 where it is none, or one of another sort.
    pub(super) fn decode(text: &str, sort: Sort, descending: bool, shape: &[bool]) -> Result<Self, HubError> {
        let cursor: Option<Self> = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .filter(|cursor: &Self| cursor.sort == sort && cursor.descending == descending)
            .filter(|cursor| {
                cursor.keys.len() == shape.len()
                    && cursor.keys.iter().zip(shape).all(|(key, text)| matches!(key, Key::Text(_)) == *text)
            });
        cursor.ok_or_else(|| {
            HubError::bad_request(
                "query: cursor is none that this sort order has given out",
                "查询参数 cursor 不是由该排序给出的",
            )
        })
    }

    pub(super) fn encode(&self) -> String {
        // These values always have a text; an empty cursor would begin anew, which is the least harm.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_survives_the_wire_and_serves_its_own_sort_only() {
        let cursor = Cursor {
            sort: Sort::Status,
            descending: true,
            toward: Toward::After,
            keys: vec![Key::Text("faulted".into()), Key::Number(1), Key::Number(2)],
        };
        let text = cursor.encode();
        let shape = [true, false, false];
        assert_eq!(Cursor::decode(&text, Sort::Status, true, &shape).unwrap(), cursor);
        assert!(Cursor::decode(&text, Sort::Status, false, &shape).is_err(), "no other order");
        assert!(Cursor::decode(&text, Sort::StartedAt, true, &[false, false]).is_err());
        assert!(Cursor::decode(&text, Sort::Status, true, &[false, false, false]).is_err(), "no other types");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_as_a_cursor_is_read_or_refused(text in ".{0,80}") {
            let _ = Cursor::decode(&text, Sort::Duration, true, &[false, false]);
        }
    }
}
