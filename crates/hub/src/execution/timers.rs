//! The timers of all jobs: one loop that sleeps until the next is due.
//!
//! Kept in memory only; the database holds the same timers, and they are set again when the hub opens it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use flow::engine::{TimerId, Timestamp};
use tokio::sync::Notify;

use crate::clock;

/// Looks at the clock at least this often: it may have been set, or the machine may have slept.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Timers {
    set: Mutex<Set>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Set {
    by_time: BTreeSet<(Timestamp, Arc<str>, TimerId)>,
    /// The same by their jobs: cancelling one must not walk over ten thousand others.
    by_job: HashMap<Arc<str>, BTreeMap<TimerId, Timestamp>>,
}

impl Set {
    fn insert(&mut self, job_name: &str, timer: TimerId, at: Timestamp) {
        self.remove(job_name, timer);
        let job_name: Arc<str> = match self.by_job.get_key_value(job_name) {
            Some((known, _)) => Arc::clone(known),
            None => Arc::from(job_name),
        };
        self.by_job.entry(Arc::clone(&job_name)).or_default().insert(timer, at);
        self.by_time.insert((at, job_name, timer));
    }

    fn remove(&mut self, job_name: &str, timer: TimerId) {
        let Some((job_name, timers)) = self.by_job.get_key_value(job_name) else { return };
        let Some(at) = timers.get(&timer).copied() else { return };
        let job_name = Arc::clone(job_name);
        self.by_time.remove(&(at, Arc::clone(&job_name), timer));
        self.forget(&job_name, timer);
    }

    fn remove_job(&mut self, job_name: &str) {
        let Some((job_name, timers)) = self.by_job.remove_entry(job_name) else { return };
        for (timer, at) in timers {
            self.by_time.remove(&(at, Arc::clone(&job_name), timer));
        }
    }

    /// Takes out all that are due at a time.
    fn take_due(&mut self, now: Timestamp) -> Vec<(String, TimerId)> {
        let first_later = (Timestamp(now.0.saturating_add(1)), Arc::from(""), TimerId(0));
        let later = self.by_time.split_off(&first_later);
        let due = std::mem::replace(&mut self.by_time, later);
        let take = |(_, job_name, timer): (Timestamp, Arc<str>, TimerId)| {
            self.forget(&job_name, timer);
            (job_name.to_string(), timer)
        };
        due.into_iter().map(take).collect()
    }

    fn forget(&mut self, job_name: &str, timer: TimerId) {
        if let Some(timers) = self.by_job.get_mut(job_name) {
            timers.remove(&timer);
            if timers.is_empty() {
                self.by_job.remove(job_name);
            }
        }
    }
}

impl Timers {
    pub(super) fn set(&self, job_name: &str, timer: TimerId, at: Timestamp) {
        let mut set = self.lock();
        set.insert(job_name, timer, at);
        let is_next = set.by_time.first().is_some_and(|next| &*next.1 == job_name && next.2 == timer);
        drop(set);
        if is_next {
            self.changed.notify_one();
        }
    }

    pub(super) fn cancel(&self, job_name: &str, timer: TimerId) {
        self.lock().remove(job_name, timer);
    }

    pub(super) fn cancel_all(&self, job_name: &str) {
        self.lock().remove_job(job_name);
    }

    /// Takes the timers out that are due; waits until there is one.
    pub(super) async fn due(&self) -> Vec<(String, TimerId)> {
        loop {
            let now = Timestamp(clock::now());
            let next = {
                let mut set = self.lock();
                let due = set.take_due(now);
                if !due.is_empty() {
                    return due;
                }
                set.by_time.first().map(|next| next.0)
            };
            let sleep = next.map_or(LONGEST_SLEEP, |next| {
                Duration::from_millis(u64::try_from(next.0 - now.0).unwrap_or_default()).min(LONGEST_SLEEP)
            });
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn timers_fire_in_the_order_in_which_they_are_due_and_never_when_cancelled() {
        let timers = Timers::default();
        let now = clock::now();
        timers.set("b", TimerId(2), Timestamp(now - 1));
        timers.set("a", TimerId(1), Timestamp(now - 2));
        timers.set("a", TimerId(3), Timestamp(now - 2));
        timers.set("c", TimerId(1), Timestamp(now - 3));
        timers.cancel("a", TimerId(3));
        timers.cancel_all("c");
        assert_eq!(timers.due().await, [("a".to_owned(), TimerId(1)), ("b".to_owned(), TimerId(2))]);
        timers.set("later", TimerId(1), Timestamp(now + 3_600_000));
        let sooner = tokio::spawn(async move { timers.due().await });
        assert!(!sooner.is_finished());
        sooner.abort();
    }
}
