//! Two runs side by side: where they first went different ways, what took longer, who did what.

mod address;
mod model;
mod page;
mod picker;
mod table;

pub(super) use address::{Pair, RunId};
pub use page::ComparePage;
