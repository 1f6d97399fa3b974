//! The walk backwards through the flow of data: what comes into a task, what goes out of it, what the context is then.
//!
//! What data is, is the domain's matter. Each question is answered once; a definition that goes round in circles, or is
//! very long, leaves the rest unknown instead of going on.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;

use super::place::{Place, Position};
use super::spot::{Role, Spot};
use super::{Seen, Shape};
use crate::Pointer;
use crate::view::{ChildRole, TaskKind, child_lists};

/// How far the walk goes back from task to task; it is a recursion, on the small stack of a browser.
const FARTHEST: usize = 48;

/// What is followed: shapes or values.
pub(super) trait Domain {
    type Data: Clone;

    fn unknown(&self) -> Self::Data;
    fn value(&self, value: &Value) -> Self::Data;
    /// What is known by its shape only until a run has it.
    fn sketch(&self, sketch: &dyn Fn() -> Shape) -> Self::Data;
    /// The input of a workflow, by its schema.
    fn parameters(&self, schema: &Value) -> Self::Data;
    /// What was seen, beside what follows from the definition.
    fn seen(&self, seen: &Value, otherwise: &dyn Fn() -> Self::Data) -> Self::Data;
    fn either(&self, one: Self::Data, other: Self::Data) -> Self::Data;
    fn object(&self, members: Vec<(&str, Self::Data)>) -> Self::Data;
    fn list(&self, items: Vec<Self::Data>) -> Self::Data;
    fn item(&self, list: &Self::Data, index: usize) -> Self::Data;
    /// What a template yields; `always`: a text is an expression without `${ }` too.
    fn evaluate(
        &self,
        template: &Value,
        always: bool,
        data: &Self::Data,
        variables: &dyn Fn(&str) -> Option<Self::Data>,
    ) -> Self::Data;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Question {
    RawInput,
    Input,
    RawOutput,
    Output,
}

/// None: it is being asked for.
type Answers<T> = HashMap<(Pointer, Question), Option<T>>;

pub(super) struct Walk<'a, D: Domain> {
    pub(super) root: &'a Value,
    pub(super) seen: &'a Seen,
    pub(super) domain: D,
    answers: RefCell<Answers<D::Data>>,
    contexts: RefCell<HashMap<Pointer, D::Data>>,
    depth: Cell<usize>,
}

impl<'a, D: Domain> Walk<'a, D> {
    pub(super) fn new(root: &'a Value, seen: &'a Seen, domain: D) -> Self {
        Self {
            root,
            seen,
            domain,
            answers: RefCell::default(),
            contexts: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// What the workflow is started with.
    pub(super) fn parameters(&self) -> D::Data {
        let schema = self.root.pointer("/input/schema/document");
        let known = || schema.map_or_else(|| self.domain.unknown(), |schema| self.domain.parameters(schema));
        match &self.seen.input {
            Some(seen) => self.domain.seen(seen, &known),
            None => known(),
        }
    }

    fn workflow_input(&self) -> D::Data {
        let raw = self.parameters();
        match self.root.pointer("/input/from") {
            Some(template) => {
                let position = Position::of_workflow(Place::WorkflowInput, raw);
                self.evaluated(template, &position)
            }
            None => raw,
        }
    }

    pub(super) fn raw_input(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        self.answer(spot, Question::RawInput, || self.what_comes_in(spot))
    }

    pub(super) fn input(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        self.answer(spot, Question::Input, || {
            let known = || match spot.value.pointer("/input/from") {
                Some(template) => {
                    self.evaluated(template, &Position::of_task(spot, Place::Before, self.raw_input(spot)))
                }
                None => self.raw_input(spot),
            };
            match self.seen.task(&spot.pointer).and_then(|seen| seen.input.as_ref()) {
                Some(seen) => self.domain.seen(seen, &known),
                None => known(),
            }
        })
    }

    pub(super) fn raw_output(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        self.answer(spot, Question::RawOutput, || {
            let known = || self.yielded(spot);
            // What was seen is the output as it went on: the raw one only where nothing transforms it.
            match self.seen.task(&spot.pointer).and_then(|seen| seen.output.as_ref()) {
                Some(seen) if spot.value.pointer("/output/as").is_none() => self.domain.seen(seen, &known),
                _ => known(),
            }
        })
    }

    pub(super) fn output(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        self.answer(spot, Question::Output, || {
            let known = || {
                let output = match spot.value.pointer("/output/as") {
                    Some(template) => self
                        .evaluated(template, &Position::of_task(spot, Place::Output, self.raw_output(spot))),
                    None => self.raw_output(spot),
                };
                // A task that is skipped hands on what came in.
                if spot.value.get("if").is_some() {
                    self.domain.either(output, self.raw_input(spot))
                } else {
                    output
                }
            };
            match self.seen.task(&spot.pointer).and_then(|seen| seen.output.as_ref()) {
                Some(seen) => self.domain.seen(seen, &known),
                None => known(),
            }
        })
    }

    /// What a list of tasks ends with.
    pub(super) fn end_of(&self, list: &Pointer, role: Role, around: Option<&Rc<Spot<'a>>>) -> D::Data {
        let count = list.get(self.root).and_then(Value::as_array).map_or(0, Vec::len);
        let ends = (0..count).filter_map(|index| {
            let spot = Spot::entry(self.root, list, index, role, around)?;
            let leaves = spot.directives();
            let ends = leaves.contains(&"exit") || leaves.contains(&"end");
            (ends || (index + 1 == count && leaves.contains(&"continue")))
                .then(|| self.output(&Rc::new(spot)))
        });
        ends.reduce(|one, other| self.domain.either(other, one)).unwrap_or_else(|| self.domain.unknown())
    }

    /// The context as a task begins.
    pub(super) fn context(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        if let Some(known) = self.contexts.borrow().get(&spot.pointer) {
            return known.clone();
        }
        let mut context = match (&spot.around, spot.role) {
            (Some(around), _) => self.context(around),
            (None, Role::Reused) => self.domain.unknown(),
            (None, _) => self.domain.object(Vec::new()),
        };
        if let (Role::Inside(ChildRole::Catch), Some(around)) = (spot.role, &spot.around) {
            let tried = around.pointer.child("try");
            let after = self.after_list(context.clone(), &tried, ChildRole::Try, around);
            context = self.domain.either(after, context);
        }
        if spot.role != Role::Inside(ChildRole::Branches) && spot.role != Role::Reused {
            for index in 0..spot.index {
                if let Some(before) = spot.sibling(self.root, index) {
                    context = self.after(context, &Rc::new(before));
                }
            }
        }
        self.contexts.borrow_mut().insert(spot.pointer.clone(), context.clone());
        context
    }

    /// The context as a task's `export` sees it.
    pub(super) fn context_within(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        let mut context = self.context(spot);
        for list in child_lists(&spot.pointer, spot.value) {
            context = self.after_list(context, &list.pointer, list.role, spot);
        }
        context
    }

    pub(super) fn evaluated(&self, template: &Value, position: &Position<'a, D::Data>) -> D::Data {
        self.domain.evaluate(template, true, &position.data, &|name| self.variable(position, name))
    }

    fn after_list(
        &self,
        context: D::Data,
        list: &Pointer,
        role: ChildRole,
        around: &Rc<Spot<'a>>,
    ) -> D::Data {
        let count = list.get(self.root).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).fold(context, |context, index| {
            match Spot::entry(self.root, list, index, Role::Inside(role), Some(around)) {
                Some(spot) => self.after(context, &Rc::new(spot)),
                None => context,
            }
        })
    }

    fn after(&self, context: D::Data, spot: &Rc<Spot<'a>>) -> D::Data {
        let before = context.clone();
        let children = child_lists(&spot.pointer, spot.value);
        let template = spot.value.pointer("/export/as");
        if children.is_empty() && template.is_none() {
            return context;
        }
        self.contexts.borrow_mut().insert(spot.pointer.clone(), before.clone());
        let mut context = context;
        for list in children {
            let after = self.after_list(context.clone(), &list.pointer, list.role, spot);
            // Whether a `catch` or a loop's body runs is open.
            let sure = matches!(list.role, ChildRole::Try | ChildRole::Branches)
                || TaskKind::of(spot.value) == Some(TaskKind::Do);
            context = if sure { after } else { self.domain.either(after, context) };
        }
        if let Some(template) = template {
            let mut position = Position::of_task(spot, Place::Export, self.output(spot));
            position.local.push(("context".to_owned(), context.clone()));
            context = self.evaluated(template, &position);
        }
        if spot.value.get("if").is_some() { self.domain.either(context, before) } else { context }
    }

    fn what_comes_in(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        let around = spot.around.as_ref();
        let entered = || match (around, spot.role) {
            (_, Role::Reused) | (None, Role::Inside(_)) | (_, Role::Inside(ChildRole::Foreach)) => {
                self.domain.unknown()
            }
            (None, Role::Flow) => self.workflow_input(),
            (Some(around), _) => self.input(around),
        };
        if spot.role == Role::Inside(ChildRole::Branches) || spot.role == Role::Reused {
            return entered();
        }
        let name = spot.name();
        let mut ways = Vec::new();
        let count = spot.list.get(self.root).and_then(Value::as_array).map_or(0, Vec::len);
        for index in (0..count).filter(|index| *index != spot.index) {
            let Some(other) = spot.sibling(self.root, index) else { continue };
            let leaves = other.directives();
            let goes_on = index + 1 == spot.index && leaves.contains(&"continue");
            if goes_on {
                ways.insert(0, other);
            } else if leaves.contains(&name.as_str()) {
                ways.push(other);
            }
        }
        let mut data = (spot.index == 0).then(entered);
        for way in ways {
            let way = self.output(&Rc::new(way));
            data = Some(match data {
                Some(data) => self.domain.either(data, way),
                None => way,
            });
        }
        // From the second round on a loop's body begins with what it ended with.
        if spot.index == 0 && around.is_some_and(|around| TaskKind::of(around.value) == Some(TaskKind::For)) {
            let again = self.end_of(&spot.list, spot.role, around);
            data = data.map(|data| self.domain.either(data, again));
        }
        data.unwrap_or_else(|| self.domain.unknown())
    }

    /// What a task yields before `output.as`.
    fn yielded(&self, spot: &Rc<Spot<'a>>) -> D::Data {
        let domain = &self.domain;
        let within = |path: [&str; 2], role| {
            let list = path
                .iter()
                .filter(|name| !name.is_empty())
                .fold(spot.pointer.clone(), |at, name| at.child(name));
            self.end_of(&list, Role::Inside(role), Some(spot))
        };
        let text = |pointer: &str| spot.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        match TaskKind::of(spot.value) {
            Some(TaskKind::Set) => {
                let template = spot.value.get("set").unwrap_or(&Value::Null);
                let position = Position::of_task(spot, Place::Definition, self.input(spot));
                domain.evaluate(template, false, &position.data, &|name| self.variable(&position, name))
            }
            Some(TaskKind::Switch | TaskKind::Wait) => self.input(spot),
            Some(TaskKind::Call) => match text("/call").split([':', '@']).next().unwrap_or_default() {
                "wait" | "manual-gate" => self.input(spot),
                "http" if text("/with/output") == "response" => domain.sketch(&super::place::response),
                _ => domain.unknown(),
            },
            Some(TaskKind::Run) if text("/run/return") == "all" => domain.sketch(&super::place::process),
            Some(TaskKind::Do) => within(["do", ""], ChildRole::Body),
            Some(TaskKind::For) => domain.either(within(["do", ""], ChildRole::Body), self.input(spot)),
            Some(TaskKind::Try) => {
                let tried = within(["try", ""], ChildRole::Try);
                let caught = if spot.value.pointer("/catch/do").is_some() {
                    within(["catch", "do"], ChildRole::Catch)
                } else {
                    self.input(spot)
                };
                domain.either(tried, caught)
            }
            Some(TaskKind::Fork) => {
                let list = spot.pointer.child("fork").child("branches");
                let count = list.get(self.root).and_then(Value::as_array).map_or(0, Vec::len);
                let branches: Vec<D::Data> = (0..count)
                    .filter_map(|index| {
                        let role = Role::Inside(ChildRole::Branches);
                        let branch = Spot::entry(self.root, &list, index, role, Some(spot))?;
                        Some(self.output(&Rc::new(branch)))
                    })
                    .collect();
                if spot.value.pointer("/fork/compete") == Some(&Value::Bool(true)) {
                    let won = branches.into_iter().reduce(|one, other| domain.either(one, other));
                    won.unwrap_or_else(|| domain.unknown())
                } else {
                    domain.list(branches)
                }
            }
            Some(TaskKind::Emit | TaskKind::Listen | TaskKind::Raise | TaskKind::Run) | None => {
                domain.unknown()
            }
        }
    }

    fn answer(&self, spot: &Rc<Spot<'a>>, question: Question, find: impl FnOnce() -> D::Data) -> D::Data {
        let key = (spot.pointer.clone(), question);
        if let Some(known) = self.answers.borrow().get(&key) {
            // What is being asked for already is asked in a circle.
            return known.clone().unwrap_or_else(|| self.domain.unknown());
        }
        let depth = self.depth.get();
        if depth >= FARTHEST {
            return self.domain.unknown();
        }
        self.answers.borrow_mut().insert(key.clone(), None);
        self.depth.set(depth + 1);
        let found = find();
        self.depth.set(depth);
        self.answers.borrow_mut().insert(key, Some(found.clone()));
        found
    }
}
