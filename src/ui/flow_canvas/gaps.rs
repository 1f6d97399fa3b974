//! The places where a task can be dropped, and what a drag would do if it ended now.

use canvas::{DropTarget, Rect, SceneGap, Window};
use flow::Pointer;
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use super::CanvasModel;
use super::words::refusal_text;
use crate::i18n::*;

/// Drop places of the part that is seen. A click on one chooses it for the next task from the palette.
///
/// There are as many as tasks, and all of them change places when the window does: an element is whatever place comes
/// next in the scene, and is written to where that is another one than before.
#[component]
pub(super) fn Gaps(
    model: CanvasModel,
    window: Signal<Window>,
    /// The place that was chosen for the next task.
    chosen: Signal<Option<(Pointer, usize)>>,
    on_gap: Callback<(ev::MouseEvent, Pointer, usize)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let root = NodeRef::<html::Div>::new();
    let lit =
        Memo::new(move |_| match model.preview.read().as_ref().and_then(|preview| preview.target.as_ref()) {
            Some(DropTarget::Gap { list, index, .. }) => Some((list.clone(), *index)),
            Some(DropTarget::Branch { .. }) => None,
            None => chosen.get(),
        });
    Effect::new(move |made: Option<Vec<Made>>| {
        let mut made = made.unwrap_or_default();
        let Some(root) = root.get() else { return made };
        let (area, lit) = (window.get().area, lit.get());
        let label = t_string!(i18n, editor.canvas.insert_here).to_string();
        let invitation = t_string!(i18n, editor.canvas.drop_here).to_string();
        let scene = model.scene.read();
        let gaps = scene.gaps_in(&area);
        for gap in made.drain(gaps.len().min(made.len())..) {
            gap.root.remove();
        }
        for (place, gap) in gaps.into_iter().enumerate() {
            let gap = &scene.gaps[gap];
            let lit = lit.as_ref().is_some_and(|(list, index)| *list == gap.list && *index == gap.index);
            let label = (label.as_str(), invitation.as_str());
            match made.get_mut(place) {
                Some(made) => made.show(gap, lit, label),
                None => made.extend(Made::new(&root, gap, lit, label)),
            }
        }
        made
    });
    let on_click = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let gap = target.and_then(|target| target.closest("[data-gap]").ok().flatten());
        let place = gap.and_then(|gap| {
            let list = Pointer::parse(&gap.get_attribute("data-list")?)?;
            Some((list, gap.get_attribute("data-index")?.parse().ok()?))
        });
        if let Some((list, index)) = place {
            on_gap.run((event, list, index));
        }
    };
    view! { <div node_ref=root class="flow__gaps" on:click=on_click></div> }
}

/// The element of a drop place, and what was last written to it.
struct Made {
    root: web_sys::HtmlElement,
    gap: SceneGap,
    lit: bool,
    /// What it is called, and what it says where its list is empty.
    words: (String, String),
}

impl Made {
    fn new(around: &web_sys::Element, gap: &SceneGap, lit: bool, words: (&str, &str)) -> Option<Self> {
        let root: web_sys::HtmlElement = document().create_element("button").ok()?.unchecked_into();
        root.set_inner_html(
            r#"<span class="flow__plus" aria-hidden="true"></span><span class="flow__invite"></span>"#,
        );
        for (name, value) in [("type", "button"), ("data-gap", ""), ("tabindex", "-1")] {
            root.set_attribute(name, value).ok()?;
        }
        let nowhere =
            SceneGap { list: Pointer::root(), index: usize::MAX, rect: Rect::default(), empty: false };
        let mut made = Self { root, gap: nowhere, lit: !lit, words: Default::default() };
        made.show(gap, lit, words);
        around.append_child(&made.root).ok()?;
        Some(made)
    }

    fn show(&mut self, gap: &SceneGap, lit: bool, words: (&str, &str)) {
        // Attributes that the browser knows are not refused.
        if self.gap.rect != gap.rect {
            web_sys::HtmlElement::style(&self.root).set_css_text(&style(gap.rect));
        }
        if self.gap.list != gap.list {
            let _ = self.root.set_attribute("data-list", gap.list.as_str());
        }
        if self.gap.index != gap.index {
            let _ = self.root.set_attribute("data-index", &gap.index.to_string());
        }
        if self.words.0 != words.0 {
            let _ = self.root.set_attribute("aria-label", words.0);
        }
        if self.lit != lit || self.gap.empty != gap.empty {
            let (empty, lit) =
                (if gap.empty { " flow__gap--empty" } else { "" }, if lit { " flow__gap--lit" } else { "" });
            self.root.set_class_name(&format!("flow__gap{empty}{lit}"));
        }
        if (self.words.1 != words.1 || self.gap.empty != gap.empty)
            && let Some(invitation) = self.root.last_element_child()
        {
            invitation.set_text_content(gap.empty.then_some(words.1));
        }
        if self.gap != *gap {
            self.gap.clone_from(gap);
        }
        self.lit = lit;
        if self.words.0 != words.0 || self.words.1 != words.1 {
            self.words = (words.0.to_owned(), words.1.to_owned());
        }
    }
}

/// The side of a task that a drag aims at, and the task that follows the pointer.
#[component]
pub(super) fn DragView(model: CanvasModel) -> impl IntoView {
    let i18n = use_i18n();
    let side =
        Memo::new(move |_| match model.preview.read().as_ref().and_then(|preview| preview.target.as_ref()) {
            Some(DropTarget::Branch { rect, .. }) => Some(*rect),
            _ => None,
        });
    let shown = Memo::new(move |_| model.preview.read().is_some());
    let title = Memo::new(move |_| {
        model.preview.read().as_ref().map(|preview| preview.title.clone()).unwrap_or_default()
    });
    let count = Memo::new(move |_| model.preview.read().as_ref().map_or(1, |preview| preview.count));
    let copies = Memo::new(move |_| model.preview.read().as_ref().is_some_and(|preview| preview.copy));
    let valid = Memo::new(move |_| model.preview.read().as_ref().is_some_and(canvas::DropPreview::is_valid));
    let refused = Memo::new(move |_| {
        let preview = model.preview.read();
        preview.as_ref()?.refusal.as_ref().map(|refusal| refusal_text(i18n, refusal))
    });
    let place = move || {
        let at = model.preview.read().as_ref().map(|preview| preview.at).unwrap_or_default();
        format!("transform:translate({}px,{}px)", at.x + 12.0, at.y + 12.0)
    };
    view! {
        {move || side.get().map(|rect| view! { <div class="flow__side" style=style(rect)></div> })}
        <Show when=move || shown.get()>
            <div class="flow__ghost" class:flow__ghost--refused=move || !valid.get() style=place aria-hidden="true">
                <strong>{move || if count.get() > 1 { t_string!(i18n, editor.canvas.several, count = count.get()) } else { title.get() }}</strong>
                <Show when=move || copies.get()>
                    <span class="chip">{t!(i18n, editor.canvas.copies)}</span>
                </Show>
                <Show when=move || side.read().is_some()>
                    <span class="chip">{t!(i18n, editor.canvas.in_parallel)}</span>
                </Show>
                {move || refused.get().map(|why| view! { <span class="flow__why">{why}</span> })}
            </div>
        </Show>
    }
}

pub(super) fn style(rect: Rect) -> String {
    format!("left:{}px;top:{}px;width:{}px;height:{}px", rect.x, rect.y, rect.width, rect.height)
}
