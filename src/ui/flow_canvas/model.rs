//! A session and the signals that views draw from: the one place where effects become redraws.

use std::sync::Arc;

use canvas::{DropPreview, Effect, Hit, Input, LayoutOptions, Point, Scene, Session, Viewport};
use flow::{Document, Pointer};
use leptos::prelude::*;

/// Send inputs with [`CanvasModel::send`]; read the signals. A handle, cheap to copy.
#[derive(Clone, Copy)]
pub struct CanvasModel {
    session: StoredValue<Session>,
    pub scene: RwSignal<Arc<Scene>>,
    pub viewport: RwSignal<Viewport>,
    pub selection: RwSignal<Option<Pointer>>,
    /// What the drag under way would do.
    pub preview: RwSignal<Option<DropPreview>>,
    /// The task that is being dragged.
    pub dragged: RwSignal<Option<Pointer>>,
    /// Grows with each change of the document.
    pub revision: RwSignal<u64>,
}

impl CanvasModel {
    pub fn new(document: Document, options: LayoutOptions) -> Self {
        let session = Session::new(document, options);
        Self {
            scene: RwSignal::new(Arc::new(session.scene().clone())),
            viewport: RwSignal::new(session.viewport()),
            selection: RwSignal::new(None),
            preview: RwSignal::new(None),
            dragged: RwSignal::new(None),
            revision: RwSignal::new(session.revision()),
            session: StoredValue::new(session),
        }
    }

    /// Takes an input in, redraws what it changed, and gives back the effects that are left to others: to tell
    /// people, to keep a draft.
    pub fn send(&self, input: Input) -> Vec<Effect> {
        // The page may have gone while a timer or an answer was under way.
        let effects = self.session.try_update_value(|session| session.handle(input)).unwrap_or_default();
        for effect in &effects {
            match effect {
                Effect::SceneChanged => {
                    self.scene.set(Arc::new(self.read(|session| session.scene().clone())))
                }
                Effect::SelectionChanged => {
                    self.selection.set(self.read(|session| session.selection().cloned()))
                }
                Effect::ViewportChanged => self.viewport.set(self.read(Session::viewport)),
                Effect::DocumentChanged => self.revision.set(self.read(Session::revision)),
                Effect::PreviewChanged => {
                    self.preview.set(self.read(|session| session.preview().cloned()));
                    let dragged = self.read(|session| session.dragged().cloned());
                    if self.dragged.with_untracked(|before| *before != dragged) {
                        self.dragged.set(dragged);
                    }
                }
                Effect::Refused { .. } | Effect::Announce { .. } | Effect::Warned { .. } => {}
            }
        }
        effects
    }

    /// Reads the session; not tracked: track the signal of what you read.
    pub fn read<T>(&self, read: impl FnOnce(&Session) -> T) -> T {
        self.session.with_value(read)
    }

    /// The value at a pointer of the document, tracked.
    pub fn value(&self, at: &Pointer) -> Option<serde_json::Value> {
        self.revision.track();
        self.read(|session| at.get(session.document().root()).cloned())
    }

    /// The task under a point of the screen, counted from the canvas's corner.
    pub fn task_at(&self, position: Point) -> Option<Pointer> {
        self.read(|session| match session.scene().hit(session.to_scene(position)) {
            Hit::Node { node, .. } => session.scene().task_of(node).map(|task| task.pointer.clone()),
            Hit::Gap { .. } | Hit::Nothing => None,
        })
    }
}
