//! Tasks that no way leads to: allowed, and most likely not meant.

use std::collections::HashMap;

use serde_json::Value;

use super::Checker;
use crate::Pointer;
use crate::problem::UNREACHABLE;
use crate::view::{self, TaskKind};

impl Checker<'_> {
    pub(super) fn unreachable(&mut self, list: &Pointer, items: &[Value]) {
        if view::is_branches(self.root, list) {
            return;
        }
        let positions = items.iter().enumerate().filter_map(|(index, item)| {
            let (name, _) = view::entry(item)?;
            Some((name, index))
        });
        // Of several tasks with one name, which is an error already, the first is the one that is led to.
        let positions: HashMap<&str, usize> = positions.rev().collect();
        let mut reached = vec![false; items.len()];
        let mut open = vec![0];
        while let Some(index) = open.pop() {
            if reached.get(index) != Some(&false) {
                continue;
            }
            reached[index] = true;
            open.extend(successors(items, index, &positions));
        }
        for (index, item) in items.iter().enumerate().filter(|(index, _)| !reached[*index]) {
            let Some((name, _)) = view::entry(item) else { continue };
            self.warning(
                &list.index(index).child(name),
                UNREACHABLE,
                format!(
                    "No way leads to `{name}`: every task before it goes elsewhere, and no `then` names it. Lead to it or delete it; to leave it out on purpose, write `if: ${{ false }}`."
                ),
                format!("任务 `{name}` 不可达：前面的任务都转向别处，也没有 `then` 指向它。请让流程指向它或删除它；若有意跳过，请写 `if: ${{ false }}`。"),
            );
        }
    }
}

/// The entries that may follow the one at `index`.
fn successors(items: &[Value], index: usize, positions: &HashMap<&str, usize>) -> Vec<usize> {
    let Some((_, task)) = items.get(index).and_then(view::entry) else { return vec![index + 1] };
    let follow = |then: Option<&str>| match then.unwrap_or("continue") {
        "continue" => Some(index + 1),
        "exit" | "end" => None,
        name => positions.get(name).copied(),
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let then = text(task.get("then"));
    // A task whose condition does not hold is passed over, and the flow goes on behind it.
    let mut next: Vec<Option<usize>> = vec![task.get("if").and(Some(index + 1))];
    let cases = view::switch_cases(&Pointer::root(), task);
    next.extend(cases.iter().map(|case| follow(case.then)));
    if cases.iter().all(|case| case.when.is_some()) {
        next.push(follow(then.as_deref()));
    }
    if TaskKind::of(task) == Some(TaskKind::Try) {
        let caught = text(task.get("catch").and_then(|catch| catch.get("then")));
        next.push(follow(caught.as_deref().or(then.as_deref())));
    }
    next.into_iter().flatten().collect()
}
