//! What a `try` catches, where it goes on then, and how it retries.

use canvas::Input;
use canvas::fields::policy::{Backoff, Retry, used_names};
use flow::Pointer;
use leptos::prelude::*;

use super::choice::{ChoiceOf, Choices};
use super::duration::DurationField;
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape, remove};
use super::then::{ThenField, Without};
use crate::editor::state::Editor;
use crate::i18n::*;

/// The errors that the language names (DSL reference, Standard Error Types).
const STANDARD: [&str; 8] = [
    "configuration",
    "validation",
    "expression",
    "authentication",
    "authorization",
    "timeout",
    "communication",
    "runtime",
];

#[component]
pub(super) fn CatchFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let catch = task.child("catch");
    // A `try` without `catch` is none: it stays, whatever is emptied in it.
    provide_context(Holder(catch.clone()));
    let with = catch.child("errors").child("with");
    let types = Signal::derive(|| {
        STANDARD
            .iter()
            .map(|name| format!("https://serverlessworkflow.io/spec/1.0.0/errors/{name}"))
            .collect()
    });
    view! {
        <details class="details" open=true>
            <summary>{t!(i18n, editor.catching.title)}</summary>
            <p class="form__help">{t!(i18n, editor.catching.help)}</p>
            <Told editor at=catch.clone() tells=Tells::Own />
            <Told editor at=catch.child("errors") tells=Tells::Own />
            <MemberField editor at=with.child("type") label=words!(i18n, editor.catching.kind) choices=types placeholder="https://" />
            <div class="inspector__pair">
                <MemberField editor at=with.child("status") label=words!(i18n, editor.catching.status) shape=Shape::Number placeholder="503" />
                <MemberField editor at=with.child("instance") label=words!(i18n, editor.catching.instance) placeholder="/do/0/call" />
            </div>
            <MemberField editor at=with.child("title") label=words!(i18n, editor.catching.error_title) />
            <MemberField editor at=with.child("detail") label=words!(i18n, editor.catching.detail) />
            <MemberField editor at=catch.child("as") label=words!(i18n, editor.field.catch_as) placeholder="error" />
            <MemberField editor at=catch.child("when") label=words!(i18n, editor.field.catch_when) shape=Shape::Code holds=Holds::Expression placeholder="${ $error.status == 503 }" />
            <MemberField editor at=catch.child("exceptWhen") label=words!(i18n, editor.catching.except_when) shape=Shape::Code holds=Holds::Expression />
            <ThenField editor task at=catch.child("then") label=words!(i18n, editor.catching.then) without=Without::AsTheTask />
        </details>
        <RetryFields editor at=catch.child("retry") />
    }
}

#[component]
fn RetryFields(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let retry = Memo::new(move |_| Retry::of(value.read().as_ref()));
    let word = Signal::derive(move || match retry.get() {
        Retry::Off => "off".to_owned(),
        Retry::Inline => "inline".to_owned(),
        Retry::Named(name) => format!("use {name}"),
    });
    let choices = Signal::derive(move || {
        editor.model.revision.track();
        let mut names = editor.model.read(|session| used_names(session.document().root(), "retries"));
        if let Retry::Named(name) = retry.get()
            && !names.contains(&name)
        {
            names.push(name);
        }
        let mut choices: Choices = vec![
            ("off".to_owned(), t_string!(i18n, editor.retry.off).to_string()),
            ("inline".to_owned(), t_string!(i18n, editor.retry.inline).to_string()),
        ];
        choices.extend(names.into_iter().map(|name| {
            let label = t_string!(i18n, editor.retry.named, name = name.clone());
            (format!("use {name}"), label)
        }));
        choices
    });
    let choose = Callback::new({
        let at = at.clone();
        move |word: String| {
            let retry = match word.strip_prefix("use ") {
                Some(name) => Retry::Named(name.to_owned()),
                None if word == "inline" => Retry::Inline,
                None => Retry::Off,
            };
            match retry.policy(value.get_untracked().as_ref()) {
                Some(value) => editor.send(Input::SetMember { at: at.clone(), value }),
                None => remove(editor, &at, at.parent().map(Holder).as_ref()),
            }
        }
    });
    let inline = Memo::new(move |_| retry.get() == Retry::Inline);
    let policy = at.clone();
    view! {
        <details class="details" open=true>
            <summary>{t!(i18n, editor.field.retry)}</summary>
            <ChoiceOf editor at=at label=words!(i18n, editor.retry.policy) value=word choices on_choose=choose />
            {move || inline.get().then(|| view! { <PolicyFields editor at=policy.clone() /> })}
        </details>
    }
}

/// The members of a retry policy.
#[component]
pub(super) fn PolicyFields(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Holder(at.clone()));
    let attempt = at.child("limit").child("attempt");
    let jitter = at.child("jitter");
    view! {
        <DurationField editor at=at.child("delay") label=words!(i18n, editor.retry.delay) />
        <BackoffField editor at=at.child("backoff") />
        <MemberField editor at=attempt.child("count") label=words!(i18n, editor.retry.count) help=words!(i18n, editor.retry.count_help) shape=Shape::Number placeholder="3" />
        <DurationField editor at=at.child("limit").child("duration") label=words!(i18n, editor.retry.total) />
        <DurationField editor at=attempt.child("duration") label=words!(i18n, editor.retry.each) />
        <DurationField editor at=jitter.child("from") label=words!(i18n, editor.retry.jitter_from) help=words!(i18n, editor.retry.jitter_help) />
        <DurationField editor at=jitter.child("to") label=words!(i18n, editor.retry.jitter_to) />
        <Told editor at=jitter tells=Tells::Own />
        <MemberField editor at=at.child("when") label=words!(i18n, editor.retry.when) shape=Shape::Code holds=Holds::Expression placeholder="${ $error.status == 503 }" />
        <MemberField editor at=at.child("exceptWhen") label=words!(i18n, editor.retry.except_when) shape=Shape::Code holds=Holds::Expression />
        <Told editor at=at tells=Tells::Own />
    }
}

#[component]
fn BackoffField(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let value = Memo::new({
        let at = at.clone();
        move |_| Backoff::of(editor.model.value(&at).as_ref())
    });
    let word = Signal::derive(move || value.get().word().to_owned());
    let choices = Signal::derive(move || {
        let label = |kind: Backoff| match kind {
            Backoff::None => t_string!(i18n, editor.retry.backoff_none).to_string(),
            Backoff::Constant => t_string!(i18n, editor.retry.constant).to_string(),
            Backoff::Exponential => t_string!(i18n, editor.retry.exponential).to_string(),
            Backoff::Linear => t_string!(i18n, editor.retry.linear).to_string(),
        };
        Backoff::ALL.into_iter().map(|kind| (kind.word().to_owned(), label(kind))).collect::<Choices>()
    });
    let holder = use_context::<Holder>();
    let choose = Callback::new({
        let at = at.clone();
        move |word: String| match Backoff::of_word(&word).and_then(Backoff::value) {
            Some(value) => editor.send(Input::SetMember { at: at.clone(), value }),
            None => remove(editor, &at, holder.as_ref()),
        }
    });
    view! { <ChoiceOf editor at label=words!(i18n, editor.retry.backoff) value=word choices on_choose=choose /> }
}
