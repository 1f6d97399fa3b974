//! What people do, in a real browser against a real hub: `cargo xtask test journeys`.

mod enemies;
mod first_light;
mod hosting;
mod recovery;
mod support;
