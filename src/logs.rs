//! The log of a task or of a whole job, of any length: followed while it grows, drawn and read only where it is seen,
//! searched everywhere. What to read and what to draw is decided by the crate `logs`; here it is done.

mod address;
mod clock;
mod copy;
mod download;
mod find_bar;
mod foot;
mod jump;
mod keys;
mod lines;
mod options;
mod paint;
mod reader;
mod row;
mod toolbar;
mod view;

pub use view::LogView;
