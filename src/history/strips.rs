//! The recent runs of each workflow of the page, side by side: how each ended, and how long it took beside the others.

use std::time::Duration;

use leptos::prelude::*;
use wire::Job;
use wire::history::{Filter, Operator, Property};
use wire::operation::encode_segment;

use super::address::Clause;
use super::search::Search;
use crate::api::{JobSearch, use_api, use_poll};
use crate::i18n::*;
use crate::ui::status::status_label;
use crate::ui::time::{format_duration, format_time, milliseconds};
use crate::ui::{href, use_preferences};

/// So many workflows have a strip.
const WORKFLOWS: usize = 5;
/// So many runs stand in each.
const RUNS: u32 = 30;
const INTERVAL: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, PartialEq)]
struct Strip {
    workflow_id: String,
    name: String,
    /// Oldest first.
    runs: Vec<Job>,
}

#[component]
pub(super) fn Strips(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let workflows = Memo::new(move |_| {
        let mut workflows: Vec<(String, String)> = Vec::new();
        for job in search.items.read().iter() {
            if workflows.len() < WORKFLOWS && !workflows.iter().any(|(id, _)| *id == job.workflow_id) {
                workflows.push((job.workflow_id.clone(), job.workflow_name.clone()));
            }
        }
        // A page that shows the same workflows in another order keeps its strips.
        workflows.sort_by(|one, other| one.1.cmp(&other.1));
        workflows
    });
    let poll = use_poll(
        move || {
            let workflows = workflows.get();
            async move {
                let mut strips = Vec::new();
                for (workflow_id, name) in workflows {
                    let filter = Filter {
                        property: Property::WorkflowId,
                        operator: Operator::Eq,
                        operand: workflow_id.clone(),
                    };
                    let asked = JobSearch {
                        filters: vec![filter],
                        page_no: 1,
                        page_size: RUNS,
                        ..JobSearch::default()
                    };
                    let mut runs = api.search_jobs(&asked).await?.items;
                    runs.reverse();
                    strips.push(Strip { workflow_id, name, runs });
                }
                Ok(strips)
            }
        },
        |_| Some(INTERVAL),
    );
    let strips = Memo::new(move |_| poll.state.read().data.clone().unwrap_or_default());
    view! {
        <section class="card strips" aria-label=move || t_string!(i18n, history.strips.title)>
            <h2>{t!(i18n, history.strips.title)}</h2>
            <ul class="strips__list">
                <For each=move || strips.get() key=|strip| format!("{strip:?}") let:strip>
                    <StripRow search strip />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn StripRow(search: Search, strip: Strip) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let now = js_sys::Date::now();
    let longest = strip.runs.iter().map(|run| lasted(run, now)).fold(1.0, f64::max);
    let clause =
        Clause { property: Property::WorkflowId, operator: Operator::Eq, operand: strip.workflow_id.clone() };
    let name = strip.name.clone();
    let bars: Vec<_> = strip
        .runs
        .into_iter()
        .map(|run| {
            let took = lasted(&run, now);
            // A run of a moment is still to be seen; between minutes and hours the root tells more than the share.
            let height = 18.0 + (took / longest).sqrt() * 82.0;
            let target = href(&format!(
                "/runs/{}/{}",
                encode_segment(&run.workflow_id),
                encode_segment(&run.job_name)
            ));
            let status = run.status.as_str().to_owned();
            let words = move || {
                format!(
                    "{} · {} · {} · {}",
                    run.job_name,
                    status_label(i18n, &run.status),
                    format_time(&run.started_at, preferences.time.get()),
                    format_duration(took)
                )
            };
            let label = words.clone();
            view! {
                <a class="strips__run" href=target data-status=status title=words aria-label=label>
                    <span style=format!("height: {height:.0}%")></span>
                </a>
            }
        })
        .collect();
    let title = name.clone();
    view! {
        <li class="strips__row">
            <button
                type="button"
                class="strips__name"
                title=move || t_string!(i18n, history.strips.only, name = title.clone())
                on:click=move |_| search.show.run(search.shown.get_untracked().with_only(clause.clone()))
            >
                {name}
            </button>
            <span class="strips__bars">{bars}</span>
        </li>
    }
}

/// Milliseconds; of a run under way, until now.
fn lasted(run: &Job, now: f64) -> f64 {
    let to = run.ended_at.as_deref().and_then(milliseconds).unwrap_or(now);
    milliseconds(&run.started_at).map_or(0.0, |from| (to - from).max(0.0))
}
