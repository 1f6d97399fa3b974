//! A container that a `run` task runs (DSL reference, Container Process).

use flow::Pointer;
use leptos::prelude::*;

use super::choice::{ChoiceField, Choices};
use super::duration::DurationField;
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape};
use super::rows::RowsField;
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn ContainerFields(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Holder(at.clone()));
    let default =
        move |word: &str| (String::new(), t_string!(i18n, editor.form.default, value = word.to_owned()));
    let pulls = Signal::derive(move || {
        let words = ["ifNotPresent", "always", "never"].map(|word| (word.to_owned(), word.to_owned()));
        [default("ifNotPresent")].into_iter().chain(words).collect::<Choices>()
    });
    let cleanups = Signal::derive(move || {
        let label = |word: &str| match word {
            "always" => t_string!(i18n, editor.container.always).to_string(),
            "eventually" => t_string!(i18n, editor.container.eventually).to_string(),
            _ => t_string!(i18n, editor.container.never).to_string(),
        };
        let words = ["always", "eventually", "never"].map(|word| (word.to_owned(), label(word)));
        [default(&label("never"))].into_iter().chain(words).collect::<Choices>()
    });
    let lifetime = at.child("lifetime");
    let cleanup = lifetime.child("cleanup");
    let later = Memo::new({
        let cleanup = cleanup.clone();
        move |_| editor.model.value(&cleanup) == Some(serde_json::json!("eventually"))
    });
    let after = lifetime.child("after");
    let after = move || {
        let at = after.clone();
        later.get().then(
            || view! { <DurationField editor at label=words!(i18n, editor.container.after) required=true /> },
        )
    };
    view! {
        <MemberField editor at=at.child("image") label=words!(i18n, editor.container.image) holds=Holds::Either placeholder="registry.example/tool:1.0" required=true />
        <MemberField editor at=at.child("name") label=words!(i18n, editor.container.name) holds=Holds::Either />
        <MemberField editor at=at.child("command") label=words!(i18n, editor.process.command) shape=Shape::Code holds=Holds::Either />
        <MemberField editor at=at.child("arguments") label=words!(i18n, editor.process.arguments) help=words!(i18n, common.form.one_per_line) shape=Shape::Lines />
        <RowsField editor at=at.child("environment") label=words!(i18n, editor.process.environment) />
        <RowsField editor at=at.child("ports") label=words!(i18n, editor.container.ports) help=words!(i18n, editor.container.ports_help) placeholder="8080" />
        <RowsField editor at=at.child("volumes") label=words!(i18n, editor.container.volumes) help=words!(i18n, editor.container.volumes_help) placeholder="/data" />
        <MemberField editor at=at.child("stdin") label=words!(i18n, editor.process.stdin) holds=Holds::Either />
        <ChoiceField editor at=at.child("pullPolicy") label=words!(i18n, editor.container.pull) choices=pulls />
        <ChoiceField editor at=cleanup label=words!(i18n, editor.container.cleanup) choices=cleanups />
        {after}
        <Told editor at=lifetime tells=Tells::Own />
        <Told editor at tells=Tells::Own />
    }
}
