//! What an expression yields, below its field: with the data of the last run, or the defaults of the inputs.

use std::time::Duration;

use flow::Pointer;
use flow::scope::{Basis, Preview};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use wire::operation::encode_segment;

use super::last_run::LastRun;
use crate::editor::evaluation::{NotFetched, Trial, try_out};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Time, href};

/// While somebody types, nothing is run.
const PAUSE: Duration = Duration::from_millis(150);
/// More is not read in a field's preview.
const LONGEST: usize = 4_000;

#[component]
pub(super) fn PreviewBox(
    editor: Editor,
    at: Signal<Pointer>,
    text: Signal<String>,
    id: String,
    label: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let last = use_context::<LastRun>();
    if let Some(last) = last {
        last.ask();
    }
    let shown = RwSignal::new(None::<Result<Preview, NotFetched>>);
    let number = StoredValue::new(0_u32);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let again = RwSignal::new(());
    let run = move || {
        let Some(count) = number.try_update_value(|number| {
            *number = number.wrapping_add(1);
            *number
        }) else {
            return;
        };
        let trial = Trial {
            root: editor.model.read(|session| session.document().root().clone()),
            at: at.get_untracked(),
            text: text.get_untracked(),
            seen: last.map(|last| untrack(|| last.seen())).unwrap_or_default(),
        };
        leptos::task::spawn_local(async move {
            let outcome = try_out(trial).await;
            // Of two that are under way the later counts.
            if number.try_get_value() == Some(count) {
                let _ = shown.try_set(Some(outcome));
            }
        });
    };
    Effect::new(move |before: Option<()>| {
        text.track();
        at.track();
        editor.model.revision.track();
        again.track();
        if let Some(last) = last {
            last.found.track();
        }
        if before.is_none() {
            run();
            return;
        }
        timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(run, PAUSE).ok();
        });
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
    let basis = move || match (shown.get()?.ok()?.basis, last.and_then(|last| last.found.get())) {
        (Basis::Run, Some(found)) => {
            let (to, at) = (run_address(&found.workflow_id, &found.job_name), found.started_at.clone());
            Some(
                view! {
                    {t!(i18n, editor.preview.of_run)}
                    " "
                    <a href=to target="_blank">{found.job_name.clone()}</a>
                    " · "
                    <Time at=Signal::stored(at) />
                }
                .into_any(),
            )
        }
        _ => Some(view! { {t!(i18n, editor.preview.of_sample)} }.into_any()),
    };
    let notes = move || {
        let preview = shown.get()?.ok()?;
        let mut notes = Vec::new();
        if preview.data.is_none() && preview.outcome.is_ok() {
            notes.push(t_string!(i18n, editor.preview.no_data).to_owned());
        }
        if !preview.unknown.is_empty() {
            let names: Vec<String> = preview.unknown.iter().map(|name| format!("${name}")).collect();
            notes.push(t_string!(i18n, editor.preview.unknown, names = names.join(", ")));
        }
        Some(notes.into_iter().map(|note| view! { <p class="form__help">{note}</p> }).collect_view())
    };
    let value = move || {
        match shown.get() {
        None => view! { <p class="form__help">{t!(i18n, editor.preview.under_way)}</p> }.into_any(),
        Some(Err(NotFetched)) => view! {
            <p class="form__error">{t!(i18n, editor.preview.not_fetched)}</p>
            <button type="button" class="button button--tiny" on:click=move |_| again.set(())>{t!(i18n, common.action.retry)}</button>
        }
        .into_any(),
        Some(Ok(Preview { outcome: Ok(value), .. })) => {
            let text = serde_json::to_string_pretty(&value).unwrap_or_default();
            let cut = text.char_indices().nth(LONGEST).map(|(at, _)| at);
            let text = cut.map_or_else(|| text.clone(), |at| format!("{}…", &text[..at]));
            view! { <pre class="preview__value" tabindex="0">{text}</pre> }.into_any()
        }
        Some(Ok(Preview { outcome: Err(reason), .. })) => {
            let zh = i18n.get_locale() == Locale::zh_CN;
            view! { <p class="form__error">{if zh { reason.zh } else { reason.en }}</p> }.into_any()
        }
    }
    };
    view! {
        <section class="preview" id=id aria-live="polite" aria-label=move || t_string!(i18n, editor.preview.title, name = label.get())>
            {value}
            {notes}
            <p class="preview__basis muted">{basis}</p>
        </section>
    }
}

fn run_address(workflow_id: &str, job_name: &str) -> String {
    href(&format!("/runs/{}/{}", encode_segment(workflow_id), encode_segment(job_name)))
}
