//! The list of workflows: find one, start it, follow it, copy it, delete it.

mod copy;
mod page;
mod row;

pub use page::WorkflowsPage;
