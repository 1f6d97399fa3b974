//! When the workflow starts by itself (DSL reference, Schedule).

use canvas::Input;
use canvas::fields::schedule::Schedule;
use flow::Pointer;
use leptos::prelude::*;

use super::choice::{ChoiceOf, Choices};
use super::duration::DurationField;
use super::events::EventsFields;
use super::frame::{Tells, Told, words};
use super::member::{MemberField, Shape};
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn ScheduleFields(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let at = Pointer::root().child("schedule");
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let schedule = Memo::new(move |_| Schedule::of(value.read().as_ref()));
    let word = Signal::derive(move || schedule.get().word().to_owned());
    let choices = Signal::derive(move || {
        let label = |schedule: Schedule| match schedule {
            Schedule::Never => t_string!(i18n, editor.schedule.never).to_string(),
            Schedule::Cron => t_string!(i18n, editor.schedule.cron).to_string(),
            Schedule::Every => t_string!(i18n, editor.schedule.every).to_string(),
            Schedule::After => t_string!(i18n, editor.schedule.after).to_string(),
            Schedule::On => t_string!(i18n, editor.schedule.on).to_string(),
            Schedule::Other => t_string!(i18n, editor.schedule.other).to_string(),
        };
        let offered =
            Schedule::ALL.into_iter().filter(|one| *one != Schedule::Other || schedule.get() == *one);
        offered.map(|schedule| (schedule.word().to_owned(), label(schedule))).collect::<Choices>()
    });
    let choose = Callback::new({
        let at = at.clone();
        move |word: String| match Schedule::of_word(&word) {
            Some(Schedule::Never) if value.read_untracked().is_some() => {
                editor.send(Input::RemoveMember { at: at.clone() });
            }
            Some(schedule) => {
                if let Some(value) = schedule.value() {
                    editor.send(Input::SetMember { at: at.clone(), value });
                }
            }
            None => {}
        }
    });
    let place = at.clone();
    let fields = move || {
        let at = place.child(schedule.get().word());
        match schedule.get() {
            Schedule::Never => ().into_any(),
            Schedule::Cron => view! { <MemberField editor at label=words!(i18n, editor.schedule.cron_label) help=words!(i18n, editor.schedule.cron_help) shape=Shape::Code placeholder="0 3 * * 1" required=true /> }.into_any(),
            Schedule::Every => view! { <DurationField editor at label=words!(i18n, editor.schedule.every_label) required=true /> }.into_any(),
            Schedule::After => view! { <DurationField editor at label=words!(i18n, editor.schedule.after_label) required=true /> }.into_any(),
            Schedule::On => view! { <EventsFields editor to=at /> }.into_any(),
            Schedule::Other => view! { <MemberField editor at=place.clone() label=words!(i18n, editor.schedule.json) shape=Shape::Json /> }.into_any(),
        }
    };
    let told = at.clone();
    view! {
        <ChoiceOf editor at label=words!(i18n, editor.schedule.kind) value=word choices on_choose=choose />
        {fields}
        <Told editor at=told tells=Tells::Own />
    }
}
