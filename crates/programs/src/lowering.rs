//! Writes a program down as a definition, and repairs on the way what must not be in a calm one.
//!
//! Every task folds a number of its own into a sum that flows through the whole run, so that a task which is lost,
//! repeated, or done in another order within its branch changes the output.

mod tasks;

use serde_json::{Map, Value, json};

use crate::tree::{Catch, Kind, Program, Races, Step, Target};

/// What makes a call of a task: the members `call` and `with`, given what the call has to carry. What it is answered has
/// a member `answer`.
pub type Calls<'c> = &'c dyn Fn(Value) -> Value;

/// The definition of a program whose calls are written by `calls`.
pub fn definition(program: &Program, calls: Calls<'_>) -> Value {
    let mut writer =
        Writer { calls, calm: program.races == Races::None, names: 0, branches: 0, retries: Map::new() };
    let place = Place { branch: 0, in_fork: false, in_try: false, may_fault: true, in_for: false };
    let tasks = writer.list(&program.steps, place);
    let mut root = json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "random", "version": "1.0.0"},
        "input": {"from": "${ {sum: 1} }"},
        "do": tasks,
        "output": {"as": "${ {sum: .sum, context: $context} }"},
    });
    if !writer.retries.is_empty() {
        root["use"] = json!({"retries": writer.retries});
    }
    if let Some(timeout) = program.timeout {
        let after = if writer.calm { json!("PT1H") } else { json!({"milliseconds": timeout}) };
        root["timeout"] = json!({"after": after});
    }
    root
}

struct Writer<'c> {
    calls: Calls<'c>,
    /// The outcome must not depend on which of two things comes first.
    calm: bool,
    names: usize,
    branches: usize,
    /// `use.retries`.
    retries: Map<String, Value>,
}

/// What holds where a task stands.
#[derive(Clone, Copy)]
struct Place {
    branch: usize,
    in_fork: bool,
    in_try: bool,
    /// A fault here ends up with a person, or with a `try` of the same branch; never with one around a fork, whose other
    /// branches it would cancel who knows where.
    may_fault: bool,
    in_for: bool,
}

impl Writer<'_> {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("t{}", self.names)
    }

    fn list(&mut self, steps: &[Step], place: Place) -> Vec<Value> {
        let names: Vec<String> = steps.iter().map(|_| self.name()).collect();
        let mut tasks = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let over = names.get(index + 2).map(String::as_str);
            tasks.extend(self.step(step, &names[index], over, place));
        }
        tasks
    }

    /// One step: one task, but for a loop by directives.
    fn step(&mut self, step: &Step, name: &str, over: Option<&str>, place: Place) -> Vec<Value> {
        let extras = &step.extras;
        match step.kind {
            Kind::Again(times) => return self.again(name, times, place),
            Kind::Hear { beside: false } => return self.tell_and_hear(name),
            _ => {}
        }
        let mut task = self.task(&step.kind, name, over, place);
        if let Some(holds) = extras.condition {
            // Not a constant: the sum is never negative.
            let comparison = if holds { ">=" } else { "<" };
            task["if"] = json!(format!("${{ .sum {comparison} 0 }}"));
        }
        if let Some(timeout) = extras.timeout
            && task.get("timeout").is_none()
        {
            let after = if self.calm { json!("PT1H") } else { json!({"milliseconds": timeout}) };
            task["timeout"] = json!({"after": after});
        }
        if extras.input_from {
            task["input"] = json!({"from": "${ .sum = (.sum + 1) }"});
        }
        if extras.exports && !(self.calm && place.in_fork) {
            task["export"] = json!({"as": format!("${{ ($context // {{}}) + {{{name}: .sum}} }}")});
        }
        if self.calm && !place.may_fault && faults(&step.kind) {
            task = json!({"try": [{format!("{name}_guarded"): task}], "catch": {}});
        }
        if let Some(then) = extras.then.and_then(|then| self.target(then, over, place)) {
            task["then"] = json!(then);
        }
        vec![json!({name: task})]
    }

    fn target(&self, target: Target, over: Option<&str>, place: Place) -> Option<String> {
        match target {
            Target::Over => over.map(str::to_owned),
            Target::Continue => Some("continue".to_owned()),
            Target::Exit => Some("exit".to_owned()),
            // It cancels what the other branches do, wherever they are.
            Target::End if self.calm && place.in_fork => None,
            Target::End => Some("end".to_owned()),
        }
    }

    fn fork(&mut self, name: &str, compete: bool, branches: &[Vec<Step>], place: Place) -> Value {
        let mut written = Vec::new();
        for (index, steps) in branches.iter().enumerate() {
            self.branches += 1;
            let place = Place {
                branch: self.branches,
                in_fork: true,
                may_fault: place.may_fault && !place.in_try && !compete,
                ..place
            };
            let mut tasks = Vec::new();
            if compete && self.calm {
                // One can win; the others never get to their end.
                let first = self.name();
                let task = match index {
                    0 => self.prompt_call(&first, place),
                    _ if index % 2 == 0 => json!({"wait": "PT1H"}),
                    _ => self.call_never(&first, place),
                };
                tasks.push(json!({first: task}));
            }
            tasks.extend(self.list(steps, place));
            written.push(json!({format!("{name}_{index}"): {"do": tasks}}));
        }
        let mut task = json!({"fork": {"compete": compete, "branches": written}});
        if !compete {
            let fold = "reduce .[] as $branch ($input; .sum = ((.sum * 31 + $branch.sum) % 1000003))";
            task["output"] = json!({"as": format!("${{ {fold} }}")});
        }
        task
    }

    fn guarded(&mut self, steps: &[Step], catch: &Catch, place: Place) -> Value {
        let tasks = self.list(steps, Place { in_try: true, may_fault: true, ..place });
        // Where nothing may get out, the filter must let everything through and the end of retries be dealt with.
        let tight = self.calm && !place.may_fault;
        let mut written = Map::new();
        if let Some(status) = catch.status.filter(|_| !tight) {
            written.insert("errors".to_owned(), json!({"with": {"status": status}}));
        }
        if let Some(when) = catch.when.filter(|_| !tight) {
            let comparison = if when { "!=" } else { "==" };
            written.insert("as".to_owned(), json!("problem"));
            written.insert("when".to_owned(), json!(format!("${{ $problem.status {comparison} 0 }}")));
        }
        if let Some(retry) = &catch.retry {
            let policy = self.retry(retry);
            written.insert("retry".to_owned(), policy);
        }
        let mut handler = self.list(&catch.handler, place);
        if tight && handler.is_empty() {
            let name = self.name();
            handler.push(json!({name: self.set(place)}));
        }
        if !handler.is_empty() {
            written.insert("do".to_owned(), json!(handler));
        }
        json!({"try": tasks, "catch": written})
    }
}

/// Whether a task of this kind may be at fault by itself.
fn faults(kind: &Kind) -> bool {
    use crate::tree::Verdict;
    match kind {
        Kind::Call(answer) => answer.faults > 0 || answer.never,
        Kind::Gate(verdict) => matches!(verdict, Verdict::Reject | Verdict::Lapse),
        Kind::Raise(_) => true,
        _ => false,
    }
}
