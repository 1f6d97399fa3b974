//! The log of a task or of a whole job: followed while it grows, drawn only where it is seen, searched everywhere.

mod buffer;
mod line;
mod toolbar;
mod view;
mod window;

pub use view::LogView;
