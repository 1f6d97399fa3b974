//! What every journey needs: a real hub on an empty data directory, a real browser, a real service to call.
//!
//! `cargo xtask test` names the programs in the environment; without them a journey says so and passes nothing off as
//! tested.

mod browser;
mod hub;
mod inspector;
mod proxy;
mod service;
mod source;

pub(crate) use browser::Browser;
pub(crate) use hub::{Hub, HubOptions, Program};
pub(crate) use proxy::{Proxy, Weather};
pub(crate) use service::Service;

/// How long anything may take to appear: generous, because two busy cores are slow, and never waited for in full
/// where things work.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The programs a journey needs, or `None` after saying what is missing.
pub(crate) fn programs() -> Option<Program> {
    let program = Program::from_environment();
    if program.is_none() {
        println!("skipped: MAS_HUB_BIN, MAS_DIST and CHROMEDRIVER are set by `cargo xtask test journeys`");
    }
    program
}
