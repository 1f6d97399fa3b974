//! What may stand at the cursor of a field, as a list below it: moved through by the arrows, taken by Enter.

use canvas::fields::expression::is_expression;
use flow::Pointer;
use flow::scope::{Completion, Offer, OfferKind, Scope, Seen};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wasm_bindgen::JsCast;

use super::inputs::type_label;
use super::last_run::LastRun;
use crate::editor::state::Editor;
use crate::i18n::*;

/// What is offered now. A handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Completing {
    editor: Editor,
    at: Signal<Pointer>,
    /// Whether a text without `${ }` is an expression too.
    always: bool,
    last: Option<LastRun>,
    pub(super) found: RwSignal<Option<Completion>>,
    pub(super) active: RwSignal<usize>,
    /// Worked out once a visit of the field.
    scope: StoredValue<Option<Scope>>,
}

impl Completing {
    /// Call it while the field is set up.
    pub(super) fn new(editor: Editor, at: Signal<Pointer>, always: bool) -> Self {
        Self {
            editor,
            at,
            always,
            last: use_context::<LastRun>(),
            found: RwSignal::new(None),
            active: RwSignal::new(0),
            scope: StoredValue::new(None),
        }
    }

    /// The field is visited anew: the definition may have changed meanwhile.
    pub(super) fn begin(&self) {
        self.scope.set_value(None);
    }

    pub(super) fn close(&self) {
        if self.found.read_untracked().is_some() {
            self.found.set(None);
        }
    }

    /// Looks for what fits at the cursor. Unasked for, only where a name has been begun.
    pub(super) fn look(&self, text: &str, cursor: usize, asked: bool) {
        if !self.always && !is_expression(text) {
            return self.close();
        }
        let begun = text
            .get(..cursor)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|last| last.is_alphanumeric() || "_.$".contains(last));
        if !asked && !begun {
            return self.close();
        }
        if self.scope.with_value(Option::is_none) {
            let seen = self.last.map_or_else(Seen::default, |last| untrack(|| last.seen()));
            let at = self.at.get_untracked();
            let scope =
                self.editor.model.read(|session| flow::scope::scope(session.document().root(), &at, &seen));
            self.scope.set_value(Some(scope));
        }
        let found = self.scope.with_value(|scope| {
            scope.as_ref().map(|scope| flow::scope::complete(scope, text, cursor, self.always))
        });
        // What is written already needs no offer.
        let news = found.filter(|found| match found.offers.as_slice() {
            [] => false,
            [one] => asked || text.get(found.from..found.to) != Some(one.text.as_str()),
            _ => true,
        });
        self.active.set(0);
        self.found.set(news);
    }

    /// Moves in the list; says whether there is one.
    fn step(&self, by: isize) -> bool {
        let Some(count) = self.found.with_untracked(|found| found.as_ref().map(|found| found.offers.len()))
        else {
            return false;
        };
        let count = isize::try_from(count).unwrap_or(1).max(1);
        self.active.update(|active| {
            let next = (isize::try_from(*active).unwrap_or(0) + by).rem_euclid(count);
            *active = usize::try_from(next).unwrap_or(0);
        });
        true
    }

    /// The text with the offer in it and the cursor in that.
    pub(super) fn take(&self, text: &str, index: usize) -> Option<(String, usize)> {
        let taken = self.found.with_untracked(|found| {
            let found = found.as_ref()?;
            Some(found.take(text, found.offers.get(index)?))
        });
        self.close();
        taken
    }
}

/// What a key does to the list.
pub(super) enum KeyAct {
    /// The key is the field's own.
    None,
    Done,
    Ask,
    Take(usize),
}

pub(super) fn key_act(completing: Completing, event: &ev::KeyboardEvent) -> KeyAct {
    let open = completing.found.read_untracked().is_some();
    match event.key().as_str() {
        " " if event.ctrl_key() || event.meta_key() => KeyAct::Ask,
        "ArrowDown" if !event.alt_key() && completing.step(1) => KeyAct::Done,
        "ArrowUp" if !event.alt_key() && completing.step(-1) => KeyAct::Done,
        "Enter" if open && !event.is_composing() => KeyAct::Take(completing.active.get_untracked()),
        "Escape" if open => {
            completing.close();
            KeyAct::Done
        }
        _ => KeyAct::None,
    }
}

#[component]
pub(super) fn CompletionList(completing: Completing, id: String, on_take: Callback<usize>) -> impl IntoView {
    let i18n = use_i18n();
    let list = NodeRef::<html::Ul>::new();
    // The field's scroller shows all of it, and the offer that is chosen.
    Effect::new(move |_| {
        completing.active.track();
        completing.found.track();
        request_animation_frame(move || {
            let Some(list) = list.try_get_untracked().flatten() else { return };
            reveal(&list);
            if let Some(active) = list.query_selector("[aria-selected=true]").ok().flatten() {
                reveal(&active);
            }
        });
    });
    let own = id.clone();
    let offers = move || {
        let found = completing.found.get().map(|found| found.offers).unwrap_or_default();
        let own = own.clone();
        found
            .into_iter()
            .enumerate()
            .map(|(index, offer)| {
                let detail = describe(i18n, &offer);
                let shown = match offer.kind {
                    OfferKind::Function { arguments } if arguments > 0 => format!("{}( )", offer.text),
                    _ => offer.text,
                };
                view! {
                    <li
                        id=format!("{own}-{index}")
                        class="completion__offer"
                        role="option"
                        aria-selected=move || (completing.active.get() == index).to_string()
                        on:pointerdown=move |event| {
                            // The focus stays in the field.
                            event.prevent_default();
                            on_take.run(index);
                        }
                    >
                        <code>{shown}</code>
                        <span class="completion__detail">{detail}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul node_ref=list id=id.clone() class="completion" role="listbox" aria-label=move || t_string!(i18n, editor.completion.title)>
            {offers}
        </ul>
    }
}

fn describe(i18n: I18nContext<Locale>, offer: &Offer) -> String {
    if matches!(offer.kind, OfferKind::Function { .. }) {
        return t_string!(i18n, editor.completion.function).to_owned();
    }
    let kind = offer.shape.kind.map(|kind| type_label(i18n, kind.word()));
    let note = offer.shape.note.as_ref().and_then(|note| {
        let zh = i18n.get_locale_untracked() == Locale::zh_CN;
        let text = note.get(if zh { "zh" } else { "en" }).or_else(|| note.get("en")).unwrap_or(note);
        text.as_str().map(|text| text.chars().take(60).collect::<String>())
    });
    [note, kind].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn reveal(element: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// The text of a field and the byte that its cursor stands at.
pub(super) fn cursor(field: &web_sys::Element) -> Option<(String, usize)> {
    let (text, units) = if let Some(input) = field.dyn_ref::<web_sys::HtmlInputElement>() {
        (input.value(), input.selection_start().ok()??)
    } else {
        let area = field.dyn_ref::<web_sys::HtmlTextAreaElement>()?;
        (area.value(), area.selection_start().ok()??)
    };
    let mut left = units as usize;
    let byte = text
        .char_indices()
        .find(|(_, character)| {
            let here = left == 0;
            left = left.saturating_sub(character.len_utf16());
            here
        })
        .map_or(text.len(), |(byte, _)| byte);
    Some((text, byte))
}

/// Writes into a field and puts its cursor there.
pub(super) fn write(field: &web_sys::Element, text: &str, cursor: usize) {
    let units = text.get(..cursor).map_or(0, |before| before.encode_utf16().count());
    let units = u32::try_from(units).unwrap_or(u32::MAX);
    // A field that has gone meanwhile has no cursor.
    if let Some(input) = field.dyn_ref::<web_sys::HtmlInputElement>() {
        input.set_value(text);
        let _ = input.set_selection_range(units, units);
    } else if let Some(area) = field.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        area.set_value(text);
        let _ = area.set_selection_range(units, units);
    }
}
