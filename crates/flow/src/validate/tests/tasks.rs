//! Tasks by their kind, and what they name elsewhere (DSL reference, Task).

use super::*;

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
          `until` belongs to `any` only: `one` ends by itself. Leave `until` out, or write `any`.
          `until` 只能与 `any` 一起使用，`one` 会自行结束。请去掉 `until`，或改用 `any`。
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
    insta::assert_snapshot!(problems, @r#"
        task-without-kind /do/0/a/foo
          No kind of task is called `foo`. Did you mean `for`?
          没有名为 `foo` 的任务类型。是否想写 `for`？
        two-kinds /do/1/b/set
          A task does one thing: this one has `call` already, so `set` belongs into a task of its own.
          一个任务只做一件事：已有 `call`，`set` 应放到单独的任务中。
        missing-member /do/2/c
          `c` needs a member `with`.
          `c` 缺少成员 `with`。
        unexpected-member /do/3/d/with/retries
          `retries` does not belong here; what may stand here: `method`, `endpoint`, `headers`, `body`, `query`, `output`, `redirect`.
          `retries` 不属于这里；此处可用：`method`、`endpoint`、`headers`、`body`、`query`、`output`、`redirect`。
        bad-uri /do/3/d/with/endpoint
          `a b` is no URI; write it without blanks, with `{name}` for what changes, or the whole as `${ … }`.
          `a b` 不是 URI；不能有空格，变化的部分写作 `{name}`，或整体写作 `${ … }`。
        bad-value /do/3/d/with/output
          `text` is not one of `raw`, `content`, `response`.
          `text` 不是 `raw`、`content`、`response` 之一。
        wrong-type /do/3/d/with/headers/n
          `n` has to be a text, not a number; write it in quotes: "1".
          `n` 必须是文本，而不是数字；请加引号："1"。
        bad-duration /do/4/e/wait
          `5 seconds` is no duration; write ISO 8601 such as `PT30S`, an object such as `seconds: 30`, or `${ … }`. Did you mean `PT5S`?
          `5 seconds` 不是时长；请写 ISO 8601（如 `PT30S`）、对象（如 `seconds: 30`）或 `${ … }`。是否想写 `PT5S`？
        unexpected-member /do/5/f/wait/hour
          `hour` is not known here. Did you mean `hours`?
          此处没有成员 `hour`。是否想写 `hours`？
        wrong-type /do/5/f/wait/seconds
          `seconds` has to be a whole number, not 1.5.
          `seconds` 必须是整数，而不是 1.5。
        missing-member /do/6/g/for
          `for` needs a member `in`.
          `for` 缺少成员 `in`。
        wrong-type /do/6/g/do
          `do` has to be a list of tasks, each written `- name: …`, not an object.
          `do` 必须是任务列表，每项写作 `- 名称: …`，而不是对象。
        wrong-type /do/7/h/fork/compete
          `compete` has to be true or false, not a text.
          `compete` 必须是布尔值，而不是文本。
        missing-member /do/8/i
          `i` needs a member `catch`.
          `i` 缺少成员 `catch`。
        wrong-type /do/9/j/raise/error/status
          `status` has to be a whole number, not a text; write it without quotes: 500.
          `status` 必须是整数，而不是文本；请去掉引号：500。
        choose-one /do/10/k/run
          Exactly one of `container`, `script`, `shell`, `workflow` has to be here; here are `script`, `shell`.
          此处必须有且只有 `container`、`script`、`shell`、`workflow` 之一；现在同时有 `script`、`shell`。
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
        "#);
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
          `soon` is not defined in `use.timeouts`. Nothing is defined there.
          `use.timeouts` 中没有定义 `soon`。其中没有任何定义。
        dangling-reference /do/1/b/raise/error
          `mine` is not defined in `use.errors`. Nothing is defined there.
          `use.errors` 中没有定义 `mine`。其中没有任何定义。
        dangling-reference /do/2/c/with/endpoint/authentication/use
          `mine` is not defined in `use.authentications`. Nothing is defined there.
          `use.authentications` 中没有定义 `mine`。其中没有任何定义。
        choose-one /use/retries/mine/backoff
          Exactly one of `constant`, `exponential`, `linear` has to be here; here are `constant`, `linear`.
          此处必须有且只有 `constant`、`exponential`、`linear` 之一；现在同时有 `constant`、`linear`。
        missing-member /use/retries/mine/jitter
          `jitter` needs a member `to`.
          `jitter` 缺少成员 `to`。
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
        ");
}

/// What refuses the start: see `Problem::refuses_start` for the reasons.
#[test]
fn warnings_that_refuse_the_start_are_those_of_what_a_run_could_not_do() {
    let problems = validate(
        &Document::from_yaml(
            "document: { dsl: '1.0.3', namespace: test, name: test, version: '0.1.0' }
do:
  - a: { call: grpc, with: { proto: { endpoint: x }, service: { name: n, host: h }, method: m }, then: c }
  - b: { call: 'dns-record-add:9.0.0@default' }
  - c: { wait: { seconds: -1 } }
  - d: { set: { x: 'hello ${ .name }' } }
unheard: 1
",
        )
        .expect("YAML"),
        &catalog(),
    );
    let told: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} {} {}", problem.pointer, problem.code, problem.refuses_start()))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
        /do/1/b/call unknown-function true
        /do/2/c/wait/seconds negative-duration true
        /do/3/d/set/x text-with-expression false
        /do/1/b unreachable-task true
        /unheard unknown-member false
        /do/0/a/call unsupported-construct true
        ");
}
