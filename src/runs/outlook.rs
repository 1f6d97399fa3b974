//! The end of a run as earlier runs let one expect it, beside the clock.

use leptos::prelude::*;
use wire::history::{Filter, Operator, Property};

use super::estimate::{Estimate, FEWEST, Outlook};
use super::run::Run;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::time::{format_duration, format_time, milliseconds, use_now};
use crate::ui::use_preferences;

/// The runs that are looked at, from the newest on.
const EARLIER: u32 = 100;

/// What earlier runs of the workflow say; none before they are known. They are asked for once: a run does not become
/// another while one watches it.
pub(super) fn use_estimate(run: Run) -> RwSignal<Option<Estimate>> {
    let api = use_api();
    let estimate = RwSignal::new(None);
    let kind = Memo::new(move |_| run.with(|status| status.job.dry_run));
    Effect::new(move |_| {
        let Some(is_dry) = kind.get() else { return };
        let equals = |property, operand: String| Filter { property, operator: Operator::Eq, operand };
        let filters = [
            equals(Property::WorkflowId, run.workflow_id.get_value()),
            equals(Property::Status, "completed".to_owned()),
            equals(Property::DryRun, is_dry.to_string()),
        ];
        leptos::task::spawn_local(async move {
            // Without it the page lacks a hint and nothing else; the next visit asks again.
            if let Ok(page) = api.list_jobs(&filters, 1, EARLIER).await {
                let own = run.job_name.try_get_value().unwrap_or_default();
                let others: Vec<_> = page.items.into_iter().filter(|job| job.job_name != own).collect();
                let _ = estimate.try_set(Some(Estimate::of(&others, is_dry, milliseconds)));
            }
        });
    });
    estimate
}

#[component]
pub(super) fn ExpectedEnd(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let now = use_now();
    let estimate = use_estimate(run);
    let open = Memo::new(move |_| run.with(|status| status.job.ended_at.is_none()).unwrap_or_default());
    let from = Memo::new(move |_| milliseconds(&run.started_at().read()));
    let outlook = Memo::new(move |_| estimate.get()?.outlook(from.get()?, now.get()).filter(|_| open.get()));
    let clock = move |moment: f64| {
        let time = String::from(js_sys::Date::new(&moment.into()).to_iso_string());
        let text = format_time(&time, preferences.time.get());
        text.get(11..).map_or(text.clone(), str::to_owned)
    };
    let words = move || {
        let estimate = estimate.get()?;
        let words = match (estimate, outlook.get()) {
            (Estimate::TooFew(runs), _) => {
                t_string!(i18n, runs.expected.too_few, runs = runs, fewest = FEWEST)
            }
            (Estimate::Known { .. }, Some(Outlook::Within { half, most })) => {
                t_string!(i18n, runs.expected.within, half = clock(half), most = clock(most))
            }
            (Estimate::Known { .. }, Some(Outlook::Late { most })) => {
                t_string!(i18n, runs.expected.late, most = clock(most))
            }
            (Estimate::Known { .. }, Some(Outlook::Overdue)) => {
                t_string!(i18n, runs.expected.overdue).to_owned()
            }
            (Estimate::Known { half, most, .. }, None) => t_string!(
                i18n,
                runs.expected.usual,
                half = format_duration(half),
                most = format_duration(most)
            ),
        };
        Some((words, outlook.get() == Some(Outlook::Overdue)))
    };
    let basis = move || match estimate.get() {
        Some(Estimate::Known { half, most, runs }) => t_string!(
            i18n,
            runs.expected.basis,
            runs = runs,
            half = format_duration(half),
            most = format_duration(most)
        ),
        _ => String::new(),
    };
    view! {
        <Show when=move || estimate.read().is_some()>
            <div>
                <dt>{move || if open.get() { t_string!(i18n, runs.expected.label) } else { t_string!(i18n, runs.expected.label_usual) }}</dt>
                <dd class="run__expected" class:run__expected--late=move || words().is_some_and(|words| words.1) title=basis>
                    {move || words().map(|words| words.0)}
                </dd>
            </div>
        </Show>
    }
}
