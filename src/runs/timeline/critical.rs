//! The chain of tasks that determined the end of a run, or where it stands now: back from the last to end, each time to
//! the one that ended last before it began.

use super::chart::{BarKind, Row};

/// Milliseconds by which a task may begin before the one ended that it came after: times are rounded.
const ROUNDING: f64 = 1.0;

/// A bar that takes time of its own.
struct Step {
    row: usize,
    bar: usize,
    from: f64,
    to: f64,
}

/// Marks the bars of the chain. The bars of a row are in the order of their start.
pub(super) fn mark(rows: &mut [Row]) {
    let mut steps: Vec<Step> = Vec::new();
    for (row, one) in rows.iter().enumerate() {
        steps.extend(
            one.bars
                .iter()
                .enumerate()
                .filter(|(_, bar)| !matches!(bar.kind, BarKind::Scope | BarKind::Skipped))
                .map(|(bar, one)| Step { row, bar, from: one.from, to: one.to.unwrap_or(f64::INFINITY) }),
        );
    }
    // Of those that go on, the one that does so longest comes last: everything else was awaited less.
    steps.sort_by(|one, other| {
        let start = if one.to.is_infinite() {
            other.from.total_cmp(&one.from)
        } else {
            one.from.total_cmp(&other.from)
        };
        one.to.total_cmp(&other.to).then(start).then(one.row.cmp(&other.row))
    });
    // Each step back goes to one further down in this order, so that the way ends, also among tasks that took no time.
    let mut after: Option<&Step> = None;
    let mut chain = Vec::new();
    for step in steps.iter().rev() {
        let is_next = after.is_none_or(|after| {
            step.to <= after.from + ROUNDING
                && !are_parallel(&rows[step.row].pointer, &rows[after.row].pointer)
        });
        if is_next {
            chain.push((step.row, step.bar));
            after = Some(step);
        }
    }
    for (row, bar) in chain {
        rows[row].bars[bar].is_critical = true;
    }
}

/// The time on the chain by what it went into, in the order of the kinds; `now` ends what goes on.
pub(in crate::runs) fn shares<'a>(rows: impl Iterator<Item = &'a Row>, now: f64) -> Vec<(BarKind, f64)> {
    let mut sums = std::collections::BTreeMap::<BarKind, f64>::new();
    for bar in rows.flat_map(|row| &row.bars).filter(|bar| bar.is_critical) {
        *sums.entry(bar.kind).or_default() += (bar.to.unwrap_or(now) - bar.from).max(0.0);
    }
    sums.into_iter().filter(|(_, time)| *time > 0.0).collect()
}

/// Whether two tasks stand in different branches of one `fork`: neither waits for the other.
fn are_parallel(one: &str, other: &str) -> bool {
    let mut at = 0;
    for (mine, others) in one.split_inclusive('/').zip(other.split_inclusive('/')) {
        if mine != others {
            return one[..at].ends_with("/fork/branches/");
        }
        at += mine.len();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_of_one_fork_do_not_wait_for_each_other() {
        let branch = |number: usize, rest: &str| format!("/do/0/both/fork/branches/{number}/{rest}");
        assert!(are_parallel(&branch(0, "a/do/0/x"), &branch(1, "b")));
        assert!(are_parallel(&branch(1, "b"), &branch(10, "c")));
        assert!(!are_parallel(&branch(0, "a/do/0/x"), &branch(0, "a/do/1/y")));
        assert!(!are_parallel("/do/0/both", &branch(0, "a")));
        assert!(!are_parallel("/do/0/a", "/do/1/b"));
    }
}
