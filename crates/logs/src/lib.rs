//! The headless log viewer: a sparse store of lines by offset, what to ask the service for next, which rows to draw
//! where, find and filter over lines that were never drawn, selection, times and colours. It reads no clock, sends
//! nothing and knows no DOM: the console's `src/logs` is its shell.

mod address;
mod ansi;
mod export;
mod filter;
mod heights;
mod pattern;
mod port;
mod scan;
mod selection;
mod store;
pub mod time;
mod viewer;

pub use address::Address;
pub use ansi::{Color, Piece, Style, plain};
pub use export::{Format, write_line};
pub use filter::Filter;
pub use pattern::{BadPattern, Pattern, Query};
pub use selection::Selection;
pub use store::{CHUNK, Held, Line};
pub use viewer::{Draw, FindState, Frame, News, Purpose, Request, RowState, Seek, Step, Viewer, pieces};

/// Height of a row of text in pixels; `style/logs.css` says the same.
pub const ROW_HEIGHT: f64 = 20.0;
