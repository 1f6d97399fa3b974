//! The tasks of two runs in one table; what differs can be opened.

use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::model::{Difference, Row, Side};
use super::page::Told;
use crate::i18n::*;
use crate::runs::address::{Address, Tab};
use crate::ui::changes::Fields;
use crate::ui::time::format_duration;
use crate::ui::{StatusBadge, href};

/// Shorter differences are noise, in milliseconds.
const NOISE: f64 = 50.0;

#[component]
pub(super) fn ComparedTable(rows: Vec<Row>, first: Option<usize>, a: Told, b: Told) -> impl IntoView {
    let i18n = use_i18n();
    let only_different = RwSignal::new(false);
    let longest = rows.iter().filter_map(Row::longer_by).map(f64::abs).fold(0.0, f64::max);
    let hidden = move |differs: bool| only_different.get() && !differs;
    view! {
        <section>
            <h2>{t!(i18n, runs.tab.tasks)}</h2>
            <label class="choice__option">
                <input type="checkbox" class="checkbox" prop:checked=move || only_different.get() on:change=move |event| only_different.set(event_target_checked(&event)) />
                {t!(i18n, runs.compare.only_different)}
            </label>
            <div class="table-frame">
                <table class="table compare__table">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, runs.column.task)}</th>
                            <th scope="col">"A"</th>
                            <th scope="col">"B"</th>
                            <th scope="col">{t!(i18n, runs.compare.difference)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows
                            .into_iter()
                            .enumerate()
                            .map(|(index, row)| {
                                let differs = !row.differences.is_empty();
                                let is_first = first == Some(index);
                                view! {
                                    <tr hidden=move || hidden(differs) class:compare__first=is_first class:compare__differs=differs>
                                        <td class="run__task" style=format!("--depth: {}", row.depth.min(12))>
                                            {row.name.clone()}
                                            {row.iteration.map(|iteration| view! { <span class="muted">" ["{iteration}"]"</span> })}
                                            {is_first.then(|| view! { " " <span class="badge badge--faulted">{t!(i18n, runs.compare.first)}</span> })}
                                        </td>
                                        <td><SideView side=row.a.clone() told=a.clone() /></td>
                                        <td><SideView side=row.b.clone() told=b.clone() /></td>
                                        <td><DifferenceView row longest /></td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn SideView(side: Option<Side>, told: Told) -> impl IntoView {
    let i18n = use_i18n();
    match side {
        None => view! { <span class="muted">{t!(i18n, runs.compare.not_here)}</span> }.into_any(),
        Some(side) => {
            let address = Address { tab: Tab::Tasks, task: Some(side.task_id), ..Address::default() };
            let path = href(&address.path(&told.id.workflow_id, &told.id.job_name));
            view! {
                <a class="compare__side" href=path><StatusBadge status=Signal::stored(side.status) /></a>
                " " <span class="duration">{side.took.map(format_duration)}</span>
                {(side.attempt > 1).then(|| view! { <span class="muted">" · " {move || t_string!(i18n, runs.attempt_number, number = side.attempt)}</span> })}
                {side.error.map(|error| view! { <div class="muted table__sub compare__error">{error}</div> })}
            }
            .into_any()
        }
    }
}

#[component]
fn DifferenceView(row: Row, longest: f64) -> impl IntoView {
    let i18n = use_i18n();
    let longer = row.longer_by().filter(|longer| longer.abs() >= NOISE);
    let differences = row.differences;
    let words =
        move || differences.iter().map(|one| difference_label(i18n, *one)).collect::<Vec<_>>().join(" · ");
    let (input, output) = (row.input, row.output);
    let has_data = !input.is_empty() || !output.is_empty();
    view! {
        {longer.map(|longer| {
            let part = if longest > 0.0 { (longer.abs() / longest * 100.0).round() } else { 0.0 };
            let sign = if longer > 0.0 { "+" } else { "−" };
            view! {
                <span class="compare__longer" data-longer=(longer > 0.0).to_string() style=format!("--part: {part}%")>
                    {format!("{sign}{}", format_duration(longer.abs()))}
                </span>
            }
        })}
        <span class="muted">{words}</span>
        {has_data.then(|| view! {
            <details class="details">
                <summary>{t!(i18n, runs.compare.data)}</summary>
                {(!input.is_empty()).then(|| view! { <h3>{t!(i18n, runs.input)}</h3> <Fields fields=input /> })}
                {(!output.is_empty()).then(|| view! { <h3>{t!(i18n, runs.output)}</h3> <Fields fields=output /> })}
            </details>
        })}
    }
}

fn difference_label(i18n: I18nContext<Locale>, difference: Difference) -> &'static str {
    match difference {
        Difference::Presence => t_string!(i18n, runs.compare.presence),
        Difference::Status => t_string!(i18n, runs.column.status),
        Difference::Error => t_string!(i18n, runs.error),
        Difference::Attempts => t_string!(i18n, runs.compare.attempts),
        Difference::Input => t_string!(i18n, runs.input),
        Difference::Output => t_string!(i18n, runs.output),
    }
}
