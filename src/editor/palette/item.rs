//! One item of the palette: dragged by pointer, or put in by a click or Enter.

use canvas::{Input, Point};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Entry, Source, insert};
use crate::editor::state::{Editor, Panel};
use crate::ui::IconView;

/// A press becomes a drag after so many pixels.
const THRESHOLD: f64 = 5.0;

/// A drag that began on this item.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    Pressed(Point),
    Moving,
}

#[component]
pub(super) fn PaletteItem(
    editor: Editor,
    entry: Entry,
    /// Whether something is dragged out of the palette, so that it makes room on a narrow screen.
    dragging: RwSignal<bool>,
) -> impl IntoView {
    let drag = RwSignal::new(None::<Drag>);
    let ghost = RwSignal::new(None::<Point>);
    // A drag ends with a click on the item that it began on; that click means nothing.
    let swallow = StoredValue::new(false);
    let entry = StoredValue::new(entry);
    let end = move || {
        drag.set(None);
        ghost.set(None);
        dragging.set(false);
    };
    let on_down = move |event: ev::PointerEvent| {
        swallow.set_value(false);
        if event.button() != 0 {
            return;
        }
        drag.set(Some(Drag::Pressed(client(&event))));
        if let Some(item) = event.current_target().and_then(|item| item.dyn_into::<web_sys::Element>().ok()) {
            // Without capture the drag ends where the item ends, which is no error.
            let _ = item.set_pointer_capture(event.pointer_id());
        }
    };
    let on_move = move |event: ev::PointerEvent| {
        let at = client(&event);
        match drag.get_untracked() {
            Some(Drag::Pressed(from)) if at.distance(from) > THRESHOLD => {
                drag.set(Some(Drag::Moving));
                dragging.set(true);
                swallow.set_value(true);
                if editor.panel.get_untracked() == Some(Panel::Palette) {
                    editor.panel.set(None);
                }
                let (name, task) = entry.with_value(|entry| (entry.name.clone(), entry.task.clone()));
                editor.send(Input::PaletteDragStarted { name, task });
            }
            Some(Drag::Moving) => {}
            _ => return,
        }
        if drag.get_untracked() == Some(Drag::Moving) {
            let position = on_canvas(editor, at);
            ghost.set(position.is_none().then_some(at));
            // Outside of the canvas nothing may light up; a place far away does that.
            let position = position.unwrap_or(Point { x: -1e6, y: -1e6 });
            editor.send(Input::PaletteDragMoved { position });
        }
    };
    let on_up = move |event: ev::PointerEvent| {
        let moving = drag.get_untracked() == Some(Drag::Moving);
        end();
        if !moving {
            return;
        }
        match on_canvas(editor, client(&event)) {
            Some(position) => editor.send(Input::PaletteDropped { position }),
            None => editor.send(Input::PaletteDragCancelled),
        }
    };
    let on_cancel = move |_: ev::PointerEvent| {
        if drag.get_untracked() == Some(Drag::Moving) {
            editor.send(Input::PaletteDragCancelled);
        }
        end();
    };
    let on_click = move |_| {
        if swallow.get_value() {
            swallow.set_value(false);
        } else {
            entry.with_value(|entry| insert(editor, entry));
        }
    };
    let (plugin, construct) = entry.with_value(|entry| match &entry.source {
        Source::Plugin(name) => (Some(name.clone()), None),
        Source::Construct(word) => (None, Some(*word)),
    });
    let (label, description, icon) =
        entry.with_value(|entry| (entry.label.clone(), entry.description.clone(), entry.icon));
    let ghost_label = label.clone();
    view! {
        <li>
            <button
                type="button"
                class="palette__item"
                data-plugin=plugin
                data-construct=construct
                title=description
                on:pointerdown=on_down
                on:pointermove=on_move
                on:pointerup=on_up
                on:pointercancel=on_cancel
                on:click=on_click
            >
                <IconView icon />
                <span>{label}</span>
            </button>
            {move || {
                ghost
                    .get()
                    .map(|at| {
                        let place = format!("left:{}px;top:{}px", at.x + 12.0, at.y + 12.0);
                        view! { <div class="palette__ghost" style=place aria-hidden="true">{ghost_label.clone()}</div> }
                    })
            }}
        </li>
    }
}

fn client(event: &ev::PointerEvent) -> Point {
    Point { x: f64::from(event.client_x()), y: f64::from(event.client_y()) }
}

/// The place on the canvas, or `None` outside of it.
fn on_canvas(editor: Editor, at: Point) -> Option<Point> {
    let area = editor.surface.get_untracked()?.get_bounding_client_rect();
    let position = Point { x: at.x - area.left(), y: at.y - area.top() };
    let inside = (0.0..=area.width()).contains(&position.x) && (0.0..=area.height()).contains(&position.y);
    inside.then_some(position)
}
