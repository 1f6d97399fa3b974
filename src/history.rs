//! Executions: every run there was, found by filters that live in the URL.

mod builder;
mod filters;
mod page;
mod table;

pub use page::HistoryPage;
