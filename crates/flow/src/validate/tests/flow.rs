//! Names and the flow between tasks (DSL reference, Flow Directive).

use super::*;

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
          No way leads to `b`: every task before it goes elsewhere, and no `then` names it. Lead to it or delete it; to leave it out on purpose, write `if: ${ false }`.
          任务 `b` 不可达：前面的任务都转向别处，也没有 `then` 指向它。请让流程指向它或删除它；若有意跳过，请写 `if: ${ false }`。
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
          No way leads to `b`: every task before it goes elsewhere, and no `then` names it. Lead to it or delete it; to leave it out on purpose, write `if: ${ false }`.
          任务 `b` 不可达：前面的任务都转向别处，也没有 `then` 指向它。请让流程指向它或删除它；若有意跳过，请写 `if: ${ false }`。
        warning unreachable-task /do/4/f
          No way leads to `f`: every task before it goes elsewhere, and no `then` names it. Lead to it or delete it; to leave it out on purpose, write `if: ${ false }`.
          任务 `f` 不可达：前面的任务都转向别处，也没有 `then` 指向它。请让流程指向它或删除它；若有意跳过，请写 `if: ${ false }`。
        ");
}

/// DSL reference, Fork: branches run beside each other.
#[test]
fn a_branch_leads_to_no_other_branch() {
    insta::assert_snapshot!(check_tasks(
        "  - a: { fork: { branches: [{ l: { set: { x: 1 }, then: r } }, { r: { set: { x: 1 }, then: exit } }] } }\n"
    ), @r"
        dangling-then /do/0/a/fork/branches/0/l/then
          Branches run beside each other, so none can lead to `r`; write `continue`, `exit` or `end`.
          各分支并行执行，不能跳转到 `r`；请写 `continue`、`exit` 或 `end`。
        ");
}

/// DSL reference, Switch Case: "there can be only one default case, all others MUST set a condition".
#[test]
fn a_second_case_without_a_condition_is_never_taken() {
    insta::assert_snapshot!(check_tasks(
        "  - a: { switch: [{ one: { then: continue } }, { two: { when: .x, then: end } }, { three: { then: end } }] }
"
    ), @r"
        warning second-default /do/0/a/switch/2/three
          This case is never taken: `one` has no `when` either, and there can be only one without.
          该条件永远不会被选中：`one` 也没有 `when`，而没有 `when` 的条件只能有一个。
        ");
}
