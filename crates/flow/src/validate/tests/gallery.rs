//! A gallery of the mistakes that people make, each told as an operator reads it.

use super::*;

/// Changes one thing of a definition that is right, and shows what is said about it.
fn gallery(mistakes: &[&str]) -> String {
    mistakes
        .iter()
        .map(|mistake| format!("# {mistake}\n{}", check_tasks(&format!("  - a: {mistake}\n"))))
        .collect()
}

#[test]
fn members_that_are_misspelt_missing_or_elsewhere() {
    insta::assert_snapshot!(gallery(&[
        "{ call: http, with: { mehtod: get, endpoint: 'https://x' } }",
        "{ call: http, with: { method: get, url: 'https://x' } }",
        "{ call: http, with: { method: get, endpoint: 'https://x', header: { a: b } } }",
        "{ call: http, method: get, endpoint: 'https://x' }",
        "{ cal: http, with: { method: get, endpoint: 'https://x' } }",
        "{ if: .x, then: end }",
        "{ }",
        "{ try: [], catch: { error: { with: { status: 500 } } } }",
        "{ try: [] }",
        "{ for: { each: x, in: .xs }, do: [], whlie: .x }",
        "{ fork: { branch: [] } }",
        "{ switch: [{ c: { when: .x } }] }",
        "{ run: { shel: { command: ls } } }",
        "{ run: { shell: { cmd: ls, env: { A: b } } } }",
        "{ listen: { to: { one: { type: x } } } }",
        "{ emit: { event: { with: { source: x } } } }",
        "{ call: asyncapi, with: { channel: c } }",
        "{ call: grpc, with: { service: { name: x } } }",
        "{ wait: { second: 5 } }",
        "{ set: { x: 1 }, metdata: {} }",
        "{ set: { x: 1 }, retry: { delay: PT1S }, timeouts: PT1S, onError: stop }",
    ]), @r"
        # { call: http, with: { mehtod: get, endpoint: 'https://x' } }
        unexpected-member /do/0/a/with/mehtod
          `mehtod` is not known here. Did you mean `method`?
          此处没有成员 `mehtod`。是否想写 `method`？
        # { call: http, with: { method: get, url: 'https://x' } }
        missing-member /do/0/a/with
          `with` needs a member `endpoint`.
          `with` 缺少成员 `endpoint`。
        unexpected-member /do/0/a/with/url
          `url` does not belong here; what may stand here: `method`, `endpoint`, `headers`, `body`, `query`, `output`, `redirect`.
          `url` 不属于这里；此处可用：`method`、`endpoint`、`headers`、`body`、`query`、`output`、`redirect`。
        # { call: http, with: { method: get, endpoint: 'https://x', header: { a: b } } }
        unexpected-member /do/0/a/with/header
          `header` is not known here. Did you mean `headers`?
          此处没有成员 `header`。是否想写 `headers`？
        # { call: http, method: get, endpoint: 'https://x' }
        unexpected-member /do/0/a/method
          `method`, `endpoint` do not belong into `a` itself, but into its `with`, which is missing.
          `method`、`endpoint` 不应直接写在 `a` 中，而应写在它的 `with` 中；此处缺少 `with`。
        missing-member /do/0/a
          `a` needs a member `with`.
          `a` 缺少成员 `with`。
        # { cal: http, with: { method: get, endpoint: 'https://x' } }
        task-without-kind /do/0/a/cal
          No kind of task is called `cal`. Did you mean `call`?
          没有名为 `cal` 的任务类型。是否想写 `call`？
        # { if: .x, then: end }
        task-without-kind /do/0/a
          Nothing says what this task does: it has `if`, `then`, and needs one of `call`, `do`, `emit`, `for`, `fork`, `listen`, `raise`, `run`, `set`, `switch`, `try` or `wait`.
          该任务没有定义要做什么：只有 `if`、`then`，还需要 `call`、`do`、`emit`、`for`、`fork`、`listen`、`raise`、`run`、`set`、`switch`、`try` 或 `wait` 之一。
        # { }
        task-without-kind /do/0/a
          Nothing says what this task does: it is empty, and needs one of `call`, `do`, `emit`, `for`, `fork`, `listen`, `raise`, `run`, `set`, `switch`, `try` or `wait`.
          该任务没有定义要做什么：它是空的，还需要 `call`、`do`、`emit`、`for`、`fork`、`listen`、`raise`、`run`、`set`、`switch`、`try` 或 `wait` 之一。
        # { try: [], catch: { error: { with: { status: 500 } } } }
        unexpected-member /do/0/a/catch/error
          `error` is not known here. Did you mean `errors`?
          此处没有成员 `error`。是否想写 `errors`？
        # { try: [] }
        missing-member /do/0/a
          `a` needs a member `catch`.
          `a` 缺少成员 `catch`。
        # { for: { each: x, in: .xs }, do: [], whlie: .x }
        unexpected-member /do/0/a/whlie
          `whlie` is not known here. Did you mean `while`?
          此处没有成员 `whlie`。是否想写 `while`？
        # { fork: { branch: [] } }
        unexpected-member /do/0/a/fork/branch
          `branch` is not known here. Did you mean `branches`?
          此处没有成员 `branch`。是否想写 `branches`？
        # { switch: [{ c: { when: .x } }] }
        missing-member /do/0/a/switch/0/c
          `c` needs a member `then`.
          `c` 缺少成员 `then`。
        # { run: { shel: { command: ls } } }
        unexpected-member /do/0/a/run/shel
          `shel` is not known here. Did you mean `shell`?
          此处没有成员 `shel`。是否想写 `shell`？
        # { run: { shell: { cmd: ls, env: { A: b } } } }
        missing-member /do/0/a/run/shell
          `shell` needs a member `command`.
          `shell` 缺少成员 `command`。
        unexpected-member /do/0/a/run/shell/cmd
          `cmd` does not belong here; what may stand here: `command`, `stdin`, `arguments`, `environment`.
          `cmd` 不属于这里；此处可用：`command`、`stdin`、`arguments`、`environment`。
        unexpected-member /do/0/a/run/shell/env
          `env` is not known here. Did you mean `environment`?
          此处没有成员 `env`。是否想写 `environment`？
        # { listen: { to: { one: { type: x } } } }
        unexpected-member /do/0/a/listen/to/one/type
          `type` does not belong into `one` itself, but into its `with`, which is missing.
          `type` 不应直接写在 `one` 中，而应写在它的 `with` 中；此处缺少 `with`。
        # { emit: { event: { with: { source: x } } } }
        missing-member /do/0/a/emit/event/with
          `with` needs a member `type`.
          `with` 缺少成员 `type`。
        # { call: asyncapi, with: { channel: c } }
        missing-member /do/0/a/with
          `with` needs the members `document`, `message` or `subscription`.
          `with` 缺少成员 `document`、`message` 或 `subscription`。
        # { call: grpc, with: { service: { name: x } } }
        missing-member /do/0/a/with
          `with` needs the members `proto`, `method`.
          `with` 缺少成员 `proto`、`method`。
        missing-member /do/0/a/with/service
          `service` needs a member `host`.
          `service` 缺少成员 `host`。
        # { wait: { second: 5 } }
        unexpected-member /do/0/a/wait/second
          `second` is not known here. Did you mean `seconds`?
          此处没有成员 `second`。是否想写 `seconds`？
        # { set: { x: 1 }, metdata: {} }
        unexpected-member /do/0/a/metdata
          `metdata` is not known here. Did you mean `metadata`?
          此处没有成员 `metdata`。是否想写 `metadata`？
        # { set: { x: 1 }, retry: { delay: PT1S }, timeouts: PT1S, onError: stop }
        unexpected-member /do/0/a/retry
          `retry`, `timeouts`, `onError` do not belong here; what may stand here: `set`, `if`, `input`, `output`, `export`, `timeout`, `then`, `metadata`.
          `retry`、`timeouts`、`onError` 不属于这里；此处可用：`set`、`if`、`input`、`output`、`export`、`timeout`、`then`、`metadata`。
        ");
}

#[test]
fn values_of_the_wrong_type_or_word() {
    insta::assert_snapshot!(gallery(&[
        "{ wait: 30s }",
        "{ wait: 30 }",
        "{ wait: { seconds: -5 } }",
        "{ wait: { seconds: '5' } }",
        "{ set: }",
        "{ set: {} }",
        "[set, 1]",
        "{ do: { b: { wait: PT1S } } }",
        "{ do: [{ b: { wait: PT1S }, c: { wait: PT1S } }] }",
        "{ do: [wait] }",
        "{ fork: { branches: [], compete: 'yes' } }",
        "{ call: http, with: { method: get, endpoint: 'https://x/{id' } }",
        "{ call: http, with: { method: get, endpoint: { uri: 'https://x', authentication: { oauth2: { authority: 'https://i', grant: client_credentials, endpoints: { token: '${ .token }' } } } } } }",
        "{ call: http, with: { method: get, endpoint: 'https://x', output: Content } }",
        "{ call: http, with: { method: get, endpoint: 'https://x', headers: { a: 1 } } }",
        "{ call: mcp, with: { method: tools/cal, transport: { stdio: { command: x } } } }",
        "{ raise: { error: { type: 'https://x', status: '500' } } }",
        "{ raise: { error: { type: 'https://x', status: 500, instance: here } } }",
        "{ emit: { event: { with: { type: t, time: yesterday } } } }",
        "{ for: { in: [1, 2, 3] }, do: [] }",
        "{ run: { shell: { command: ls, arguments: [-p, 8080] } } }",
        "{ run: { container: { image: x, lifetime: { cleanup: eventually } } } }",
        "{ listen: { to: { one: { with: { type: t } }, until: .x } } }",
        "{ call: dns-record-ad:1.0.0@default, with: {} }",
    ]), @r#"
        # { wait: 30s }
        bad-duration /do/0/a/wait
          `30s` is no duration; write ISO 8601 such as `PT30S`, an object such as `seconds: 30`, or `${ … }`. Did you mean `PT30S`?
          `30s` 不是时长；请写 ISO 8601（如 `PT30S`）、对象（如 `seconds: 30`）或 `${ … }`。是否想写 `PT30S`？
        # { wait: 30 }
        bad-duration /do/0/a/wait
          A duration is a text such as `PT30S` or an object such as `seconds: 30`, not a number. For 30 seconds write `seconds: 30`.
          时长应为文本（如 `PT30S`）或对象（如 `seconds: 30`），而不是数字。30 秒请写作 `seconds: 30`。
        # { wait: { seconds: -5 } }
        warning negative-duration /do/0/a/wait/seconds
          No time is negative: -5 seconds cannot be waited for, so the workflow cannot be started.
          时长不能为负：无法等待 -5 seconds，因此工作流不能启动。
        # { wait: { seconds: '5' } }
        wrong-type /do/0/a/wait/seconds
          `seconds` has to be a whole number, not a text; write it without quotes: 5.
          `seconds` 必须是整数，而不是文本；请去掉引号：5。
        # { set: }
        wrong-type /do/0/a/set
          `set` has to be an object, not nothing (null).
          `set` 必须是对象，而不是空值。
        # { set: {} }
        empty /do/0/a/set
          This object is empty; it needs at least one member.
          该对象为空，至少需要一个成员。
        # [set, 1]
        wrong-type /do/0/a
          `a` has to be an object, not a list.
          `a` 必须是对象，而不是列表。
        # { do: { b: { wait: PT1S } } }
        wrong-type /do/0/a/do
          `do` has to be a list of tasks, each written `- name: …`, not an object.
          `do` 必须是任务列表，每项写作 `- 名称: …`，而不是对象。
        # { do: [{ b: { wait: PT1S }, c: { wait: PT1S } }] }
        bad-entry /do/0/a/do/0
          Each entry is an object with exactly one member, the name of the task; this is one with 2: `b`, `c`.
          每一项都必须是只有一个成员的对象，成员名即任务的名称；这里有 2 个成员：`b`、`c`。
        # { do: [wait] }
        bad-entry /do/0/a/do/0
          Each entry is an object with exactly one member, the name of the task; this is a text.
          每一项都必须是只有一个成员的对象，成员名即任务的名称；这里是文本。
        # { fork: { branches: [], compete: 'yes' } }
        wrong-type /do/0/a/fork/compete
          `compete` has to be true or false, not a text.
          `compete` 必须是布尔值，而不是文本。
        # { call: http, with: { method: get, endpoint: 'https://x/{id' } }
        bad-uri /do/0/a/with/endpoint
          `https://x/{id` is no URI; write it without blanks, with `{name}` for what changes, or the whole as `${ … }`.
          `https://x/{id` 不是 URI；不能有空格，变化的部分写作 `{name}`，或整体写作 `${ … }`。
        # { call: http, with: { method: get, endpoint: { uri: 'https://x', authentication: { oauth2: { authority: 'https://i', grant: client_credentials, endpoints: { token: '${ .token }' } } } } } }
        bad-uri /do/0/a/with/endpoint/authentication/oauth2/endpoints/token
          `${ .token }` is no path of a URI; one looks like `/oauth2/token`. Write it without blanks; an expression cannot stand here.
          `${ .token }` 不是 URI 路径，应形如 `/oauth2/token`；不能有空格，此处不能使用表达式。
        # { call: http, with: { method: get, endpoint: 'https://x', output: Content } }
        bad-value /do/0/a/with/output
          `Content` is not one of `raw`, `content`, `response`. Did you mean `content`?
          `Content` 不是 `raw`、`content`、`response` 之一。是否想写 `content`？
        # { call: http, with: { method: get, endpoint: 'https://x', headers: { a: 1 } } }
        wrong-type /do/0/a/with/headers/a
          `a` has to be a text, not a number; write it in quotes: "1".
          `a` 必须是文本，而不是数字；请加引号："1"。
        # { call: mcp, with: { method: tools/cal, transport: { stdio: { command: x } } } }
        bad-value /do/0/a/with/method
          `tools/cal` is not one of `tools/list`, `tools/call`, `prompts/list`, `prompts/get`, `resources/list`, `resources/read`, `resources/templates/list`. Did you mean `tools/call`?
          `tools/cal` 不是 `tools/list`、`tools/call`、`prompts/list`、`prompts/get`、`resources/list`、`resources/read`、`resources/templates/list` 之一。是否想写 `tools/call`？
        # { raise: { error: { type: 'https://x', status: '500' } } }
        wrong-type /do/0/a/raise/error/status
          `status` has to be a whole number, not a text; write it without quotes: 500.
          `status` 必须是整数，而不是文本；请去掉引号：500。
        # { raise: { error: { type: 'https://x', status: 500, instance: here } } }
        bad-pointer /do/0/a/raise/error/instance
          `here` is no JSON Pointer; one looks like `/do/0/callService`. Leave it out for the task that raises the error, or write `${ … }`.
          `here` 不是 JSON Pointer，应形如 `/do/0/callService`。省略它即指抛出错误的任务，也可写作 `${ … }`。
        # { emit: { event: { with: { type: t, time: yesterday } } } }
        bad-time /do/0/a/emit/event/with/time
          `yesterday` is no date and time; one looks like `2026-01-31T12:00:00Z`. It may be written `${ … }` as well.
          `yesterday` 不是日期时间，应形如 `2026-01-31T12:00:00Z`，也可写作 `${ … }`。
        # { for: { in: [1, 2, 3] }, do: [] }
        wrong-type /do/0/a/for/in/0
          A list that is written out holds objects, not a number; for plain values write an expression such as `${ [1, 2] }`.
          直接写出的列表只能包含对象，而不是数字；普通值请用表达式，如 `${ [1, 2] }`。
        # { run: { shell: { command: ls, arguments: [-p, 8080] } } }
        wrong-type /do/0/a/run/shell/arguments/1
          Item 2 of `arguments` has to be a text, not a number; write it in quotes: "8080".
          `arguments` 的第 2 项必须是文本，而不是数字；请加引号："8080"。
        # { run: { container: { image: x, lifetime: { cleanup: eventually } } } }
        missing-member /do/0/a/run/container/lifetime
          `lifetime` needs a member `after`.
          `lifetime` 缺少成员 `after`。
        # { listen: { to: { one: { with: { type: t } }, until: .x } } }
        unexpected-member /do/0/a/listen/to/until
          `until` belongs to `any` only: `one` ends by itself. Leave `until` out, or write `any`.
          `until` 只能与 `any` 一起使用，`one` 会自行结束。请去掉 `until`，或改用 `any`。
        # { call: dns-record-ad:1.0.0@default, with: {} }
        warning unknown-function /do/0/a/call
          The catalog has no function `dns-record-ad:1.0.0@default`. There is `dns-record-add:1.0.0@default`.
          目录中没有函数 `dns-record-ad:1.0.0@default`。可用的是 `dns-record-add:1.0.0@default`。
        "#);
}
