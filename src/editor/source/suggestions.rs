//! What the language suggests at the caret, with the words of the console and the names of its plugins.

use flow::completion::{Suggestion, SuggestionKind};
use leptos::prelude::*;
use leptos::reactive::diagnostics::SpecialNonReactiveZone;
use serde_json::{Value, json};

use crate::editor::state::Editor;
use crate::i18n::*;

/// The suggestions as the editor component takes them; null where there are none.
pub(super) fn suggest(editor: Editor, text: &str, caret: usize) -> Value {
    // The component asks as an event does: what is read here is not followed.
    let _asked = SpecialNonReactiveZone::enter();
    let Some(found) = flow::completion::complete(text, caret, &editor.catalog()) else { return Value::Null };
    let options: Vec<Value> = found
        .suggestions
        .iter()
        .map(|one| {
            json!({
                "label": one.label,
                "apply": one.insert,
                "caret": one.caret,
                "detail": detail(editor, one),
                "info": help(editor, one),
                "type": kind(one.kind),
            })
        })
        .collect();
    json!({
        "from": found.from,
        "to": found.to,
        "before": found.before,
        "after": found.after,
        "options": options,
    })
}

/// A word beside the label; nothing where the label says it all.
fn detail(editor: Editor, one: &Suggestion) -> Option<String> {
    let i18n = editor.i18n;
    match one.kind {
        SuggestionKind::Required => Some(t_string!(i18n, editor.source.required).to_owned()),
        SuggestionKind::Task => Some(t_string!(i18n, editor.source.task).to_owned()),
        SuggestionKind::Function => plugin_text(editor, &one.label, |plugin| &plugin.name),
        _ => None,
    }
}

fn help(editor: Editor, one: &Suggestion) -> Option<String> {
    let own = if editor.i18n.get_locale_untracked() == Locale::zh_CN { &one.help_zh } else { &one.help_en };
    if own.is_empty() && one.kind == SuggestionKind::Function {
        return plugin_text(editor, &one.label, |plugin| &plugin.description);
    }
    (!own.is_empty()).then(|| own.clone())
}

fn plugin_text(
    editor: Editor,
    call: &str,
    of: impl Fn(&wire::plugin::Plugin) -> &wire::plugin::LocalizedText,
) -> Option<String> {
    let plugins = editor.plugins.read_untracked();
    let text = of(plugins.iter().find(|plugin| plugin.call == call)?);
    let zh = editor.i18n.get_locale_untracked() == Locale::zh_CN;
    Some(if zh { text.zh.clone() } else { text.en.clone() }).filter(|text| !text.is_empty())
}

/// The component's words; it asks on after what leads to something to be written.
fn kind(kind: SuggestionKind) -> &'static str {
    match kind {
        SuggestionKind::Required | SuggestionKind::Optional => "property",
        SuggestionKind::TaskKind | SuggestionKind::Task => "class",
        SuggestionKind::Word => "enum",
        SuggestionKind::Target | SuggestionKind::Name => "variable",
        SuggestionKind::Function => "function",
    }
}
