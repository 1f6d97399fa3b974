//! `mas-hub`: a real server of the MAS API with embedded SQLite and real execution.
//!
//! The library holds everything but the command line, so that tests drive the same router that a user talks to.

pub mod clock;
pub mod database;
pub mod error;
pub mod execution;
