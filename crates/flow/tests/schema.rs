//! Validation against the schema of DSL 1.0.3 itself: for the examples, for seeds that have every member of the schema,
//! and for thousands of mutants of both, our verdict is the schema's, but for what is stricter on purpose.
//!
//! The schema is read with its formats asserted, as the specification's own checks read it: without that its
//! `oneOf: [json-pointer, expression]` would refuse every expression. `MAS_MUTANTS` asks for more than the usual 3,000.

#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

#[path = "schema/mutate.rs"]
mod mutate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use flow::{Catalog, Document, Pointer, Problem, Severity};
use mutate::{Mutant, Random, Words};
use serde_json::Value;

/// What we refuse and the schema does not, on purpose.
const STRICTER: [&str; 7] = [
    // A run would stop there.
    "dangling-then",
    "dangling-reference",
    "bad-expression",
    // No run would ever begin.
    "bad-cron",
    "unknown-variable",
    // A pointer would name two tasks.
    "duplicate-task-name",
    // We would guess what another version means.
    "unsupported-dsl",
];

fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("MAS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let found = root.join("ows/schema/workflow.yaml").exists().then_some(root);
    if found.is_none() {
        use std::io::Write;
        // A test without its data says so; where nobody listens, nothing is lost.
        _ = writeln!(std::io::stderr(), "skipped: no ../shared");
    }
    found
}

struct Oracle {
    schema: Value,
    validator: jsonschema::Validator,
}

impl Oracle {
    fn read(shared: &std::path::Path) -> Self {
        let text = std::fs::read_to_string(shared.join("ows/schema/workflow.yaml")).expect("the schema");
        let schema = Document::from_yaml(&text).expect("YAML").into_value();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("a schema that compiles");
        Self { schema, validator }
    }
}

/// The definitions that are mutated: the examples, and our own seeds.
fn seeds(shared: &std::path::Path) -> Vec<(String, Value)> {
    let own = [
        ("seed calls.yaml", include_str!("schema/calls.yaml")),
        ("seed tasks.yaml", include_str!("schema/tasks.yaml")),
        ("seed schedules.yaml", include_str!("schema/schedules.yaml")),
    ];
    let mut texts: Vec<(String, String)> =
        own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    for entry in std::fs::read_dir(shared.join("ows/examples")).expect("the examples") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        texts.push((name, std::fs::read_to_string(&path).expect("a readable example")));
    }
    texts.sort();
    texts
        .into_iter()
        .map(|(name, text)| {
            let document = Document::from_yaml(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, document.into_value())
        })
        .collect()
}

fn errors(root: &Value) -> Vec<Problem> {
    let mut problems = flow::validate(&Document::from_value(root.clone()), &Catalog::default());
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

fn is_stricter(problem: &Problem) -> bool {
    STRICTER.contains(&problem.code.as_str())
}

/// A policy of `use.authentications` that has two kinds, such as `basic` and `oidc`: the schema leaves the policy open, and
/// accepts it where one of the two is right and the other is wrong, as if the wrong one were not there. Nobody could say
/// which is meant, so both are told.
fn is_of_two_kinds(root: &Value, problem: &Problem) -> bool {
    let tokens: Vec<String> = problem.pointer.tokens().take(3).collect();
    let [used, section, name] = tokens.as_slice() else { return false };
    let policy = root.get(used).and_then(|used| used.get(section)).and_then(|section| section.get(name));
    let kinds = ["basic", "bearer", "digest", "oauth2", "oidc"];
    section == "authentications"
        && kinds.iter().filter(|kind| policy.is_some_and(|policy| policy.get(kind).is_some())).count() > 1
}

#[test]
fn the_schema_and_we_accept_every_example_and_every_seed() {
    let Some(shared) = shared() else { return };
    let oracle = Oracle::read(&shared);
    for (name, root) in seeds(&shared) {
        let theirs: Vec<String> =
            oracle.validator.iter_errors(&root).map(|error| error.to_string()).collect();
        assert!(theirs.is_empty(), "{name}: {theirs:#?}");
        let ours = errors(&root);
        assert!(ours.is_empty(), "{name}: {ours:#?}");
    }
}

/// A member that no seed has would never be mutated.
#[test]
fn the_seeds_have_every_member_that_the_schema_names() {
    let Some(shared) = shared() else { return };
    let mut there = BTreeSet::new();
    for (_, root) in seeds(&shared) {
        mutate::visit(&root, &mut |_, value| {
            there.extend(value.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        });
    }
    let words = Words::of(&Oracle::read(&shared).schema);
    // The results of processes and received messages are described by the schema, and never written.
    let described = ["correlationId", "code", "stdout", "stderr"].map(str::to_owned);
    let missing: Vec<_> =
        words.members.iter().filter(|name| !there.contains(*name) && !described.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn our_verdict_of_mutants_is_the_schemas() {
    let Some(shared) = shared() else { return };
    let oracle = Oracle::read(&shared);
    let words = Words::of(&oracle.schema);
    let seeds = seeds(&shared);
    let wanted =
        std::env::var("MAS_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(3_000_usize);
    let mut random = Random(0x6d61_7320);
    let mut tally = BTreeMap::<&str, usize>::new();
    let mut disagreements = Vec::new();
    let mut walls = Vec::new();
    let (own, examples): (Vec<_>, Vec<_>) = seeds.into_iter().partition(|(name, _)| name.starts_with("seed"));
    let mut total = 0;
    while total < wanted {
        let (name, root) = random.pick(if total % 2 == 0 { &own } else { &examples });
        let Some(mutant) = mutate::mutant(root, &words, &mut random) else { continue };
        total += 1;
        let valid = oracle.validator.is_valid(&mutant.root);
        let ours = errors(&mutant.root);
        let loose = || oracle.validator.is_valid(&on_one_line(&mutant.root));
        let on_purpose = |problem: &Problem| is_stricter(problem) || is_of_two_kinds(&mutant.root, problem);
        let agreed = if valid { ours.iter().all(on_purpose) } else { !ours.is_empty() || loose() };
        *tally
            .entry(match (valid, ours.is_empty(), agreed) {
                (true, true, _) => "both accept",
                (true, false, true) => "stricter on purpose",
                (false, false, _) => "both refuse",
                (false, true, true) => "looser on purpose",
                _ => "disagree",
            })
            .or_default() += 1;
        if !agreed {
            let theirs: Vec<String> = oracle
                .validator
                .iter_errors(&mutant.root)
                .map(|error| format!("{}: {:.200}", error.instance_path(), error.to_string()))
                .collect();
            disagreements.push(format!(
                "{name}, {}\n  ours {}\n  theirs {theirs:?}",
                mutant.what,
                told(&ours)
            ));
        } else if !ours.is_empty() && !valid && mutant.faults == 1 {
            walls.extend(
                wall(&ours, &mutant).map(|why| format!("{name}, {}: {why}\n  {}", mutant.what, told(&ours))),
            );
        }
    }
    eprint_line(&format!("{total} mutants: {tally:?}"));
    assert!(disagreements.is_empty(), "{} disagree:\n{}", disagreements.len(), head(&disagreements));
    assert!(walls.is_empty(), "{} are told badly:\n{}", walls.len(), head(&walls));
}

/// What the schema refuses and we do not, on purpose: an expression of several lines. The schema's pattern says `.+`, which
/// stops at a line break; the text says nothing of the kind, and YAML invites to write long expressions so.
fn on_one_line(root: &Value) -> Value {
    let mut root = root.clone();
    let mut open = vec![&mut root];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if text.trim_start().starts_with("${") && text.trim_end().ends_with('}') => {
                *text = text.replace('\n', " ");
            }
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values_mut()),
            _ => {}
        }
    }
    root
}

/// One fault makes a few errors at most, and one of them is at the fault.
fn wall(ours: &[Problem], mutant: &Mutant) -> Option<String> {
    let faults: Vec<&Problem> = ours.iter().filter(|problem| !is_stricter(problem)).collect();
    if faults.len() > 3 {
        return Some(format!("{} errors", faults.len()));
    }
    let near = |pointer: &Pointer| {
        pointer.is_within(&mutant.place)
            || mutant.place.is_within(pointer)
            || pointer.parent().is_some_and(|holder| mutant.place.is_within(&holder))
    };
    (!ours.iter().any(|problem| near(&problem.pointer)))
        .then(|| format!("none of them is at {}", mutant.place))
}

fn told(problems: &[Problem]) -> String {
    problems
        .iter()
        .take(6)
        .map(|problem| format!("{} {}: {}; ", problem.code, problem.pointer, problem.message_en))
        .collect()
}

fn head(lines: &[String]) -> String {
    lines.iter().take(40).map(|line| format!("{line}\n")).collect()
}

fn eprint_line(line: &str) {
    use std::io::Write;
    // For people who run it with `--nocapture`.
    _ = writeln!(std::io::stderr(), "{line}");
}
