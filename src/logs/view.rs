//! The viewer: reads on where it stopped, draws the rows that are seen, and stays at the end until one scrolls up.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos_use::{UseElementSizeReturn, use_element_size};
use wire::log::{Level, LogLine, LogQuery};

use super::buffer::{LogBuffer, LogFilter};
use super::line::LogRow;
use super::toolbar::{LogOptions, LogToolbar};
use super::window::{MOST_WRAPPED, ROW_HEIGHT, is_at_end, rows_in_view};
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::files::save_text;
use crate::ui::{describe_error, use_toasts};

const PAGE_SIZE: u32 = 1_000;
const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);

/// What one answer meant for the next question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    /// The page was full: more lies ready.
    more: bool,
    complete: bool,
}

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
    /// The name of the task with this id; for a log of several tasks.
    writer: Option<Callback<String, Option<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let buffer = RwSignal::new(LogBuffer::default());
    let poll = follow_log(job_name, state_id, stirred, buffer);
    let options = LogOptions {
        level: RwSignal::new(Level::Debug),
        text: RwSignal::new(String::new()),
        wrap: RwSignal::new(false),
        follow: RwSignal::new(true),
    };
    let visible = Memo::new(move |_| {
        buffer.read().visible(&LogFilter { level: options.level.get(), text: options.text.get() })
    });
    let total = Memo::new(move |_| visible.read().len());
    let element = NodeRef::<html::Div>::new();
    let UseElementSizeReturn { height, .. } = use_element_size(element);
    let top = RwSignal::new(0.0_f64);
    let range = Memo::new(move |_| {
        let total = total.get();
        if options.wrap.get() {
            total.saturating_sub(MOST_WRAPPED)..total
        } else {
            rows_in_view(top.get(), height.get(), total)
        }
    });
    let rows = Memo::new(move |_| {
        let (buffer, visible) = (buffer.read(), visible.read());
        let drawn = visible.get(range.get()).unwrap_or_default();
        drawn.iter().filter_map(|index| buffer.get(*index).cloned()).collect::<Vec<LogLine>>()
    });
    // What came after one let go of the end.
    let let_go_at = RwSignal::new(0_u64);
    let unseen = Memo::new(move |_| {
        let (buffer, visible, from) = (buffer.read(), visible.read(), let_go_at.get());
        let seen = visible.partition_point(|index| buffer.get(*index).is_some_and(|line| line.offset < from));
        visible.len() - seen
    });
    Effect::new(move |_| {
        total.track();
        height.track();
        options.wrap.track();
        if options.follow.get() {
            request_animation_frame(move || {
                if options.follow.try_get_untracked() == Some(true)
                    && let Some(element) = element.try_get_untracked().flatten()
                {
                    element.set_scroll_top(element.scroll_height());
                }
            });
        }
    });
    let follow = Callback::new(move |on: bool| {
        if !on {
            let_go_at.set(buffer.read_untracked().next());
        }
        options.follow.set(on);
    });
    let on_scroll = move |_| {
        let Some(element) = element.get_untracked() else { return };
        let (now, before) = (f64::from(element.scroll_top()), top.get_untracked());
        let at_end = is_at_end(now, f64::from(element.client_height()), f64::from(element.scroll_height()));
        // Only a person scrolls up; lines that come in only make the content longer.
        if at_end != options.follow.get_untracked() && (at_end || now < before) {
            follow.run(at_end);
        }
        top.set(now);
    };
    let shown_text = move || buffer.read_untracked().text(&visible.read_untracked());
    let copy = Callback::new(move |()| {
        let promise = window().navigator().clipboard().write_text(&shown_text());
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
                toasts.success(t_string!(i18n, common.action.copied));
            }
        });
    });
    let download = Callback::new(move |()| {
        let task = state_id.read_untracked().rsplit('/').next().unwrap_or_default().to_owned();
        let task = if task == "-" { String::new() } else { format!("-{task}") };
        if save_text(&format!("{}{task}.log", job_name.read_untracked()), &shown_text()).is_none() {
            toasts.failure(t_string!(i18n, logs.not_saved));
        }
    });
    let failure = Memo::new(move |_| poll.state.read().error.clone());
    let answered = Memo::new(move |_| poll.state.read().data.is_some());
    let cut = Memo::new(move |_| {
        options.wrap.get().then(|| total.get().saturating_sub(MOST_WRAPPED)).filter(|cut| *cut > 0)
    });
    view! {
        <section class="log" class:log--wrap=move || options.wrap.get()>
            <LogToolbar options on_follow=follow on_copy=copy on_download=download />
            {move || failure.get().map(|error| view! { <p class="notice notice--bad" role="alert">{describe_error(i18n, &error)}</p> })}
            {move || cut.get().map(|cut| view! { <p class="notice">{t_string!(i18n, logs.cut, count = cut)}</p> })}
            <div class="log__frame">
                <div
                    node_ref=element
                    class="log__lines"
                    role="log"
                    tabindex="0"
                    aria-label=move || label.get()
                    aria-live=move || if options.follow.get() { "polite" } else { "off" }
                    on:scroll=on_scroll
                >
                    <div class="log__rows" style:height=move || if options.wrap.get() { "auto".to_owned() } else { format!("{}px", total.get() as f64 * ROW_HEIGHT) }>
                        <div class="log__block" style:transform=move || if options.wrap.get() { "none".to_owned() } else { format!("translateY({}px)", range.read().start as f64 * ROW_HEIGHT) }>
                            <For each=move || rows.get() key=|line| line.offset let:line>
                                {
                                    let task = line.task_id.clone();
                                    let name = writer.and_then(|writer| writer.run(task?));
                                    view! { <LogRow line text=options.text.into() writer=name /> }
                                }
                            </For>
                        </div>
                    </div>
                    <Show when=move || answered.get() && total.get() == 0>
                        <p class="log__empty muted">
                            {move || match (buffer.read().len(), buffer.read().is_complete()) {
                                (0, false) => t_string!(i18n, logs.empty),
                                (0, true) => t_string!(i18n, logs.empty_complete),
                                _ => t_string!(i18n, logs.nothing_matches),
                            }}
                        </p>
                    </Show>
                </div>
                <Show when=move || !options.follow.get() && (unseen.get() > 0)>
                    <button type="button" class="button button--primary log__unseen" on:click=move |_| follow.run(true)>
                        {move || t_string!(i18n, logs.unseen, count = unseen.get())}
                    </button>
                </Show>
            </div>
            <p class="log__foot muted">
                {move || {
                    let all = buffer.read().len();
                    if total.get() == all { t_string!(i18n, logs.count, count = all) } else { t_string!(i18n, logs.count_of, count = total.get(), all = all) }
                }}
                " · "
                {move || if buffer.read().is_complete() { t_string!(i18n, logs.complete) } else { t_string!(i18n, logs.live) }}
            </p>
        </section>
    }
}

/// Reads the log into `buffer`, page after page, then once a second until it is complete.
fn follow_log(
    job_name: Signal<String>,
    state_id: Signal<String>,
    stirred: Signal<String>,
    buffer: RwSignal<LogBuffer>,
) -> crate::api::Poll<Progress> {
    let api = use_api();
    let subject = StoredValue::new((String::new(), String::new()));
    use_poll(
        move || {
            stirred.track();
            let now = (job_name.get(), state_id.get());
            if subject.with_value(|before| *before != now) {
                subject.set_value(now.clone());
                buffer.set(LogBuffer::default());
            }
            let query = LogQuery {
                start_offset: buffer.read_untracked().next().to_string(),
                size: PAGE_SIZE,
                level: Level::Debug,
                filter: false,
                ..LogQuery::default()
            };
            async move {
                let page = api.log(&now.0, &now.1, &query).await?;
                let progress =
                    Progress { more: page.lines.len() >= PAGE_SIZE as usize, complete: page.complete };
                let _ = buffer.try_maybe_update(|buffer| {
                    let was_complete = buffer.is_complete();
                    let new = buffer.append(page);
                    (new > 0 || was_complete != buffer.is_complete(), ())
                });
                Ok(progress)
            }
        },
        |progress| match progress {
            Progress { more: true, .. } => Some(Duration::ZERO),
            Progress { complete: true, .. } => None,
            _ => Some(FOLLOW_INTERVAL),
        },
    )
}
