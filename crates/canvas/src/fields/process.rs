//! What a `run` runs and what a `listen` waits for (DSL reference, Run, Event Consumption Strategy).

use serde_json::{Map, Value, json};

/// What a `run` task runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    Workflow,
    Shell,
    Script,
    Container,
}

impl Process {
    pub const ALL: [Self; 4] = [Self::Workflow, Self::Shell, Self::Script, Self::Container];

    /// The member of `run`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Shell => "shell",
            Self::Script => "script",
            Self::Container => "container",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|process| process.word() == word)
    }

    pub fn of(run: Option<&Value>) -> Option<Self> {
        Self::ALL.into_iter().find(|process| run.is_some_and(|run| run.get(process.word()).is_some()))
    }

    /// A `run` of this, still to be filled in. Whether it is waited for, and what it returns, stays.
    pub fn run(self, before: Option<&Value>) -> Value {
        let settings = match self {
            Self::Workflow => json!({ "namespace": "default", "name": "", "version": "latest" }),
            Self::Shell => json!({ "command": "" }),
            Self::Script => json!({ "language": "python", "code": "" }),
            Self::Container => json!({ "image": "" }),
        };
        let mut members = Map::from_iter([(self.word().to_owned(), settings)]);
        let others = before.and_then(Value::as_object).into_iter().flatten();
        members.extend(
            others
                .filter(|(name, _)| Self::of_word(name).is_none())
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Value::Object(members)
    }
}

/// Which of its events a `listen` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Events {
    One,
    Any,
    All,
}

impl Events {
    pub const ALL: [Self; 3] = [Self::One, Self::Any, Self::All];

    /// The member of `listen.to`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Any => "any",
            Self::All => "all",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|events| events.word() == word)
    }

    pub fn of(to: Option<&Value>) -> Option<Self> {
        Self::ALL.into_iter().find(|events| to.is_some_and(|to| to.get(events.word()).is_some()))
    }

    /// The filters of `listen.to`; `one` has exactly one.
    pub fn filters(to: Option<&Value>) -> Vec<Value> {
        match Self::of(to).and_then(|events| to?.get(events.word())) {
            Some(Value::Array(filters)) => filters.clone(),
            Some(filter) => vec![filter.clone()],
            None => Vec::new(),
        }
    }

    /// `listen.to` with these filters. Of several, `one` takes the first; `until` belongs to `any`.
    pub fn to(self, mut filters: Vec<Value>, before: Option<&Value>) -> Value {
        let until = before.and_then(|before| before.get("until")).filter(|_| self == Self::Any);
        let value = match self {
            Self::One if filters.is_empty() => new_filter(),
            Self::One => filters.swap_remove(0),
            Self::Any | Self::All => Value::Array(filters),
        };
        let mut members = Map::from_iter([(self.word().to_owned(), value)]);
        members.extend(until.map(|until| ("until".to_owned(), until.clone())));
        Value::Object(members)
    }
}

/// A filter whose type is still to be filled in.
pub fn new_filter() -> Value {
    json!({ "with": { "type": "" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_keeps_how_it_is_waited_for() {
        let before = json!({ "shell": { "command": "ls" }, "await": false });
        assert_eq!(
            Process::Script.run(Some(&before)),
            json!({ "script": { "language": "python", "code": "" }, "await": false })
        );
        for process in Process::ALL {
            assert_eq!(Process::of(Some(&process.run(None))), Some(process));
        }
        assert_eq!(Process::of(Some(&json!([]))), None);
    }

    #[test]
    fn filters_follow_from_one_to_many_and_back() {
        let one = json!({ "one": { "with": { "type": "a" } } });
        let any = Events::Any.to(Events::filters(Some(&one)), Some(&one));
        assert_eq!(any, json!({ "any": [{ "with": { "type": "a" } }] }));
        let ending = json!({ "any": [{ "with": { "type": "a" } }], "until": ".done" });
        assert_eq!(Events::Any.to(Events::filters(Some(&ending)), Some(&ending)), ending);
        assert_eq!(Events::One.to(Events::filters(Some(&ending)), Some(&ending)), one);
        assert_eq!(Events::One.to(Vec::new(), None), json!({ "one": { "with": { "type": "" } } }));
        assert!(Events::filters(Some(&json!("odd"))).is_empty());
    }
}
