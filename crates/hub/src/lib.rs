//! `mas-hub`: a real server of the MAS API with embedded SQLite and real execution.
//!
//! The library holds everything but the command line, so that tests drive the same router that a user talks to.

pub mod accounts;
pub(crate) mod api;
pub mod check;
pub mod clock;
pub mod config;
pub mod console;
pub mod database;
pub mod error;
pub mod events;
pub mod execution;
pub mod freshness;
pub mod lab;
pub mod plugins;
mod recent;
pub mod schedules;
pub mod secrets;
pub mod server;
pub mod simulate;
pub mod startup;
pub mod workflows;
