//! What a `run` task runs: another workflow, a command, a script or a container.

use canvas::Input;
use canvas::fields::process::Process;
use flow::Pointer;
use leptos::prelude::*;

use super::choice::{ChoiceField, ChoiceOf, Choices, yes_or_no};
use super::container::ContainerFields;
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape};
use super::rows::RowsField;
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn RunFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let at = task.child("run");
    provide_context(Holder(at.clone()));
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let process = Memo::new(move |_| Process::of(value.read().as_ref()));
    let word = Signal::derive(move || process.get().map_or("", Process::word).to_owned());
    let choices = Signal::derive(move || {
        let label = |process: Process| match process {
            Process::Workflow => t_string!(i18n, editor.process.workflow).to_string(),
            Process::Shell => t_string!(i18n, editor.process.shell).to_string(),
            Process::Script => t_string!(i18n, editor.process.script).to_string(),
            Process::Container => t_string!(i18n, editor.process.container).to_string(),
        };
        Process::ALL
            .into_iter()
            .map(|process| (process.word().to_owned(), label(process)))
            .collect::<Choices>()
    });
    let choose = Callback::new({
        let at = at.clone();
        move |word: String| {
            let Some(process) = Process::of_word(&word) else { return };
            let value = process.run(value.get_untracked().as_ref());
            editor.send(Input::SetMember { at: at.clone(), value });
        }
    });
    let returns = Signal::derive(move || {
        let default = t_string!(i18n, editor.form.default, value = "stdout".to_owned());
        let words = ["stdout", "stderr", "code", "all", "none"];
        let mut choices: Choices = vec![(String::new(), default)];
        choices.extend(words.into_iter().map(|word| (word.to_owned(), word.to_owned())));
        choices
    });
    let settings = at.clone();
    let fields = move || {
        match process.get() {
        Some(Process::Workflow) => view! { <WorkflowFields editor at=settings.child("workflow") /> }.into_any(),
        Some(Process::Shell) => view! { <ProgramFields editor at=settings.child("shell") script=false /> }.into_any(),
        Some(Process::Script) => view! { <ProgramFields editor at=settings.child("script") script=true /> }.into_any(),
        Some(Process::Container) => {
            view! { <ContainerFields editor at=settings.child("container") /> }.into_any()
        }
        None => view! { <MemberField editor at=settings.clone() label=words!(i18n, editor.kind.run) shape=Shape::Json required=true /> }.into_any(),
    }
    };
    let returned = at.clone();
    view! {
        <ChoiceOf editor at=at.clone() label=words!(i18n, editor.process.what) value=word choices on_choose=choose />
        {fields}
        <ChoiceField editor at=at.child("await") label=words!(i18n, editor.process.waits) choices=yes_or_no(i18n, true) />
        {move || {
            let program = process.get().is_some_and(|process| process != Process::Workflow);
            program.then(|| view! { <ChoiceField editor at=returned.child("return") label=words!(i18n, editor.process.returns) choices=returns /> })
        }}
    }
}

#[component]
fn WorkflowFields(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Holder(at.clone()));
    view! {
        <MemberField editor at=at.child("name") label=words!(i18n, editor.process.name) required=true />
        <div class="inspector__pair">
            <MemberField editor at=at.child("namespace") label=words!(i18n, editor.settings.namespace) placeholder="default" required=true />
            <MemberField editor at=at.child("version") label=words!(i18n, editor.settings.version) placeholder="latest" required=true />
        </div>
        <RowsField editor at=at.child("input") label=words!(i18n, editor.process.input) expressions=true />
        <Told editor at tells=Tells::Own />
    }
}

/// A command of the shell, or a script.
#[component]
fn ProgramFields(editor: Editor, at: Pointer, script: bool) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Holder(at.clone()));
    let source = at.child("source");
    let by_source = editor.model.read(|session| source.get(session.document().root()).is_some());
    let what = if script {
        let languages = Signal::stored(vec!["python".to_owned(), "js".to_owned()]);
        let code = if by_source {
            view! { <MemberField editor at=source label=words!(i18n, editor.process.source) shape=Shape::TextOrJson /> }.into_any()
        } else {
            view! { <MemberField editor at=at.child("code") label=words!(i18n, editor.process.code) shape=Shape::Script holds=Holds::Either required=true /> }.into_any()
        };
        view! {
            <MemberField editor at=at.child("language") label=words!(i18n, editor.process.language) choices=languages required=true />
            {code}
        }
        .into_any()
    } else {
        view! { <MemberField editor at=at.child("command") label=words!(i18n, editor.process.command) shape=Shape::Code holds=Holds::Either required=true /> }.into_any()
    };
    view! {
        {what}
        <MemberField editor at=at.child("arguments") label=words!(i18n, editor.process.arguments) help=words!(i18n, common.form.one_per_line) shape=Shape::Lines />
        <RowsField editor at=at.child("environment") label=words!(i18n, editor.process.environment) />
        <MemberField editor at=at.child("stdin") label=words!(i18n, editor.process.stdin) holds=Holds::Either />
        <Told editor at tells=Tells::Own />
    }
}
