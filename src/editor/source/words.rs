//! The words of the editor component in the language of the console: it knows them by what they are in English.

use leptos_i18n::I18nContext;
use serde_json::{Value, json};

use crate::i18n::*;

/// By the component's own phrases; `$` stands for a number that it puts in.
pub(super) fn phrases(i18n: I18nContext<Locale>) -> Value {
    json!({
        "Find": t_string!(i18n, editor.source.words.find),
        "Replace": t_string!(i18n, editor.source.words.replace_with),
        "next": t_string!(i18n, editor.source.words.next),
        "previous": t_string!(i18n, editor.source.words.previous),
        "all": t_string!(i18n, editor.source.words.all),
        "match case": t_string!(i18n, editor.source.words.case),
        "regexp": t_string!(i18n, editor.source.words.regexp),
        "by word": t_string!(i18n, editor.source.words.word),
        "replace": t_string!(i18n, editor.source.words.replace),
        "replace all": t_string!(i18n, editor.source.words.replace_all),
        "close": t_string!(i18n, common.action.close),
        "current match": t_string!(i18n, editor.source.words.current),
        "on line": t_string!(i18n, editor.source.words.on_line),
        "replaced match on line $": t_string!(i18n, editor.source.words.replaced_one),
        "replaced $ matches": t_string!(i18n, editor.source.words.replaced),
        "Go to line": t_string!(i18n, editor.source.words.line),
        "go": t_string!(i18n, editor.source.words.go),
        "Fold line": t_string!(i18n, editor.source.words.fold),
        "Unfold line": t_string!(i18n, editor.source.words.unfold),
        "Folded lines": t_string!(i18n, editor.source.words.folded),
        "Unfolded lines": t_string!(i18n, editor.source.words.unfolded),
        "to": t_string!(i18n, editor.source.words.to),
        "folded code": t_string!(i18n, editor.source.words.folded_code),
        "unfold": t_string!(i18n, editor.source.words.unfold),
        "Diagnostics": t_string!(i18n, editor.problems.title),
        "No diagnostics": t_string!(i18n, editor.problems.none),
        "Completions": t_string!(i18n, editor.source.words.completions),
        "Control character": t_string!(i18n, editor.source.words.control),
        "Selection deleted": t_string!(i18n, editor.source.words.deleted),
    })
}

/// What the text's element is called and described by.
pub(super) fn attributes(i18n: I18nContext<Locale>) -> Value {
    json!({
        "aria-label": t_string!(i18n, editor.view.source),
        "aria-describedby": "source-help",
        "spellcheck": "false",
        "autocapitalize": "off",
        "autocorrect": "off",
    })
}
