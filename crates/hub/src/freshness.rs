//! Which answers are still true: when each job last changed, counted in commits, so that who asks again is told "nothing
//! new" without a table being read.
//!
//! It lives in memory and begins anew with each hub: what was told by an earlier one is never taken for true. It knows
//! nothing of HTTP; `server::tag` makes entity tags of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Above this many jobs the ones that changed longest ago are forgotten, half of them.
const MOST_JOBS: usize = 100_000;

/// A count of commits: what is read after it was taken holds all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One job, with its tasks and its log; by its number.
    Job(i64),
    /// The jobs as lists show them: without their logs.
    Lists,
}

/// When things last changed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// Tells this hub from the one before and the one after.
    epoch: u64,
    changes: Arc<Mutex<Changes>>,
}

#[derive(Debug, Default)]
struct Changes {
    now: u64,
    jobs: HashMap<i64, u64>,
    /// The last change of a job that is not among `jobs` is not after this.
    forgotten: u64,
    lists: u64,
}

impl Freshness {
    /// # Panics
    /// Never: where the system gives no randomness, the clock tells one hub from the other.
    pub fn new() -> Self {
        let mut bytes = [0; 8];
        let epoch = match getrandom::fill(&mut bytes) {
            Ok(()) => u64::from_le_bytes(bytes),
            Err(_) => crate::clock::now().unsigned_abs(),
        };
        Self { epoch, changes: Arc::default() }
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Take it before reading: what changes while one reads is then told as a change the next time.
    pub fn now(&self) -> Moment {
        Moment(self.changes().now)
    }

    /// Whether nothing has changed since then.
    pub fn holds(&self, subject: Subject, since: Moment) -> bool {
        let changes = self.changes();
        let last = match subject {
            Subject::Job(job) => changes.jobs.get(&job).copied().unwrap_or(changes.forgotten),
            Subject::Lists => changes.lists,
        };
        last <= since.0 && since.0 <= changes.now
    }

    /// Call it when the change can be read, and before anybody is told that it is made.
    pub fn changed(&self, subjects: impl IntoIterator<Item = Subject>) {
        let mut changes = self.changes();
        changes.now += 1;
        let now = changes.now;
        for subject in subjects {
            match subject {
                Subject::Job(job) => {
                    changes.jobs.insert(job, now);
                }
                Subject::Lists => changes.lists = now,
            }
        }
        if changes.jobs.len() > MOST_JOBS {
            changes.forget_half();
        }
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self::new()
    }
}

impl Changes {
    fn forget_half(&mut self) {
        let mut moments: Vec<u64> = self.jobs.values().copied().collect();
        let middle = moments.len() / 2;
        let (_, median, _) = moments.select_nth_unstable(middle);
        let median = *median;
        self.jobs.retain(|_, moment| *moment > median);
        self.forgotten = self.forgotten.max(median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_until_what_it_is_about_changes() {
        let freshness = Freshness::new();
        let (one, other) = (Subject::Job(1), Subject::Job(2));
        freshness.changed([one, Subject::Lists]);
        let read = freshness.now();
        assert!(freshness.holds(one, read) && freshness.holds(other, read));
        freshness.changed([other]);
        assert!(freshness.holds(one, read) && freshness.holds(Subject::Lists, read));
        assert!(!freshness.holds(other, read));
        freshness.changed([one, Subject::Lists]);
        assert!(!freshness.holds(one, read) && !freshness.holds(Subject::Lists, read));
    }

    #[test]
    fn a_moment_that_has_not_come_holds_nothing() {
        let freshness = Freshness::new();
        assert!(!freshness.holds(Subject::Job(1), Moment(7)), "it was made by another hub, or made up");
        assert_ne!(freshness.epoch(), Freshness::new().epoch());
    }

    #[test]
    fn forgetting_never_makes_an_old_answer_true_again() {
        let freshness = Freshness::new();
        let begin = freshness.now();
        let most = i64::try_from(MOST_JOBS).unwrap();
        for job in 0..=most {
            freshness.changed([Subject::Job(job)]);
        }
        assert!(freshness.changes().jobs.len() <= MOST_JOBS / 2 + 1);
        assert!((0..=most).all(|job| !freshness.holds(Subject::Job(job), begin)));
        assert!(freshness.holds(Subject::Job(0), freshness.now()));
    }
}
