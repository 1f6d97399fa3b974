//! A definition that may be saved: its text, and what the list shows of it.

use flow::{Catalog, Document, MAX_BYTES, MAX_TASKS, Problem, Severity};

use crate::error::HubError;
use crate::plugins::Plugins;
use crate::schedules;

/// From so many bytes on a definition is checked aside.
const LARGE: usize = 32 * 1024;

/// A definition without errors, kept as the text that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub text: String,
    pub document: Document,
    pub name: String,
    pub namespace: String,
    pub version: String,
    pub title: String,
    pub description: String,
    pub stages: Vec<String>,
}

impl Definition {
    /// Reads and checks a definition.
    ///
    /// # Errors
    /// 400: with the problems where it is a document, else with the reason why it is none.
    pub fn read(text: &str, catalog: &Catalog) -> Result<Self, HubError> {
        if text.len() > MAX_BYTES {
            return Err(HubError::bad_request(
                format!("workflowDef: the definition has {} bytes; the most is 4 MiB (4194304)", text.len()),
                format!("workflowDef：定义有 {} 字节，最多 4 MiB（4194304）", text.len()),
            ));
        }
        let document = Document::from_json(text).map_err(|error| {
            HubError::invalid_definition(
                format!("workflowDef: the definition is not JSON: {error}"),
                format!("workflowDef：定义不是 JSON：{error}"),
                Vec::new(),
            )
        })?;
        let tasks = flow::view::tasks(&document).take(MAX_TASKS + 1).count();
        if tasks > MAX_TASKS {
            return Err(HubError::bad_request(
                "workflowDef: the definition has more than 20000 tasks, which is the most",
                "workflowDef：定义的任务超过 20000 个上限",
            ));
        }
        let mut problems = flow::validate(&document, catalog);
        if problems.iter().all(|problem| problem.severity != Severity::Error) {
            problems.extend(schedules::problems(&document));
        }
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(not_valid(problems));
        }
        let view = document.view();
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(Self {
            text: text.to_owned(),
            name: view.name.to_owned(),
            namespace: view.namespace.to_owned(),
            version: view.version.to_owned(),
            title: owned(view.title),
            description: owned(view.summary),
            stages: document.top_level_names().into_iter().map(str::to_owned).collect(),
            document,
        })
    }

    /// The same off the threads that answer requests where the definition is large: checking one of the largest takes
    /// long enough for others to notice.
    ///
    /// # Errors
    /// As [`Definition::read`].
    pub async fn read_aside(text: String, plugins: &Plugins) -> Result<Self, HubError> {
        if text.len() < LARGE {
            return Self::read(&text, plugins.catalog());
        }
        let plugins = plugins.clone();
        tokio::task::spawn_blocking(move || Self::read(&text, plugins.catalog()))
            .await
            .map_err(HubError::internal)?
    }

    pub(super) fn stages_json(&self) -> String {
        serde_json::Value::from(self.stages.clone()).to_string()
    }

    pub(super) fn search_text(&self) -> String {
        [&self.name, &self.title, &self.namespace, &self.description]
            .map(|text| text.to_lowercase())
            .join("\n")
    }
}

/// 400 whose reason tells the first error, and that there are more.
pub(crate) fn not_valid(problems: Vec<Problem>) -> HubError {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let more = errors.clone().count().saturating_sub(1);
    let first = errors.clone().next().or_else(|| problems.first());
    let (en, zh) = first.map_or_else(
        || (String::new(), String::new()),
        |problem| {
            let place = problem.pointer.as_str();
            (format!("{place}: {}", problem.message_en), format!("{place}：{}", problem.message_zh))
        },
    );
    let (more_en, more_zh) = match more {
        0 => (String::new(), String::new()),
        more => (format!(" (and {more} more)"), format!("（另有 {more} 处）")),
    };
    HubError::invalid_definition(
        format!("the definition is not valid: {en}{more_en}"),
        format!("定义不合法：{zh}{more_zh}"),
        problems,
    )
}
