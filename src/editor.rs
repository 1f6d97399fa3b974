//! The editor: draws a workflow, checks it, keeps every change, saves it knowingly.
//!
//! `canvas::Session` holds the document and all that can be done to it; `flow` says what is wrong with it. Here are
//! the views, and the effects: drafts in the browser, calls to the service, news for people.

mod conflict;
mod documents;
mod draft;
mod evaluation;
mod finder;
mod header;
mod inspector;
mod keys_help;
mod news;
mod outline;
mod page;
mod palette;
mod paper;
mod peek;
mod problems;
mod review;
mod save;
mod simulate;
mod source;
mod state;
mod task_menu;
mod templates;
mod workspace;

pub use page::EditorPage;
