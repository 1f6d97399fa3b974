//! The specification's conformance kit, as its authors wrote it, run by a Gherkin runner over the hub's HTTP API.
//!
//! Its definitions call two public services; stand-ins on the loopback address answer for them, with certificates of an
//! authority that the hub is told to trust (`[egress] resolve` and `extra_ca`). The definitions stay as they are.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "conformance/kit.rs"]
mod kit;
#[path = "conformance/stand_ins.rs"]
mod stand_ins;

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use cucumber::{World as _, WriterExt as _, writer};

/// How many scenarios the kit of DSL 1.0.3 has: one that is not found is not passed.
const SCENARIOS: usize = 21;

#[tokio::test]
async fn every_scenario_of_the_conformance_kit_passes() {
    let Some(features) = features() else {
        // Standard error of a test is shown where it is asked for, and never taken for a result.
        let _ = writeln!(std::io::stderr(), "skipped: no ../shared");
        return;
    };
    let told = Told::default();
    let writer =
        writer::Basic::new(told.clone(), writer::Coloring::Never, writer::Verbosity::ShowWorldAndDocString);
    let summary = kit::Kit::cucumber()
        .with_writer(writer.summarized())
        .with_default_cli()
        .fail_on_skipped()
        .max_concurrent_scenarios(4)
        .run(features)
        .await;
    let scenarios = summary.scenarios_stats();
    assert_eq!(
        (scenarios.passed, scenarios.failed, scenarios.skipped),
        (SCENARIOS, 0, 0),
        "{}",
        String::from_utf8_lossy(&told.0.lock().unwrap())
    );
}

fn features() -> Option<PathBuf> {
    let shared = std::env::var_os("MAS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    Some(shared.join("ows/ctk")).filter(|path| path.is_dir())
}

/// What the runner tells, shown only where something fails.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
