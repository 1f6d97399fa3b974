//! Everything that waits for a person, over all runs: the page, and the count beside its name in the navigation.

mod count;
mod inbox;
mod open;
mod page;
mod row;

pub use count::{WaitingCount, WaitingCountBadge};
pub use page::ApprovalsPage;
