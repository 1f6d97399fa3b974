//! The headless editor: layout, viewport, history and gestures, without DOM and without signals.
//!
//! Two ways in:
//!
//! - [`layout`] turns a definition into a [`Scene`]: rectangles, lines and drop places, ready to draw. It is all
//!   that the read-only run page needs; that page colours nodes by their pointer itself.
//! - [`Session`] is the editor. It owns the document, the history, the selection, the viewport and the gesture
//!   under way. The shell sends every [`Input`] to [`Session::handle`], performs the [`Effect`]s that come back
//!   (redraw, store a draft, speak, tell), and draws from the session's getters:
//!
//! ```
//! use canvas::{Effect, Input, InsertPlace, LayoutOptions, Session, Size};
//! let document = flow::Document::from_json(r#"{"do":[]}"#)?;
//! let mut session = Session::new(document, LayoutOptions::default());
//! session.handle(Input::Resized { size: Size { width: 800.0, height: 600.0 } });
//! let task = serde_json::json!({ "call": "http", "with": { "method": "get", "endpoint": "https://a.example" } });
//! let effects = session.handle(Input::InsertFromPalette { name: "check".into(), task, place: InsertPlace::After });
//! assert!(effects.contains(&Effect::DocumentChanged));
//! assert_eq!(session.scene().nodes[0].title, "check");
//! # Ok::<(), flow::ParseError>(())
//! ```
//!
//! Coordinates of inputs are screen pixels from the canvas's top left corner; everything in a scene is in scene
//! units; [`Viewport`] converts. What a drag would do is told by [`Session::preview`] while it goes on, and done
//! as one step of the history when it ends. Text is never made here: refusals, announcements and warnings are
//! closed enums with a `code()` that the console translates; titles and labels are the definition's own words.
//!
//! Not here, on purpose: the clipboard itself (its text comes and goes as strings), and any drawing.

pub mod fields;
pub mod geometry;
pub mod history;
pub mod layout;
pub mod picture;
pub mod places;
pub mod scene;
pub mod session;
pub mod viewport;
pub mod window;

pub use geometry::{Point, Rect, Size};
pub use history::{History, Mark};
pub use layout::{Direction, LayoutOptions, layout, sizes};
pub use picture::svg;
pub use places::Places;
pub use scene::{
    Badge, EdgeEnd, EdgeKind, EdgeLabel, Hit, NodeKind, NodeShape, NodeZone, Scene, SceneEdge, SceneGap,
    SceneNode,
};
pub use session::{
    Act, Announcement, Connection, ConnectionTarget, DropPreview, DropTarget, Effect, GestureKind, Input,
    InsertPlace, Modifiers, PointerButton, Refusal, Session,
};
pub use viewport::Viewport;
pub use window::Window;
