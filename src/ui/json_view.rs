//! JSON for reading: a tree of which only the rows that are seen are drawn, with search, the path of a place, and what
//! differs from another value. What the rows are is decided in [`rows`].

mod rows;
mod tree;

use leptos::prelude::*;
use serde_json::Value;

use self::rows::{Openness, Options, changes, find};
use self::tree::Tree;
use super::{Icon, IconView, use_toasts};
use crate::i18n::*;

/// So small a value is seen at one glance: it needs no search.
const SMALL: usize = 6;

#[component]
pub fn JsonView(
    #[prop(into)] value: Signal<Value>,
    /// Shows what differs from this one, where there is one.
    #[prop(into, optional)]
    before: Option<Signal<Option<Value>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let view = JsonState::new(value, before.unwrap_or_else(|| Signal::stored(None)));
    let is_large = Memo::new(move |_| is_large(&value.read()));
    let comparison = Memo::new(move |_| {
        let before = view.before.read();
        before.as_ref().map(|before| changes(before, &value.read()))
    });
    view! {
        <div class="json">
            <Show
                when=move || !value.read().is_null() || comparison.read().is_some()
                fallback=move || view! { <span class="muted">{t!(i18n, common.json.empty)}</span> }
            >
                <div class="json__bar">
                    <Show when=move || is_large.get()>
                        <Search view />
                    </Show>
                    {move || comparison.get().map(|count| view! {
                        <span class="json__changes">
                            {if count == 0 { t_string!(i18n, common.json.same).to_owned() } else { t_string!(i18n, common.json.changes, count = count) }}
                        </span>
                    })}
                    <span class="json__acts"><Acts view is_large comparing=Signal::derive(move || comparison.read().is_some()) /></span>
                </div>
                <Tree view />
            </Show>
        </div>
    }
}

/// What the parts of the view share.
#[derive(Clone, Copy)]
struct JsonState {
    value: Signal<Value>,
    before: Signal<Option<Value>>,
    open: RwSignal<Openness>,
    wrap: RwSignal<bool>,
    changes_only: RwSignal<bool>,
    /// The columns of a row, once they are measured.
    columns: RwSignal<usize>,
    /// The pointer of the chosen row.
    chosen: RwSignal<Option<String>>,
    /// What is looked for is brought into view.
    sought: RwSignal<String>,
    hits: Memo<Vec<String>>,
}

impl JsonState {
    fn new(value: Signal<Value>, before: Signal<Option<Value>>) -> Self {
        let sought = RwSignal::new(String::new());
        Self {
            value,
            before,
            open: RwSignal::new(Openness::default()),
            wrap: RwSignal::new(true),
            changes_only: RwSignal::new(true),
            columns: RwSignal::new(0),
            chosen: RwSignal::new(None),
            sought,
            hits: Memo::new(move |_| find(&value.read(), &sought.read())),
        }
    }

    fn options(&self) -> Options {
        let columns = self.columns.get();
        Options {
            columns: (self.wrap.get() && columns > 0).then_some(columns),
            changes_only: self.changes_only.get(),
        }
    }

    /// Opens the way to a place and chooses it.
    fn go_to(&self, pointer: &str) {
        self.open.update(|open| open.reveal(&self.value.read_untracked(), pointer));
        self.chosen.set(Some(pointer.to_owned()));
    }

    /// The hit after, or before, the chosen row.
    fn next_hit(&self, back: bool) {
        let hits = self.hits.read_untracked();
        let chosen = self.chosen.get_untracked();
        let at = hits.iter().position(|hit| Some(hit) == chosen.as_ref());
        let next = match (at, back) {
            (None, false) => 0,
            (None, true) => hits.len().saturating_sub(1),
            (Some(at), false) => (at + 1) % hits.len().max(1),
            (Some(at), true) => at.checked_sub(1).unwrap_or(hits.len().saturating_sub(1)),
        };
        if let Some(hit) = hits.get(next) {
            self.go_to(hit);
        }
    }
}

#[component]
fn Search(view: JsonState) -> impl IntoView {
    let i18n = use_i18n();
    let place = move || {
        let hits = view.hits.read();
        let chosen = view.chosen.read();
        let at = hits.iter().position(|hit| Some(hit) == chosen.as_ref());
        (!view.sought.read().is_empty()).then(|| {
            format!("{}/{}", at.map_or_else(|| "–".to_owned(), |at| (at + 1).to_string()), hits.len())
        })
    };
    view! {
        <input
            type="search"
            class="input json__search"
            placeholder=move || t_string!(i18n, common.json.search)
            aria-label=move || t_string!(i18n, common.json.search)
            prop:value=move || view.sought.get()
            on:input=move |event| {
                view.sought.set(event_target_value(&event));
                let first = view.hits.read_untracked().first().cloned();
                if let Some(first) = first {
                    view.go_to(&first);
                }
            }
            on:keydown=move |event| {
                if event.key() == "Enter" {
                    event.prevent_default();
                    view.next_hit(event.shift_key());
                }
            }
        />
        <span class="muted json__hits" role="status">{place}</span>
    }
}

#[component]
fn Acts(view: JsonState, is_large: Memo<bool>, comparing: Signal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let copy = use_copy();
    let copy_all =
        move |_| copy(serde_json::to_string_pretty(&*view.value.read_untracked()).unwrap_or_default());
    view! {
        <Show when=move || comparing.get()>
            <label class="choice__option">
                <input type="checkbox" class="checkbox" prop:checked=move || view.changes_only.get() on:change=move |event| view.changes_only.set(event_target_checked(&event)) />
                {t!(i18n, common.json.changes_only)}
            </label>
        </Show>
        <Show when=move || is_large.get()>
            <button type="button" class="button button--tiny" on:click=move |_| view.open.set(Openness::all())>{t!(i18n, common.json.open_all)}</button>
            <button type="button" class="button button--tiny" on:click=move |_| view.open.set(Openness::none())>{t!(i18n, common.json.close_all)}</button>
        </Show>
        <button type="button" class="button button--tiny" aria-pressed=move || view.wrap.get().to_string() on:click=move |_| view.wrap.update(|wrap| *wrap = !*wrap)>
            {t!(i18n, common.json.wrap)}
        </button>
        <button type="button" class="button button--icon json__copy" aria-label=move || t_string!(i18n, common.json.copy) title=move || t_string!(i18n, common.json.copy) on:click=copy_all>
            <IconView icon=Icon::Copy />
        </button>
    }
}

/// A way to put a text into the clipboard that says that it did.
fn use_copy() -> impl Fn(String) + Copy + Send + Sync + 'static {
    let i18n = use_i18n();
    let toasts = use_toasts();
    move |text: String| {
        let promise = window().navigator().clipboard().write_text(&text);
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
                toasts.success(t_string!(i18n, common.action.copied));
            }
        });
    }
}

fn is_large(value: &Value) -> bool {
    fn count(value: &Value, left: &mut usize) {
        *left = left.saturating_sub(1);
        match value {
            Value::Object(members) if *left > 0 => members.values().for_each(|member| count(member, left)),
            Value::Array(items) if *left > 0 => items.iter().for_each(|item| count(item, left)),
            _ => {}
        }
    }
    let mut left = SMALL + 1;
    count(value, &mut left);
    left == 0
}
