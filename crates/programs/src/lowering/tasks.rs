//! The tasks themselves, each by its kind.

use serde_json::{Value, json};

use super::{Place, Writer};
use crate::tree::{Answer, Backoff, Kind, Retry, Verdict};
use crate::world::Person;

/// Milliseconds after which a call that nobody answers, or a gate at which nobody decides, is given up.
const GIVEN_UP: u64 = 15;
/// More iterations than one event of the engine begins tasks.
const LONG: u64 = 230;

impl Writer<'_> {
    pub(super) fn task(&mut self, kind: &Kind, name: &str, over: Option<&str>, place: Place) -> Value {
        match kind {
            Kind::Set | Kind::Again(_) | Kind::Hear { beside: false } => self.set(place),
            Kind::Hear { beside: true } => {
                let pause = json!({format!("{name}_pause"): {"wait": {"milliseconds": 2}}});
                let tell = json!({format!("{name}_told"): self.tell(name)});
                self.branches += 2;
                json!({
                    "fork": {"branches": [
                        {format!("{name}_hearing"): {"do": [{format!("{name}_heard"): self.hear(name)}]}},
                        {format!("{name}_telling"): {"do": [pause, tell]}},
                    ]},
                    "output": {"as": "${ .[0] }"},
                })
            }
            Kind::Call(answer) => {
                let mut task = self.call(name, *answer, place);
                if answer.never {
                    task["timeout"] = json!({"after": {"milliseconds": GIVEN_UP}});
                }
                task
            }
            Kind::Wait(milliseconds) if milliseconds % 2 == 0 => {
                json!({"wait": {"milliseconds": milliseconds}})
            }
            Kind::Wait(milliseconds) => json!({"wait": format!("PT{}S", seconds(*milliseconds))}),
            Kind::WaitFunction(milliseconds) => {
                json!({"call": "wait:1.0.0@default", "with": {"seconds": seconds(*milliseconds)}})
            }
            Kind::Gate(verdict) => {
                let mut with = json!({"message": Person::message(*verdict, name)});
                if *verdict == Verdict::ApproveTwice {
                    with["minApprovals"] = json!(2);
                }
                if *verdict == Verdict::Lapse {
                    with["deadline"] = json!({"milliseconds": GIVEN_UP});
                }
                json!({"call": "manual-gate:1.0.0@default", "with": with})
            }
            Kind::Raise(status) => json!({"raise": {"error": {
                "type": "https://example.com/errors/random",
                "status": status,
                "title": format!("raised by {name}"),
            }}}),
            Kind::Do(steps) => json!({"do": self.list(steps, place)}),
            Kind::Fork { compete, branches } => self.fork(name, *compete, branches, place),
            Kind::For { items, below, steps } => {
                let tasks = self.list(steps, Place { in_for: true, ..place });
                let mut task = json!({"for": {"in": format!("${{ [range({items})] }}")}, "do": tasks});
                if let Some(below) = below {
                    task["while"] = json!(format!("${{ $index < {below} }}"));
                }
                task
            }
            Kind::Long => {
                let inner = self.name();
                let set = self.set(Place { in_for: true, ..place });
                json!({"for": {"in": format!("${{ [range({LONG})] }}")}, "do": [{inner: set}]})
            }
            Kind::Switch(target) => {
                let then = self.target(*target, over, place).unwrap_or_else(|| "continue".to_owned());
                json!({"switch": [
                    {"even": {"when": "${ .sum % 2 == 0 }", "then": then}},
                    {"odd": {"then": "continue"}},
                ]})
            }
            Kind::Try { steps, catch } => self.guarded(steps, catch, place),
        }
    }

    pub(super) fn set(&mut self, place: Place) -> Value {
        let item = if place.in_for { " + $item" } else { "" };
        let context = "([($context // {})[]] | add // 0)";
        json!({"set": format!("${{ .sum = ((.sum * 31 + {}{item} + {context}) % 1000003) }}", self.names)})
    }

    pub(super) fn call(&self, name: &str, answer: Answer, place: Place) -> Value {
        let asked = json!({
            "name": name,
            "branch": format!("b{}", place.branch),
            "sum": "${ .sum }",
            "answer": answer,
        });
        let mut task = (self.calls)(asked);
        let fold = "(.answer) as $answer | $input | .sum = ((.sum * 31 + $answer) % 1000003)";
        task["output"] = json!({"as": format!("${{ {fold} }}")});
        task
    }

    pub(super) fn prompt_call(&self, name: &str, place: Place) -> Value {
        self.call(name, Answer::prompt(), place)
    }

    pub(super) fn call_never(&self, name: &str, place: Place) -> Value {
        self.call(name, Answer { never: true, ..Answer::prompt() }, place)
    }

    /// The event is there before anybody listens.
    pub(super) fn tell_and_hear(&mut self, name: &str) -> Vec<Value> {
        vec![json!({name: self.tell(name)}), json!({format!("{name}_heard"): self.hear(name)})]
    }

    /// An event of a type that no other task emits.
    fn tell(&self, name: &str) -> Value {
        json!({
            "emit": {"event": {"with": {"type": format!("random.{name}"), "data": {"answer": "${ .sum }"}}}},
            "output": {"as": "${ $input }"},
        })
    }

    fn hear(&self, name: &str) -> Value {
        let fold = "(.[0].answer) as $answer | $input | .sum = ((.sum * 31 + $answer) % 1000003)";
        json!({
            "listen": {"to": {"one": {"with": {"type": format!("random.{name}")}}}},
            "output": {"as": format!("${{ {fold} }}")},
        })
    }

    /// A loop by flow directives: a counter in the data, a call, and a `switch` back.
    pub(super) fn again(&mut self, name: &str, times: u8, place: Place) -> Vec<Value> {
        let [called, choice] = ["called", "choice"].map(|part| format!("{name}_{part}"));
        let call = self.prompt_call(&called, place);
        vec![
            json!({name: {"set": format!("${{ .{name} = ((.{name} // 0) + 1) }}")}}),
            json!({called: call}),
            json!({choice: {"switch": [
                {"back": {"when": format!("${{ .{name} < {times} }}"), "then": name}},
                {"on": {"then": "continue"}},
            ]}}),
        ]
    }

    pub(super) fn retry(&mut self, retry: &Retry) -> Value {
        let mut limit = json!({"attempt": {"count": retry.count}});
        let duration =
            |milliseconds| if self.calm { json!("PT1H") } else { json!({"milliseconds": milliseconds}) };
        if let Some(attempt) = retry.attempt {
            limit["attempt"]["duration"] = duration(attempt);
        }
        if let Some(total) = retry.total {
            limit["duration"] = duration(total);
        }
        let mut policy = json!({"delay": {"milliseconds": retry.delay}, "limit": limit});
        match retry.backoff {
            Backoff::None => {}
            Backoff::Constant => policy["backoff"] = json!({"constant": {}}),
            Backoff::Linear => policy["backoff"] = json!({"linear": {}}),
            Backoff::Exponential => policy["backoff"] = json!({"exponential": {}}),
        }
        if retry.jitter {
            policy["jitter"] = json!({"from": {"milliseconds": 0}, "to": {"milliseconds": 5}});
        }
        if !retry.named {
            return policy;
        }
        let name = format!("policy{}", self.retries.len());
        self.retries.insert(name.clone(), policy);
        json!(name)
    }
}

fn seconds(milliseconds: u8) -> f64 {
    f64::from(milliseconds) / 1000.0
}
