//! The hub's one clock: milliseconds since 1970 inside, RFC 3339 outside. Nothing here knows time zones but UTC.

use std::time::Duration;

/// Now, in milliseconds since the Unix epoch.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// How long this thread has worked. Only differences mean something; where a system does not tell, time that passes.
pub fn worked() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }
    #[cfg(not(unix))]
    {
        static BEGINNING: std::sync::LazyLock<std::time::Instant> =
            std::sync::LazyLock::new(std::time::Instant::now);
        BEGINNING.elapsed()
    }
}

/// A time of the API: RFC 3339 with milliseconds, in UTC. What lies outside of the calendar reads as 1970.
pub fn rfc3339(milliseconds: i64) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{timestamp:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_milliseconds_even_where_they_are_zero() {
        assert_eq!(rfc3339(1_795_402_800_000), "2026-11-23T03:00:00.000Z");
        assert_eq!(rfc3339(i64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
