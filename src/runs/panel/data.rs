//! What went into a task and came out of it, also against an earlier attempt or another round of its loop.

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::Value;
use wire::Task;
use wire::job::TaskError;

use super::ErrorCard;
use crate::i18n::*;
use crate::ui::JsonView;
use crate::ui::status::status_label;

/// Of a loop of very many rounds those nearest to the one that is looked at are offered.
const MOST_ROUNDS: usize = 40;

/// What a task is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Other {
    Attempt(u32),
    /// Another instance, by its id.
    Instance(String),
}

impl Other {
    fn word(&self) -> String {
        match self {
            Self::Attempt(number) => format!("attempt {number}"),
            Self::Instance(id) => format!("task {id}"),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word.split_once(' ')? {
            ("attempt", number) => number.parse().ok().map(Self::Attempt),
            ("task", id) => Some(Self::Instance(id.to_owned())),
            _ => None,
        }
    }
}

/// The values of what is compared with.
#[derive(Clone, Debug, PartialEq)]
struct Values {
    input: Value,
    output: Value,
    error: Option<TaskError>,
    is_omitted: bool,
}

#[component]
pub(super) fn TaskData(task: Memo<Option<Task>>, instances: Memo<Vec<Task>>) -> impl IntoView {
    let i18n = use_i18n();
    let input = Memo::new(move |_| task.read().as_ref().map(|task| task.input.clone()).unwrap_or_default());
    let output = Memo::new(move |_| task.read().as_ref().map(|task| task.output.clone()).unwrap_or_default());
    let is_omitted = Memo::new(move |_| task.read().as_ref().is_some_and(|task| task.values_omitted));
    let chosen = RwSignal::new(None::<Other>);
    let others = Memo::new(move |_| {
        let task = task.read();
        let task = task.as_ref()?;
        Some(others(i18n, task, &instances.read()))
    });
    let other = Memo::new(move |_| {
        let task = task.read();
        values(chosen.read().as_ref()?, task.as_ref()?, &instances.read())
    });
    let before = |part: fn(&Values) -> &Value| {
        Signal::derive(move || {
            other.read().as_ref().filter(|other| !other.is_omitted).map(|other| part(other).clone())
        })
    };
    let (before_input, before_output) = (before(|values| &values.input), before(|values| &values.output));
    let error = Memo::new(move |_| other.read().as_ref().and_then(|other| other.error.clone()));
    let is_left_out = move || is_omitted.get() || other.read().as_ref().is_some_and(|other| other.is_omitted);
    let word = move || chosen.read().as_ref().map(Other::word).unwrap_or_default();
    view! {
        <Show when=move || others.read().as_ref().is_some_and(|others| !others.is_empty())>
            <div class="form__field">
                <label for="run-compare">{t!(i18n, runs.compare_with)}</label>
                <select id="run-compare" class="input" prop:value=word on:change=move |event| chosen.set(Other::parse(&event_target_value(&event)))>
                    <option value="">{t!(i18n, runs.compare_with_none)}</option>
                    {move || others.get().unwrap_or_default().into_iter().map(|(other, label)| {
                        let selected = chosen.read_untracked().as_ref() == Some(&other);
                        view! { <option value=other.word() selected=selected>{label}</option> }
                    }).collect_view()}
                </select>
            </div>
        </Show>
        {move || error.get().map(|error| view! { <ErrorCard error /> })}
        {move || is_left_out().then(|| view! { <p class="muted">{t_string!(i18n, runs.values_omitted)}</p> })}
        <details class="details" open>
            <summary>{t!(i18n, runs.output)}</summary>
            <JsonView value=output before=before_output />
        </details>
        <details class="details">
            <summary>{t!(i18n, runs.input)}</summary>
            <JsonView value=input before=before_input />
        </details>
    }
}

/// What a task can be compared with: its earlier attempts, the newest first, then the rounds around it.
fn others(i18n: I18nContext<Locale>, task: &Task, instances: &[Task]) -> Vec<(Other, String)> {
    let attempts = task.earlier.iter().rev().map(|one| {
        let number = t_string!(i18n, runs.attempt_number, number = one.attempt);
        (Other::Attempt(one.attempt), format!("{number} · {}", status_label(i18n, &one.status)))
    });
    let at = instances.iter().position(|one| one.task_id == task.task_id).unwrap_or_default();
    let from = at.saturating_sub(MOST_ROUNDS / 2);
    let rounds = instances.iter().enumerate().skip(from).take(MOST_ROUNDS).filter(|(index, _)| *index != at);
    let rounds = rounds.map(|(index, one)| {
        let number = one.iteration.map_or(index as u64, |iteration| iteration) + 1;
        let label = t_string!(i18n, runs.round, number = number);
        (Other::Instance(one.task_id.clone()), format!("{label} · {}", status_label(i18n, &one.status)))
    });
    attempts.chain(rounds).collect()
}

fn values(other: &Other, task: &Task, instances: &[Task]) -> Option<Values> {
    match other {
        Other::Attempt(number) => {
            let one = task.earlier.iter().find(|one| one.attempt == *number)?;
            Some(Values {
                input: one.input.clone(),
                output: one.output.clone(),
                error: one.error.clone(),
                is_omitted: one.values_omitted,
            })
        }
        Other::Instance(id) => {
            let one = instances.iter().find(|one| one.task_id == *id)?;
            Some(Values {
                input: one.input.clone(),
                output: one.output.clone(),
                error: one.error.clone(),
                is_omitted: one.values_omitted,
            })
        }
    }
}
