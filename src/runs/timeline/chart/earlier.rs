//! Where the earlier attempts of a task must have lain. The service keeps the times of the last attempt only; what came
//! before it lies between the moment at which the task could have begun and that attempt.

use super::{Bar, BarKind, Draft};

/// Adds a bar for the earlier attempts of each task that was tried again.
pub(super) fn add(rows: &mut [Draft<'_>], run_from: f64) {
    let mut around: Vec<usize> = Vec::new();
    for index in 0..rows.len() {
        while around.last().is_some_and(|outer| !super::holds(&rows[*outer], &rows[index])) {
            around.pop();
        }
        // A `try` keeps the time of its first attempt.
        if rows[index].kind != "try" && rows[index].row.bars.iter().any(|bar| bar.attempt > 1) {
            let found = attempts_before(rows, index, around.last().copied(), run_from);
            let row = &mut rows[index].row;
            row.bars.extend(found);
            row.bars.sort_by(|one, other| one.from.total_cmp(&other.from));
        }
        around.push(index);
    }
}

fn attempts_before(rows: &[Draft<'_>], index: usize, holder: Option<usize>, run_from: f64) -> Vec<Bar> {
    let row = &rows[index].row;
    let mut found = Vec::new();
    let mut before: Option<&Bar> = None;
    for bar in &row.bars {
        let is_same = before.is_some_and(|before| before.task_id == bar.task_id);
        if bar.attempt > 1 && !is_same {
            let holder = holder.map_or(run_from, |holder| began_before(&rows[holder].row.bars, bar.from));
            let last = before.and_then(|before| before.to).filter(|to| *to <= bar.from);
            let bound = holder.max(last.unwrap_or(run_from));
            let from = sibling_end(rows, index, bound, bar.from).unwrap_or(bound);
            if from < bar.from {
                found.push(Bar {
                    kind: BarKind::Retry,
                    from,
                    to: Some(bar.from),
                    attempt: bar.attempt - 1,
                    ..bar.clone()
                });
            }
        }
        before = Some(bar);
    }
    found
}

/// The start of the last instance that began by then.
fn began_before(bars: &[Bar], moment: f64) -> f64 {
    let after = bars.partition_point(|bar| bar.from <= moment);
    after.checked_sub(1).map_or(moment, |last| bars[last].from)
}

/// The first end, from `bound` on, of the nearest task before this one in its list.
fn sibling_end(rows: &[Draft<'_>], index: usize, bound: f64, until: f64) -> Option<f64> {
    let list = list_of(&rows[index].row.pointer)?;
    if list.ends_with("/fork/branches") {
        return None;
    }
    let before = rows[..index].iter().rev();
    let siblings = before
        .take_while(|row| row.row.pointer.starts_with(list))
        .filter(|row| list_of(&row.row.pointer) == Some(list));
    siblings.into_iter().find_map(|row| {
        let bars = &row.row.bars;
        let first = bars.partition_point(|bar| bar.from < bound);
        bars[first..].iter().filter_map(|bar| bar.to).find(|to| (bound..=until).contains(to))
    })
}

/// `/do/2/failover/try/0/switchDns` stands in `/do/2/failover/try`.
fn list_of(pointer: &str) -> Option<&str> {
    let (entry, _) = pointer.rsplit_once('/')?;
    Some(entry.rsplit_once('/')?.0)
}
