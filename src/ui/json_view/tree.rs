//! The rows of a JSON tree that are seen, the keys that move in it, and the place that is chosen.

use leptos::{ev, html, prelude::*};
use leptos_use::{UseElementSizeReturn, use_element_size};

use super::rows::{Change, Kind, Row, Shown, path, rows};
use super::{JsonState, use_copy};
use crate::i18n::*;

/// Pixels of a row, as in the style sheet.
const HEIGHT: f64 = 20.0;
/// Rows that are drawn beyond what is seen, on either side.
const BEYOND: usize = 12;

#[component]
pub(super) fn Tree(view: JsonState) -> impl IntoView {
    let i18n = use_i18n();
    let frame = NodeRef::<html::Div>::new();
    let ruler = NodeRef::<html::Span>::new();
    let UseElementSizeReturn { width, height, .. } = use_element_size(frame);
    let top = RwSignal::new(0.0);
    let all = Memo::new(move |_| {
        rows(view.before.read().as_ref(), &view.value.read(), &view.open.read(), &view.options())
    });
    Effect::new(move |_| {
        let width = width.get();
        let cell =
            ruler.get().map(|ruler| ruler.get_bounding_client_rect().width() / 10.0).unwrap_or_default();
        if cell > 0.0 && width > 0.0 {
            let columns = (width / cell).floor() as usize;
            if view.columns.get_untracked() != columns {
                view.columns.set(columns);
            }
        }
    });
    let window = Memo::new(move |_| {
        let first = ((top.get() / HEIGHT).floor() as usize).saturating_sub(BEYOND);
        let count = (height.get() / HEIGHT).ceil() as usize + 2 * BEYOND;
        let all = all.read();
        let first = first.min(all.len());
        let last = (first + count).min(all.len());
        (first, all[first..last].to_vec())
    });
    // What is chosen is seen, wherever it was chosen.
    Effect::new(move |_| {
        let Some(chosen) = view.chosen.get() else { return };
        let Some(at) = all.read_untracked().iter().position(|row| row.pointer == chosen) else { return };
        let Some(frame) = frame.get_untracked() else { return };
        let (from, seen) = (f64::from(frame.scroll_top()), f64::from(frame.client_height()));
        let at = at as f64 * HEIGHT;
        if at < from || at + HEIGHT > from + seen {
            frame.set_scroll_top((at - seen / 3.0).max(0.0) as i32);
        }
    });
    view! {
        <div
            node_ref=frame
            class="json__frame"
            role="tree"
            tabindex="0"
            aria-label=move || t_string!(i18n, common.json.label)
            on:scroll=move |_| {
                if let Some(frame) = frame.get_untracked() {
                    top.set(f64::from(frame.scroll_top()));
                }
            }
            on:keydown=move |event| on_key(&event, view, &all.read_untracked())
        >
            <div class="json__extent" style:height=move || format!("{}px", all.read().len() as f64 * HEIGHT)>
                <div class="json__rows" class:json__rows--wide=move || !view.wrap.get() style:transform=move || format!("translateY({}px)", window.read().0 as f64 * HEIGHT)>
                    {move || window.get().1.into_iter().map(|row| view! { <TreeRow view row /> }).collect_view()}
                </div>
            </div>
            <span node_ref=ruler class="json__ruler" aria-hidden="true">"0000000000"</span>
        </div>
        <Place view />
    }
}

#[component]
fn TreeRow(view: JsonState, row: Row) -> impl IntoView {
    let Row { pointer, depth, label, shown, change, continues } = row;
    let sign = match change {
        Change::None => None,
        Change::Added => Some("+"),
        Change::Removed => Some("−"),
    };
    let branch = match &shown {
        Shown::Branch { is_open, members, .. } => (*members > 0).then_some(*is_open),
        Shown::Text { .. } => None,
    };
    let (mine, hit, toggled, choose) = (pointer.clone(), pointer.clone(), pointer.clone(), pointer.clone());
    let is_chosen = Memo::new(move |_| view.chosen.read().as_ref() == Some(&mine));
    let is_hit = Memo::new(move |_| view.hits.read().contains(&hit));
    let content = match shown {
        Shown::Branch { is_list, members, .. } => {
            let text = if is_list { format!("[{members}]") } else { format!("{{{members}}}") };
            view! { <span class="json__count">{text}</span> }.into_any()
        }
        Shown::Text { kind, text } => {
            let class = match kind {
                Kind::Text => "json__text",
                Kind::Number => "json__number",
                Kind::Word => "json__word",
            };
            view! { <span class=class>{text}</span> }.into_any()
        }
    };
    view! {
        <div
            class="json__row"
            class:json__row--added=change == Change::Added
            class:json__row--removed=change == Change::Removed
            class:json__row--chosen=move || is_chosen.get()
            class:json__row--hit=move || is_hit.get()
            role="treeitem"
            attr:aria-level=(depth + 1).to_string()
            aria-expanded=branch.map(|open| open.to_string())
            aria-selected=move || is_chosen.get().to_string()
            data-pointer=pointer
            style=format!("padding-left: calc({}ch + 4px)", depth * 2)
            on:click=move |_| view.chosen.set(Some(choose.clone()))
        >
            <span class="json__sign" aria-hidden="true">
                {match (branch, sign) {
                    (_, Some(sign)) if branch.is_none() => view! { {sign} }.into_any(),
                    (Some(open), _) => view! {
                        <button
                            type="button"
                            class="json__toggle"
                            tabindex="-1"
                            on:click=move |event| {
                                event.stop_propagation();
                                view.open.update(|open| open.toggle(&toggled));
                            }
                        >
                            {if open { "▾" } else { "▸" }}
                        </button>
                    }
                    .into_any(),
                    _ => ().into_any(),
                }}
            </span>
            {label.map(|label| view! { <span class="json__key">{label}</span> ": " })}
            {continues.then_some(view! { <span class="json__indent" aria-hidden="true"></span> })}
            {content}
        </div>
    }
}

/// Where the chosen row is, as an expression would say it, to be copied.
#[component]
fn Place(view: JsonState) -> impl IntoView {
    let i18n = use_i18n();
    let copy = use_copy();
    let path = Memo::new(move |_| {
        let pointer = view.chosen.get()?;
        let value = view.value.read();
        let before = view.before.read();
        let there = |value: &serde_json::Value| value.pointer(&pointer).is_some();
        if there(&value) {
            Some(path(&value, &pointer))
        } else {
            before.as_ref().filter(|before| there(before)).map(|before| path(before, &pointer))
        }
    });
    let copy_value = move |_| {
        let Some(pointer) = view.chosen.get_untracked() else { return };
        let value = view.value.read_untracked();
        let text = match value.pointer(&pointer) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => serde_json::to_string_pretty(other).unwrap_or_default(),
            None => return,
        };
        copy(text);
    };
    view! {
        {move || path.get().map(|path| {
            let text = path.clone();
            view! {
                <div class="json__place">
                    <code title=path.clone()>{path.clone()}</code>
                    <button type="button" class="button button--tiny" on:click=move |_| copy(text.clone())>{t!(i18n, common.json.copy_path)}</button>
                    <button type="button" class="button button--tiny" on:click=copy_value>{t!(i18n, common.json.copy_value)}</button>
                </div>
            }
        })}
    }
}

/// As in any tree: up and down, right opens, left closes or goes to what is around.
fn on_key(event: &ev::KeyboardEvent, view: JsonState, all: &[Row]) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let chosen = view.chosen.get_untracked();
    let at = all.iter().position(|row| Some(&row.pointer) == chosen.as_ref());
    let row = at.and_then(|at| all.get(at));
    let open = row.and_then(|row| match row.shown {
        Shown::Branch { is_open, members, .. } => (members > 0).then_some(is_open),
        Shown::Text { .. } => None,
    });
    let pick = |row: Option<&Row>| {
        if let Some(row) = row {
            view.chosen.set(Some(row.pointer.clone()));
        }
    };
    match (event.key().as_str(), at) {
        ("ArrowDown", None) | ("Home", _) => pick(all.first()),
        ("ArrowDown", Some(at)) => pick(all[at..].iter().find(|row| Some(&row.pointer) != chosen.as_ref())),
        ("ArrowUp", Some(at)) => pick(all[..at].iter().rev().find(|row| !row.continues)),
        ("End", _) => pick(all.last()),
        ("ArrowRight", Some(_)) if open == Some(false) => toggle(view, row),
        ("ArrowRight", Some(at)) if open == Some(true) => pick(all.get(at + 1)),
        ("ArrowLeft", Some(_)) if open == Some(true) => toggle(view, row),
        ("ArrowLeft", Some(at)) => {
            let depth = row.map(|row| row.depth).unwrap_or_default();
            pick(all[..at].iter().rev().find(|row| row.depth < depth));
        }
        ("Enter" | " ", Some(_)) if open.is_some() => toggle(view, row),
        _ => return,
    }
    event.prevent_default();
    // The page's own arrows are not meant.
    event.stop_propagation();
}

fn toggle(view: JsonState, row: Option<&Row>) {
    if let Some(row) = row {
        view.open.update(|open| open.toggle(&row.pointer));
    }
}
