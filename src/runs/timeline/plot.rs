//! The plot: the axis, the rows that are seen, the line of now, and what hands and keys do with them.

use leptos::prelude::*;
use leptos::{ev, html};
use leptos_use::{UseElementSizeReturn, use_element_size};

use super::axis::{Tick, View, ticks};
use super::board::{Board, HEAD};
use super::chart::Bar;
use super::draw::{bar_at, row_at, rows_in_view};
use super::hands::{Hands, Meant};
use super::legend::STEP;
use super::row::{RowView, row_id};
use super::words::{bar_words, time_label};
use crate::i18n::*;
use crate::ui::{TimeDisplay, use_preferences};

/// How far a key moves, in parts of what is seen.
const NUDGE: f64 = 0.15;

/// Pixels of a time on the axis and of the sign of now.
const TIME_WIDTH: f64 = 64.0;
const NOW_WIDTH: f64 = 46.0;

/// What the mouse is over.
#[derive(Clone, Debug, PartialEq)]
struct Hint {
    name: String,
    bar: Bar,
    x: f64,
    y: f64,
}

#[component]
pub(super) fn Plot(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let plot = NodeRef::<html::Div>::new();
    let UseElementSizeReturn { width, height } = use_element_size(plot);
    Effect::new(move |_| board.width.set(width.get()));
    let top = RwSignal::new(0.0_f64);
    let total = Memo::new(move |_| board.chart.read().rows.len());
    let seen =
        Memo::new(move |_| rows_in_view(top.get(), height.get() - HEAD, board.row_height(), total.get()));
    let hint = RwSignal::new(None::<Hint>);
    let hands = StoredValue::new(Hands::default());
    let dragging = RwSignal::new(false);
    // Pixels from the left of the axis and from the top of the first row.
    let at = move |event: &ev::MouseEvent| {
        let (left, above, scrolled) = plot
            .get_untracked()
            .map(|plot| {
                let bounds = plot.get_bounding_client_rect();
                (bounds.left(), bounds.top(), f64::from(plot.scroll_top()))
            })
            .unwrap_or_default();
        let x = f64::from(event.client_x()) - left - untrack(|| board.names());
        (x, f64::from(event.client_y()) - above - HEAD + scrolled)
    };
    let under = move |x: f64, y: f64| {
        let chart = board.chart.get_untracked();
        let index = row_at(y, untrack(|| board.row_height()), chart.rows.len())?;
        let row = chart.rows.get(index)?.clone();
        let bar =
            bar_at(&row, board.scale.get_untracked(), board.now.get_untracked(), x).filter(|_| x >= 0.0);
        Some((index, row.name.clone(), bar.cloned()))
    };
    let mean = move |meant: Meant, x: f64, y: f64| {
        let scale = board.scale.get_untracked();
        match meant {
            Meant::Nothing => {}
            Meant::Hover => {
                hint.set(under(x, y).and_then(|(_, name, bar)| Some(Hint { name, bar: bar?, x, y })))
            }
            Meant::Pan { by } => board.pan(-by / scale.width),
            Meant::Pinch { before, after } => {
                let part = |(one, other): (f64, f64)| (scale.part(one), scale.part(other));
                let whole = board.whole.get_untracked();
                board.change(|view| view.pinched(whole, part(before), part(after)));
            }
            Meant::Choose => {
                if let Some((index, _, bar)) = under(x, y) {
                    board.select(index, bar.map(|bar| bar.task_id));
                }
            }
        }
    };
    let on_move = move |event: ev::PointerEvent| {
        let (x, y) = at(&event);
        let meant =
            hands.try_update_value(|hands| hands.moved(event.pointer_id(), x, y)).unwrap_or(Meant::Nothing);
        let drags = hands.with_value(Hands::is_dragging);
        if drags && !dragging.get_untracked() {
            hint.set(None);
            if let Some(plot) = plot.get_untracked() {
                // Without capture a drag ends at the edge, which is no error.
                let _ = plot.set_pointer_capture(event.pointer_id());
            }
        }
        if drags != dragging.get_untracked() {
            dragging.set(drags);
        }
        mean(meant, x, y);
    };
    let on_wheel = move |event: ev::WheelEvent| {
        let (across, down) = (event.delta_x(), event.delta_y());
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let (x, _) = at(&event);
            board.zoom(x.max(0.0), (-down * 0.0025).exp().clamp(0.5, 2.0));
        } else if event.shift_key() || across.abs() > down.abs() {
            event.prevent_default();
            let by = if across == 0.0 { down } else { across };
            board.pan(by / board.scale.get_untracked().width);
        }
    };
    // The row of the keyboard, or one selected elsewhere, is brought into view.
    let index = board.active_index;
    let follow = Memo::new(move |_| (board.active.get(), board.run.selected.get()));
    Effect::new(move |_| {
        follow.track();
        let (Some(index), Some(plot)) = (index.get_untracked(), plot.get_untracked()) else { return };
        let row = untrack(|| board.row_height());
        let (above, shown) = (index as f64 * row, f64::from(plot.client_height()) - HEAD);
        let now = f64::from(plot.scroll_top());
        if above < now {
            plot.set_scroll_top(above as i32);
        } else if above + row > now + shown {
            plot.set_scroll_top((above + row - shown).ceil() as i32);
        }
    });
    // A task selected elsewhere is where the keyboard goes on from.
    Effect::new(move |_| {
        if let Some(selected) = board.run.selected.get() {
            board.active.set(Some(selected.pointer));
        }
    });
    let go = move |to: usize| {
        let chart = board.chart.get_untracked();
        if let Some(row) = chart.rows.get(to.min(chart.rows.len().saturating_sub(1))) {
            board.active.set(Some(row.pointer.clone()));
            if let Some(bar) = row.leading() {
                let (whole, from) = (board.whole.get_untracked(), bar.from);
                board.change(|view| view.showing(whole, from));
            }
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let now = index.get_untracked().unwrap_or_default();
        let page = untrack(|| ((height.get() - HEAD) / board.row_height()).max(2.0) as usize - 1);
        match event.key().as_str() {
            "ArrowDown" => go(now + 1),
            "ArrowUp" => go(now.saturating_sub(1)),
            "PageDown" => go(now + page),
            "PageUp" => go(now.saturating_sub(page)),
            "Home" => go(0),
            "End" => go(usize::MAX),
            "ArrowLeft" => board.pan(-NUDGE),
            "ArrowRight" => board.pan(NUDGE),
            "+" | "=" => board.zoom_middle(STEP),
            "-" => board.zoom_middle(1.0 / STEP),
            "0" => board.view.set(View::Whole),
            "Enter" | " " => board.select(now, None),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let content = move || format!("height:{}px", total.get() as f64 * board.row_height());
    let active = move || index.get().filter(|index| seen.get().contains(index)).map(row_id);
    view! {
        <div class="timeline__frame" class:timeline__frame--dragging=move || dragging.get()>
            <div
                node_ref=plot
                class="timeline__plot"
                role="tree"
                tabindex="0"
                aria-label=move || t_string!(i18n, runs.timeline.label)
                aria-activedescendant=active
                on:keydown=on_key
                on:wheel=on_wheel
                on:scroll=move |_| {
                    hint.set(None);
                    top.set(plot.get_untracked().map(|plot| f64::from(plot.scroll_top())).unwrap_or_default());
                }
                on:pointerdown=move |event| {
                    if event.button() == 0 {
                        let (x, y) = at(&event);
                        hands.update_value(|hands| hands.pressed(event.pointer_id(), x, y));
                    }
                }
                on:pointermove=on_move
                on:pointerup=move |event| {
                    let (x, y) = at(&event);
                    let meant = hands.try_update_value(|hands| hands.released(event.pointer_id())).unwrap_or(Meant::Nothing);
                    dragging.set(false);
                    mean(meant, x, y);
                }
                on:pointercancel=move |event| {
                    hands.update_value(|hands| hands.lost(event.pointer_id()));
                    dragging.set(false);
                }
                on:pointerleave=move |_| hint.set(None)
            >
                <Axis board />
                <div class="timeline__rows" style=content>
                    <For each=move || seen.get() key=|index| *index let:index>
                        <RowView board index />
                    </For>
                </div>
            </div>
            <HintView board hint top />
        </div>
    }
}

/// The times above the rows, the lines below them, and the line of now. It stays while the rows scroll.
#[component]
fn Axis(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let marks = Memo::new(move |_| {
        let scale = board.scale.get();
        let offset = match preferences.time.get() {
            TimeDisplay::Utc => 0.0,
            TimeDisplay::Local => {
                js_sys::Date::new(&scale.span.from.into()).get_timezone_offset() * -60_000.0
            }
        };
        ticks(scale, offset)
    });
    let day = Memo::new(move |_| {
        let text =
            time_label(board.scale.get().span.from.max(board.chart.read().from), preferences.time.get());
        let day = text.get(..10).unwrap_or_default().to_owned();
        let zone = match preferences.time.get() {
            TimeDisplay::Utc => "UTC",
            TimeDisplay::Local => t_string!(i18n, runs.timeline.local),
        };
        (day, zone)
    });
    let is_open = Memo::new(move |_| board.chart.read().to.is_none());
    // The line alone moves with the clock.
    let now = Memo::new(move |_| {
        let (scale, now) = (board.scale.get(), board.now.get());
        let x = scale.x(now);
        (is_open.get() && (0.0..=scale.width).contains(&x)).then(|| (board.names() + x).round())
    });
    // A time under the sign of now could not be read.
    let is_behind = move |x: f64| {
        let from = board.names() + x;
        now.get().is_some_and(|now| from < now && from + TIME_WIDTH > now - NOW_WIDTH)
    };
    view! {
        <div class="timeline__axis" aria-hidden="true">
            <span class="timeline__day muted">{move || day.get().0} " " {move || day.get().1}</span>
            <div class="timeline__ticks" style=move || format!("left:{}px", board.names())>
                {move || marks
                    .get()
                    .into_iter()
                    .map(|Tick { x, label, is_day }| view! {
                        <span class="timeline__tick" class:timeline__tick--day=is_day class:timeline__tick--behind=move || is_behind(x) style=format!("left:{x:.1}px")>{label}</span>
                    })
                    .collect_view()}
            </div>
            <div class="timeline__now" hidden=move || now.get().is_none() style=move || format!("transform:translateX({}px)", now.get().unwrap_or_default())>
                <span>{t!(i18n, runs.timeline.now)}</span>
            </div>
        </div>
    }
}

#[component]
fn HintView(board: Board, hint: RwSignal<Option<Hint>>, top: RwSignal<f64>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let place = move |x: f64, y: f64| {
        let x = x + board.names();
        let side = if x > board.width.get() * 0.6 { "timeline__hint--left" } else { "" };
        (format!("left:{x:.0}px;top:{:.0}px", y - top.get() + HEAD), side)
    };
    view! {
        {move || hint.get().map(|Hint { name, bar, x, y }| {
            let (style, side) = place(x, y);
            let words = bar_words(i18n, &bar, preferences.time.get());
            let iteration = bar.iteration.map(|number| format!(" · {} {}", t_string!(i18n, runs.instance), number + 1));
            let attempt = (bar.attempt > 1).then(|| format!(" · {}", t_string!(i18n, runs.attempt_number, number = bar.attempt)));
            view! {
                <div class=format!("timeline__hint {side}") style=style aria-hidden="true">
                    <strong>{name} {iteration} {attempt}</strong>
                    <span>{words}</span>
                    {bar.is_critical.then(|| view! { <span class="timeline__hint-critical">{t!(i18n, runs.timeline.critical)}</span> })}
                </div>
            }
        })}
    }
}
