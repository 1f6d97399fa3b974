//! `run` (DSL reference, Run): what is started, with what, and what of it becomes the task's output.

use serde_json::{Value, json};

use super::Compiler;
use crate::Pointer;
use crate::engine::{Language, Returns};
use crate::program::{Action, ProcessTemplate, RunTask};

impl Compiler<'_> {
    pub(super) fn run_task(&mut self, pointer: &Pointer, task: &Value, value: &Value) -> Option<Action> {
        let here = pointer.child("run");
        let what =
            ["container", "script", "shell", "workflow"].into_iter().find(|what| value.get(what).is_some());
        let returns = match value.get("return").map(|word| serde_json::from_value(word.clone())) {
            None => Some(Returns::Stdout),
            Some(Ok(returns)) => Some(returns),
            Some(Err(_)) => {
                self.error(
                    &here.child("return"),
                    "invalid-return",
                    "A process returns stdout, stderr, code, all or none.",
                    "进程的返回只能是 stdout、stderr、code、all 或 none。",
                );
                None
            }
        };
        let process = match what {
            Some("workflow") => self.sub_workflow(&here.child("workflow"), value.get("workflow")?),
            Some("shell") => self.shell(&here.child("shell"), value.get("shell")?),
            Some("script") => self.script(&here.child("script"), value.get("script")?),
            other => {
                self.unsupported(&here, &format!("`run: {}`", other.unwrap_or("?")));
                None
            }
        };
        Some(Action::Run(Box::new(RunTask {
            process: process?,
            returns: returns?,
            awaited: value.get("await").and_then(Value::as_bool).unwrap_or(true),
            has_timeout: task.get("timeout").is_some(),
        })))
    }

    fn sub_workflow(&mut self, pointer: &Pointer, value: &Value) -> Option<ProcessTemplate> {
        let mut whole = value.as_object().cloned().unwrap_or_default();
        for member in ["namespace", "name"] {
            if !whole.get(member).is_some_and(Value::is_string) {
                self.error(
                    &pointer.child(member),
                    "missing-member",
                    "A workflow is run by its `namespace`, `name` and `version`.",
                    "运行工作流需要 namespace、name 和 version。",
                );
                return None;
            }
        }
        // The text makes it required and gives it a default; with the default nothing can go wrong.
        whole.entry("version").or_insert_with(|| json!("latest"));
        self.template(pointer, &Value::Object(whole)).map(ProcessTemplate::Workflow)
    }

    fn shell(&mut self, pointer: &Pointer, value: &Value) -> Option<ProcessTemplate> {
        if !value.get("command").is_some_and(Value::is_string) {
            self.error(
                &pointer.child("command"),
                "missing-command",
                "A shell needs a `command`.",
                "shell 需要 command。",
            );
            return None;
        }
        self.template(pointer, value).map(ProcessTemplate::Shell)
    }

    fn script(&mut self, pointer: &Pointer, value: &Value) -> Option<ProcessTemplate> {
        let written = value.get("language").cloned().unwrap_or_default();
        let Ok(language) = serde_json::from_value::<Language>(written.clone()) else {
            let written = written.as_str().unwrap_or("?");
            self.unsupported(
                &pointer.child("language"),
                &format!("scripts in `{written}`: only `js` and `python`"),
            );
            return None;
        };
        let mut rest = value.as_object().cloned().unwrap_or_default();
        let source = match rest.shift_remove("source") {
            None => None,
            Some(source) => {
                let endpoint = source.get("endpoint").cloned().unwrap_or_default();
                let with = json!({"method": "get", "endpoint": endpoint, "output": "raw"});
                match self.http(&pointer.child("source"), &with)? {
                    Action::Http(fetch) => Some(fetch),
                    _ => None,
                }
            }
        };
        if source.is_none() && !rest.get("code").is_some_and(Value::is_string) {
            self.error(
                &pointer.child("code"),
                "missing-code",
                "A script needs its `code`, or the `source` to get it from.",
                "script 需要 code 或 source。",
            );
            return None;
        }
        let rest = self.template(pointer, &Value::Object(rest))?;
        Some(ProcessTemplate::Script { language, source, rest })
    }
}
