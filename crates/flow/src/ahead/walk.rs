//! The way through a definition, task by task. Each task is visited once, so that no jump goes round for ever.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use super::{Ahead, Caught, End, Step};
use crate::outside::{self, repeat, touches};
use crate::view::{ChildRole, FlowTarget, Origin, TaskKind, TaskView, resolve_then, switch_cases, tasks};
use crate::{Document, Pointer};

/// More steps than anybody reads before a decision; the others are counted.
const MOST_STEPS: usize = 300;
/// Deeper than any runbook that is read. What is deeper is taken for one step.
const DEEPEST: usize = 64;

/// A way on from a task: its directive, and whether it is certainly taken.
type Way<'a> = (Option<&'a str>, bool);

pub(crate) struct Walk<'a> {
    document: &'a Document,
    input: Option<&'a Value>,
    all: Vec<TaskView<'a>>,
    places: HashMap<Pointer, usize>,
    /// The task that holds a list, and what the list is to it.
    holders: HashMap<Pointer, (usize, ChildRole)>,
    seen: HashSet<usize>,
    nesting: usize,
    /// Names of tasks that have raised an error which no `try` of the way has taken.
    raised: Vec<String>,
    ahead: Ahead,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(document: &'a Document, input: Option<&'a Value>) -> Self {
        let all: Vec<TaskView> = tasks(document).collect();
        let places = all.iter().enumerate().map(|(place, task)| (task.pointer.clone(), place)).collect();
        let mut holders = HashMap::new();
        for (place, task) in all.iter().enumerate() {
            holders.extend(task.child_lists().into_iter().map(|list| (list.pointer, (place, list.role))));
        }
        Self {
            document,
            input,
            all,
            places,
            holders,
            seen: HashSet::new(),
            nesting: 0,
            raised: Vec::new(),
            ahead: Ahead::default(),
        }
    }

    pub(crate) fn find(&self, pointer: &str) -> Option<usize> {
        self.places.get(&Pointer::parse(pointer)?).copied()
    }

    /// Every task of the definition, in document order.
    pub(crate) fn all(&self) -> &[TaskView<'a>] {
        &self.all
    }

    /// What has been found since the last time it was taken.
    pub(crate) fn take(&mut self) -> Ahead {
        let mut found = std::mem::take(&mut self.ahead);
        found.ends.extend(std::mem::take(&mut self.raised).into_iter().map(|name| End::Raises { name }));
        found.ends.sort();
        found.ends.dedup();
        let least = found.steps.iter().map(|step| step.depth).min().unwrap_or(0);
        for step in &mut found.steps {
            step.depth -= least;
        }
        found
    }

    pub(super) fn finish(mut self) -> Ahead {
        self.take()
    }

    /// Runs the task; true where the flow may go on behind it.
    pub(crate) fn run(&mut self, task: usize) -> Vec<Way<'a>> {
        self.task(task, true, false)
    }

    /// Goes on behind a task that is passed.
    pub(super) fn leave(&mut self, task: usize) {
        let then = self.then(task);
        self.go_on(task, (then, true));
    }

    /// Goes on behind a task, out of what holds it where its list ends.
    pub(crate) fn go_on(&mut self, task: usize, way: Way<'a>) {
        let (mut at, (mut then, mut certain)) = (task, way);
        loop {
            let view = &self.all[at];
            let (list, index) = (view.list.clone(), view.index);
            match resolve_then(self.document, &list, index, then) {
                FlowTarget::Task(next) => {
                    let Some(next) = self.places.get(&next).map(|place| self.all[*place].index) else {
                        return;
                    };
                    match self.list(&list, next, certain) {
                        Some(still) => certain = still,
                        None => return,
                    }
                }
                FlowTarget::End => return self.ahead.ends.push(End::Completes { certain }),
                FlowTarget::Dangling(_) => return,
                FlowTarget::Leave => {}
            }
            let Some((holder, role)) = self.holders.get(&list).copied() else {
                return self.out_of_the_top(at, certain);
            };
            let (name, value) = (self.all[holder].name.to_owned(), self.all[holder].value);
            then = self.then(holder);
            match role {
                ChildRole::Branches if value.pointer("/fork/compete") == Some(&Value::Bool(true)) => {
                    self.ahead.ends.push(End::FirstWins { name });
                }
                ChildRole::Branches => self.ahead.ends.push(End::OtherBranches { name }),
                ChildRole::Body if self.all[holder].kind == Some(TaskKind::For) => {
                    self.ahead.ends.push(End::Loop { name });
                    certain = false;
                }
                ChildRole::Foreach => {
                    self.ahead.ends.push(End::Loop { name });
                    certain = false;
                }
                ChildRole::Catch => then = catch_then(value).or(then),
                ChildRole::Body | ChildRole::Try => {}
            }
            at = holder;
        }
    }

    /// The way of a fault: outwards to the `try`s that want it.
    pub(super) fn reject(&mut self, gate: usize) {
        let pointer = self.all[gate].pointer.clone();
        let mut at = gate;
        let mut certain = true;
        while let Some((holder, role)) = self.holders.get(&self.all[at].list).copied() {
            at = holder;
            if role != ChildRole::Try {
                continue;
            }
            let value = self.all[holder].value;
            let sure = match wants_rejection(value, &pointer) {
                Some(sure) => sure && certain,
                None => continue,
            };
            let name = self.all[holder].name.to_owned();
            let retries = value.pointer("/catch/retry").is_some();
            let list = self.all[holder].pointer.child("catch").child("do");
            let has_tasks = list.get(self.document.root()).is_some_and(Value::is_array);
            self.ahead.caught_by.push(Caught { name: name.clone(), certain: sure });
            if retries {
                self.ahead.ends.push(End::TriesAgain { name });
            }
            if has_tasks || !retries {
                let left = if has_tasks { self.list(&list, 0, sure && !retries) } else { Some(sure) };
                if let Some(certain) = left {
                    let then = catch_then(value).or(self.then(holder));
                    self.go_on(holder, (then, certain));
                }
                if sure {
                    return;
                }
            }
            certain = false;
        }
        if self.all[gate].origin == Origin::Flow {
            self.ahead.ends.push(End::StandsStill { certain });
        } else {
            self.out_of_the_top(at, false);
        }
    }

    fn then(&self, task: usize) -> Option<&'a str> {
        self.all[task].value.get("then").and_then(Value::as_str)
    }

    fn out_of_the_top(&mut self, task: usize, certain: bool) {
        let view = &self.all[task];
        let end = match view.origin {
            Origin::Flow => End::Completes { certain },
            Origin::Function | Origin::Extension => End::Caller { name: view.name.to_owned() },
        };
        self.ahead.ends.push(end);
    }

    /// Walks a list from one of its tasks on; tells whether the flow may come out of it, and whether certainly.
    fn list(&mut self, list: &Pointer, from: usize, certain: bool) -> Option<bool> {
        let length = list.get(self.document.root()).and_then(Value::as_array).map_or(0, Vec::len);
        if length == 0 {
            return Some(certain);
        }
        let mut leaves: Option<bool> = None;
        let mut open = VecDeque::from([(from, certain)]);
        while let Some((index, certain)) = open.pop_front() {
            let Some(task) = self.at(list, index) else { continue };
            for (then, certain) in self.task(task, certain, false) {
                match resolve_then(self.document, list, index, then) {
                    FlowTarget::Task(next) => {
                        let next = self.places.get(&next).map(|place| self.all[*place].index);
                        open.extend(next.map(|next| (next, certain)));
                    }
                    FlowTarget::Leave => leaves = Some(leaves.unwrap_or_default() || certain),
                    FlowTarget::End => self.ahead.ends.push(End::Completes { certain }),
                    FlowTarget::Dangling(_) => {}
                }
            }
        }
        leaves
    }

    fn at(&self, list: &Pointer, index: usize) -> Option<usize> {
        let items = list.get(self.document.root())?.as_array()?;
        let name = items.get(index)?.as_object()?.keys().next()?;
        self.places.get(&list.index(index).child(name)).copied()
    }

    /// Visits a task and what it holds; the ways on from it, none where it stops there.
    fn task(&mut self, task: usize, certain: bool, beside: bool) -> Vec<Way<'a>> {
        let TaskView { value, kind, .. } = self.all[task];
        let (then, conditional) = (self.then(task), value.get("if").is_some());
        let runs = certain && !conditional;
        let gate = kind == Some(TaskKind::Call) && outside::function_name(value) == Some("manual-gate");
        if gate {
            let (pointer, name) = (self.all[task].pointer.clone(), self.all[task].name.to_owned());
            self.ahead.ends.push(End::Gate { pointer, name, certain: runs });
        }
        if !self.seen.insert(task) {
            return Vec::new();
        }
        if !gate {
            self.step(task, runs, beside);
        }
        if kind == Some(TaskKind::Switch) {
            return self.switch(task, certain, conditional);
        }
        self.nesting += 1;
        let done = if gate { None } else { self.inside(task, runs) };
        self.nesting -= 1;
        let jumps = then.is_some_and(|then| then != "continue");
        match (done, conditional) {
            (None, false) => Vec::new(),
            (None, true) => vec![(None, false)],
            (Some(_), true) if jumps => vec![(then, false), (None, false)],
            (Some(_), true) => vec![(then, certain)],
            (Some(sure), false) => vec![(then, sure)],
        }
    }

    fn switch(&self, task: usize, certain: bool, conditional: bool) -> Vec<Way<'a>> {
        let view = &self.all[task];
        let cases = switch_cases(&view.pointer, view.value);
        let has_default = cases.iter().any(|case| case.when.is_none());
        let mut ways: Vec<Option<&'a str>> = Vec::new();
        let mut add = |way: Option<&'a str>| {
            let way = way.filter(|way| *way != "continue");
            if !ways.contains(&way) {
                ways.push(way);
            }
        };
        let written = view.value.get("switch").and_then(Value::as_array).into_iter().flatten();
        for case in written.filter_map(|item| item.as_object()?.values().next()) {
            add(case.get("then").and_then(Value::as_str));
        }
        if !has_default {
            add(self.then(task));
        }
        if conditional {
            add(None);
        }
        let sure = certain && ways.len() == 1;
        ways.into_iter().map(|way| (way, sure)).collect()
    }

    /// What a task holds; whether it may come to its end, and whether certainly.
    fn inside(&mut self, task: usize, certain: bool) -> Option<bool> {
        let (pointer, value) = (self.all[task].pointer.clone(), self.all[task].value);
        if self.nesting > DEEPEST {
            return Some(certain);
        }
        match self.all[task].kind {
            Some(TaskKind::Raise) => {
                self.raised.push(self.all[task].name.to_owned());
                None
            }
            Some(TaskKind::Fork) => {
                let compete = value.pointer("/fork/compete") == Some(&Value::Bool(true));
                let list = pointer.child("fork").child("branches");
                let branches: Vec<usize> = (0..).map_while(|index| self.at(&list, index)).collect();
                let ends: Vec<bool> =
                    branches.into_iter().map(|branch| !self.task(branch, certain, true).is_empty()).collect();
                let done = if compete { ends.contains(&true) } else { ends.iter().all(|end| *end) };
                (done || ends.is_empty()).then_some(certain)
            }
            Some(TaskKind::Try) => {
                let before = self.raised.len();
                let done = self.list(&pointer.child("try"), 0, certain);
                if self.raised.len() == before {
                    return done;
                }
                self.raised.truncate(before);
                let caught = self.list(&pointer.child("catch").child("do"), 0, false);
                done.or(caught).map(|_| false)
            }
            Some(TaskKind::Call) => {
                let function = Pointer::root().child("use").child("functions");
                let named = value.get("call").and_then(Value::as_str).map(|name| function.child(name));
                match named.and_then(|named| self.places.get(&named).copied()) {
                    Some(body) if !self.seen.contains(&body) => {
                        self.task(body, certain, false).first().map(|(_, sure)| *sure)
                    }
                    _ => Some(certain),
                }
            }
            _ => match self.all[task].child_lists().first() {
                Some(list) => self.list(&list.pointer.clone(), 0, certain),
                None => Some(certain),
            },
        }
    }

    fn step(&mut self, task: usize, certain: bool, beside: bool) {
        if self.ahead.steps.len() >= MOST_STEPS {
            self.ahead.omitted += 1;
            return;
        }
        let view = &self.all[task];
        self.ahead.steps.push(Step {
            pointer: view.pointer.clone(),
            name: view.name.to_owned(),
            kind: view.kind,
            depth: view.depth,
            certain,
            beside,
            repeat: repeat(view.value),
            touches: touches(view.value, self.input),
        });
    }
}

fn catch_then(task: &Value) -> Option<&str> {
    task.pointer("/catch/then").and_then(Value::as_str)
}

/// Whether a `try` takes the fault of a rejected gate: none where it does not, false where a condition decides.
fn wants_rejection(task: &Value, gate: &Pointer) -> Option<bool> {
    let catch = task.get("catch")?;
    let mut sure = catch.get("when").is_none() && catch.get("exceptWhen").is_none();
    for (name, wanted) in catch.pointer("/errors/with").and_then(Value::as_object).into_iter().flatten() {
        let fits = match name.as_str() {
            "type" => is_authorization(wanted.as_str()?),
            "status" => wanted.as_f64() == Some(403.0),
            "title" => wanted == "Rejected",
            "instance" => wanted.as_str() == Some(gate.as_str()),
            // It holds who rejected and why, which is not known before.
            "detail" | "details" => {
                sure = false;
                true
            }
            _ => false,
        };
        if !fits {
            return None;
        }
    }
    Some(sure)
}

/// The standard type of a rejection, in any of the spellings that the specification has had.
fn is_authorization(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://")) else {
        return false;
    };
    let Some((host, path)) = rest.split_once('/') else { return false };
    matches!(host, "open-workflow-specification.org" | "serverlessworkflow.io")
        && path.trim_end_matches('/').rsplit('/').next() == Some("authorization")
}
