//! What the hub cannot run yet, by name: such a definition can be written, drawn and saved, but not started.
//!
//! `program` refuses the same when a job begins; here it is said before anybody waits for it.

use serde_json::Value;

use crate::external;
use crate::problem::UNSUPPORTED;
use crate::view::{TaskKind, TaskView};
use crate::{Document, Pointer, Problem};

/// A warning for every construct that the hub cannot run, in the order of the definition.
pub fn unsupported(document: &Document) -> Vec<Problem> {
    let root = document.root();
    let mut found = Found { problems: Vec::new() };
    found.workflow(root);
    for task in external::reached(document) {
        found.task(root, &task);
    }
    found.problems.extend(external::unfetchable(document));
    found.problems
}

struct Found {
    problems: Vec<Problem>,
}

impl Found {
    fn workflow(&mut self, root: &Value) {
        let top = Pointer::root();
        if let Some(language) =
            root.pointer("/evaluate/language").and_then(Value::as_str).filter(|language| *language != "jq")
        {
            self.report(top.child("evaluate").child("language"), &format!("evaluate.language: {language}"));
        }
        self.schemas(&top, root);
    }

    fn task(&mut self, root: &Value, task: &TaskView<'_>) {
        let at = &task.pointer;
        self.schemas(at, task.value);
        match task.kind {
            Some(TaskKind::Call) => self.call(root, task),
            Some(TaskKind::Emit) => self.attributes(task),
            Some(TaskKind::Run) => {
                let at = at.child("run");
                let run = |path: &str| task.value.pointer(&format!("/run/{path}"));
                let language = run("script/language").and_then(Value::as_str);
                if run("container").is_some() {
                    self.report(at, "run: container");
                } else if let Some(language) =
                    language.filter(|word| !matches!(*word, "js" | "javascript" | "python"))
                {
                    self.report(at.child("script").child("language"), &format!("run: script in {language}"));
                }
            }
            _ => {}
        }
    }

    /// Other systems need not take an event whose attributes are named otherwise, so none is emitted.
    fn attributes(&mut self, task: &TaskView<'_>) {
        let here = task.pointer.child("emit").child("event").child("with");
        let path = &here.as_str()[task.pointer.as_str().len()..];
        for name in
            task.value.pointer(path).and_then(Value::as_object).into_iter().flat_map(|with| with.keys())
        {
            if !is_attribute_name(name) {
                self.problems.push(Problem::warning(
                    here.child(name),
                    UNSUPPORTED,
                    format!("CloudEvents attributes are named in 1 to {LONGEST_ATTRIBUTE} lower-case letters and digits; put `{name}` into `data`, or rename it."),
                    format!("CloudEvents 属性名为 1 到 {LONGEST_ATTRIBUTE} 个小写字母和数字；请将 `{name}` 放入 `data` 或改名。"),
                ));
            }
        }
    }

    fn call(&mut self, root: &Value, task: &TaskView<'_>) {
        let Some(called) = task.called() else { return };
        let at = task.pointer.child("call");
        match called {
            "http" => self
                .authentication(root, &task.pointer.child("with").child("endpoint").child("authentication")),
            "openapi" => {
                let with = task.pointer.child("with");
                self.authentication(root, &with.child("document").child("endpoint").child("authentication"));
                self.authentication(root, &with.child("authentication"));
            }
            "grpc" | "asyncapi" | "a2a" | "mcp" => self.report(at, &format!("call: {called}")),
            _ => {}
        }
    }

    /// The policy at `pointer`, or the one of `use.authentications` that it names.
    fn authentication(&mut self, root: &Value, pointer: &Pointer) {
        let Some(policy) = pointer.get(root) else { return };
        let named = policy.get("use").and_then(Value::as_str);
        let policies = Pointer::root().child("use").child("authentications");
        let policy = named.map_or(Some(policy), |name| policies.child(name).get(root));
        let Some((scheme, settings)) =
            policy.and_then(Value::as_object).and_then(|policy| policy.iter().next())
        else {
            return;
        };
        let here = pointer.child(if named.is_some() { "use" } else { scheme });
        if !matches!(scheme.as_str(), "basic" | "bearer" | "digest" | "oauth2" | "oidc") {
            self.report(here, &format!("authentication: {scheme}"));
        } else if settings.get("grant").and_then(Value::as_str) == Some("authorization_code") {
            self.report(here, &format!("authentication: {scheme}, grant authorization_code"));
        }
    }

    /// Schemas in another language than JSON Schema are not checked.
    fn schemas(&mut self, at: &Pointer, value: &Value) {
        for place in ["input", "output", "export"] {
            let Some(schema) = value.get(place).and_then(|place| place.get("schema")) else { continue };
            let at = at.child(place).child("schema");
            let format = schema.get("format").and_then(Value::as_str);
            if let Some(format) = format.filter(|format| format.split(':').next() != Some("json")) {
                self.report(at.child("format"), &format!("{place}.schema.format: {format}"));
            }
        }
    }

    fn report(&mut self, at: Pointer, name: &str) {
        self.problems.push(Problem::warning(
            at,
            UNSUPPORTED,
            format!("The hub cannot run `{name}` yet; the workflow can be saved, but not started."),
            format!("Hub 目前还不能执行 `{name}`；可以保存该工作流，但不能启动。"),
        ));
    }
}

/// The longest name of an attribute that other systems have to take (CloudEvents 1.0, Attribute Naming Convention).
pub(crate) const LONGEST_ATTRIBUTE: usize = 20;

/// Whether an attribute of an event may have this name: lower-case letters and digits. Binary data has one of its own.
pub(crate) fn is_attribute_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name == "data_base64" || (1..=LONGEST_ATTRIBUTE).contains(&name.len()) && name.bytes().all(fits)
}

/// Whether a call names a function of the runtime's own catalog: `name:version@default`.
pub(crate) fn is_of_default_catalog(called: &str) -> bool {
    let Some((name, version)) = called.strip_suffix("@default").and_then(|call| call.split_once(':')) else {
        return false;
    };
    let of = |text: &str, marks: &str| {
        text.chars().all(|character| character.is_ascii_alphanumeric() || marks.contains(character))
    };
    !name.is_empty()
        && of(name, "-_.")
        && of(version, "-.+")
        && version.starts_with(|character: char| character.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(root: Value) -> String {
        let problems = unsupported(&Document::from_value(root));
        problems.into_iter().map(|problem| format!("{}: {}\n", problem.pointer, problem.message_en)).collect()
    }

    #[test]
    fn what_the_hub_cannot_run_is_named() {
        insta::assert_snapshot!(check(json!({
            "evaluate": { "language": "js" },
            "input": { "schema": { "format": "avro", "resource": { "endpoint": "x" } } },
            "use": {
                "functions": { "mine": { "call": "grpc" } },
                "authentications": { "key": { "oauth2": { "grant": "authorization_code" } } },
                "extensions": [{ "a": { "extend": "all" } }],
            },
            "do": [
                { "a": { "call": "grpc" } },
                { "b": { "call": "mine" } },
                { "c": { "call": "log:1.0.0@theirs" } },
                { "d": { "call": "http", "with": { "endpoint": { "uri": "x", "authentication": { "certificate": {} } } } } },
                { "j": { "call": "http", "with": { "endpoint": { "uri": "x", "authentication": { "use": "key" } } } } },
                { "k": { "call": "log" } },
                { "l": { "emit": { "event": { "with": { "type": "a", "room2": 1, "roomId": 1 } } } } },
                { "e": { "do": [{ "h": { "run": { "container": {} } } }] } },
                { "i": { "call": "https://example.com/function.yaml" } },
                { "l": { "run": { "script": { "language": "ruby" } } } },
            ],
        })), @r"
            /evaluate/language: The hub cannot run `evaluate.language: js` yet; the workflow can be saved, but not started.
            /input/schema/format: The hub cannot run `input.schema.format: avro` yet; the workflow can be saved, but not started.
            /do/0/a/call: The hub cannot run `call: grpc` yet; the workflow can be saved, but not started.
            /do/3/d/with/endpoint/authentication/certificate: The hub cannot run `authentication: certificate` yet; the workflow can be saved, but not started.
            /do/4/j/with/endpoint/authentication/use: The hub cannot run `authentication: oauth2, grant authorization_code` yet; the workflow can be saved, but not started.
            /do/6/l/emit/event/with/roomId: CloudEvents attributes are named in 1 to 20 lower-case letters and digits; put `roomId` into `data`, or rename it.
            /do/7/e/do/0/h/run: The hub cannot run `run: container` yet; the workflow can be saved, but not started.
            /do/9/l/run/script/language: The hub cannot run `run: script in ruby` yet; the workflow can be saved, but not started.
            /use/functions/mine/call: The hub cannot run `call: grpc` yet; the workflow can be saved, but not started.
            /input/schema/resource: The hub cannot run `schema.resource`: only http and https addresses are fetched, not `x`.
            /do/2/c/call: The hub cannot run `log:1.0.0@theirs`: there is no catalog `theirs` in `use.catalogs`.
            /do/5/k/call: The hub cannot run `log`: there is no such function in `use.functions`, and it is written neither `name:version@catalog` nor as an address.
            ");
    }

    #[test]
    fn what_the_hub_can_run_is_not_named() {
        assert_eq!(
            check(json!({
                "input": { "schema": { "document": {} } },
                "schedule": { "cron": "0 0 * * *" },
                "do": [
                    { "c": { "listen": { "to": { "any": [] } } } },
                    { "d": { "emit": { "event": { "with": { "type": "a" } } } } },
                    { "a": { "call": "manual-gate:1.0.0@default" } },
                    { "c": { "run": { "script": { "language": "js" } } } },
                    { "d": { "run": { "workflow": {} } } },
                    { "b": { "call": "http", "with": { "endpoint": { "uri": "x", "authentication": { "bearer": { "use": "secret" } } } } } },
                    { "c": { "call": "openapi", "with": { "document": { "endpoint": "x" }, "authentication": { "oidc": { "grant": "password" } } } } },
                ],
            })),
            ""
        );
    }
}
