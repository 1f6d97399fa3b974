//! The canvas as people see it: a laid-out definition, drawn and operated, in the editor and on the run page.
//!
//! `canvas` decides where everything is and what a gesture means; here it is drawn, and browser events become
//! `canvas::Input`. Names from definitions are always text, never markup.
//!
//! The run page uses [`FlowCanvas`], which cannot change anything:
//!
//! ```ignore
//! let definition: RwSignal<Arc<flow::Document>> = …;
//! let status: Memo<HashMap<Pointer, NodeStatus>> = …;   // by `state_id`
//! let selection: RwSignal<Option<Pointer>> = …;
//! view! {
//!     <FlowCanvas
//!         definition=definition
//!         status=status
//!         selection=selection
//!         on_select=Callback::new(move |task| selection.set(task))
//!     />
//! }
//! ```
//!
//! It fills its parent: give that a size. The editor draws [`Surface`] over a [`CanvasModel`] of its own.

mod acts;
mod colours;
mod edges;
mod far;
mod gaps;
mod hands;
mod keys;
mod kinds;
mod layer;
mod minimap;
mod model;
mod node;
mod nodes;
mod pointer;
mod settle;
mod surface;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;
mod window;
mod words;
mod zoom;

use std::collections::HashMap;
use std::sync::Arc;

use canvas::{Input, PointerButton};
use flow::{Document, Pointer};
use leptos::prelude::*;

pub use acts::{SurfaceActs, beside, under};
pub use colours::{COLOURS, colour_label};
pub use hands::{copy, cut, paste};
pub use keys::{KeyAct, canvas_key};
pub use kinds::{function_icon, kind_icon, kind_label};
pub use model::CanvasModel;
pub use surface::{Surface, SurfaceMode};
pub use words::refusal_text;
pub use zoom::stored_options;

/// The smallest zoom at which a run is shown whole at first.
const SMALLEST_WHOLE: f64 = 0.4;

/// What is known of a task in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeStatus {
    pub status: wire::Status,
    /// Which attempt it is; shown from the second on.
    pub attempt: u32,
    /// A few words under the name in the place of the definition's: `2 of 5`, `503`.
    pub note: Option<String>,
    /// The flow went another way: it will not run, and is drawn in the background.
    pub not_taken: bool,
}

/// A definition to look at: coloured by status, selected by pointer or keys, never changed.
#[component]
pub fn FlowCanvas(
    /// The definition that ran. A new one is laid out anew; the view stays where it is.
    #[prop(into)]
    definition: Signal<Arc<Document>>,
    /// By the task's pointer, which is its `state_id`.
    #[prop(into, optional)]
    status: Option<Signal<HashMap<Pointer, NodeStatus>>>,
    /// The selected task. It is brought into view when it changes.
    #[prop(into)]
    selection: Signal<Option<Pointer>>,
    /// A person chose a task, or the empty canvas.
    on_select: Callback<Option<Pointer>>,
    /// Localized names of called functions, by what `call` says: `dns-record-add:1.0.0@default`.
    #[prop(into, optional)]
    functions: Option<Signal<HashMap<String, String>>>,
) -> impl IntoView {
    let model = CanvasModel::new(Document::clone(&definition.read_untracked()), stored_options());
    Effect::new(move |previous: Option<Arc<Document>>| {
        let now = definition.get();
        if let Some(previous) = previous
            && !Arc::ptr_eq(&previous, &now)
            && *previous != *now
        {
            model.send(Input::ReplaceDocument { root: now.root().clone() });
        }
        now
    });
    Effect::new(move |_| {
        definition.track();
        let wanted = selection.get();
        if model.selection.get_untracked() != wanted {
            model.send(Input::Select { pointer: wanted });
        }
    });
    let look = look_only(model, on_select);
    // Until somebody moves it, all of it is shown, however the room for it changes.
    let is_moved = StoredValue::new(false);
    let on_input = Callback::new(move |input: Input| {
        let is_resize = matches!(input, Input::Resized { .. });
        let is_move = !is_resize && !matches!(input, Input::Fit | Input::Select { .. });
        let before = model.viewport.get_untracked();
        look.run(input);
        let after = model.viewport.get_untracked();
        if is_move && (before.pan, before.zoom) != (after.pan, after.zoom) {
            is_moved.set_value(true);
        }
        if is_resize && !is_moved.get_value() {
            show_whole(model);
        }
    });
    view! {
        <Surface
            model
            mode=Signal::stored(SurfaceMode::Look)
            status=status.unwrap_or_default()
            functions=functions.unwrap_or_default()
            on_input
        />
    }
}

/// Who looks at how things stand wants to see all of it, also where names become small; not where they cannot be read at all.
fn show_whole(model: CanvasModel) {
    let bounds = model.scene.read_untracked().bounds;
    if model.viewport.get_untracked().fitted(bounds).zoom >= SMALLEST_WHOLE {
        model.send(Input::Fit);
    }
}

/// Inputs of a canvas that changes nothing: it pans, zooms, and tells what was chosen.
pub fn look_only(model: CanvasModel, on_select: Callback<Option<Pointer>>) -> Callback<Input> {
    // The session would drag a task; here every press pans, and one that did not move selects.
    let pressed = StoredValue::new(None::<canvas::Point>);
    Callback::new(move |input: Input| match input {
        Input::PointerDown { position, button, mut modifiers } => {
            pressed.set_value(
                matches!(button, PointerButton::Primary | PointerButton::Touch).then_some(position),
            );
            modifiers.space = true;
            model.send(Input::PointerDown { position, button, modifiers });
        }
        Input::PointerUp { position, modifiers } => {
            model.send(Input::PointerUp { position, modifiers });
            let still = pressed.get_value().is_some_and(|from| from.distance(position) <= 4.0);
            pressed.set_value(None);
            if still {
                on_select.run(model.task_at(position));
            }
        }
        Input::Select { pointer } => on_select.run(pointer),
        Input::Do { act } if keys::only_looks(act) => {
            let before = model.selection.get_untracked();
            model.send(Input::Do { act });
            let now = model.selection.get_untracked();
            if now != before {
                on_select.run(now);
            }
        }
        Input::PointerMoved { .. }
        | Input::PointerCancelled
        | Input::Wheel { .. }
        | Input::Resized { .. }
        | Input::Fit
        | Input::FitSelection
        | Input::CenterOn { .. }
        | Input::ZoomBy { .. }
        | Input::ZoomTo { .. }
        | Input::SetDirection { .. }
        | Input::ToggleCollapsed { .. } => {
            model.send(input);
        }
        _ => {}
    })
}
