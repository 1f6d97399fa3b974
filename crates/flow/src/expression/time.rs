//! A bound in time beside the one in steps, for a host that has a clock: this crate reads none.
//!
//! The bound in steps is what normally ends an expression, and always at the same place. This one is a net below it, for
//! work that a single step can make long; it should be far above what the steps allow.

use std::cell::Cell;
use std::time::Duration;

#[derive(Clone, Copy)]
pub(super) struct Stopwatch {
    now: fn() -> Duration,
    most: Duration,
}

thread_local! {
    static STOPWATCH: Cell<Option<Stopwatch>> = const { Cell::new(None) };
}

/// Runs `work`, on this thread, with each expression in it taking `most` at the most. `now` is best the time that this
/// thread has worked: on a machine that is busy or was asleep, time alone says nothing about an expression.
pub fn within_time<T>(now: fn() -> Duration, most: Duration, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Stopwatch>);
    impl Drop for Restore {
        fn drop(&mut self) {
            STOPWATCH.set(self.0);
        }
    }
    let _restore = Restore(STOPWATCH.replace(Some(Stopwatch { now, most })));
    work()
}

impl Stopwatch {
    pub(super) fn running() -> Option<Self> {
        STOPWATCH.get()
    }

    pub(super) fn now(self) -> Duration {
        (self.now)()
    }

    pub(super) fn is_over(self, since: Duration) -> bool {
        self.now().saturating_sub(since) > self.most
    }
}
