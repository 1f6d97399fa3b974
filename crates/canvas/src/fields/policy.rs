//! Retry policies (DSL reference, Retry): none, one of `use.retries` by name, or written where it is used.

use serde_json::{Value, json};

/// How a `catch` retries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    Off,
    /// The name of a policy of `use.retries`.
    Named(String),
    Inline,
}

impl Retry {
    pub fn of(retry: Option<&Value>) -> Self {
        match retry {
            None => Self::Off,
            Some(Value::String(name)) => Self::Named(name.clone()),
            Some(_) => Self::Inline,
        }
    }

    /// The policy to write; an inline one begins as people mean it: three times, with growing pauses.
    pub fn policy(&self, before: Option<&Value>) -> Option<Value> {
        match self {
            Self::Off => None,
            Self::Named(name) => Some(json!(name)),
            Self::Inline => Some(before.filter(|before| before.is_object()).cloned().unwrap_or_else(|| {
                json!({
                    "delay": { "seconds": 5 },
                    "backoff": { "exponential": {} },
                    "limit": { "attempt": { "count": 3 } },
                })
            })),
        }
    }
}

/// How the pause between attempts grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backoff {
    /// Nothing is written.
    None,
    Constant,
    Exponential,
    Linear,
}

impl Backoff {
    pub const ALL: [Self; 4] = [Self::None, Self::Constant, Self::Exponential, Self::Linear];

    /// The member; empty for none.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Constant => "constant",
            Self::Exponential => "exponential",
            Self::Linear => "linear",
        }
    }

    pub fn of(backoff: Option<&Value>) -> Self {
        let known = Self::ALL.into_iter().filter(|kind| *kind != Self::None);
        known
            .into_iter()
            .find(|kind| backoff.is_some_and(|backoff| backoff.get(kind.word()).is_some()))
            .unwrap_or(Self::None)
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    pub fn value(self) -> Option<Value> {
        (self != Self::None).then(|| json!({ self.word(): {} }))
    }
}

/// The names under one member of `use`, in order: a list of names, or the members of an object.
pub fn used_names(root: &Value, member: &str) -> Vec<String> {
    match root.get("use").and_then(|used| used.get(member)) {
        Some(Value::Object(members)) => members.keys().cloned().collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_retry_is_known_again() {
        for retry in [Retry::Off, Retry::Named("patient".to_owned()), Retry::Inline] {
            assert_eq!(Retry::of(retry.policy(None).as_ref()), retry);
        }
        let own = json!({ "delay": "PT1S" });
        assert_eq!(Retry::Inline.policy(Some(&own)), Some(own));
        for kind in Backoff::ALL {
            assert_eq!(Backoff::of(kind.value().as_ref()), kind);
            assert_eq!(Backoff::of_word(kind.word()), Some(kind));
        }
    }

    #[test]
    fn names_come_from_lists_and_objects() {
        let root = json!({ "use": { "secrets": ["token", 3], "retries": { "patient": {} } } });
        assert_eq!(used_names(&root, "secrets"), ["token"]);
        assert_eq!(used_names(&root, "retries"), ["patient"]);
        assert!(used_names(&root, "authentications").is_empty());
    }
}
