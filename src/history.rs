//! Executions: every run there was, found by filters that live in the URL.
//!
//! The pure parts are `address`, `columns` and `format`; `search` is what the page asks the API for, the rest draws it.

mod address;
mod builder;
mod bulk;
mod chips;
mod columns;
mod export;
mod format;
mod histogram;
mod operand;
mod page;
mod pages;
mod popover;
mod row;
mod search;
mod strips;
mod table;
mod views;
mod walk;
mod words;

pub use page::HistoryPage;
