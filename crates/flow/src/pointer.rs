//! JSON Pointers (RFC 6901): the one way in which this house names a place in a definition.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON Pointer such as `/do/2/failover/try/0/switchDns`; the empty pointer is the whole document.
///
/// A task's pointer is its `state_id` in the HTTP API (`design/language.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// Takes a pointer as text; `None` where it is not empty and does not start with `/`.
    pub fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This pointer with one more member name, escaped as RFC 6901 asks.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + name.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        for character in name.chars() {
            match character {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                other => text.push(other),
            }
        }
        Self(text)
    }

    /// This pointer with one more array index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// The pointer without its last token; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|cut| Self(self.0[..cut].to_owned()))
    }

    /// The last token, unescaped: a task's pointer ends in the task's name.
    pub fn last(&self) -> Option<String> {
        self.0.rsplit_once('/').map(|(_, token)| unescape(token))
    }

    /// All tokens from the root, unescaped.
    pub fn tokens(&self) -> impl DoubleEndedIterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(unescape).collect::<Vec<_>>().into_iter()
    }

    /// Whether `self` is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        self.0.strip_prefix(&ancestor.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The value this pointer names in `root`, if it is there.
    pub fn get<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        root.pointer(&self.0)
    }

    /// The value this pointer names in `root`, to be changed.
    pub fn get_mut<'a>(&self, root: &'a mut Value) -> Option<&'a mut Value> {
        root.pointer_mut(&self.0)
    }
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tokens_survive_escaping(names in proptest::collection::vec(".{0,8}", 0..5)) {
            let pointer = names.iter().fold(Pointer::root(), |pointer, name| pointer.child(name));
            prop_assert_eq!(pointer.tokens().collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn a_sibling_with_a_longer_name_is_not_within() {
        let task = Pointer::parse("/do/1").expect("a pointer");
        assert!(Pointer::parse("/do/1/a").expect("a pointer").is_within(&task));
        assert!(!Pointer::parse("/do/10/a").expect("a pointer").is_within(&task));
    }
}
