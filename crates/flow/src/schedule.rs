//! When a workflow starts by itself (DSL reference, Schedule; DSL, Event-driven scheduling).
//!
//! It reads what is written and decides which events make a start. It reads no clock and no calendar: when a `cron` or
//! an `every` is due is the shell's business, who also stores what is [`Pending`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::engine::matching::{Progress, View, read};
use crate::expression::Arguments;
use crate::program::events::{Read, Strategy, Until};
use crate::{Document, Problem};

pub use crate::cron::check_cron;

/// So many sets of events wait to become whole at most; then the oldest is given up.
const MOST_PENDING: usize = 100;
/// So many events of one set, and bytes of them as JSON.
const MOST_EVENTS: usize = 1_000;
const MOST_BYTES: usize = 1024 * 1024;

/// `schedule`, as it is written. More than one of its members may be there.
#[derive(Debug)]
pub struct Schedule {
    /// Milliseconds from one start to the next.
    pub every: Option<i64>,
    /// A cron expression, unread.
    pub cron: Option<String>,
    /// Milliseconds from the completion of a run to the next start.
    pub after: Option<i64>,
    pub on: Option<Trigger>,
}

impl Schedule {
    /// The schedule of a definition; none where it has none.
    ///
    /// # Errors
    /// What in it cannot be read.
    pub fn compile(document: &Document) -> Result<Option<Self>, Vec<Problem>> {
        crate::program::schedule(document)
    }
}

/// `schedule.on`: the events that start a run.
#[derive(Debug)]
pub struct Trigger {
    pub(crate) strategy: Strategy,
    pub(crate) read: Read,
}

/// Events that are not enough for a start yet. Opaque: store it, and give it to the next [`Trigger::take`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    progress: Progress,
    until: Progress,
    events: Vec<Value>,
    bytes: usize,
}

/// What an event has led to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// The input of a run that is to start: the array of its events.
    pub start: Option<Value>,
    /// Whether what is pending has changed.
    pub changed: bool,
    /// How many sets of events were given up because there are too many.
    pub given_up: usize,
}

impl Trigger {
    /// What is known of the wanted events without their expressions: each a set of attributes.
    pub fn filters(&self) -> Vec<Map<String, Value>> {
        self.strategy.constants()
    }

    /// Takes the next event. Every event belongs to one set at most, the oldest that wants it; so two runs never start
    /// of one event, and events that correlate with each other find each other, however many others come between.
    pub fn take(&self, pending: &mut Vec<Pending>, event: &Value) -> Taken {
        if matches!(self.strategy.until, Some(Until::Never)) {
            return Taken::default();
        }
        for (index, set) in pending.iter_mut().enumerate() {
            match self.offer(set, event) {
                Offered::Refused => {}
                Offered::Kept => return Taken { changed: true, ..Taken::default() },
                Offered::TooMany => {
                    pending.remove(index);
                    return Taken { changed: true, given_up: 1, start: None };
                }
                Offered::Enough => {
                    let set = pending.remove(index);
                    return Taken { start: Some(Value::Array(set.events)), changed: true, given_up: 0 };
                }
            }
        }
        let mut set = Pending::default();
        match self.offer(&mut set, event) {
            // What ends a set of events does not begin one.
            _ if set.events.is_empty() => Taken::default(),
            Offered::Refused | Offered::TooMany => Taken::default(),
            Offered::Enough => Taken { start: Some(Value::Array(set.events)), ..Taken::default() },
            Offered::Kept => {
                pending.push(set);
                let given_up = pending.len().saturating_sub(MOST_PENDING);
                pending.drain(..given_up);
                Taken { start: None, changed: true, given_up }
            }
        }
    }

    fn offer(&self, set: &mut Pending, event: &Value) -> Offered {
        let view = View { input: &Value::Null, arguments: &Nothing };
        if let Some(Until::Events(until)) = &self.strategy.until
            && until.take(&mut set.until, event, &view)
        {
            return if until.is_met(&set.until) { Offered::Enough } else { Offered::Kept };
        }
        if !self.strategy.take(&mut set.progress, event, &view) {
            return Offered::Refused;
        }
        let event = read(self.read, event);
        set.bytes += event.to_string().len();
        set.events.push(event);
        if set.events.len() > MOST_EVENTS || set.bytes > MOST_BYTES {
            return Offered::TooMany;
        }
        let is_enough = match &self.strategy.until {
            None => self.strategy.is_met(&set.progress),
            Some(Until::Never | Until::Events(_)) => false,
            Some(Until::Condition(condition)) => {
                condition.holds(&Value::Array(set.events.clone()), &Nothing).unwrap_or(false)
            }
        };
        if is_enough { Offered::Enough } else { Offered::Kept }
    }
}

enum Offered {
    Refused,
    Kept,
    Enough,
    TooMany,
}

/// Before a run there is no workflow, no context and no input.
struct Nothing;

impl Arguments for Nothing {
    fn argument(&self, _name: &str) -> Option<std::borrow::Cow<'_, Value>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn trigger(on: Value) -> Trigger {
        trigger_reading(on, json!("data"))
    }

    fn trigger_reading(on: Value, read: Value) -> Trigger {
        let root = json!({"document": {}, "schedule": {"on": on, "read": read}, "do": []});
        Schedule::compile(&Document::from_value(root)).unwrap().unwrap().on.unwrap()
    }

    fn event(kind: &str, data: Value) -> Value {
        json!({"specversion": "1.0", "id": "1", "source": "s", "type": kind, "data": data})
    }

    /// The inputs of the runs that the events start, a state that is stored in between.
    #[track_caller]
    fn check(trigger: &Trigger, events: &[(&str, Value)], expected: Value) {
        let mut starts = Vec::new();
        let mut stored = "[]".to_owned();
        for (kind, data) in events {
            let mut pending: Vec<Pending> = serde_json::from_str(&stored).unwrap();
            starts.extend(trigger.take(&mut pending, &event(kind, data.clone())).start);
            stored = serde_json::to_string(&pending).unwrap();
        }
        assert_eq!(Value::Array(starts), expected);
    }

    /// DSL, Input of event-driven scheduled workflows: "an array containing the events".
    #[test]
    fn each_event_of_one_starts_a_run_with_an_array_of_it() {
        let one = trigger(json!({"one": {"with": {"type": "low"}}}));
        check(&one, &[("low", json!(1)), ("high", json!(2)), ("low", json!(3))], json!([[1], [3]]));
    }

    /// DSL reference, Schedule: `read`.
    #[test]
    fn the_events_are_read_as_the_schedule_says() {
        let envelope = trigger_reading(json!({"any": []}), json!("envelope"));
        check(&envelope, &[("a", json!(1))], json!([[event("a", json!(1))]]));
        check(
            &trigger_reading(json!({"any": []}), json!("raw")),
            &[("a", json!({"n": 1}))],
            json!([["{\"n\":1}"]]),
        );
    }

    /// DSL reference, Correlation.
    #[test]
    fn events_that_belong_together_find_each_other_among_others() {
        let filter =
            |kind: &str| json!({"with": {"type": kind}, "correlate": {"order": {"from": ".data.order"}}});
        let all = trigger(json!({"all": [filter("paid"), filter("packed")]}));
        let data = |order: u64| json!({"order": order});
        check(
            &all,
            &[
                ("paid", data(1)),
                ("paid", data(2)),
                ("packed", data(2)),
                ("packed", data(3)),
                ("packed", data(1)),
            ],
            json!([[data(2), data(2)], [data(1), data(1)]]),
        );
    }

    /// DSL reference, Event Consumption Strategy: `until`.
    #[test]
    fn any_gathers_until_the_condition_holds_or_the_event_comes() {
        let three = trigger(json!({"any": [], "until": "length == 2"}));
        check(&three, &[("a", json!(1)), ("b", json!(2)), ("c", json!(3))], json!([[1, 2]]));
        let until =
            trigger(json!({"any": [{"with": {"type": "a"}}], "until": {"one": {"with": {"type": "end"}}}}));
        check(
            &until,
            &[("end", json!(0)), ("a", json!(1)), ("a", json!(2)), ("end", json!(3))],
            json!([[1, 2]]),
        );
        check(&trigger(json!({"any": [], "until": "${ false }"})), &[("a", json!(1))], json!([]));
    }

    #[test]
    fn what_never_becomes_whole_is_given_up_in_the_end() {
        let filter = |kind: &str| json!({"with": {"type": kind}, "correlate": {"n": {"from": ".data"}}});
        let all = trigger(json!({"all": [filter("a"), filter("b")]}));
        let mut pending = Vec::new();
        let given_up: usize = (0..150).map(|n| all.take(&mut pending, &event("a", json!(n))).given_up).sum();
        assert_eq!((given_up, pending.len()), (50, MOST_PENDING));
        assert_eq!(all.take(&mut pending, &event("b", json!(149))).start, Some(json!([149, 149])));
        assert_eq!(all.take(&mut pending, &event("b", json!(0))).start, None);
    }

    #[test]
    fn a_schedule_that_cannot_be_read_says_where() {
        let check = |schedule: Value| {
            let root = json!({"document": {}, "schedule": schedule, "do": []});
            let problems = Schedule::compile(&Document::from_value(root)).unwrap_err();
            problems.iter().map(|problem| problem.pointer.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(check(json!({"every": "soon"})), ["/schedule/every"]);
        assert_eq!(check(json!({"after": "${ .x }"})), ["/schedule/after"]);
        assert_eq!(
            check(json!({"on": {"one": {"with": {"data": "${ .a | }"}}}})),
            ["/schedule/on/one/with/data"]
        );
        assert_eq!(check(json!({"on": {}})), ["/schedule/on"]);
    }
}
