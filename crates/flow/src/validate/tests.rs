use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::CatalogFunction;
use crate::document::shared;
use crate::problem::Severity;

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let input_schema = json!({
        "type": "object",
        "required": ["zone", "type"],
        "additionalProperties": false,
        "properties": { "zone": { "type": "string" }, "type": { "enum": ["A", "MX"] }, "ttl": { "type": "integer", "minimum": 300 } },
    });
    catalog.insert("dns-record-add:1.0.0@default", CatalogFunction { input_schema });
    catalog
}

fn lines(document: &Document) -> String {
    let line = |problem: Problem| {
        let severity = if problem.severity == Severity::Error { "" } else { "warning " };
        format!(
            "{severity}{} {}\n  {}\n  {}\n",
            problem.code, problem.pointer, problem.message_en, problem.message_zh
        )
    };
    validate(document, &catalog()).into_iter().map(line).collect()
}

/// Validates a whole definition, written in YAML.
fn check(text: &str) -> String {
    lines(&Document::from_yaml(text).expect("YAML"))
}

/// Validates the tasks of a list, written in YAML.
fn check_tasks(tasks: &str) -> String {
    let head = "document: { dsl: '1.0.3', namespace: test, name: test, version: '0.1.0' }\ndo:\n";
    check(&format!("{head}{tasks}"))
}

#[test]
fn every_example_has_no_errors() {
    let Some(files) = shared("ows/examples") else { return };
    for (name, text) in files {
        let document = Document::from_text(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let problems = validate(&document, &Catalog::default());
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn every_invalid_definition_is_refused() {
    let Some(files) = shared("ows/invalid") else { return };
    let mut told = String::new();
    for (name, text) in files {
        told.push_str(&format!("== {name}\n"));
        match Document::from_text(&text) {
            Ok(document) => {
                let problems = lines(&document);
                assert!(problems.lines().any(|line| !line.starts_with([' ', 'w'])), "{name} is accepted");
                told.push_str(&problems);
            }
            Err(error) => told.push_str(&format!("{error}\n")),
        }
    }
    insta::assert_snapshot!(told, @r"
        == extra-property-in-call.yaml
        unexpected-member /do/0/getPet/foo
          `foo` does not belong here; what may stand here: `call`, `with`, `if`, `input`, `output`, `export`, `timeout`, `then`, `metadata`.
          `foo` 不属于这里；此处可用：`call`、`with`、`if`、`input`、`output`、`export`、`timeout`、`then`、`metadata`。
        == listen-any-until-any-until.yaml
        line 7, column 1: the member `do` is there twice
        == two-tasks-in-one-item.yaml
        bad-entry /do/0
          Each entry is an object with exactly one member, the name of the task; this is one with 2: `getPet`, `setMessage`.
          每一项都必须是只有一个成员的对象，成员名即任务的名称；这里有 2 个成员：`getPet`、`setMessage`。
        ");
}

#[test]
fn an_until_within_an_until_is_refused() {
    insta::assert_snapshot!(check_tasks("  - a: { listen: { to: { any: [], until: { any: [], until: '${ true }' } } } }\n"), @r"
        nested-until /do/0/a/listen/to/until/until
          What ends a listening cannot itself have an `until`; leave this one out.
          结束监听的条件自身不能再有 `until`，请去掉它。
        ");
    insta::assert_snapshot!(check_tasks("  - a: { listen: { to: { one: { with: {} }, until: '${ true }' } } }\n"), @r"
        empty /do/0/a/listen/to/one/with
          This object is empty; it needs at least one member.
          该对象为空，至少需要一个成员。
        unexpected-member /do/0/a/listen/to/until
          `until` does not belong here; what may stand here: `all`, `one`.
          `until` 不属于这里；此处可用：`all`、`one`。
        ");
}

#[test]
fn the_head_is_checked_word_for_word() {
    insta::assert_snapshot!(check("document: { dsl: '0.9', namespace: 'a b', name: -x, version: 1 }\ndo: {}\nouptut: {}\n"), @r"
        unsupported-dsl /document/dsl
          The version `0.9` of the DSL is not supported; write `1.0.3`, or another `1.0.x`.
          不支持 DSL 版本 `0.9`；请写 `1.0.3` 或其他 `1.0.x`。
        bad-name /document/namespace
          `a b` is no name: letters of a to z, digits and `-` may be in it, it begins and ends without `-`, and has 63 characters at most.
          `a b` 不是合法的名称：只能包含英文字母、数字和 `-`，首尾不能是 `-`，最多 63 个字符。
        bad-name /document/name
          `-x` is no name: letters of a to z, digits and `-` may be in it, it begins and ends without `-`, and has 63 characters at most.
          `-x` 不是合法的名称：只能包含英文字母、数字和 `-`，首尾不能是 `-`，最多 63 个字符。
        wrong-type /document/version
          `version` has to be a text, not a number.
          `version` 必须是文本，而不是数字。
        wrong-type /do
          `do` has to be a list, not an object.
          `do` 必须是列表，而不是对象。
        warning unknown-member /ouptut
          Nothing reads the member `ouptut`.
          成员 `ouptut` 不会被读取。
        ");
    insta::assert_snapshot!(check("[]"), @r"
        wrong-type 
          The definition has to be an object, not a list.
          定义必须是对象，而不是列表。
        ");
    insta::assert_snapshot!(check("{}"), @r"
        missing-member 
          The definition needs a member `document`.
          定义缺少成员 `document`。
        missing-member 
          The definition needs a member `do`.
          定义缺少成员 `do`。
        ");
}

#[test]
fn a_directive_leads_to_a_task_of_its_own_list() {
    let problems = check_tasks(
        "  - a: { set: { x: 1 }, then: c }
  - b:
      switch:
        - one: { when: .x == 1, then: inner }
        - other: { then: exit }
  - c:
      do:
        - inner: { set: { x: 1 }, then: a }
  - d:
      try: [{ e: { set: { x: 1 } } }]
      catch: { then: e }
      then: nowhere
",
    );
    insta::assert_snapshot!(problems, @r"
        dangling-then /do/1/b/switch/0/one/then
          No task of this list is called `inner`; `then` may lead to `continue`, `exit`, `end`, `a`, `b`, `c`, `d`.
          此列表中没有名为 `inner` 的任务；`then` 可以是 `continue`、`exit`、`end`、`a`、`b`、`c`、`d`。
        dangling-then /do/2/c/do/0/inner/then
          No task of this list is called `a`; `then` may lead to `continue`, `exit`, `end`, `inner`.
          此列表中没有名为 `a` 的任务；`then` 可以是 `continue`、`exit`、`end`、`inner`。
        dangling-then /do/3/d/then
          No task of this list is called `nowhere`; `then` may lead to `continue`, `exit`, `end`, `a`, `b`, `c`, `d`.
          此列表中没有名为 `nowhere` 的任务；`then` 可以是 `continue`、`exit`、`end`、`a`、`b`、`c`、`d`。
        dangling-then /do/3/d/catch/then
          No task of this list is called `e`; `then` may lead to `continue`, `exit`, `end`, `a`, `b`, `c`, `d`.
          此列表中没有名为 `e` 的任务；`then` 可以是 `continue`、`exit`、`end`、`a`、`b`、`c`、`d`。
        warning unreachable-task /do/1/b
          No way leads to `b`: every task before it goes elsewhere, and no `then` names it.
          任务 `b` 不可达：前面的任务都转向别处，也没有 `then` 指向它。
        ");
}

#[test]
fn a_name_stands_for_one_task_of_a_list() {
    let problems = check_tasks(
        "  - a: { set: { x: 1 } }
  - b: { do: [{ a: { set: { x: 1 } } }] }
  - a: { wait: PT1S }
  - end: { wait: PT1S }
",
    );
    insta::assert_snapshot!(problems, @r"
        duplicate-task-name /do/2/a
          Another task of this list is called `a` already; a name stands for one task.
          此列表中已有名为 `a` 的任务，同一列表内任务名必须唯一。
        warning reserved-name /do/3/end
          `end` is a flow directive, so no `then` can lead to a task of that name.
          `end` 是流程指令，`then` 无法跳转到同名任务。
        ");
}

#[test]
fn a_task_that_no_way_leads_to_is_told() {
    let problems = check_tasks(
        "  - a: { set: { x: 1 }, then: d }
  - b: { set: { x: 1 } }
  - d: { set: { x: 1 }, if: .x, then: end }
  - e: { switch: [{ only: { then: end } }] }
  - f: { set: { x: 1 } }
",
    );
    insta::assert_snapshot!(problems, @r"
        warning unreachable-task /do/1/b
          No way leads to `b`: every task before it goes elsewhere, and no `then` names it.
          任务 `b` 不可达：前面的任务都转向别处，也没有 `then` 指向它。
        warning unreachable-task /do/4/f
          No way leads to `f`: every task before it goes elsewhere, and no `then` names it.
          任务 `f` 不可达：前面的任务都转向别处，也没有 `then` 指向它。
        ");
}

#[test]
fn a_task_is_checked_by_its_kind() {
    let problems = check_tasks(
        "  - a: { foo: 1 }
  - b: { set: { x: 1 }, call: http }
  - c: { call: http }
  - d: { call: http, with: { method: get, endpoint: 'a b', output: text, retries: 3, headers: { n: 1 } } }
  - e: { wait: 5 seconds }
  - f: { wait: { seconds: 1.5, hour: 1 } }
  - g: { for: { each: x }, do: {} }
  - h: { fork: { branches: [], compete: maybe } }
  - i: { try: [] }
  - j: { raise: { error: { type: 'https://x/y', status: '500' } } }
  - k: { run: { shell: { command: ls }, script: { language: js, code: x } } }
  - l: { switch: [] }
  - m: { set: {} }
  - n: 7
  - o: { emit: { event: { with: { source: x } } } }
",
    );
    insta::assert_snapshot!(problems, @r"
        task-without-kind /do/0/a
          This task does nothing; it needs one of `call`, `do`, `emit`, `for`, `fork`, `listen`, `raise`, `run`, `set`, `switch`, `try`, `wait`.
          该任务没有定义要做什么，需要 `call`、`do`、`emit`、`for`、`fork`、`listen`、`raise`、`run`、`set`、`switch`、`try`、`wait` 之一。
        two-kinds /do/1/b/set
          A task does one thing: this one has `call` already, so `set` belongs into a task of its own.
          一个任务只做一件事：已有 `call`，`set` 应放到单独的任务中。
        missing-member /do/2/c
          `c` needs a member `with`.
          `c` 缺少成员 `with`。
        bad-uri /do/3/d/with/endpoint
          `a b` is no URI; write it without blanks, with `{name}` for what changes, or the whole as `${ … }`.
          `a b` 不是 URI；不能有空格，变化的部分写作 `{name}`，或整体写作 `${ … }`。
        bad-value /do/3/d/with/output
          `text` is not one of `raw`, `content`, `response`.
          `text` 不是 `raw`、`content`、`response` 之一。
        unexpected-member /do/3/d/with/retries
          `retries` does not belong here; what may stand here: `method`, `endpoint`, `headers`, `body`, `query`, `output`, `redirect`.
          `retries` 不属于这里；此处可用：`method`、`endpoint`、`headers`、`body`、`query`、`output`、`redirect`。
        wrong-type /do/3/d/with/headers/n
          `n` has to be a text, not a number.
          `n` 必须是文本，而不是数字。
        bad-duration /do/4/e/wait
          `5 seconds` is no duration; write ISO 8601 such as `PT30S`, an object such as `seconds: 30`, or `${ … }`.
          `5 seconds` 不是时长；请写 ISO 8601（如 `PT30S`）、对象（如 `seconds: 30`）或 `${ … }`。
        wrong-type /do/5/f/wait/seconds
          `seconds` has to be a whole number, not 1.5.
          `seconds` 必须是整数，而不是 1.5。
        unexpected-member /do/5/f/wait/hour
          `hour` does not belong here; what may stand here: `days`, `hours`, `minutes`, `seconds`, `milliseconds`.
          `hour` 不属于这里；此处可用：`days`、`hours`、`minutes`、`seconds`、`milliseconds`。
        missing-member /do/6/g/for
          `for` needs a member `in`.
          `for` 缺少成员 `in`。
        wrong-type /do/6/g/do
          `do` has to be a list, not an object.
          `do` 必须是列表，而不是对象。
        wrong-type /do/7/h/fork/compete
          `compete` has to be true or false, not a text.
          `compete` 必须是布尔值，而不是文本。
        missing-member /do/8/i
          `i` needs a member `catch`.
          `i` 缺少成员 `catch`。
        wrong-type /do/9/j/raise/error/status
          `status` has to be a whole number, not a text.
          `status` 必须是整数，而不是文本。
        choose-one /do/10/k/run
          Exactly one of `container`, `script`, `shell`, `workflow` has to be here; several are here.
          此处必须有且只有 `container`、`script`、`shell`、`workflow` 之一；现在有多个。
        empty /do/11/l/switch
          A switch needs at least one case.
          分支至少需要一个条件。
        empty /do/12/m/set
          This object is empty; it needs at least one member.
          该对象为空，至少需要一个成员。
        wrong-type /do/13/n
          `n` has to be an object, not a number.
          `n` 必须是对象，而不是数字。
        missing-member /do/14/o/emit/event/with
          `with` needs a member `type`.
          `with` 缺少成员 `type`。
        warning unsupported-construct /do/10/k/run
          The hub cannot run `run: script` yet; the workflow can be saved, but not started.
          Hub 目前还不能执行 `run: script`；可以保存该工作流，但不能启动。
        ");
}

#[test]
fn a_name_of_use_has_to_be_there() {
    let problems = check_tasks(
        "  - a:
      try: []
      catch: { retry: mine }
      timeout: soon
  - b: { raise: { error: mine } }
  - c: { call: http, with: { method: get, endpoint: { uri: 'https://x', authentication: { use: mine } } } }
use:
  retries: { mine: { backoff: { linear: {}, constant: {} }, jitter: { from: PT1S } } }
",
    );
    insta::assert_snapshot!(problems, @r"
        dangling-reference /do/0/a/timeout
          `soon` is not defined in `use.timeouts`.
          `use.timeouts` 中没有定义 `soon`。
        dangling-reference /do/1/b/raise/error
          `mine` is not defined in `use.errors`.
          `use.errors` 中没有定义 `mine`。
        dangling-reference /do/2/c/with/endpoint/authentication/use
          `mine` is not defined in `use.authentications`.
          `use.authentications` 中没有定义 `mine`。
        choose-one /use/retries/mine/backoff
          Exactly one of `constant`, `exponential`, `linear` has to be here; several are here.
          此处必须有且只有 `constant`、`exponential`、`linear` 之一；现在有多个。
        missing-member /use/retries/mine/jitter
          `jitter` needs a member `to`.
          `jitter` 缺少成员 `to`。
        ");
}

#[test]
fn an_expression_that_does_not_compile_is_refused_where_it_stands() {
    let problems = check_tasks(
        "  - a: { set: { x: '${ .a | }', y: ['${ .b }', '${ ( }'], z: 'not ${ ( } whole' } }
  - b: { set: { x: 1 }, if: .x ==, output: { as: '. +' }, metadata: { note: '${ ( }' } }
  - c: { for: { in: '.xs[' }, while: '${ . }', do: [] }
  - d: { call: http, with: { method: get, endpoint: '${ .x', body: { a: '${ 1 + }' } } }
",
    );
    insta::assert_snapshot!(problems, @r"
        bad-expression /do/0/a/set/x
          `${ .a | }` is not a jq expression that can be run: term expected at the end
          `${ .a | }` 不是可以运行的 jq 表达式：term expected at the end
        bad-expression /do/0/a/set/y/1
          `${ ( }` is not a jq expression that can be run: closing parenthesis expected at the end
          `${ ( }` 不是可以运行的 jq 表达式：closing parenthesis expected at the end
        bad-expression /do/1/b/if
          `.x ==` is not a jq expression that can be run: term expected at the end
          `.x ==` 不是可以运行的 jq 表达式：term expected at the end
        bad-expression /do/1/b/output/as
          `. +` is not a jq expression that can be run: term expected at the end
          `. +` 不是可以运行的 jq 表达式：term expected at the end
        bad-expression /do/2/c/for/in
          `.xs[` is not a jq expression that can be run: closing bracket expected at the end
          `.xs[` 不是可以运行的 jq 表达式：closing bracket expected at the end
        bad-uri /do/3/d/with/endpoint
          `${ .x` is no URI; write it without blanks, with `{name}` for what changes, or the whole as `${ … }`.
          `${ .x` 不是 URI；不能有空格，变化的部分写作 `{name}`，或整体写作 `${ … }`。
        bad-expression /do/3/d/with/body/a
          `${ 1 + }` is not a jq expression that can be run: term expected at the end
          `${ 1 + }` 不是可以运行的 jq 表达式：term expected at the end
        ");
}

#[test]
fn a_function_of_the_catalog_is_given_what_it_takes() {
    let problems = check_tasks(
        "  - a: { call: 'dns-record-add:1.0.0@default', with: { zone: '${ .zone }', type: TXT, ttl: 5, name: x } }
  - b: { call: 'dns-record-add:1.0.0@default' }
  - c: { call: 'dns-record-add:2.0.0@default' }
  - d: { call: unheard }
",
    );
    insta::assert_snapshot!(problems, @r"
        warning bad-argument /do/0/a/with/type
          `type` has to be one of `A`, `MX`, not `TXT`.
          `type` 必须是 `A`、`MX` 之一，而不是 `TXT`。
        warning bad-argument /do/0/a/with/ttl
          `ttl` has to be at least 300.
          `ttl` 至少为 300。
        warning bad-argument /do/0/a/with/name
          `name` is not known here; known are `zone`, `type`, `ttl`.
          `name` 不属于这里；此处可用：`zone`、`type`、`ttl`。
        warning bad-argument /do/1/b
          `dns-record-add:1.0.0@default` needs a `with` that has `zone`, `type`.
          `dns-record-add:1.0.0@default` 需要 `with`，其中要有 `zone`、`type`。
        warning unknown-function /do/2/c/call
          The catalog has no function `dns-record-add:2.0.0@default`. There is `dns-record-add:1.0.0@default`.
          目录中没有函数 `dns-record-add:2.0.0@default`。可用的是 `dns-record-add:1.0.0@default`。
        warning unsupported-construct /do/3/d/call
          The hub cannot run `unheard`: there is no such function in `use.functions`, and it is written neither `name:version@catalog` nor as an address.
          Hub 无法执行 `unheard`：use.functions 中没有该函数，且写法既不是 `名称:版本@目录`，也不是地址。
        ");
}

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
