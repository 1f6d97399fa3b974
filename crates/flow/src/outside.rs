//! What a task does outside of its run, as far as the definition says: what it touches, and whether to call it twice is to
//! act twice.
//!
//! People read this before they let a run go on or try something again. Reads no run and evaluates no expression but
//! the plain `$workflow.input.…`; what the definition does not say is `Unknown`, never taken for harmless.

use serde_json::Value;

use crate::TaskKind;

/// What it means to run a task a second time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repeat {
    /// It only reads, sets what it has set before, or does nothing outside.
    #[default]
    Harmless,
    /// The called service knows; the definition does not say.
    Unknown,
    /// It acts again: a `POST`, a process, an event.
    ActsAgain,
}

/// Something outside that a task acts on: what it does, and on what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Touch {
    /// `POST`, `dns-record-weight`, `shell`, `workflow`, `emit` …
    pub act: String,
    /// An address, the arguments that name a resource, an image, a type of event; empty where nothing is said.
    pub on: String,
}

/// The functions of the default catalog that only read.
const READS: [&str; 2] = ["drs-check-rto-rpo", "obs-compare"];
/// Those that set a state: set again, it is the same state.
const SETS: [&str; 5] =
    ["dcs-whitelist", "ddm-read-write", "dns-record-weight", "obs-bucket-policy", "rds-read-write"];
/// Those that act each time.
const ACTS: [&str; 13] = [
    "aom-job",
    "chaos",
    "dcs-failover",
    "dns-record-add",
    "dns-record-delete",
    "drs-switch",
    "dws-dr",
    "load-balancer-job",
    "mas-switch",
    "obs-replication",
    "opengauss-dr",
    "rds-backup",
    "smart-connect",
];
/// Arguments that say how, or are too long to say what.
const DETAILS: [&str; 9] =
    ["body", "description", "headers", "httpVersion", "parameters", "policy", "token", "tokenSource", "ttl"];
const LONGEST: usize = 200;

/// What it means to run this task again, without the tasks that it holds.
pub fn repeat(task: &Value) -> Repeat {
    match TaskKind::of(task) {
        Some(TaskKind::Call) => repeat_of_call(task),
        Some(TaskKind::Run | TaskKind::Emit) => Repeat::ActsAgain,
        Some(_) => Repeat::Harmless,
        None => Repeat::Unknown,
    }
}

/// What this task acts on outside, without the tasks that it holds; none where it stays inside of the run.
///
/// `input` is the input of the run, where one is known: it says what `${ $workflow.input.site }` is.
pub fn touches(task: &Value, input: Option<&Value>) -> Option<Touch> {
    let text = |pointer: &str| task.pointer(pointer).map(|value| plain(value, input)).unwrap_or_default();
    let touch = |act: &str, on: String| Some(Touch { act: act.to_owned(), on: shortened(on) });
    match TaskKind::of(task)? {
        TaskKind::Call => match function_name(task)? {
            "http" => {
                let method = text("/with/method");
                let method = if method.is_empty() { "GET".to_owned() } else { method.to_uppercase() };
                let within = text("/with/endpoint/uri");
                touch(&method, if within.is_empty() { text("/with/endpoint") } else { within })
            }
            "http-request" => touch(&text("/with/method").to_uppercase(), text("/with/url")),
            "openapi" => touch("openapi", text("/with/operationId")),
            "grpc" => touch("grpc", text("/with/service/name")),
            "asyncapi" => touch("asyncapi", text("/with/operation")),
            "manual-gate" | "wait" => None,
            function => touch(function, arguments(task.get("with")?, input)),
        },
        TaskKind::Run => {
            let (kind, on) = [
                ("workflow", "/run/workflow/name"),
                ("shell", "/run/shell/command"),
                ("script", "/run/script/language"),
                ("container", "/run/container/image"),
            ]
            .into_iter()
            .find(|(kind, _)| task.get("run").is_some_and(|run| run.get(*kind).is_some()))?;
            touch(kind, text(on))
        }
        TaskKind::Emit => touch("emit", text("/emit/event/with/type")),
        _ => None,
    }
}

/// The name that a call calls, without version and catalog.
pub fn function_name(task: &Value) -> Option<&str> {
    let called = task.get("call")?.as_str()?;
    Some(called.split([':', '@']).next().unwrap_or(called))
}

fn repeat_of_call(task: &Value) -> Repeat {
    let method = task.pointer("/with/method");
    match function_name(task) {
        Some("manual-gate" | "wait") => Repeat::Harmless,
        Some("http") => method.map_or(Repeat::Harmless, repeat_of_method),
        Some("http-request") => method.map_or(Repeat::Unknown, repeat_of_method),
        Some("asyncapi") if task.pointer("/with/subscription").is_some() => Repeat::Harmless,
        Some("asyncapi") => Repeat::ActsAgain,
        Some(name) if READS.contains(&name) || SETS.contains(&name) => Repeat::Harmless,
        Some(name) if ACTS.contains(&name) => Repeat::ActsAgain,
        _ => Repeat::Unknown,
    }
}

/// By RFC 9110, 9.2.2.
fn repeat_of_method(method: &Value) -> Repeat {
    let Some(method) = method.as_str() else { return Repeat::Unknown };
    match method.to_ascii_uppercase().as_str() {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE" => Repeat::Harmless,
        "POST" | "PATCH" | "CONNECT" => Repeat::ActsAgain,
        _ => Repeat::Unknown,
    }
}

/// The arguments that name things, in their order: `zone=shop.example.com., hostRecord=www`.
fn arguments(with: &Value, input: Option<&Value>) -> String {
    let members = with.as_object().into_iter().flatten();
    let named = members.filter(|(name, value)| {
        !DETAILS.contains(&name.as_str())
            && !matches!(value, Value::Array(_) | Value::Object(_) | Value::Null)
    });
    named.map(|(name, value)| format!("{name}={}", plain(value, input))).collect::<Vec<_>>().join(", ")
}

/// A value as people read it; a plain path into the run's input is what stands there.
fn plain(value: &Value, input: Option<&Value>) -> String {
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Object(_) | Value::Array(_) => return String::new(),
        other => return other.to_string(),
    };
    let found = input.and_then(|input| at_path(text, input));
    match found {
        Some(Value::String(found)) => found.clone(),
        Some(found @ (Value::Number(_) | Value::Bool(_))) => found.to_string(),
        _ => text.to_owned(),
    }
}

fn at_path<'a>(text: &str, input: &'a Value) -> Option<&'a Value> {
    let path = text.trim().strip_prefix("${")?.strip_suffix('}')?.trim().strip_prefix("$workflow.input.")?;
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    path.split('.').try_fold(input, |value, name| value.get(name).filter(|_| is_name(name)))
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(task: Value) -> String {
        let input = json!({ "to": "site-b", "n": 3, "deep": { "er": "x" } });
        let touch = touches(&task, Some(&input)).map(|touch| format!("{} {}", touch.act, touch.on));
        format!("{:?} {}", repeat(&task), touch.unwrap_or_else(|| "-".to_owned()))
    }

    #[test]
    fn a_post_acts_again_and_a_put_does_not() {
        let http = |method: &str| json!({ "call": "http", "with": { "method": method, "endpoint": { "uri": "https://a/b" } } });
        assert_eq!(check(http("post")), "ActsAgain POST https://a/b");
        assert_eq!(check(http("Patch")), "ActsAgain PATCH https://a/b");
        assert_eq!(check(http("put")), "Harmless PUT https://a/b");
        assert_eq!(check(http("${ .m }")), "Unknown ${ .M } https://a/b");
        assert_eq!(
            check(json!({ "call": "http", "with": { "endpoint": "https://a" } })),
            "Harmless GET https://a"
        );
        let request =
            json!({ "call": "http-request:1.0.0@default", "with": { "method": "POST", "url": "https://a" } });
        assert_eq!(check(request), "ActsAgain POST https://a");
    }

    #[test]
    fn functions_are_known_or_unknown_and_never_taken_for_harmless() {
        let weight = json!({ "call": "dns-record-weight:1.0.0@default",
            "with": { "region": "${ $workflow.input.to }", "zone": "shop.", "weight": "${ $workflow.input.n }", "ttl": 3 } });
        assert_eq!(check(weight), "Harmless dns-record-weight region=site-b, zone=shop., weight=3");
        assert_eq!(check(json!({ "call": "drs-switch:1.0.0@default", "with": {} })), "ActsAgain drs-switch ");
        assert_eq!(
            check(json!({ "call": "of-tomorrow", "with": { "a": "${ .x }" } })),
            "Unknown of-tomorrow a=${ .x }"
        );
        assert_eq!(check(json!({ "call": "manual-gate:1.0.0@default", "with": {} })), "Harmless -");
        assert_eq!(check(json!({ "nothing": "known" })), "Unknown -");
    }

    #[test]
    fn processes_runs_and_events_act_again() {
        assert_eq!(
            check(json!({ "run": { "shell": { "command": "reboot ${ $workflow.input.to }" } } })),
            "ActsAgain shell reboot ${ $workflow.input.to }"
        );
        assert_eq!(check(json!({ "run": { "workflow": { "name": "drill" } } })), "ActsAgain workflow drill");
        assert_eq!(
            check(json!({ "emit": { "event": { "with": { "type": "site.moved" } } } })),
            "ActsAgain emit site.moved"
        );
        assert_eq!(check(json!({ "set": { "a": 1 } })), "Harmless -");
    }

    #[test]
    fn only_plain_paths_of_the_input_are_read() {
        let input = json!({ "deep": { "er": "x" } });
        assert_eq!(plain(&json!("${ $workflow.input.deep.er }"), Some(&input)), "x");
        for text in
            ["${ $workflow.input.deep }", "${ $workflow.input.no }", "${ $workflow.input.deep.er + 1 }"]
        {
            assert_eq!(plain(&json!(text), Some(&input)), text);
        }
        assert!(shortened("字".repeat(300)).chars().count() == LONGEST + 1);
    }
}
