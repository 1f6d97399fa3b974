//! Whatever it is given, validation ends, soon, and without a panic.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn an_oversized_definition_is_refused_at_once() {
    let tasks: Vec<_> =
        (0..=MAX_TASKS).map(|index| json!({ format!("t{index}"): { "wait": "PT1S" } })).collect();
    insta::assert_snapshot!(lines(&Document::from_value(json!({ "do": tasks }))), @r"
        too-many-tasks 
          The definition has more than 20000 tasks; split it into several workflows.
          定义中的任务超过 20000 个，请拆分为多个工作流。
        ");
    let long = json!({ "x": "x".repeat(MAX_BYTES) });
    insta::assert_snapshot!(lines(&Document::from_value(long)), @r"
        too-large 
          The definition is 4194312 bytes of JSON; the most is 4194304.
          定义的 JSON 有 4194312 字节，最多允许 4194304 字节。
        ");
    let wrong = json!({ "do": vec![json!({}); 5_000] });
    assert_eq!(validate(&Document::from_value(wrong), &Catalog::default()).len(), MAX_PROBLEMS);
}

/// A definition that has something of everything, to be mutated.
fn rich() -> Value {
    let text = "document: { dsl: '1.0.3', namespace: test, name: test, version: '0.1.0' }
input: { schema: { document: { type: object } }, from: . }
timeout: { after: PT1H }
use:
  functions: { f: { set: { a: 1 } } }
  retries: { r: { delay: PT1S, backoff: { linear: {} }, limit: { attempt: { count: 3 } }, jitter: { from: PT1S, to: PT2S } } }
  authentications: { k: { bearer: { token: '${ .t }' } } }
  extensions: [{ x: { extend: all, before: [{ p: { set: { a: 1 } } }] } }]
schedule: { on: { any: [{ with: { type: t } }], until: { one: { with: { type: e } } } }, read: data }
do:
  - a: { call: http, with: { method: get, endpoint: { uri: 'https://x', authentication: { use: k } } }, then: c }
  - b: { switch: [{ o: { when: .x, then: a } }, { p: { then: end } }] }
  - c: { fork: { branches: [{ l: { do: [{ w: { wait: { seconds: 1 } } }] } }, { r: { for: { in: .xs }, do: [] } }] } }
  - d: { try: [{ q: { raise: { error: { type: 'https://x', status: 500 } } } }], catch: { errors: { with: { status: 500 } }, retry: r, do: [] } }
  - e: { call: 'dns-record-add:1.0.0@default', with: { zone: z, type: A } }
  - g: { call: asyncapi, with: { document: { endpoint: x }, operation: o, subscription: { consume: { amount: 1 }, foreach: { do: [] } } } }
  - h: { run: { container: { image: i, lifetime: { cleanup: eventually, after: PT1S } } } }
  - i: { listen: { to: { all: [{ with: { type: t }, correlate: { c: { from: .x } } }] } }, foreach: { do: [{ s: { emit: { event: { with: { type: t } } } } }] } }
";
    Document::from_yaml(text).expect("YAML").into_value()
}

#[test]
fn the_rich_definition_is_right_before_it_is_mutated() {
    let problems = validate(&Document::from_value(rich()), &catalog());
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Every pointer of a value.
fn pointers(value: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    let mut open = vec![(Pointer::root(), value)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (pointer.index(index), item)))
            }
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, member)| (pointer.child(name), member)))
            }
            _ => {}
        }
        found.push(pointer);
    }
    found
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(vec!["", "${ . }", "PT1S", "http", "asyncapi", "end", "a"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = proptest::sample::select(vec![
            "document", "do", "use", "call", "with", "set", "switch", "try", "catch", "for", "fork",
            "branches", "run", "listen", "to", "any", "until", "wait", "if", "then", "timeout", "input",
            "schema", "a",
        ]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name.prop_map(str::to_owned), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_survived(root in any_value()) {
        prop_assert!(!validate(&Document::from_value(root), &catalog()).is_empty());
    }

    /// Whatever is put in the place of whatever: no panic, and every problem points at something that is there,
    /// or at the missing member of something that is there.
    #[test]
    fn any_mutation_is_survived_and_problems_point_into_the_definition(
        mutations in proptest::collection::vec((any::<prop::sample::Index>(), any_value()), 1..4)
    ) {
        let mut root = rich();
        for (index, value) in mutations {
            let places = pointers(&root);
            if let Some(place) = places[index.index(places.len())].get_mut(&mut root) {
                *place = value;
            }
        }
        let document = Document::from_value(root);
        for problem in validate(&document, &catalog()) {
            let there = |pointer: &Pointer| pointer.get(document.root()).is_some();
            let parent = problem.pointer.parent();
            prop_assert!(there(&problem.pointer) || parent.as_ref().is_some_and(there), "{problem:?}");
            prop_assert!(!problem.message_en.is_empty() && !problem.message_zh.is_empty());
        }
    }
}

/// Nested far beyond what can be read: as an edit or another program could build it.
#[test]
fn ten_thousand_levels_are_refused_by_name() {
    // Without `json!`, which would walk what it is given by recursion; and given up in the end, since dropping does too.
    let deep = (0..10_000).fold(json!({}), |inner, _| Value::Array(vec![inner]));
    let root = Value::Object([("do".to_owned(), deep)].into_iter().collect());
    let document = std::mem::ManuallyDrop::new(Document::from_value(root));
    insta::assert_snapshot!(lines(&document), @r"
        too-deep 
          The definition is nested deeper than 127 levels; move the inner tasks into a workflow of their own.
          定义的嵌套超过 127 层，请将内层任务移到单独的工作流。
        ");
    let text = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    insta::assert_snapshot!(Document::from_json(&text).expect_err("too deep"), @"line 1, column 128: the definition is nested deeper than 127 levels");
    insta::assert_snapshot!(Document::from_yaml(&text).expect_err("too deep"), @"line 1, column 256: the definition is nested deeper than 127 levels");
    let yaml: String = (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level % 200))).collect();
    Document::from_yaml(&yaml).expect_err("too deep, or a member twice");
}

/// A definition of so many tasks with everything that costs: expressions, directives, references, and mistakes.
fn many(tasks: usize) -> Document {
    let tasks: Vec<Value> = (0..tasks)
        .map(|index| {
            let next = format!("t{}", index + 1);
            json!({ format!("t{index}"): {
                "call": "http",
                "with": { "method": "get", "endpoint": "https://host/{id}", "body": { "a": format!("${{ .a + {index} }}"), "mistaken": "hello ${ .x }" } },
                "if": "${ $context.go }", "then": next, "timeout": "missing", "unheard": index,
            } })
        })
        .collect();
    Document::from_value(json!({
        "document": { "dsl": "1.0.3", "namespace": "test", "name": "many", "version": "1.0.0" }, "do": tasks,
    }))
}

/// The work grows with the definition and not with its square: what a thousand tasks take, ten thousand take about ten
/// times, where a square would be a hundred. Counted in the processor's time of this thread, since others share the machine.
#[test]
fn the_largest_definitions_are_checked_in_time_that_grows_with_them() {
    let cost = |tasks: usize| {
        let document = many(tasks);
        let began = processor_time();
        let problems = validate(&document, &catalog());
        assert_eq!(problems.len(), MAX_PROBLEMS.min(problems.len()));
        assert!(!problems.is_empty());
        processor_time().saturating_sub(began)
    };
    cost(100);
    let (small, large) = (cost(1_000).max(1), cost(10_000));
    assert!(large < small * 40, "1,000 tasks: {small}, 10,000 tasks: {large}");
}

/// The jiffies that this thread has used, where the system tells.
fn processor_time() -> u128 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    schedule.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or(1)
}

/// Four mebibytes of the least friendly kind.
#[test]
fn four_mebibytes_are_told_in_few_words() {
    let words = "x".repeat(3_900_000);
    let many_members: serde_json::Map<String, Value> =
        (0..200_000).map(|index| (format!("m{index}"), json!(1))).collect();
    for root in [
        json!({ "document": { "dsl": words }, "do": words }),
        json!({ "do": [{ "a": { "set": format!("${{ {words} }}"), "then": words, "if": words } }] }),
        json!({ "do": [{ "a": many_members }] }),
        json!({ "use": { "errors": many_members }, "do": [{ "a": { "raise": { "error": "m" } } }] }),
        json!({ "do": vec![json!({ "a": 1, "b": 2 }); 200_000] }),
        json!({ "do": [{ "a": { "set": { "list": vec!["${ . | }"; 200_000] } } }] }),
    ] {
        let problems = validate(&Document::from_value(root), &Catalog::default());
        let told: usize =
            problems.iter().map(|problem| problem.message_en.len() + problem.message_zh.len()).sum();
        assert!(!problems.is_empty() && told < 1_000_000, "{} problems, {told} bytes", problems.len());
    }
}
