//! The timers of all jobs: one loop that sleeps until the next is due.
//!
//! Kept in memory only; the database holds the same timers, and they are set again when the hub opens it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use flow::engine::{TimerId, Timestamp};
use tokio::sync::Notify;

use crate::clock;

/// Looks at the clock at least this often: it may have been set, or the machine may have slept.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Timers {
    set: Mutex<BTreeSet<(Timestamp, String, TimerId)>>,
    changed: Notify,
}

impl Timers {
    pub(super) fn set(&self, job_name: &str, timer: TimerId, at: Timestamp) {
        let mut set = self.lock();
        set.insert((at, job_name.to_owned(), timer));
        let is_next = set.first().is_some_and(|next| next.1 == job_name && next.2 == timer);
        drop(set);
        if is_next {
            self.changed.notify_one();
        }
    }

    pub(super) fn cancel(&self, job_name: &str, timer: TimerId) {
        self.lock().retain(|(_, job, number)| job != job_name || *number != timer);
    }

    pub(super) fn cancel_all(&self, job_name: &str) {
        self.lock().retain(|(_, job, _)| job != job_name);
    }

    /// Takes the timers out that are due; waits until there is one.
    pub(super) async fn due(&self) -> Vec<(String, TimerId)> {
        loop {
            let now = Timestamp(clock::now());
            let next = {
                let mut set = self.lock();
                let rest = set.split_off(&(Timestamp(now.0.saturating_add(1)), String::new(), TimerId(0)));
                let due = std::mem::replace(&mut *set, rest);
                if !due.is_empty() {
                    return due.into_iter().map(|(_, job, timer)| (job, timer)).collect();
                }
                set.first().map(|next| next.0)
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

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(Timestamp, String, TimerId)>> {
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
