//! The specification's examples. Its conformance kit runs over the hub (`crates/hub/tests/conformance.rs`).

use std::path::PathBuf;

use flow::engine::{Command, Event, Start, State, Timestamp, step};
use flow::{Document, Program};
use serde_json::json;

fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("MAS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    path.join("ows/examples").is_dir().then_some(path)
}

/// Every example that compiles also starts, and any first answer leaves it in order.
#[test]
fn the_examples_start() {
    let Some(shared) = shared() else {
        println!("skipped: no ../shared");
        return;
    };
    let mut started = 0;
    for entry in std::fs::read_dir(shared.join("ows/examples")).expect("examples") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let document = Document::from_yaml(&text).expect("an example is YAML");
        match Program::compile(&document) {
            Ok(program) => {
                let start = Start { job: "job".to_owned(), input: json!({}), ..Start::default() };
                let (_, commands) = step(&program, State::new(), Event::Started { at: Timestamp(0), start });
                // The empty input does not fit every example's schema; that is an answer, too.
                let is_answered = |command: &Command| match command {
                    Command::RecordTask { .. } => true,
                    Command::RecordJob { job } => {
                        job.error.as_ref().is_some_and(|error| error.kind.ends_with("/validation"))
                    }
                    _ => false,
                };
                assert!(commands.iter().any(is_answered), "{path:?}");
                started += 1;
            }
            Err(problems) => {
                let expected = ["unsupported-construct", "unresolved-function"];
                let others: Vec<_> =
                    problems.iter().filter(|problem| !expected.contains(&problem.code.as_str())).collect();
                assert!(others.is_empty(), "{path:?}: {others:#?}");
            }
        }
    }
    assert!(started > 15, "{started}");
}
