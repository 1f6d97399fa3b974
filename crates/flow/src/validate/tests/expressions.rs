//! Expressions and the variables in their scope (DSL, Runtime Expressions).

use super::*;

#[test]
fn an_expression_that_does_not_compile_is_refused_where_it_stands() {
    let problems = check_tasks(
        "  - a: { set: { x: '${ .a | }', y: ['${ .b }', '${ ( }'], z: 'not ${ ( } whole' } }
  - b: { set: { x: 1 }, if: .x ==, output: { as: '. +' }, metadata: { note: '${ ( }' } }
  - c: { for: { in: '.xs[' }, while: '${ . }', do: [] }
  - d: { call: http, with: { method: get, endpoint: '${ .x', body: { a: '${ 1 + }' } } }
",
    );
    insta::assert_snapshot!(problems, @r#"
        bad-expression /do/0/a/set/x
          `${ .a | }` is no expression that can be run: it ends where a value such as `.name` is expected.
          `${ .a | }` 不是可以运行的表达式：表达式不完整，末尾应为一个值，如 `.name`。
        bad-expression /do/0/a/set/y/1
          `${ ( }` is no expression that can be run: it ends where a closing `)` is expected.
          `${ ( }` 不是可以运行的表达式：表达式不完整，末尾应为 `)`。
        warning text-with-expression /do/0/a/set/z
          This text stays as it is written: an expression is the whole of a text. To fill a value in, write `${ "not \(()" }`.
          该文本会原样保留：表达式必须是整个文本。要插入值，请写 `${ "not \(()" }`。
        bad-expression /do/1/b/if
          `.x ==` is no expression that can be run: it ends where a value such as `.name` is expected.
          `.x ==` 不是可以运行的表达式：表达式不完整，末尾应为一个值，如 `.name`。
        bad-expression /do/1/b/output/as
          `. +` is no expression that can be run: it ends where a value such as `.name` is expected.
          `. +` 不是可以运行的表达式：表达式不完整，末尾应为一个值，如 `.name`。
        bad-expression /do/2/c/for/in
          `.xs[` is no expression that can be run: it ends where a closing `]` is expected.
          `.xs[` 不是可以运行的表达式：表达式不完整，末尾应为 `]`。
        bad-uri /do/3/d/with/endpoint
          `${ .x` is no URI; write it without blanks, with `{name}` for what changes, or the whole as `${ … }`.
          `${ .x` 不是 URI；不能有空格，变化的部分写作 `{name}`，或整体写作 `${ … }`。
        bad-expression /do/3/d/with/body/a
          `${ 1 + }` is no expression that can be run: it ends where a value such as `.name` is expected.
          `${ 1 + }` 不是可以运行的表达式：表达式不完整，末尾应为一个值，如 `.name`。
        "#);
}

#[test]
fn what_people_mean_is_told_in_both_languages() {
    insta::assert_snapshot!(check_tasks(
        "  - a: { set: { x: '${ .a && .b }' } }
  - b: { set: { x: 1 }, if: '.a || .b' }
  - c: { set: { x: \"${ .colour == 'red' }\" } }
  - d: { set: { x: '${ .state-id }' } }
  - e: { set: { x: '${ .names | lenght }' } }
  - f: { set: { x: '${ map }' } }
  - g: { set: { x: '${ red }' } }
  - h: { set: { x: '${ .a } and ${ .b }' } }
  - i: { set: { x: '${ now }' } }
  - j: { set: { x: '${ \"open }' } }
  - k: { set: { x: '${ if .a then 1 }' } }
  - l: { set: { x: '${ }' } }
  - m: { set: { x: '${ !.ready }' } }
  - n: { set: { x: '${ {a 1} }' } }
  - o: { set: { x: '${ $ENV.HOME }' } }
  - p: { set: { x: '${ .a === 1 }' } }
  - q: { set: { x: 'Hello ${ .name }!' } }
"), @r#"
        bad-expression /do/0/a/set/x
          `${ .a && .b }` is no expression that can be run: jq writes `and`, not `&&`.
          `${ .a && .b }` 不是可以运行的表达式：jq 中用 `and`，而不是 `&&`。
        bad-expression /do/1/b/if
          `.a || .b` is no expression that can be run: jq writes `or`, not `||`.
          `.a || .b` 不是可以运行的表达式：jq 中用 `or`，而不是 `||`。
        bad-expression /do/2/c/set/x
          `${ .colour == 'red' }` is no expression that can be run: a text stands in double quotes, as in "red"; single quotes mean nothing in jq.
          `${ .colour == 'red' }` 不是可以运行的表达式：文本要用双引号，如 "red"；jq 不认单引号。
        bad-expression /do/3/d/set/x
          `${ .state-id }` is no expression that can be run: there is no function `id`; a member with a dash in its name is written in quotes: `."state-id"`.
          `${ .state-id }` 不是可以运行的表达式：没有函数 `id`；名称中带连字符的成员要加引号：`."state-id"`。
        bad-expression /do/4/e/set/x
          `${ .names | lenght }` is no expression that can be run: there is no function `lenght`, most likely `length` is meant.
          `${ .names | lenght }` 不是可以运行的表达式：没有函数 `lenght`，可能是 `length`。
        bad-expression /do/5/f/set/x
          `${ map }` is no expression that can be run: `map` takes 1 argument in brackets, separated by `;`, not 0.
          `${ map }` 不是可以运行的表达式：`map` 的括号中需要 1 个参数（用 `;` 分隔），而不是 0 个。
        bad-expression /do/6/g/set/x
          `${ red }` is no expression that can be run: there is no function `red`; a member is written `.red`, a text "red".
          `${ red }` 不是可以运行的表达式：没有函数 `red`；成员写作 `.red`，文本写作 "red"。
        bad-expression /do/7/h/set/x
          `${ .a } and ${ .b }` is no expression that can be run: one `${ … }` holds one whole expression; to put values into a text write "… \(.value) …" in it.
          `${ .a } and ${ .b }` 不是可以运行的表达式：一个 `${ … }` 只包含一个完整的表达式；要在文本中插入值，请在其中写 "… \(.value) …"。
        bad-expression /do/8/i/set/x
          `${ now }` is no expression that can be run: `now` reads or changes something outside of the workflow and is not offered.
          `${ now }` 不是可以运行的表达式：`now` 会读取或改变工作流之外的内容，不可使用。
        bad-expression /do/9/j/set/x
          `${ "open }` is no expression that can be run: it ends where a closing `"` is expected.
          `${ "open }` 不是可以运行的表达式：表达式不完整，末尾应为引号 `"`。
        bad-expression /do/10/k/set/x
          `${ if .a then 1 }` is no expression that can be run: it ends where `else` or `end` is expected.
          `${ if .a then 1 }` 不是可以运行的表达式：表达式不完整，末尾应为 `else` 或 `end`。
        bad-expression /do/11/l/set/x
          `${ }` is no expression that can be run: it is empty; `.` stands for the data as it comes.
          `${ }` 不是可以运行的表达式：表达式为空；`.` 表示原样的数据。
        bad-expression /do/12/m/set/x
          `${ !.ready }` is no expression that can be run: jq writes `(…) | not`, not `!`.
          `${ !.ready }` 不是可以运行的表达式：jq 中用 `(…) | not`，而不是 `!`。
        bad-expression /do/13/n/set/x
          `${ {a 1} }` is no expression that can be run: at character 4, before `1}`, `,` or `}` is expected.
          `${ {a 1} }` 不是可以运行的表达式：第 4 个字符 `1}` 之前应为 `,` 或 `}`。
        bad-expression /do/14/o/set/x
          `${ $ENV.HOME }` is no expression that can be run: `$ENV` is not available here.
          `${ $ENV.HOME }` 不是可以运行的表达式：此处不能使用 `$ENV`。
        bad-expression /do/15/p/set/x
          `${ .a === 1 }` is no expression that can be run: jq writes `==`, not `===`.
          `${ .a === 1 }` 不是可以运行的表达式：jq 中用 `==`，而不是 `===`。
        warning text-with-expression /do/16/q/set/x
          This text stays as it is written: an expression is the whole of a text. To fill a value in, write `${ "Hello \(.name)" }`.
          该文本会原样保留：表达式必须是整个文本。要插入值，请写 `${ "Hello \(.name)" }`。
        "#);
}

/// DSL reference, For, Listen (foreach), Try (catch.as): names that are known inside, and only there.
#[test]
fn a_variable_is_known_where_it_has_a_value() {
    insta::assert_snapshot!(check_tasks(
        "  - right:
      for: { each: pet, in: .pets, at: number }
      while: $pet != null and $number < 3
      do:
        - inner:
            try: [{ x: { set: { a: '${ $pet }' } } }]
            catch:
              as: problem
              when: $problem.status == 500 and $number > 1
              retry: { delay: '${ $problem.detail }', when: $problem.status == 1 }
              do: [{ y: { set: { a: '${ $problem, $pet, $task, $workflow, $context, $secrets, $runtime, $authorization }' } } }]
      export: { as: $output + $context }
  - hear:
      listen: { to: { any: [{ with: { type: t, data: '${ .ok == $context.ok }' }, correlate: { c: { from: .id, expect: $context.id } } }], until: '${ $context.done }' } }
      foreach: { item: event, do: [{ z: { set: { a: '${ $event, $index }' } } }], output: { as: $event }, export: { as: $event } }
  - wrong:
      for: { each: pet, in: $pet.all }
      do:
        - inner: { set: { a: '${ $item }', b: '${ $pte }', c: '${ $error }' } }
      output: { as: $pet }
      if: $output == 1
  - after: { set: { a: '${ $event }' } }
input: { from: $task.name }
use:
  functions: { f: { set: { a: '${ $pet, $problem }', b: '${ $nobody }' } } }
  retries: { r: { when: $problem.status == 1, exceptWhen: $nothing } }
"), @r"
        unknown-variable /do/2/wrong/for/in
          `$pet` has no value here; what has one: `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$pet`；可用的是 `$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        unknown-variable /do/2/wrong/do/0/inner/set/a
          `$item` has no value here; what has one: `$index`, `$pet`, `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$item`；可用的是 `$index`、`$pet`、`$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        unknown-variable /do/2/wrong/do/0/inner/set/b
          `$pte` has no value here; what has one: `$index`, `$pet`, `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`. Did you mean `$pet`?
          此处没有变量 `$pte`；可用的是 `$index`、`$pet`、`$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。是否想写 `$pet`？
        unknown-variable /do/2/wrong/do/0/inner/set/c
          `$error` has no value here; what has one: `$index`, `$pet`, `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$error`；可用的是 `$index`、`$pet`、`$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        unknown-variable /do/2/wrong/output/as
          `$pet` has no value here; what has one: `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$pet`；可用的是 `$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        unknown-variable /do/2/wrong/if
          `$output` has no value here outside of `export.as`; what has one: `$context`, `$secrets`, `$task`, `$workflow`, `$runtime`.
          此处没有变量 `$output`（仅 `export.as` 中可用）；可用的是 `$context`、`$secrets`、`$task`、`$workflow`、`$runtime`。
        unknown-variable /do/3/after/set/a
          `$event` has no value here; what has one: `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$event`；可用的是 `$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        unknown-variable /input/from
          `$task` has no value here outside of tasks; what has one: `$secrets`, `$workflow`, `$runtime`.
          此处没有变量 `$task`（仅任务中可用）；可用的是 `$secrets`、`$workflow`、`$runtime`。
        unknown-variable /use/functions/f/set/b
          `$nobody` has no value here; what has one: `$problem`, `$pet`, `$number`, `$item`, `$index`, `$event`, `$error`, `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$nobody`；可用的是 `$problem`、`$pet`、`$number`、`$item`、`$index`、`$event`、`$error`、`$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        unknown-variable /use/retries/r/exceptWhen
          `$nothing` has no value here; what has one: `$problem`, `$pet`, `$number`, `$item`, `$index`, `$event`, `$error`, `$context`, `$input`, `$secrets`, `$task`, `$workflow`, `$runtime`, `$authorization`.
          此处没有变量 `$nothing`；可用的是 `$problem`、`$pet`、`$number`、`$item`、`$index`、`$event`、`$error`、`$context`、`$input`、`$secrets`、`$task`、`$workflow`、`$runtime`、`$authorization`。
        ");
}

/// DSL reference, the places of runtime expressions: each is compiled, with `${ }` and without where it is one by nature.
#[test]
fn every_place_of_an_expression_is_checked() {
    let places = [
        ("  - a: { set: { x: 1 }, if: % }", true),
        ("  - a: { set: { x: 1 }, input: { from: % } }", true),
        ("  - a: { set: { x: 1 }, input: { from: { deep: [%] } } }", false),
        ("  - a: { set: { x: 1 }, output: { as: % } }", true),
        ("  - a: { set: { x: 1 }, export: { as: % } }", true),
        ("  - a: { set: { x: 1 }, timeout: { after: % } }", false),
        ("  - a: { set: % }", false),
        ("  - a: { wait: % }", false),
        ("  - a: { for: { in: % }, do: [] }", true),
        ("  - a: { for: { in: [{ x: % }] }, do: [] }", false),
        ("  - a: { for: { in: . }, while: %, do: [] }", true),
        ("  - a: { switch: [{ c: { when: %, then: end } }] }", true),
        ("  - a: { try: [], catch: { when: % } }", true),
        ("  - a: { try: [], catch: { exceptWhen: % } }", true),
        ("  - a: { try: [], catch: { retry: { when: % } } }", true),
        ("  - a: { try: [], catch: { retry: { exceptWhen: % } } }", true),
        ("  - a: { try: [], catch: { retry: { delay: % } } }", false),
        ("  - a: { try: [], catch: { retry: { limit: { duration: % } } } }", false),
        ("  - a: { raise: { error: { type: %, status: 500 } } }", false),
        ("  - a: { raise: { error: { type: t, status: 500, detail: %, title: x } } }", false),
        ("  - a: { raise: { error: { type: t, status: 500, instance: % } } }", false),
        ("  - a: { emit: { event: { with: { type: t, source: %, data: 1 } } } }", false),
        ("  - a: { emit: { event: { with: { type: t, data: { deep: % } } } } }", false),
        ("  - a: { listen: { to: { any: [], until: % } } }", true),
        ("  - a: { listen: { to: { one: { with: { data: % } } } } }", false),
        ("  - a: { listen: { to: { one: { with: { type: t }, correlate: { c: { from: % } } } } } }", true),
        (
            "  - a: { listen: { to: { one: { with: { type: t }, correlate: { c: { from: ., expect: % } } } } } }",
            false,
        ),
        ("  - a: { listen: { to: { one: { with: { type: t } } } }, foreach: { output: { as: % } } }", true),
        ("  - a: { call: http, with: { method: get, endpoint: % } }", false),
        ("  - a: { call: http, with: { method: get, endpoint: { uri: % } } }", false),
        ("  - a: { call: http, with: { method: get, endpoint: x, headers: % } }", false),
        ("  - a: { call: http, with: { method: get, endpoint: x, headers: { h: % } } }", false),
        ("  - a: { call: http, with: { method: get, endpoint: x, query: { q: % } } }", false),
        (
            "  - a: { call: http, with: { method: get, endpoint: { uri: x, authentication: { bearer: { token: % } } } } }",
            false,
        ),
        ("  - a: { call: mine, with: { deep: [{ x: % }] } }", false),
        (
            "  - a: { call: asyncapi, with: { document: { endpoint: x }, channel: c, subscription: { filter: %, consume: { amount: 1 } } } }",
            false,
        ),
        (
            "  - a: { call: mcp, with: { method: tools/call, transport: { stdio: { command: x } }, parameters: % } }",
            true,
        ),
        ("  - a: { run: { shell: { command: ls, arguments: [%], environment: { A: x } } } }", false),
        ("  - a: { run: { shell: { command: ls, environment: { A: % } } } }", false),
        ("  - a: { run: { script: { language: js, code: x, stdin: % } } }", false),
        ("  - a: { run: { workflow: { namespace: n, name: n, version: '1.0.0', input: { x: % } } } }", false),
        ("  - a: { set: { x: 1 } }\noutput: { as: % }", true),
        ("  - a: { set: { x: 1 } }\nschedule: { on: { one: { with: { data: % } } } }", false),
        ("  - a: { set: { x: 1 } }\nuse: { extensions: [{ e: { extend: all, when: % } }] }", true),
    ];
    for (place, by_nature) in places {
        let told = |expression: &str| check_tasks(&format!("{}\n", place.replace('%', expression)));
        assert!(told("'${ .a | }'").contains("bad-expression"), "{place}");
        assert!(told("'${ $nobody }'").contains("unknown-variable"), "{place}");
        assert_eq!(told("'.a |'").contains("bad-expression"), by_nature, "{place}");
        assert!(
            !told("'${ .a }'")
                .lines()
                .any(|line| line.starts_with("bad-") || line.starts_with("unknown-variable")),
            "{place}"
        );
    }
}

/// DSL, Runtime Expression Arguments: the table of what each place sees.
#[test]
fn each_place_sees_what_the_specification_gives_it() {
    let all = ["context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"];
    let sees = |definition: &dyn Fn(&str) -> String| {
        let known = all.iter().filter(|name| check(&definition(name)).is_empty());
        known.copied().collect::<Vec<_>>().join(" ")
    };
    let head = "document: { dsl: '1.0.3', namespace: test, name: test, version: '0.1.0' }\n";
    let task = |member: &str, name: &str| {
        let member = member.replace('@', &format!("'${{ ${name} }}'"));
        format!("{head}do: [{{ a: {{ set: {{ x: 1 }}, {member} }} }}]\n")
    };
    let workflow = |member: &str, name: &str| {
        let member = member.replace('@', &format!("'${{ ${name} }}'"));
        format!("{head}do: [{{ a: {{ set: {{ x: 1 }} }} }}]\n{member}\n")
    };
    assert_eq!(sees(&|name| workflow("input: { from: @ }", name)), "secrets workflow runtime");
    assert_eq!(sees(&|name| workflow("output: { as: @ }", name)), "context secrets workflow runtime");
    for before in ["if: @", "input: { from: @ }"] {
        assert_eq!(sees(&|name| task(before, name)), "context secrets task workflow runtime");
    }
    assert_eq!(
        sees(&|name| task("output: { as: @ }", name)),
        "context input secrets task workflow runtime authorization"
    );
    assert_eq!(sees(&|name| task("export: { as: @ }", name)), all.join(" "));
}
