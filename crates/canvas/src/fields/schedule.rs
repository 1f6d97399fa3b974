//! When a workflow starts by itself (DSL reference, Schedule).

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    Never,
    Cron,
    Every,
    After,
    On,
    /// Several at once, or something unknown.
    Other,
}

impl Schedule {
    pub const ALL: [Self; 6] = [Self::Never, Self::Cron, Self::Every, Self::After, Self::On, Self::Other];

    /// The member; a word for the others.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Cron => "cron",
            Self::Every => "every",
            Self::After => "after",
            Self::On => "on",
            Self::Other => "other",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|schedule| schedule.word() == word)
    }

    pub fn of(schedule: Option<&Value>) -> Self {
        let Some(schedule) = schedule else { return Self::Never };
        let Some(members) = schedule.as_object() else { return Self::Other };
        let known = [Self::Cron, Self::Every, Self::After, Self::On];
        let mut found = known.into_iter().filter(|schedule| members.contains_key(schedule.word()));
        match (found.next(), found.next()) {
            (Some(one), None) => one,
            _ => Self::Other,
        }
    }

    /// A schedule of this kind that has still to be filled in.
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Never | Self::Other => None,
            Self::Cron => Some(json!({ "cron": "0 3 * * 1" })),
            Self::Every => Some(json!({ "every": { "hours": 24 } })),
            Self::After => Some(json!({ "after": { "hours": 1 } })),
            Self::On => Some(json!({ "on": { "one": { "with": { "type": "" } } } })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_known_again() {
        for schedule in [Schedule::Cron, Schedule::Every, Schedule::After, Schedule::On] {
            assert_eq!(Schedule::of(schedule.value().as_ref()), schedule);
            assert_eq!(Schedule::of_word(schedule.word()), Some(schedule));
        }
        assert_eq!(Schedule::of(None), Schedule::Never);
        assert_eq!(Schedule::of(Some(&json!({ "cron": "* * * * *", "every": "PT1H" }))), Schedule::Other);
        assert_eq!(Schedule::of(Some(&json!("daily"))), Schedule::Other);
    }
}
