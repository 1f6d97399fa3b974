//! The language's own constructs, as the palette offers them.

use flow::TaskKind;
use leptos_i18n::I18nContext;
use serde_json::{Value, json};

use crate::i18n::*;
use crate::ui::Icon;
use crate::ui::flow_canvas::kind_icon;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Construct {
    Fork,
    Try,
    For,
    Switch,
    Set,
    Wait,
    Raise,
    Do,
    Run,
    Emit,
    Listen,
}

impl Construct {
    pub(super) const ALL: [Self; 11] = [
        Self::Fork,
        Self::Try,
        Self::For,
        Self::Switch,
        Self::Do,
        Self::Set,
        Self::Wait,
        Self::Raise,
        Self::Run,
        Self::Emit,
        Self::Listen,
    ];

    /// The defining member of the task.
    pub(super) const fn word(self) -> &'static str {
        self.kind().key()
    }

    /// The name that a new task gets.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Fork => "parallel",
            Self::Try => "try-catch",
            Self::For => "loop",
            Self::Switch => "switch",
            Self::Set => "set-data",
            Self::Wait => "wait",
            Self::Raise => "raise-error",
            Self::Do => "group",
            Self::Run => "run-workflow",
            Self::Emit => "emit-event",
            Self::Listen => "listen",
        }
    }

    pub(super) fn icon(self) -> Icon {
        kind_icon(self.kind())
    }

    /// The task to insert: as small as the language lets it be.
    pub(super) fn task(self) -> Value {
        match self {
            Self::Fork => json!({ "fork": { "branches": [] } }),
            Self::Try => json!({ "try": [], "catch": { "do": [] } }),
            Self::For => json!({ "for": { "each": "item", "in": "${ [1, 2, 3] }" }, "do": [] }),
            Self::Switch => json!({ "switch": [{ "otherwise": { "then": "continue" } }] }),
            Self::Set => json!({ "set": { "note": "" } }),
            Self::Wait => json!({ "wait": { "seconds": 30 } }),
            Self::Raise => json!({ "raise": { "error": {
                "type": "https://serverlessworkflow.io/spec/1.0.0/errors/runtime",
                "status": 500,
                "title": "Stopped by the workflow",
            } } }),
            Self::Do => json!({ "do": [] }),
            Self::Run => {
                json!({ "run": { "workflow": { "namespace": "default", "name": "drill", "version": "latest" } } })
            }
            Self::Emit => json!({ "emit": { "event": { "with": {
                "source": "https://mas.example/workflows",
                "type": "com.example.site.switched",
            } } } }),
            Self::Listen => {
                json!({ "listen": { "to": { "one": { "with": { "type": "com.example.site.switched" } } } } })
            }
        }
    }

    /// Name and description.
    pub(super) fn words(self, i18n: I18nContext<Locale>) -> (String, String) {
        let (name, text) = match self {
            Self::Fork => (t_string!(i18n, editor.kind.fork), t_string!(i18n, editor.construct.fork)),
            Self::Try => (t_string!(i18n, editor.kind.attempt), t_string!(i18n, editor.construct.attempt)),
            Self::For => (t_string!(i18n, editor.kind.each), t_string!(i18n, editor.construct.each)),
            Self::Switch => (t_string!(i18n, editor.kind.switch), t_string!(i18n, editor.construct.switch)),
            Self::Set => (t_string!(i18n, editor.kind.set), t_string!(i18n, editor.construct.set)),
            Self::Wait => {
                (t_string!(i18n, editor.construct.pause_name), t_string!(i18n, editor.construct.pause))
            }
            Self::Raise => (t_string!(i18n, editor.kind.raise), t_string!(i18n, editor.construct.raise)),
            Self::Do => (t_string!(i18n, editor.kind.group), t_string!(i18n, editor.construct.group)),
            Self::Run => (t_string!(i18n, editor.construct.run_name), t_string!(i18n, editor.construct.run)),
            Self::Emit => (t_string!(i18n, editor.kind.emit), t_string!(i18n, editor.construct.emit)),
            Self::Listen => (t_string!(i18n, editor.kind.listen), t_string!(i18n, editor.construct.listen)),
        };
        (name.to_string(), text.to_string())
    }

    const fn kind(self) -> TaskKind {
        match self {
            Self::Fork => TaskKind::Fork,
            Self::Try => TaskKind::Try,
            Self::For => TaskKind::For,
            Self::Switch => TaskKind::Switch,
            Self::Set => TaskKind::Set,
            Self::Wait => TaskKind::Wait,
            Self::Raise => TaskKind::Raise,
            Self::Do => TaskKind::Do,
            Self::Run => TaskKind::Run,
            Self::Emit => TaskKind::Emit,
            Self::Listen => TaskKind::Listen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::{Catalog, Document, Severity};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn what_the_palette_inserts_may_be_saved() {
        for construct in Construct::ALL {
            let name = construct.name();
            let document = Document::from_value(json!({
                "document": { "dsl": "1.0.3", "namespace": "default", "name": "a", "version": "1.0.0" },
                "do": [{ name: construct.task() }],
            }));
            let mut problems = flow::validate(&document, &Catalog::default());
            problems.retain(|problem| problem.severity == Severity::Error);
            assert!(problems.is_empty(), "{name}: {problems:?}");
        }
    }
}
