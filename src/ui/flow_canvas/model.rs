//! A session and the signals that views draw from: the one place where effects become redraws.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canvas::{
    Connection, DropPreview, Effect, Hit, Input, LayoutOptions, Point, Rect, Scene, Session, Viewport,
};
use flow::{Document, Pointer};
use leptos::prelude::*;

/// Send inputs with [`CanvasModel::send`]; read the signals. A handle, cheap to copy.
#[derive(Clone, Copy)]
pub struct CanvasModel {
    session: StoredValue<Session>,
    /// Where everything is. It is told anew when something moved, came or went.
    pub scene: RwSignal<Arc<Scene>>,
    /// Grows when tasks of the scene say something else, and all of them stand where they did.
    pub texts: RwSignal<u64>,
    pub viewport: RwSignal<Viewport>,
    /// The task that leads the selection.
    pub selection: RwSignal<Option<Pointer>>,
    /// Everything that is selected.
    pub selected: RwSignal<Arc<BTreeSet<Pointer>>>,
    /// What the drag under way would do.
    pub preview: RwSignal<Option<DropPreview>>,
    /// The tasks that are being dragged.
    pub dragged: RwSignal<Vec<Pointer>>,
    /// The line that is being drawn from a port.
    pub connection: RwSignal<Option<Connection>>,
    /// The rectangle that is being drawn around tasks.
    pub marquee: RwSignal<Option<Rect>>,
    /// Grows with each change of the document.
    pub revision: RwSignal<u64>,
    /// The elements that are drawn, and whose they are now: an element stays with its task wherever edits take it.
    pub(super) elements: RwSignal<Arc<BTreeMap<u64, Pointer>>>,
}

impl CanvasModel {
    pub fn new(document: Document, options: LayoutOptions) -> Self {
        let session = Session::new(document, options);
        Self {
            scene: RwSignal::new(session.shared_scene()),
            texts: RwSignal::new(0),
            viewport: RwSignal::new(session.viewport()),
            selection: RwSignal::new(None),
            selected: RwSignal::default(),
            preview: RwSignal::new(None),
            dragged: RwSignal::new(Vec::new()),
            connection: RwSignal::new(None),
            marquee: RwSignal::new(None),
            revision: RwSignal::new(session.revision()),
            elements: RwSignal::default(),
            session: StoredValue::new(session),
        }
    }

    /// Takes an input in, redraws what it changed, and gives back the effects that are left to others: to tell
    /// people, to keep a draft.
    pub fn send(&self, input: Input) -> Vec<Effect> {
        // A scene that somebody holds would have to be copied where only a text of it changes. Nobody reads it
        // before it is back.
        let _ = self.scene.try_update_untracked(|scene| *scene = Arc::default());
        // The page may have gone while a timer or an answer was under way.
        let Some((effects, scene)) = self.session.try_update_value(|session| {
            let effects = session.handle(input);
            (effects, session.shared_scene())
        }) else {
            return Vec::new();
        };
        let _ = self.scene.try_update_untracked(|place| *place = scene);
        for effect in &effects {
            match effect {
                Effect::SceneChanged => {
                    update(self.elements, self.read(|session| Arc::new(session.watched().clone())));
                    self.scene.notify();
                }
                Effect::TextsChanged => self.texts.update(|texts| *texts += 1),
                Effect::SelectionChanged => {
                    let lead = self.read(|session| session.selection().cloned());
                    update(self.selection, lead);
                    self.selected.set(Arc::new(self.read(|session| session.selected_set().clone())));
                }
                Effect::ViewportChanged => self.viewport.set(self.read(Session::viewport)),
                Effect::DocumentChanged => self.revision.set(self.read(Session::revision)),
                Effect::PreviewChanged => {
                    self.preview.set(self.read(|session| session.preview().cloned()));
                    update(self.dragged, self.read(|session| session.dragged().to_vec()));
                    update(self.connection, self.read(|session| session.connection().cloned()));
                    update(self.marquee, self.read(Session::marquee));
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

    /// These elements are drawn from now on.
    pub(super) fn draw(&self, elements: BTreeMap<u64, Pointer>) {
        self.session.update_value(|session| session.watch(elements.clone()));
        update(self.elements, Arc::new(elements));
    }
}

/// Tells only those who draw from a signal that has changed.
fn update<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, now: T) {
    if signal.with_untracked(|before| *before != now) {
        signal.set(now);
    }
}
