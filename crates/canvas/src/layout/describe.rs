//! What a node says about its task, in the definition's own words: nothing here needs translating.

use flow::{TaskKind, view::switch_cases};
use serde_json::Value;

use crate::Badge;
use crate::fields::disabled::is_disabled;

/// Longer texts are cut: a card shows one line, and a scene holds thousands of them.
const LONGEST: usize = 80;

/// What a `call` calls.
pub(super) fn called(task: &Value) -> Option<&str> {
    task.get("call").and_then(Value::as_str)
}

/// One line on what the task does; empty where its kind says all.
pub(super) fn subtitle(kind: Option<TaskKind>, task: &Value) -> String {
    let text = match kind {
        Some(TaskKind::Call) => call(task),
        Some(TaskKind::Wait) => task.get("wait").map(duration).unwrap_or_default(),
        Some(TaskKind::Set) => keys(task.get("set")),
        Some(TaskKind::For) => for_each(task),
        Some(TaskKind::Raise) => raise(task),
        Some(TaskKind::Run) => run(task),
        Some(TaskKind::Emit) => string(task, "/emit/event/with/type").to_owned(),
        Some(TaskKind::Listen) => listen(task),
        Some(TaskKind::Switch) => {
            let cases = switch_cases(&flow::Pointer::root(), task);
            cases.iter().map(|case| case.name).collect::<Vec<_>>().join(" · ")
        }
        Some(TaskKind::Try) => string(task, "/catch/errors/with/type").to_owned(),
        Some(TaskKind::Do | TaskKind::Fork) | None => String::new(),
    };
    cut(&text)
}

/// The signs of a task. `hidden` counts the tasks inside a collapsed box.
pub(super) fn badges(kind: Option<TaskKind>, task: &Value, hidden: Option<usize>) -> Vec<Badge> {
    let mut badges = Vec::new();
    if called(task).is_some_and(is_gate) {
        badges.push(Badge::Gate);
    }
    match task.get("if") {
        condition if is_disabled(condition) => badges.push(Badge::Disabled),
        Some(Value::String(expression)) => badges.push(Badge::Condition { expression: cut(expression) }),
        _ => {}
    }
    if task.get("timeout").is_some() {
        badges.push(Badge::Timeout);
    }
    if kind == Some(TaskKind::Try) && task.pointer("/catch/retry").is_some() {
        badges.push(Badge::Retry);
    }
    if kind == Some(TaskKind::Fork) && task.pointer("/fork/compete") == Some(&Value::Bool(true)) {
        badges.push(Badge::Compete);
    }
    if kind == Some(TaskKind::Run) && task.pointer("/run/workflow/name").is_some() {
        badges.push(Badge::Workflow);
    }
    if let Some(tasks) = hidden {
        badges.push(Badge::Collapsed { tasks });
    }
    badges
}

fn is_gate(call: &str) -> bool {
    call.split([':', '@']).next() == Some("manual-gate")
}

fn call(task: &Value) -> String {
    let with = task.get("with");
    let method = string(task, "/with/method").to_uppercase();
    let address = ["/with/endpoint", "/with/endpoint/uri", "/with/url", "/with/uri"];
    if let Some(address) = address.iter().map(|path| string(task, path)).find(|text| !text.is_empty()) {
        return format!("{method} {address}").trim().to_owned();
    }
    // Of a plugin, its first two plain arguments say most: a gate's message, a record's zone and type.
    let arguments = with.and_then(Value::as_object).into_iter().flatten();
    let plain = arguments.filter_map(|(_, value)| scalar(value)).filter(|text| !text.is_empty());
    plain.take(2).collect::<Vec<_>>().join(" · ")
}

/// A duration as it is written (`PT30S`), or an inline one in the units that are the same everywhere.
fn duration(value: &Value) -> String {
    let Some(parts) = value.as_object() else { return scalar(value).unwrap_or_default() };
    let units = [("days", "d"), ("hours", "h"), ("minutes", "min"), ("seconds", "s"), ("milliseconds", "ms")];
    let parts = units.iter().filter_map(|(name, unit)| {
        parts.get(*name).and_then(scalar).map(|amount| format!("{amount} {unit}"))
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn for_each(task: &Value) -> String {
    let each = Some(string(task, "/for/each")).filter(|each| !each.is_empty()).unwrap_or("item");
    format!("{each} ∈ {}", string(task, "/for/in"))
}

fn raise(task: &Value) -> String {
    let error = task.pointer("/raise/error");
    let text = error.and_then(Value::as_str).unwrap_or_else(|| string(task, "/raise/error/type"));
    text.to_owned()
}

fn run(task: &Value) -> String {
    let texts = ["/run/workflow/name", "/run/container/image", "/run/shell/command", "/run/script/language"];
    texts.iter().map(|path| string(task, path)).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

fn listen(task: &Value) -> String {
    let to = task.pointer("/listen/to");
    let one = to.and_then(|to| to.get("one"));
    let many = ["all", "any"].iter().filter_map(|how| to?.get(how)?.as_array()).flatten();
    let types = one.into_iter().chain(many).map(|filter| string(filter, "/with/type"));
    types.filter(|text| !text.is_empty()).take(3).collect::<Vec<_>>().join(" · ")
}

fn keys(value: Option<&Value>) -> String {
    match value {
        Some(Value::Object(members)) => {
            members.keys().take(6).map(String::as_str).collect::<Vec<_>>().join(", ")
        }
        Some(value) => scalar(value).unwrap_or_default(),
        None => String::new(),
    }
}

fn string<'a>(task: &'a Value, path: &str) -> &'a str {
    task.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
