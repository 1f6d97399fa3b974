//! The report on the screen and on paper, over the page of its run.

use leptos::prelude::*;

use super::download::{FileKind, save};
use super::record::Record;
use super::sheet::{Sheet, Table};
use super::words::PageTeller;
use crate::i18n::*;
use crate::runs::run::Run;
use crate::ui::{Icon, IconView, Paper, use_preferences, use_toasts};

#[component]
pub(in crate::runs) fn ReportPage(run: Run, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let toasts = use_toasts();
    let record = Memo::new(move |_| {
        let document = run.document.read();
        // The answer is as old as it is: what goes on is told as of then, not as of the reading.
        let as_of = run.poll.state.read().as_of;
        run.with(|status| Record::of(document.as_deref(), status, as_of))
    });
    let sheet = Memo::new(move |_| {
        let teller = PageTeller { i18n, display: preferences.time.get() };
        i18n.get_locale();
        record.read().as_ref().map(|record| Sheet::of(record, &teller))
    });
    let download = move |kind: FileKind| {
        let saved = match (&*record.read_untracked(), &*sheet.read_untracked()) {
            (Some(record), Some(sheet)) => save(kind, record, sheet),
            _ => None,
        };
        if saved.is_none() {
            toasts.failure(t_string!(i18n, runs.report.not_saved));
        }
    };
    view! {
        <Paper
            label=Signal::derive(move || t_string!(i18n, runs.report.title).to_owned())
            on_close
            acts=move || view! {
                <button type="button" class="button" on:click=move |_| download(FileKind::Markdown)><IconView icon=Icon::Download /> "Markdown"</button>
                <button type="button" class="button" on:click=move |_| download(FileKind::Json)><IconView icon=Icon::Download /> "JSON"</button>
            }
        >
            {move || sheet.get().map(|sheet| view! { <SheetView sheet /> })}
        </Paper>
    }
}

#[component]
fn SheetView(sheet: Sheet) -> impl IntoView {
    let Sheet { title, facts, tables } = sheet;
    view! {
        <header>
            <h1>{title}</h1>
            <dl class="facts">
                {facts.into_iter().map(|(term, value)| view! { <dt>{term}</dt><dd>{value}</dd> }).collect_view()}
            </dl>
        </header>
        {tables.into_iter().map(|table| view! { <TableView table /> }).collect_view()}
    }
}

#[component]
fn TableView(table: Table) -> impl IntoView {
    let Table { heading, columns, rows, empty, note } = table;
    view! {
        <section class="report__section">
            <h2>{heading}</h2>
            {if rows.is_empty() {
                view! { <p class="muted">{empty}</p> }.into_any()
            } else {
                view! {
                    <div class="report__frame">
                        <table class="report__table">
                            <thead>
                                <tr>{columns.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                            </thead>
                            <tbody>
                                {rows
                                    .into_iter()
                                    .map(|cells| view! { <tr>{cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> })
                                    .collect_view()}
                            </tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
            {note.map(|note| view! { <p class="muted">{note}</p> })}
        </section>
    }
}
