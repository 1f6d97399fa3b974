//! What the projections have to know of a definition: the places of its tasks, which of them do the work, and how far
//! a job is. Pure.

use std::collections::{HashMap, HashSet};

use flow::engine::TaskRecord;
use flow::{Document, Origin, Pointer};
use serde_json::Value;

/// Read once for each definition, shared by its jobs.
#[derive(Debug, Default)]
pub(super) struct Blueprint {
    places: HashMap<Pointer, i64>,
    /// The tasks that hold no others, with the stage that each belongs to.
    leaves: Vec<(Pointer, String)>,
    /// JSON Schema of the input.
    pub(super) input_schema: Option<Value>,
    pub(super) stages: Vec<String>,
    pub(super) namespace: String,
    /// The names of `use.secrets`.
    pub(super) secrets: Vec<String>,
    /// The tasks that start processes of the machine, with `run: shell` or `run: script`.
    pub(super) processes: Vec<(Pointer, &'static str)>,
    /// The workflows that tasks run, as far as the definition names them: namespace, name, version.
    pub(super) workflows: Vec<(Pointer, [String; 3])>,
}

impl Blueprint {
    pub(super) fn of(document: &Document) -> Self {
        let mut places = HashMap::new();
        let mut leaves = Vec::new();
        let mut stage = String::new();
        let (mut processes, mut workflows) = (Vec::new(), Vec::new());
        for (place, task) in flow::view::tasks(document).enumerate() {
            places.insert(task.pointer.clone(), i64::try_from(place).unwrap_or(i64::MAX));
            if let Some(run) = task.value.get("run") {
                let started = [("shell", "run: shell"), ("script", "run: script")];
                let started = started.into_iter().find(|(kind, _)| run.get(kind).is_some());
                processes.extend(started.map(|(_, kind)| (task.pointer.clone(), kind)));
                workflows.extend(workflow_of(run).map(|named| (task.pointer.clone(), named)));
            }
            if task.origin != Origin::Flow {
                continue;
            }
            if task.depth == 0 {
                stage = task.name.to_owned();
            }
            if task.child_lists().is_empty() {
                leaves.push((task.pointer, stage.clone()));
            }
        }
        Self {
            places,
            leaves,
            input_schema: document.input_schema().cloned(),
            stages: document.top_level_names().into_iter().map(str::to_owned).collect(),
            namespace: text(document.root().pointer("/document/namespace")).unwrap_or_default(),
            secrets: document
                .root()
                .pointer("/use/secrets")
                .and_then(Value::as_array)
                .map(|names| names.iter().filter_map(|name| text(Some(name))).collect())
                .unwrap_or_default(),
            processes,
            workflows,
        }
    }

    /// A task's place in document order; what is not in the document comes last.
    pub(super) fn place(&self, pointer: &Pointer) -> i64 {
        self.places.get(pointer).copied().unwrap_or(i64::MAX)
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

/// What `run: workflow` names; none where an expression will.
fn workflow_of(run: &Value) -> Option<[String; 3]> {
    let workflow = run.get("workflow")?;
    let text =
        |member: &str| workflow.get(member).and_then(Value::as_str).filter(|text| !text.contains("${"));
    let version = if workflow.get("version").is_some() { text("version")? } else { "latest" };
    Some([text("namespace")?, text("name")?, version].map(str::to_owned))
}

/// How many of the tasks of one job are done.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    included: HashSet<Pointer>,
    ended: HashSet<Pointer>,
    not_taken: usize,
}

impl Progress {
    /// `stages` are the stages that the job runs; none is all of them.
    pub(super) fn new(blueprint: &Blueprint, stages: Option<&[String]>) -> Self {
        let included = blueprint
            .leaves
            .iter()
            .filter(|(_, stage)| stages.is_none_or(|stages| stages.contains(stage)))
            .map(|(pointer, _)| pointer.clone())
            .collect();
        Self { included, ended: HashSet::new(), not_taken: 0 }
    }

    pub(super) fn record(&mut self, task: &TaskRecord) {
        self.set(&task.pointer, task.ended_at.is_some());
    }

    /// Takes a task for ended, or for under way again.
    pub(super) fn set(&mut self, pointer: &Pointer, ended: bool) {
        if !ended {
            self.ended.remove(pointer);
        } else if self.included.contains(pointer) {
            self.ended.insert(pointer.clone());
        }
    }

    /// Paths that the job did not take do not count: a job that is through is through entirely.
    pub(super) fn set_not_taken(&mut self, paths: &[Pointer]) {
        let paths: HashSet<&str> = paths.iter().map(Pointer::as_str).collect();
        let is_not_taken = |leaf: &&Pointer| {
            let mut next = Some((*leaf).clone());
            while let Some(pointer) = next {
                if paths.contains(pointer.as_str()) {
                    return true;
                }
                next = pointer.parent().filter(|parent| !parent.is_root());
            }
            false
        };
        self.not_taken = if paths.is_empty() {
            0
        } else {
            self.included.iter().filter(|leaf| !self.ended.contains(*leaf)).filter(is_not_taken).count()
        };
    }

    pub(super) fn total(&self) -> i64 {
        i64::try_from(self.included.len() - self.not_taken.min(self.included.len())).unwrap_or(i64::MAX)
    }

    pub(super) fn done(&self) -> i64 {
        i64::try_from(self.ended.len()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    #[test]
    fn only_the_tasks_that_do_the_work_count_and_paths_not_taken_do_not() {
        let document = Document::from_value(json!({"do": [
            {"check": {"fork": {"branches": [{"a": {"wait": {"seconds": 1}}}, {"b": {"set": {}}}]}}},
            {"choose": {"switch": [{"x": {"then": "exit"}}]}},
            {"change": {"do": [{"c": {"set": {}}}, {"d": {"set": {}}}]}}
        ]}));
        let blueprint = Blueprint::of(&document);
        assert!(blueprint.place(&pointer("/do/2/change")) < blueprint.place(&pointer("/do/2/change/do/1/d")));
        let mut progress = Progress::new(&blueprint, None);
        assert_eq!((progress.total(), progress.done()), (5, 0));
        progress.set(&pointer("/do/0/check"), true);
        progress.set(&pointer("/do/0/check/fork/branches/0/a"), true);
        progress.set_not_taken(&[pointer("/do/2/change")]);
        assert_eq!((progress.total(), progress.done()), (3, 1));
        progress.set(&pointer("/do/0/check/fork/branches/0/a"), false);
        assert_eq!(progress.done(), 0);
        let some = Progress::new(&blueprint, Some(&["change".to_owned()]));
        assert_eq!(some.total(), 2);
    }
}
