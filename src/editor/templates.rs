//! Runbooks to begin with: whole, valid, and to be changed.

use canvas::Input;
use flow::Document;
use leptos::prelude::*;

use super::state::Editor;
use crate::i18n::*;
use crate::ui::{Dialog, DialogSize};

/// The templates, in the order in which they are offered.
const TEMPLATES: [&str; 5] = [
    // The runbook that a new hub begins with.
    include_str!("../../crates/hub/seed/failover.json"),
    include_str!("templates/failback.json"),
    include_str!("templates/drill.json"),
    include_str!("templates/switch-traffic.json"),
    include_str!("templates/data-verification.json"),
];

#[component]
pub(super) fn TemplatesDialog(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let close = Callback::new(move |()| editor.sheet.set(None));
    let cards = TEMPLATES.iter().filter_map(|text| Document::from_json(text).ok()).map(move |document| {
        let (title, summary) = {
            let head = document.view();
            (head.title.unwrap_or(head.name).to_owned(), head.summary.unwrap_or_default().to_owned())
        };
        let stages = document.top_level_names().join(" → ");
        let choose = move |_| {
            editor.source.forget();
            editor.send(Input::FieldVisitEnded);
            editor.send(Input::ReplaceDocument { root: document.root().clone() });
            editor.send(Input::FieldVisitEnded);
            editor.send(Input::Fit);
            editor.sheet.set(None);
        };
        view! {
            <button type="button" class="template" on:click=choose>
                <strong>{title}</strong>
                <span>{summary}</span>
                <code>{stages}</code>
            </button>
        }
    });
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.documents.template).to_owned()) on_close=close size=DialogSize::Wide>
            <p class="muted">{t!(i18n, editor.documents.template_help)}</p>
            <div class="templates">{cards.collect_view()}</div>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use flow::{Catalog, CatalogFunction, Document, validate};
    use serde_json::Value;

    /// The functions that a hub offers, read from where it reads them.
    fn catalog() -> Catalog {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/hub/plugins");
        let mut catalog = Catalog::default();
        for file in std::fs::read_dir(folder).expect("the plugins").flatten() {
            let text = std::fs::read_to_string(file.path()).expect("a file");
            let plugins: Vec<Value> = serde_json::from_str(&text).expect("plugins");
            for plugin in plugins {
                let word = |name: &str| plugin[name].as_str().unwrap_or_default().to_owned();
                let call = format!("{}:{}@default", word("plugin"), word("version"));
                catalog.insert(call, CatalogFunction { input_schema: plugin["input_schema"].clone() });
            }
        }
        catalog
    }

    #[test]
    fn every_template_is_a_definition_that_a_hub_runs() {
        let catalog = catalog();
        for text in super::TEMPLATES {
            let document = Document::from_json(text).expect("JSON");
            let problems = validate(&document, &catalog);
            assert!(problems.is_empty(), "{}: {problems:?}", document.view().name);
        }
    }
}
