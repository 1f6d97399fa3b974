//! Slows down guessing: so many wrong sign-ins of one name from one address, and ten times as many from one address.
//!
//! It keeps no clock; what it knows is forgotten with the process, which a guesser cannot make end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Wrong sign-ins of late, by what they have in common.
#[derive(Debug)]
pub struct SignInLimiter {
    attempts: usize,
    window: i64,
    seen: Mutex<HashMap<String, Vec<i64>>>,
}

/// Above this many names the old ones are cleared out on every attempt.
const MANY: usize = 10_000;

impl SignInLimiter {
    /// `window` is in seconds.
    pub fn new(attempts: u32, window: u32) -> Self {
        Self {
            attempts: attempts.max(1) as usize,
            window: i64::from(window.max(1)) * 1000,
            seen: Mutex::default(),
        }
    }

    /// Counts an attempt before it is checked, so that attempts side by side do not slip through.
    ///
    /// # Errors
    /// The seconds after which to try again.
    pub fn begin(&self, name: &str, address: &str, now: i64) -> Result<(), u32> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > MANY {
            seen.retain(|_, times| times.iter().any(|time| *time > now - self.window));
        }
        let limits = [(by_name(name, address), self.attempts), (address.to_owned(), self.attempts * 10)];
        for (key, limit) in &limits {
            let times = seen.entry(key.clone()).or_default();
            times.retain(|time| *time > now - self.window);
            if times.len() >= *limit {
                let oldest = times.first().copied().unwrap_or(now);
                let wait = (oldest + self.window - now).max(1);
                return Err(u32::try_from((wait + 999) / 1000).unwrap_or(u32::MAX));
            }
        }
        for (key, _) in limits {
            seen.entry(key).or_default().push(now);
        }
        Ok(())
    }

    /// The attempt was good: it does not count, and neither do the name's earlier ones.
    pub fn succeeded(&self, name: &str, address: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.remove(&by_name(name, address));
        if let Some(times) = seen.get_mut(address) {
            times.pop();
        }
    }
}

fn by_name(name: &str, address: &str) -> String {
    let name: String = name.chars().take(64).collect();
    format!("{address} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_guess_waits_until_the_first_is_old() {
        let limiter = SignInLimiter::new(5, 300);
        for attempt in 0..5 {
            assert_eq!(limiter.begin("ada", "::1", attempt * 1000), Ok(()));
        }
        assert_eq!(limiter.begin("ada", "::1", 10_000), Err(290));
        assert_eq!(limiter.begin("bob", "::1", 10_000), Ok(()));
        assert_eq!(limiter.begin("ada", "::2", 10_000), Ok(()));
        assert_eq!(limiter.begin("ada", "::1", 300_001), Ok(()));
    }

    #[test]
    fn many_names_from_one_address_are_guessing_too() {
        let limiter = SignInLimiter::new(2, 60);
        let refused = (0..30).filter(|n| limiter.begin(&format!("user{n}"), "::1", 0).is_err()).count();
        assert_eq!(refused, 10);
    }

    #[test]
    fn who_signs_in_well_is_never_slowed_down() {
        let limiter = SignInLimiter::new(2, 60);
        for _ in 0..100 {
            assert_eq!(limiter.begin("ada", "::1", 0), Ok(()));
            limiter.succeeded("ada", "::1");
        }
    }
}
