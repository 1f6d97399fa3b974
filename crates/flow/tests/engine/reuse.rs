//! DSL reference, Use: functions and extensions; DSL, Catalogs and Extensions.

use flow::engine::{Call, Start};
use flow::{Document, Program};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

fn check(yaml: &str, input: Value, expected: Value) -> Shell {
    let shell = Shell::new(yaml).start(input).run();
    assert_eq!(*shell.output(), expected, "{}", shell.trace);
    shell
}

fn problems(yaml: &str) -> String {
    let document = Document::from_yaml(yaml).expect("YAML");
    let problems = Program::compile(&document).expect_err("problems");
    problems
        .iter()
        .map(|problem| format!("{} {}: {}\n", problem.pointer, problem.code, problem.message_en))
        .collect()
}

const PETS: &str = r#"
use:
  functions:
    getPet:
      input: {schema: {document: {type: object, required: [petId], properties: {petId: {type: integer}}}}}
      call: http
      with: {method: get, endpoint: 'https://host/pet/{petId}'}
      output: {as: .name}
    both:
      do:
        - first: {call: getPet, with: {petId: '${ .ids[0] }'}, export: {as: .}}
        - second: {call: getPet, with: {petId: '${ $workflow.input.ids[1] }'}}
        - sum: {set: '${ [$context, .] }'}
do:
  - pets: {call: both, with: {ids: '${ .ids }', more: 1}, output: {as: '{ pets: . }'}}
"#;

#[test]
fn use_functions_a_call_gives_a_function_its_input_and_takes_its_output() {
    let shell = Shell::new(PETS)
        .answering(
            "getPet",
            [Outcome::Output(json!({"name": "Rex"})), Outcome::Output(json!({"name": "Tom"}))],
        )
        .start(json!({"ids": [1, 2]}))
        .run();
    assert_eq!(*shell.output(), json!({"pets": ["Rex", "Tom"]}), "{}", shell.trace);
    // One function, two instances: each is a task of its own, within its own call.
    let instances: Vec<String> = shell
        .tasks
        .values()
        .map(|task| {
            format!("{} {} in {}", task.task.0, task.pointer, task.parent.map_or(0, |parent| parent.0))
        })
        .collect();
    assert_snapshot!(instances.join("\n"), @r"
        1 /do/0/pets in 0
        2 /use/functions/both in 1
        3 /use/functions/both/do/0/first in 2
        4 /use/functions/getPet in 3
        5 /use/functions/both/do/1/second in 2
        6 /use/functions/getPet in 5
        7 /use/functions/both/do/2/sum in 2
        ");
    assert_eq!(shell.not_taken(), Vec::<&str>::new());
}

#[test]
fn use_functions_a_fault_within_is_caught_around_the_call_and_names_its_place() {
    let yaml = r#"
use: {functions: {fails: {raise: {error: {type: 'https://x/y', status: 418}}}}}
do:
  - safe: {try: [{call: {call: fails}}], catch: {as: e, do: [{tell: {set: {at: '${ $e.instance }', status: '${ $e.status }'}}}]}}
"#;
    check(yaml, json!(1), json!({"at": "/use/functions/fails", "status": 418}));
}

/// A fault within a function waits for a person at the task itself, and a retry goes on from there.
#[test]
fn use_functions_a_retry_by_hand_runs_the_task_within() {
    let shell = Shell::new(PETS)
        .answering("getPet", [Outcome::Fault(503, "Busy"), Outcome::Output(json!({"name": "Rex"}))])
        .start(json!({"ids": [1, 2]}))
        .run()
        .retry(&["getPet"])
        .run();
    assert_eq!(*shell.output(), json!({"pets": ["Rex", "Rex"]}), "{}", shell.trace);
}

#[test]
fn use_functions_a_function_sees_its_input_and_not_the_loop_around_its_call() {
    let shell = Shell::new(
        "use: {functions: {f: {set: '${ $item }'}}}\ndo: [{l: {for: {in: '${ [1] }'}, do: [{c: {call: f}}]}}]",
    )
    .start(json!(null))
    .run();
    let error = shell.job.unwrap().error.unwrap();
    assert_eq!(error.status, 400);
    assert!(error.detail.unwrap().contains("$item, which has no value here"));
    // Without `with` the input is empty, as in other implementations.
    check(
        "use: {functions: {f: {set: '${ [$input] }'}}}\ndo: [{c: {call: f}}]",
        json!({"a": 1}),
        json!([{}]),
    );
}

#[test]
fn use_functions_recursion_is_refused_by_name() {
    assert_snapshot!(problems(r#"
use:
  functions:
    a: {do: [{x: {call: b}}]}
    b: {try: [{x: {call: c, with: {}}}], catch: {}}
    c: {call: a}
    self: {for: {in: '.'}, do: [{again: {call: self}}]}
do:
  - one: {call: a}
  - two: {call: self}
  - three: {call: 'log:1.0.0@global'}
  - four: {call: 'https://host/f.yaml'}
  - five: {call: nowhere}
"#), @r"
        /use/functions/c/call recursive-function: A function cannot come to call itself: `a` → `b` → `c` → `a`.
        /use/functions/self/do/0/again/call recursive-function: A function cannot come to call itself: `self` → `self`.
        /do/2/three/call unsupported-construct: This engine does not run the function `log:1.0.0@global`: there is no catalog `global` in `use.catalogs`.
        /do/3/four/call unresolved-function: The function `https://host/f.yaml` has not been fetched from https://host/f.yaml yet.
        /do/4/five/call unsupported-construct: This engine does not run the function `nowhere`: there is no such function in `use.functions`, and it is written neither `name:version@catalog` nor as an address.
        ");
}

#[test]
fn use_functions_however_many_call_each_other_the_stack_holds() {
    let deep = |levels: usize| {
        let mut body = "{call: NEXT}".to_owned();
        for _ in 0..30 {
            body = format!("{{do: [{{x: {body}}}]}}");
        }
        let functions: Vec<String> = (0..levels)
            .map(|level| format!("f{level}: {}", body.replace("NEXT", &format!("f{}", level + 1))))
            .collect();
        format!(
            "use: {{functions: {{{}, f{levels}: {{set: {{done: true}}}}}}}}\ndo: [{{a: {{call: f0}}}}]",
            functions.join(", ")
        )
    };
    check(&deep(3), json!(1), json!({"done": true}));
    assert!(problems(&deep(15)).contains("nested-functions"));
}

/// The specification's example of an extension (DSL reference, Extension), word for word.
#[test]
fn use_extensions_every_task_is_logged_before_and_after() {
    let shell = Shell::new(
        r#"
use:
  extensions:
    - logging:
        extend: all
        before:
          - sendLog:
              call: http
              with:
                method: post
                endpoint: https://fake.log.collector.com
                body:
                  message: ${ "Executing task '\($task.reference)'..." }
        after:
          - sendLog:
              call: http
              with:
                method: post
                endpoint: https://fake.log.collector.com
                body:
                  message: ${ "Executed task '\($task.reference)'..." }
do:
  - outer: {do: [{sampleTask: {set: {a: '${ .x }', in: '${ $input }'}, output: {as: .a}}}]}
"#,
    )
    .with_logs()
    .start(json!({"x": 1}))
    .run();
    assert_eq!(*shell.output(), json!(1), "what the extension yields is not the task's: {}", shell.trace);
    assert_snapshot!(shell.trace, @r#"
        0   Info: started
        0 job Running
        0 outer#1 Running
        0   Info: extension `logging`: before
        0 sendLog#1 Running
        0   Info: started: POST https://fake.log.collector.com
        0   Info: completed
        0 sendLog#1 Completed {"method":"post","body":{"message":"Executing task '/do/0/outer'..."},"endpoint":"https://fake.log.collector.com"}
        0 outer#1 Running
        0   Info: started
        0 sampleTask#1 Running
        0   Info: extension `logging`: before
        0 sendLog#1 Running
        0   Info: started: POST https://fake.log.collector.com
        0   Info: completed
        0 sendLog#1 Completed {"method":"post","body":{"message":"Executing task '/do/0/outer/do/0/sampleTask'..."},"endpoint":"https://fake.log.collector.com"}
        0 sampleTask#1 Running
        0   Info: extension `logging`: after
        0 sendLog#1 Running
        0   Info: started: POST https://fake.log.collector.com
        0   Info: completed
        0 sendLog#1 Completed {"method":"post","body":{"message":"Executed task '/do/0/outer/do/0/sampleTask'..."},"endpoint":"https://fake.log.collector.com"}
        0   Info: completed
        0 sampleTask#1 Completed 1
        0 outer#1 Running
        0   Info: extension `logging`: after
        0 sendLog#1 Running
        0   Info: started: POST https://fake.log.collector.com
        0   Info: completed
        0 sendLog#1 Completed {"method":"post","body":{"message":"Executed task '/do/0/outer'..."},"endpoint":"https://fake.log.collector.com"}
        0   Info: completed
        0 outer#1 Completed 1
        0   Info: completed
        0 job Completed 1
        "#);
}

const MOCK: &str = r#"
use:
  extensions:
    - mockService:
        extend: call
        when: $task.call == "http" and ($task.with.endpoint | (.uri? // .) | startswith("https://mocked.service.com"))
        before:
          - mockResponse:
              set: {statusCode: 200, content: {foo: {bar: baz}}}
              then: exit
        after:
          - never: {set: {x: 1}}
"#;

/// `examples/mock-service-extension.yaml`: `exit` leaves the extended task with what was injected.
#[test]
fn use_extensions_exit_takes_the_place_of_the_task() {
    let yaml = format!(
        "{MOCK}\ndo: [{{mocked: {{call: http, with: {{method: get, endpoint: {{uri: 'https://mocked.service.com/x'}}}}, output: {{as: .content}}}}}}]"
    );
    let shell = check(&yaml, json!({}), json!({"foo": {"bar": "baz"}}));
    assert!(shell.calls.is_empty() && !shell.trace.contains("never"), "{}", shell.trace);
    let yaml =
        format!("{MOCK}\ndo: [{{real: {{call: http, with: {{method: get, endpoint: 'https://other'}}}}}}]");
    let shell = Shell::new(&yaml).answering("real", [Outcome::Output(json!("real"))]).start(json!({})).run();
    assert_eq!(*shell.output(), json!("real"), "{}", shell.trace);
    assert!(!shell.trace.contains("mockResponse"), "{}", shell.trace);
}

/// The order is that of wrapping: the first extension is the outermost.
#[test]
fn use_extensions_several_stand_within_each_other() {
    let yaml = |exit: &str| {
        format!(
            r#"
use:
  extensions:
    - a: {{extend: all, before: [{{a1: {{set: {{n: 1}}, export: {{as: '$context + ["a1"]'}}}}}}], after: [{{a2: {{set: {{n: 1}}, export: {{as: '$context + ["a2"]'}}}}}}]}}
    - b: {{extend: set, before: [{{b1: {{set: {{n: 1}}, export: {{as: '$context + ["b1"]'}}{exit}}}}}], after: [{{b2: {{set: {{n: 1}}, export: {{as: '$context + ["b2"]'}}}}}}]}}
    - c: {{extend: wait, before: [{{c1: {{set: {{n: 1}}}}}}]}}
output: {{as: $context}}
do: [{{t: {{set: {{n: 2}}, export: {{as: '$context + ["t"]'}}}}}}]
"#
        )
    };
    check(&yaml(""), json!([]), json!(["a1", "b1", "t", "b2", "a2"]));
    // `t` is not run, so its `export` sees what the extension yielded, and only `b` is left.
    check(&yaml(", then: exit"), json!([]), json!(["a1", "b1", "t", "a2"]));
}

#[test]
fn use_extensions_each_kind_of_target_means_its_tasks() {
    let names = |target: &str| {
        let yaml = format!(
            r#"
use:
  functions: {{f: {{set: {{a: 1}}}}}}
  extensions: [{{x: {{extend: {target}, before: [{{seen: {{set: {{n: 1}}, export: {{as: '($context | arrays) + [$task.name]'}}}}}}]}}}}]
output: {{as: '$context | arrays | unique | join(" ")'}}
input: {{from: '[]'}}
do:
  - do: {{do: [{{set: {{set: {{a: 1}}}}}}]}}
  - fork: {{fork: {{branches: [{{wait: {{wait: {{seconds: 1}}}}}}]}}}}
  - for: {{for: {{in: '[1, 2]'}}, do: [{{switch: {{switch: [{{any: {{then: continue}}}}]}}}}]}}
  - try: {{try: [{{raise: {{raise: {{error: {{type: 'a:b', status: 1}}}}}}}}], catch: {{}}}}
  - call: {{call: f}}
  - off: {{if: 'false', set: {{a: 1}}}}
"#
        );
        let shell = Shell::new(&yaml).start(json!(null)).run();
        format!("{target}: {}\n", shell.output().as_str().unwrap_or_default())
    };
    let targets =
        ["all", "composite", "set", "wait", "for", "switch", "try", "raise", "call", "emit", "extension"];
    assert_snapshot!(targets.map(names).concat(), @r"
        all: call do f for fork raise set switch try wait
        composite: do fork
        set: f set
        wait: wait
        for: for
        switch: switch
        try: try
        raise: raise
        call: call
        emit: 
        extension:
        ");
    assert!(
        problems("use: {extensions: [{x: {extend: tasks}}]}\ndo: [{a: {set: {a: 1}}}]")
            .contains("not `tasks`")
    );
}

/// An extension never runs around its own tasks, nor around functions that these call: it would have no end.
#[test]
fn use_extensions_do_not_extend_themselves() {
    let shell = check(
        r#"
use:
  functions: {f: {do: [{inner: {set: {a: 1}}}]}}
  extensions:
    - loud: {extend: all, before: [{before: {call: f}}], after: [{after: {do: [{deep: {call: f}}]}}]}
    - meta: {extend: extension, before: [{meta: {set: {a: 1}}}]}
do: [{t: {set: {a: 2}}}]
"#,
        json!(1),
        json!({"a": 2}),
    );
    let count = |name: &str| shell.tasks.values().filter(|task| task.name == name).count();
    // `meta` extends the six tasks of `loud`: before, f, inner, after, deep, f, inner.
    assert_eq!((count("t"), count("before"), count("after"), count("inner"), count("meta")), (1, 1, 1, 2, 7));
}

#[test]
fn use_extensions_a_fault_of_an_extension_waits_for_a_person_and_goes_on() {
    let yaml = r#"
use: {extensions: [{guard: {extend: call, before: [{check: {call: 'check:1.0.0@default'}}], after: [{report: {call: 'report:1.0.0@default'}}]}}]}
do: [{change: {call: 'change:1.0.0@default', with: {x: 1}, timeout: {after: {seconds: 50}}}}]
"#;
    let shell = Shell::new(yaml)
        .answering("check", [Outcome::Fault(503, "Busy"), Outcome::Output(json!(1))])
        .answering("change", [Outcome::Output(json!("changed"))])
        .answering("report", [Outcome::Fault(500, "Lost"), Outcome::Output(json!(2))])
        .start(json!({}))
        .run_until(1)
        .note("the check is at fault, nothing has changed")
        .retry(&["check"])
        .run_until(2)
        .note("the report is at fault, the change is made")
        .retry(&["report"])
        .run();
    assert_eq!(*shell.output(), json!("changed"));
    assert_snapshot!(shell.trace, @r#"
             0 job Running
             0 change#1 Running
             0 check#1 Running
             0 check#1 Faulted 503
             0 change#1 Faulted
             0 job Faulted 503
        -- the check is at fault, nothing has changed
             0 check#2 Running
             0 change#1 Running
             0 job Running
             0 check#2 Completed 1
             0 change#1 Running
             0 change#1 Running
             0 report#1 Running
             0 report#1 Faulted 500
             0 change#1 Faulted
             0 job Faulted 500
        -- the report is at fault, the change is made
             0 report#2 Running
             0 change#1 Running
             0 job Running
             0 report#2 Completed 2
             0 change#1 Completed "changed"
             0 job Completed "changed"
        "#);
    assert!(shell.timers.is_empty(), "{:?}", shell.timers);
}

#[test]
fn use_extensions_a_task_that_is_stopped_or_times_out_within_one_leaves_nothing_behind() {
    let yaml = r#"
use: {extensions: [{slow: {extend: set, before: [{pause: {wait: {seconds: 100}}}]}}]}
do: [{t: {set: {a: 1}, timeout: {after: {seconds: 1}}}}]
"#;
    let shell = Shell::new(yaml).start(json!({})).run();
    let error = shell.job.as_ref().unwrap().error.clone().unwrap();
    assert_eq!((error.status, error.instance.as_deref()), (408, Some("/do/0/t")));
    assert!(shell.timers.is_empty());
    let shell = Shell::new(yaml).start(json!({})).stop();
    assert!(shell.timers.is_empty() && shell.state.is_ended(), "{}", shell.trace);
}

/// A job that reaches nothing outside reaches nothing by way of functions and extensions either.
#[test]
fn a_dry_run_makes_no_call_of_functions_and_extensions() {
    let shell = Shell::new(
        r#"
use:
  functions: {f: {call: http, with: {method: get, endpoint: 'https://h'}, output: {schema: {document: {type: string}}}}}
  extensions: [{x: {extend: all, after: [{log: {call: http, with: {method: post, endpoint: 'https://h'}}}]}}]
do: [{a: {call: f, with: {q: 1}}}]
"#,
    )
    .start_with(Start { input: json!({}), dry_run: true, ..Start::default() })
    .run();
    assert_eq!(*shell.output(), json!({"q": 1}), "{}", shell.trace);
}

#[test]
fn use_names_timeouts_retries_errors_and_authentications() {
    let shell = Shell::new(
        r#"
use:
  timeouts: {short: {after: {seconds: 5}}}
  retries: {twice: {delay: {seconds: 1}, limit: {attempt: {count: 2}}}}
  errors: {broken: {type: 'https://x/broken', status: 500, title: '${ .t }'}}
  authentications: {me: {bearer: {token: '${ $secrets.t }'}}}
do:
  - tries: {try: [{fails: {raise: {error: broken}}}], catch: {retry: twice, as: e, do: [{got: {set: {title: '${ $e.title }'}}}]}}
  - call: {call: http, timeout: short, with: {method: get, endpoint: {uri: 'https://h', authentication: {use: me}}}}
"#,
    )
    .answering("call", [Outcome::Silence])
    .start_with(Start { input: json!({"t": "Broken"}), secrets: json!({"t": "s"}), ..Start::default() })
    .run_until(6000);
    assert_eq!(shell.now, 2000, "two retries of a second each: {}", shell.trace);
    let Call::Http { with } = &shell.calls[0].3 else { panic!("an HTTP call") };
    assert_eq!(with["endpoint"]["authentication"], json!({"bearer": {"token": "s"}}));
    let shell = shell.run();
    assert_eq!((shell.now, shell.job.unwrap().error.unwrap().status), (7000, 408));
}

/// A gate that asks for two people is gone round neither by stages nor by a skip of the call that it stands behind.
#[test]
fn a_gate_within_a_function_or_an_extension_guards_like_any_other() {
    let gate = "{call: 'manual-gate:1.0.0@default', with: {message: m, minApprovals: 2}}";
    for yaml in [
        format!(
            "use: {{functions: {{f: {{do: [{{gate: {gate}}}]}}}}}}\ndo: [{{ask: {{call: f}}}}, {{change: {{set: {{a: 1}}}}}}]"
        ),
        format!(
            "use: {{extensions: [{{x: {{extend: wait, before: [{{gate: {gate}}}]}}}}]}}\ndo: [{{ask: {{wait: PT1S}}}}, {{change: {{set: {{a: 1}}}}}}]"
        ),
    ] {
        let shell = Shell::new(&yaml).start(json!({})).run();
        assert!(shell.program.gate_left_out(&["change".to_owned()]).is_some(), "{yaml}");
        let refusal = flow::engine::skip_refusal(&shell.program, &shell.state, shell.id("ask"), "ann", &[]);
        assert!(refusal.is_some(), "{yaml}");
    }
}
