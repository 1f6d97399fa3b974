//! The places where a task can be dropped, and what a drag would do if it ended now.

use canvas::{DropTarget, Rect, SceneGap, Window};
use flow::Pointer;
use leptos::ev;
use leptos::prelude::*;

use super::CanvasModel;
use crate::i18n::*;

/// Drop places of the part that is seen. A click on one chooses it for the next task from the palette.
#[component]
pub(super) fn Gaps(
    model: CanvasModel,
    window: Signal<Window>,
    /// The place that was chosen for the next task.
    chosen: Signal<Option<(Pointer, usize)>>,
    on_gap: Callback<(ev::MouseEvent, Pointer, usize)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let gaps = Memo::new(move |_| {
        let area = window.get().area;
        model.scene.with(|scene| {
            scene.gaps_in(&area).into_iter().map(|gap| scene.gaps[gap].clone()).collect::<Vec<SceneGap>>()
        })
    });
    // There are as many gaps as tasks: what they say is read once, and anew with the language.
    let label = Memo::new(move |_| t_string!(i18n, editor.canvas.insert_here).to_string());
    let lit =
        Memo::new(move |_| match model.preview.read().as_ref().and_then(|preview| preview.target.as_ref()) {
            Some(DropTarget::Gap { list, index, .. }) => Some((list.clone(), *index)),
            Some(DropTarget::Branch { .. }) => None,
            None => chosen.get(),
        });
    view! {
        <For each=move || { label.track(); gaps.get() } key=move |gap| (gap.list.clone(), gap.index, gap.empty, corners(gap.rect), label.get_untracked()) let:gap>
            {
                let (list, index, empty) = (gap.list.clone(), gap.index, gap.empty);
                let is_lit = {
                    let list = list.clone();
                    move || lit.read().as_ref().is_some_and(|(lit, at)| *lit == list && *at == index)
                };
                let chosen = list.clone();
                view! {
                    <button
                        type="button"
                        class="flow__gap"
                        class:flow__gap--empty=empty
                        class:flow__gap--lit=is_lit
                        style=style(gap.rect)
                        data-gap=""
                        data-list=list.as_str().to_owned()
                        data-index=index.to_string()
                        tabindex="-1"
                        aria-label=label.get_untracked()
                        on:click=move |event| on_gap.run((event, chosen.clone(), index))
                    >
                        <span class="flow__plus" aria-hidden="true"></span>
                        {empty.then(|| view! { <span class="flow__invite">{t!(i18n, editor.canvas.drop_here)}</span> })}
                    </button>
                }
            }
        </For>
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
            </div>
        </Show>
    }
}

pub(super) fn style(rect: Rect) -> String {
    format!("left:{}px;top:{}px;width:{}px;height:{}px", rect.x, rect.y, rect.width, rect.height)
}

fn corners(rect: Rect) -> [u64; 4] {
    [rect.x, rect.y, rect.width, rect.height].map(f64::to_bits)
}
