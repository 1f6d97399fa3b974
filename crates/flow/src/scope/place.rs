//! Places of expressions: which data is `.` there, and which variables have a value (DSL, Runtime Expression Arguments).

use std::rc::Rc;

use serde_json::{Value, json};

use super::shape::{Kind, Shape};
use super::spot::{Role, Spot};
use super::walk::{Domain, Walk};
use crate::Pointer;
use crate::view::{ChildRole, TaskKind};

/// The rows of the specification's table of arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    WorkflowInput,
    /// Anything else of the workflow itself.
    Workflow,
    /// What stands under `use`: it runs where it is used.
    Reused,
    /// A task's `if` and `input.from`.
    Before,
    /// What makes the task what it is.
    Definition,
    Output,
    Export,
}

impl Place {
    fn offers(self, name: &str) -> bool {
        let within = matches!(self, Self::Definition | Self::Output | Self::Export | Self::Reused);
        match name {
            "context" => self != Self::WorkflowInput,
            "input" | "authorization" => within,
            "output" => self == Self::Export,
            "task" => !matches!(self, Self::WorkflowInput | Self::Workflow),
            "workflow" | "runtime" | "secrets" => true,
            _ => false,
        }
    }
}

/// The variables of the language, those that people use most first.
const ARGUMENTS: [&str; 8] =
    ["input", "context", "output", "workflow", "task", "secrets", "runtime", "authorization"];

/// A place with what was worked out about it.
pub(super) struct Position<'a, T> {
    pub(super) spot: Option<Rc<Spot<'a>>>,
    pub(super) place: Place,
    pub(super) data: T,
    /// Variables of this place only, the innermost last.
    pub(super) local: Vec<(String, T)>,
}

impl<'a, T> Position<'a, T> {
    pub(super) fn of_workflow(place: Place, data: T) -> Self {
        Self { spot: None, place, data, local: Vec::new() }
    }

    pub(super) fn of_task(spot: &Rc<Spot<'a>>, place: Place, data: T) -> Self {
        Self { spot: Some(Rc::clone(spot)), place, data, local: Vec::new() }
    }
}

impl<'a, D: Domain> Walk<'a, D> {
    /// The place that `at` names.
    pub(super) fn position(&self, at: &Pointer) -> Position<'a, D::Data> {
        let Some(spot) = Spot::of(self.root, at) else {
            let first = at.tokens().next();
            let flow = Pointer::root().child("do");
            return match first.as_deref() {
                Some("input") => Position::of_workflow(Place::WorkflowInput, self.parameters()),
                Some("output") => {
                    Position::of_workflow(Place::Workflow, self.end_of(&flow, Role::Flow, None))
                }
                Some("use") => Position::of_workflow(Place::Reused, self.domain.unknown()),
                _ => Position::of_workflow(Place::Workflow, self.parameters()),
            };
        };
        let path = spot.path_of(at);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["if", ..] | ["input", ..] => Position::of_task(&spot, Place::Before, self.raw_input(&spot)),
            ["output", ..] => Position::of_task(&spot, Place::Output, self.raw_output(&spot)),
            ["export", ..] => {
                let mut position = Position::of_task(&spot, Place::Export, self.output(&spot));
                position.local.push(("context".to_owned(), self.context_within(&spot)));
                position
            }
            ["catch", "when" | "exceptWhen" | "retry", ..] => {
                let mut position = Position::of_task(&spot, Place::Definition, self.input(&spot));
                position.local.push(self.caught(&spot));
                position
            }
            ["while", ..] if TaskKind::of(spot.value) == Some(TaskKind::For) => {
                let ended =
                    self.end_of(&spot.pointer.child("do"), Role::Inside(ChildRole::Body), Some(&spot));
                let data = self.domain.either(self.input(&spot), ended);
                let mut position = Position::of_task(&spot, Place::Definition, data);
                position.local.extend(self.of_loop(&spot));
                position
            }
            ["foreach", member, ..] => {
                let mut position = Position::of_task(&spot, Place::Definition, self.domain.unknown());
                position.local.extend(self.of_events(&spot));
                if *member == "export" {
                    position.place = Place::Export;
                }
                position
            }
            _ => Position::of_task(&spot, Place::Definition, self.input(&spot)),
        }
    }

    /// The names of the variables that have a value, the innermost first.
    pub(super) fn names(&self, position: &Position<'a, D::Data>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        position.local.iter().rev().for_each(|(name, _)| add(name));
        let mut inner = position.spot.clone();
        while let Some(spot) = inner {
            if let Some(around) = &spot.around {
                self.given(&spot, around).iter().for_each(|(name, _)| add(name));
            }
            inner = spot.around.clone();
        }
        ARGUMENTS.iter().filter(|name| position.place.offers(name)).for_each(|name| add(name));
        names
    }

    pub(super) fn variable(&self, position: &Position<'a, D::Data>, name: &str) -> Option<D::Data> {
        if let Some((_, data)) = position.local.iter().rev().find(|(local, _)| local == name) {
            return Some(data.clone());
        }
        let mut inner = position.spot.clone();
        while let Some(spot) = inner {
            if let Some(around) = &spot.around
                && let Some((_, data)) =
                    self.given(&spot, around).into_iter().find(|(given, _)| given == name)
            {
                return Some(data);
            }
            inner = spot.around.clone();
        }
        if !position.place.offers(name) {
            return None;
        }
        let domain = &self.domain;
        let spot = position.spot.as_ref();
        Some(match (name, spot) {
            ("context", Some(spot)) => self.context(spot),
            ("input", Some(spot)) => self.input(spot),
            ("output", Some(spot)) => self.output(spot),
            ("secrets", _) => {
                let names = self.root.pointer("/use/secrets").and_then(Value::as_array);
                let names = names.into_iter().flatten().filter_map(Value::as_str);
                domain.object(names.map(|name| (name, domain.value(&json!("••••••")))).collect())
            }
            ("workflow", _) => domain.object(vec![
                ("input", self.parameters()),
                ("id", self.text(self.seen.id.as_deref())),
                ("definition", domain.value(self.root)),
                ("startedAt", self.started()),
            ]),
            ("task", Some(spot)) => {
                let mut members = vec![
                    ("name", domain.value(&json!(spot.name()))),
                    ("input", self.raw_input(spot)),
                    ("reference", domain.value(&json!(spot.pointer.as_str()))),
                    ("definition", domain.value(spot.value)),
                    ("startedAt", domain.sketch(&moment)),
                ];
                if matches!(position.place, Place::Output | Place::Export) {
                    members.insert(1, ("output", self.raw_output(spot)));
                }
                domain.object(members)
            }
            ("runtime", _) => domain.sketch(&runtime),
            ("authorization", _) => domain.sketch(&authorization),
            _ => domain.unknown(),
        })
    }

    /// The variables that a task gives to those within it: `spot` stands directly in `around`.
    fn given(&self, spot: &Spot<'a>, around: &Rc<Spot<'a>>) -> Vec<(String, D::Data)> {
        match spot.role {
            Role::Inside(ChildRole::Body) if TaskKind::of(around.value) == Some(TaskKind::For) => {
                self.of_loop(around)
            }
            Role::Inside(ChildRole::Catch) => vec![self.caught(around)],
            Role::Inside(ChildRole::Foreach) => self.of_events(around),
            _ => Vec::new(),
        }
    }

    fn of_loop(&self, spot: &Rc<Spot<'a>>) -> Vec<(String, D::Data)> {
        let position = Position::of_task(spot, Place::Definition, self.input(spot));
        let list = spot.value.pointer("/for/in").map(|template| self.evaluated(template, &position));
        // What was seen within the loop is of its last iteration.
        let inner =
            Spot::entry(self.root, &spot.pointer.child("do"), 0, Role::Inside(ChildRole::Body), Some(spot));
        let seen = inner.and_then(|inner| self.seen.task(&inner.pointer)?.iteration).unwrap_or(0);
        let item = list.map_or_else(|| self.domain.unknown(), |list| self.domain.item(&list, seen));
        let holder = spot.value.get("for");
        vec![
            (variable_name(holder, "each", "item"), item),
            (variable_name(holder, "at", "index"), self.domain.value(&json!(seen))),
        ]
    }

    fn of_events(&self, spot: &Rc<Spot<'a>>) -> Vec<(String, D::Data)> {
        let holder = spot.value.get("foreach").or_else(|| spot.value.pointer("/with/subscription/foreach"));
        vec![
            (variable_name(holder, "item", "item"), self.domain.unknown()),
            (variable_name(holder, "at", "index"), self.domain.value(&json!(0))),
        ]
    }

    fn caught(&self, spot: &Rc<Spot<'a>>) -> (String, D::Data) {
        let seen = self.seen.error_within(&spot.pointer.child("try"));
        let error = seen.map_or_else(|| self.domain.sketch(&error), |seen| self.domain.value(seen));
        (variable_name(spot.value.get("catch"), "as", "error"), error)
    }

    fn text(&self, seen: Option<&str>) -> D::Data {
        match seen {
            Some(text) => self.domain.value(&json!(text)),
            None => self.domain.sketch(&|| Shape::of_kind(Kind::Text)),
        }
    }

    fn started(&self) -> D::Data {
        match &self.seen.started_at {
            Some(moment) => self.domain.value(moment),
            None => self.domain.sketch(&moment),
        }
    }
}

fn variable_name(holder: Option<&Value>, member: &str, otherwise: &str) -> String {
    let written = holder.and_then(|holder| holder.get(member)).and_then(Value::as_str);
    written.unwrap_or(otherwise).trim_start_matches('$').to_owned()
}

fn texts(names: &[&str]) -> Vec<(String, Shape)> {
    names.iter().map(|name| ((*name).to_owned(), Shape::of_kind(Kind::Text))).collect()
}

fn with(mut members: Vec<(String, Shape)>, name: &str, shape: Shape) -> Shape {
    members.push((name.to_owned(), shape));
    Shape::object(members)
}

/// DSL reference, Error.
fn error() -> Shape {
    with(texts(&["type", "title", "detail", "instance"]), "status", Shape::of_kind(Kind::Number))
}

/// DSL, Date Time Descriptor.
fn moment() -> Shape {
    let number = |name: &str| (name.to_owned(), Shape::of_kind(Kind::Number));
    with(texts(&["iso8601"]), "epoch", Shape::object(vec![number("seconds"), number("milliseconds")]))
}

/// DSL, Runtime Descriptor.
fn runtime() -> Shape {
    with(texts(&["name", "version"]), "metadata", Shape::of_kind(Kind::Object))
}

/// DSL, Authorization Descriptor.
fn authorization() -> Shape {
    Shape::object(texts(&["scheme", "parameter"]))
}

/// DSL reference, HTTP Response.
pub(super) fn response() -> Shape {
    let request = with(texts(&["method", "uri"]), "headers", Shape::of_kind(Kind::Object));
    Shape::object(vec![
        ("content".to_owned(), Shape::default()),
        ("statusCode".to_owned(), Shape::of_kind(Kind::Number)),
        ("headers".to_owned(), Shape::of_kind(Kind::Object)),
        ("request".to_owned(), request),
    ])
}

/// DSL reference, Process Result.
pub(super) fn process() -> Shape {
    with(texts(&["stdout", "stderr"]), "code", Shape::of_kind(Kind::Number))
}
