//! What a canvas leaves to those around it: forms, menus, and what is fetched.

use canvas::{Input, Point};
use flow::Pointer;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::CanvasModel;
use super::keys::KeyAct;

/// Acts that need more than a canvas. One that is not given is not offered.
#[derive(Clone, Copy, Default)]
pub struct SurfaceActs {
    /// To the form of the selected task.
    pub open: Option<Callback<()>>,
    /// To the name of the selected task.
    pub rename: Option<Callback<()>>,
    /// To the search for the task that comes next.
    pub add: Option<Callback<()>>,
    /// A place was chosen for the next task.
    pub gap: Option<Callback<(Pointer, usize)>>,
    /// Into the workflow that the selected task runs.
    pub peek: Option<Callback<()>>,
    /// The menu of the selected tasks, at this point of the window.
    pub menu: Option<Callback<Point>>,
}

impl SurfaceActs {
    /// Whether the key was understood.
    pub fn perform(self, act: &KeyAct, at: Option<Point>) -> bool {
        let callback = match act {
            KeyAct::Open => self.open,
            KeyAct::Rename => self.rename,
            KeyAct::Add => self.add,
            KeyAct::Peek => self.peek,
            KeyAct::Menu => {
                let Some((menu, at)) = self.menu.zip(at) else { return false };
                menu.run(at);
                return true;
            }
            KeyAct::Send(_) | KeyAct::Space => None,
        };
        callback.map(|callback| callback.run(())).is_some()
    }
}

/// Does what a key on the canvas asks for, of the task that has the focus.
pub(super) fn perform(
    model: CanvasModel,
    acts: SurfaceActs,
    act: &KeyAct,
    event: &ev::KeyboardEvent,
    on_input: Callback<Input>,
) {
    let focused = super::surface::focused_task(event);
    if let Some(task) = focused.filter(|task| !model.selected.read_untracked().contains(task)) {
        on_input.run(Input::Select { pointer: Some(task) });
    }
    let needs_task = matches!(act, KeyAct::Open | KeyAct::Rename | KeyAct::Peek);
    if needs_task && model.selection.read_untracked().is_none() {
        return;
    }
    if acts.perform(act, beside(event)) {
        event.prevent_default();
    }
}

/// Where a menu opens for a key: below the beginning of what has the focus.
pub fn beside(event: &ev::KeyboardEvent) -> Option<Point> {
    let area = event.target()?.dyn_into::<web_sys::Element>().ok()?.get_bounding_client_rect();
    // The canvas itself fills the page: its menu opens in the middle of it.
    let below = if area.height() > 200.0 { area.height() / 2.0 } else { area.height() };
    Some(Point { x: area.left() + 24.0_f64.min(area.width() / 2.0), y: area.top() + below })
}

/// Where a menu opens for a pointer. A key that the browser takes for a right click names no place of its own.
pub fn under(event: &ev::MouseEvent) -> Point {
    Point { x: f64::from(event.client_x()), y: f64::from(event.client_y()) }
}
