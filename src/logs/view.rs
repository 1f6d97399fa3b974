//! The log of a task or of a job: the toolbar, the lines, and what stands around them.

use leptos::html;
use leptos::prelude::*;
use logs::News;

use super::address::{opened, use_address};
use super::copy;
use super::download::{Outcome, Progress, download};
use super::find_bar::FindBar;
use super::foot::Foot;
use super::jump::TimeBar;
use super::lines::Lines;
use super::options::LogOptions;
use super::reader::Reader;
use super::toolbar::LogToolbar;
use crate::i18n::*;
use crate::ui::clipboard::to_clipboard;
use crate::ui::{describe_error, use_toasts};

#[component]
pub fn LogView(
    #[prop(into)] job_name: Signal<String>,
    /// A task's pointer, or `-` for the whole job.
    #[prop(into)]
    state_id: Signal<String>,
    /// The name of the log for those who cannot see where it stands.
    #[prop(into)]
    label: Signal<String>,
    /// Changes whenever a log that was complete may go on: by a retry, for example.
    #[prop(into)]
    stirred: Signal<String>,
    /// When the run began: relative times count from here.
    #[prop(into)]
    started_at: Signal<String>,
    /// The name of the task with this id; for a log of several tasks.
    writer: Option<Callback<String, Option<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let reader = Reader::new(writer);
    let first = state_id.with_untracked(|state| opened(state));
    let options = LogOptions::new(started_at, &first);
    let has_writers = writer.is_some();
    let lines = NodeRef::<html::Div>::new();
    use_address(reader, options, first, job_name, state_id);
    Effect::new(move |before: Option<()>| {
        stirred.track();
        if before.is_some() {
            let _ = reader.change(logs::Viewer::stir);
            reader.wake();
        }
    });
    Effect::new(move |_| {
        if let Ok(filter) = options.chosen() {
            let _ = reader.change(|viewer| viewer.set_filter(filter));
        }
    });
    if let Some(writer) = writer {
        let writers = Memo::new(move |_| reader.summary.read().writers);
        Effect::new(move |_| {
            // Names that come after their lines: the list of tasks is polled apart from the log.
            writers.track();
            let _ = reader.change(|viewer| viewer.relearn(&|id| writer.run(id.to_owned())));
        });
    }
    let focus = move || {
        if let Some(lines) = lines.get_untracked() {
            // Lines that have left the page cannot take the focus.
            let _ = lines.focus();
        }
    };
    let progress = RwSignal::new(None::<Progress>);
    let on_download = Callback::new(move |format| {
        leptos::task::spawn_local(async move {
            match download(reader, format, progress).await {
                Outcome::Saved => toasts.success(t_string!(i18n, logs.saved)),
                Outcome::Cancelled => {}
                Outcome::Refused => toasts.failure(t_string!(i18n, logs.not_saved)),
                Outcome::Failed(error) => toasts.error(i18n, &error),
            }
            let _ = progress.try_set(None);
        });
    });
    let on_copy = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            match copy::text(reader).await {
                Ok(Some(text)) if to_clipboard(&text).await => {
                    toasts.success(t_string!(i18n, common.action.copied));
                }
                Ok(Some(_)) => toasts.failure(t_string!(i18n, logs.not_copied)),
                Ok(None) => toasts.failure(t_string!(i18n, logs.too_many, count = copy::MOST)),
                Err(error) => toasts.error(i18n, &error),
            }
        });
    });
    Effect::new(move |_| {
        if reader.news.get() == Some(News::NoSuchLine) {
            toasts.failure(t_string!(i18n, logs.no_such_line));
            reader.news.set(None);
        }
    });
    let summary = reader.summary;
    view! {
        <section class="log" class:log--wrap=move || options.wrap.get()>
            <LogToolbar options reader has_writers on_copy on_download />
            <Show when=move || options.finding.get()>
                <FindBar options reader on_close=Callback::new(move |()| { options.finding.set(false); focus(); }) />
            </Show>
            <Show when=move || options.asking_time.get()>
                <TimeBar options reader on_close=Callback::new(move |()| { options.asking_time.set(false); focus(); }) />
            </Show>
            {move || reader.error.get().map(|error| view! { <p class="notice notice--bad" role="alert">{describe_error(i18n, &error)}</p> })}
            <div class="log__frame">
                <Lines lines options reader label has_writers on_copy />
                <Show when=move || summary.read().is_open && summary.read().rows == 0>
                    <p class="log__empty muted">
                        {move || {
                            let summary = summary.read();
                            match (summary.total, summary.is_complete) {
                                (0, false) => t_string!(i18n, logs.empty),
                                (0, true) => t_string!(i18n, logs.empty_complete),
                                (total, _) if summary.filtered_so_far < total => t_string!(i18n, logs.looking),
                                _ => t_string!(i18n, logs.nothing_matches),
                            }
                        }}
                    </p>
                </Show>
                <Show when=move || summary.read().unseen != 0>
                    <button type="button" class="button button--primary log__unseen" on:click=move |_| { let _ = reader.change(|viewer| viewer.follow(true)); }>
                        {move || t_string!(i18n, logs.unseen, count = summary.read().unseen)}
                    </button>
                </Show>
            </div>
            <Foot reader progress />
        </section>
    }
}
