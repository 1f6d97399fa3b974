//! The editor as a state machine: inputs in, effects out.
//!
//! A session owns everything that an open editor has; nothing outside holds a second copy. It performs nothing
//! itself: the shell draws, speaks and stores when an effect says so.

mod autopan;
mod change;
mod clipboard;
mod connect;
mod drop;
mod gesture;
mod input;
mod keyboard;
mod selection;
mod several;
mod shift;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use flow::{Document, Pointer, edit::Warning};

pub use connect::{Connection, ConnectionTarget};
pub use drop::{DropPreview, DropTarget};
pub use gesture::GestureKind;
pub use input::{Act, Announcement, Effect, Input, InsertPlace, Modifiers, PointerButton, Refusal};

use crate::layout::Touched;
use crate::{Direction, History, LayoutOptions, Point, Rect, Scene, Viewport, layout};
use change::FieldVisit;
use gesture::Gesture;
use selection::Selection;

/// An open editor.
#[derive(Clone, Debug)]
pub struct Session {
    document: Document,
    history: History,
    selection: Selection,
    viewport: Viewport,
    gesture: Gesture,
    /// Where the pointer was last, while it holds something: it pans at the edges without moving.
    held: Option<(Point, Modifiers)>,
    scene: Arc<Scene>,
    /// What changes since the last layout have left of the scene.
    touched: Touched,
    /// Tasks that are followed wherever edits take them, by a number that the shell gave them.
    watched: BTreeMap<u64, Pointer>,
    options: LayoutOptions,
    visit: Option<FieldVisit>,
    revision: u64,
    /// How many tasks the last change of the scene had to read.
    read_anew: usize,
}

impl Session {
    pub fn new(document: Document, options: LayoutOptions) -> Self {
        let scene = Arc::new(layout(&document, &options));
        Self {
            document,
            history: History::default(),
            selection: Selection::default(),
            viewport: Viewport::default(),
            gesture: Gesture::Idle,
            held: None,
            scene,
            touched: Touched::default(),
            watched: BTreeMap::new(),
            options,
            visit: None,
            revision: 0,
            read_anew: 0,
        }
    }

    /// Takes one input in; gives back what the shell has to do now. Never panics, whatever the order of inputs.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Effects::default();
        let (selection, viewport, revision) = (self.selection.clone(), self.viewport, self.revision);
        if let Err(refusal) = self.take(input, &mut effects) {
            effects.push(Effect::Refused { refusal });
        }
        if self.revision != revision {
            effects.push(Effect::DocumentChanged);
        }
        if self.selection != selection {
            effects.push(Effect::SelectionChanged);
        }
        if self.viewport != viewport {
            effects.push(Effect::ViewportChanged);
        }
        effects.list
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The scene, to be held on to. Whoever holds it while an edit is made makes the edit pay for a copy.
    pub fn shared_scene(&self) -> Arc<Scene> {
        Arc::clone(&self.scene)
    }

    /// Lets these tasks be followed, in the place of those before. Their elements live as long as they do.
    pub fn watch(&mut self, tasks: BTreeMap<u64, Pointer>) {
        self.watched = tasks;
    }

    /// Where the followed tasks are now; those that are gone are left out.
    pub fn watched(&self) -> &BTreeMap<u64, Pointer> {
        &self.watched
    }

    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// What the drag under way would do if it ended now.
    pub fn preview(&self) -> Option<&DropPreview> {
        self.gesture.preview()
    }

    /// The line that is being drawn from a port.
    pub fn connection(&self) -> Option<&Connection> {
        self.gesture.connection()
    }

    /// The rectangle that is being drawn around tasks, in the scene.
    pub fn marquee(&self) -> Option<Rect> {
        self.gesture.marquee()
    }

    /// What the pointer is doing; the cursor depends on it.
    pub fn gesture(&self) -> GestureKind {
        self.gesture.kind()
    }

    /// The tasks that are being dragged.
    pub fn dragged(&self) -> &[Pointer] {
        self.gesture.dragged()
    }

    pub fn direction(&self) -> Direction {
        self.options.direction
    }

    pub fn collapsed(&self) -> &HashSet<Pointer> {
        &self.options.collapsed
    }

    /// Grows with each change of the document, undo included: two equal numbers mean the same document.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many tasks the last change read anew to draw them: the work that it was.
    pub fn read_anew(&self) -> usize {
        self.read_anew
    }

    /// The point of the scene under a point of the screen.
    pub fn to_scene(&self, screen: Point) -> Point {
        self.viewport.to_scene(screen)
    }
}

/// Effects in the making; each kind of redraw is asked for once.
#[derive(Debug, Default)]
struct Effects {
    list: Vec<Effect>,
}

impl Effects {
    fn push(&mut self, effect: Effect) {
        if !self.list.contains(&effect) {
            self.list.push(effect);
        }
    }

    fn announce(&mut self, announcement: Announcement) {
        self.push(Effect::Announce { announcement });
    }

    fn warn(&mut self, warnings: impl IntoIterator<Item = Warning>) {
        warnings.into_iter().for_each(|warning| self.push(Effect::Warned { warning }));
    }
}
