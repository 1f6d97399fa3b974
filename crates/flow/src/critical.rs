//! The chain of tasks that determined the end of a run, or where it stands now: back from the last to end, each time to
//! the one that ended last before it began.
//!
//! It knows times and places, and neither where they come from nor how they are drawn: a run that was recorded and one that
//! was only simulated are looked at in the same way.

/// Something that took time of its own. A box around other tasks is none: its time is theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch<'a> {
    /// The task's pointer.
    pub pointer: &'a str,
    /// Milliseconds, from anywhere.
    pub from: f64,
    /// None: it still goes on.
    pub to: Option<f64>,
    /// It was ended from outside, so that of two with one end the other one was awaited.
    pub was_cut: bool,
}

/// The places of the chain in `stretches`, in the order of time. Of what is equal in time the later in the list comes
/// later. `rounding` is how much earlier than the end of what it came after a stretch may begin.
pub fn chain(stretches: &[Stretch<'_>], rounding: f64) -> Vec<usize> {
    let end = |stretch: &Stretch<'_>| stretch.to.unwrap_or(f64::INFINITY);
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    // Of those that go on, the one that does so longest comes last: everything else was awaited less.
    order.sort_by(|&one, &other| {
        let (left, right) = (&stretches[one], &stretches[other]);
        let start = if left.to.is_none() {
            right.from.total_cmp(&left.from)
        } else {
            left.from.total_cmp(&right.from)
        };
        end(left)
            .total_cmp(&end(right))
            .then(right.was_cut.cmp(&left.was_cut))
            .then(start)
            .then(one.cmp(&other))
    });
    // Each step back goes to one further down in this order, so that the way ends, also among tasks that took no time.
    let mut chain: Vec<usize> = Vec::new();
    for &place in order.iter().rev() {
        let stretch = &stretches[place];
        let is_next = chain.last().is_none_or(|&after| {
            let after = &stretches[after];
            end(stretch) <= after.from + rounding && !are_parallel(stretch.pointer, after.pointer)
        });
        if is_next {
            chain.push(place);
        }
    }
    chain.reverse();
    chain
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

    fn at(pointer: &str, from: f64, to: f64) -> Stretch<'_> {
        Stretch { pointer, from, to: Some(to), was_cut: false }
    }

    #[test]
    fn branches_of_one_fork_do_not_wait_for_each_other() {
        let branch = |number: usize, rest: &str| format!("/do/0/both/fork/branches/{number}/{rest}");
        assert!(are_parallel(&branch(0, "a/do/0/x"), &branch(1, "b")));
        assert!(are_parallel(&branch(1, "b"), &branch(10, "c")));
        assert!(!are_parallel(&branch(0, "a/do/0/x"), &branch(0, "a/do/1/y")));
        assert!(!are_parallel("/do/0/both", &branch(0, "a")));
        assert!(!are_parallel("/do/0/a", "/do/1/b"));
    }

    #[test]
    fn the_longest_branch_is_on_the_way_and_the_others_are_not() {
        let stretches = [
            at("/do/0/first", 0.0, 10.0),
            at("/do/1/both/fork/branches/0/quick", 10.0, 20.0),
            at("/do/1/both/fork/branches/1/slow", 10.0, 50.0),
            at("/do/2/last", 50.0, 55.0),
        ];
        assert_eq!(chain(&stretches, 0.0), [0, 2, 3]);
    }

    #[test]
    fn of_a_race_the_winner_counts_and_not_what_it_ended() {
        let loser = Stretch { was_cut: true, ..at("/do/0/race/fork/branches/1/loser", 5.0, 10.0) };
        let stretches = [at("/do/0/race/fork/branches/0/winner", 0.0, 10.0), loser];
        assert_eq!(chain(&stretches, 0.0), [0]);
    }

    #[test]
    fn what_goes_on_longest_is_what_everybody_waits_for() {
        let open = |pointer, from| Stretch { pointer, from, to: None, was_cut: false };
        let stretches = [
            at("/do/0/a", 0.0, 4.0),
            open("/do/1/b/fork/branches/0/x", 4.0),
            open("/do/1/b/fork/branches/1/y", 9.0),
        ];
        assert_eq!(chain(&stretches, 0.0), [0, 1]);
        assert_eq!(chain(&[], 0.0), [0_usize; 0]);
    }
}
