//! The times of a run as the timeline reckons with them: milliseconds since the epoch, as its pixels are, in floats.
//!
//! The browser's own `Date` reads one in microseconds through three calls out of Wasm; a run of 10,000 tasks has 20,000 of
//! them, each time that it is asked for. So they are read by [`logs::time`], which knows the calendar.

pub(super) const SECOND: f64 = 1_000.0;
pub(super) const MINUTE: f64 = 60.0 * SECOND;
pub(super) const HOUR: f64 = 60.0 * MINUTE;
pub(super) const DAY: f64 = 24.0 * HOUR;

/// Milliseconds since the epoch; `None` where the text is no time.
pub(in crate::runs) fn milliseconds(time: &str) -> Option<f64> {
    logs::time::parse(time).map(|moment| moment as f64)
}

/// A moment as `2026-11-23T03:00:04.250Z`.
pub(in crate::runs) fn rfc3339(moment: f64) -> String {
    logs::time::rfc3339(moment as i64)
}

/// The date of a moment that is already in the reader's time: year, month, day.
pub(super) fn date_of(moment: f64) -> (i64, i64, i64) {
    logs::time::date((moment / DAY).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_zone_and_fraction() {
        assert_eq!(milliseconds("1970-01-01T00:00:00Z"), Some(0.0));
        assert_eq!(milliseconds("2026-11-23T11:00:04.250+08:00"), Some(1_795_402_804_250.0));
        assert_eq!(milliseconds("2026-11-23T03:00:04Z"), Some(1_795_402_804_000.0));
        assert_eq!(milliseconds("2024-02-29T23:59:59.5-01:30"), Some(1_709_256_599_500.0));
        for wrong in [
            "",
            "-",
            "2026-11-23",
            "2026-13-23T03:00:04Z",
            "2026-11-23T03:00:04",
            "2026-11-23T03:00:04.Z",
            "二〇二六年十一月二十三日零点",
        ] {
            assert_eq!(milliseconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        for text in ["1969-12-31T23:00:00.000Z", "2024-02-29T00:00:59.250Z", "2026-11-23T23:59:59.999Z"] {
            assert_eq!(milliseconds(text).map(rfc3339).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_date_is_the_date_of_its_days() {
        for (text, date) in [
            ("1969-12-31T23:00:00Z", (1969, 12, 31)),
            ("2024-02-29T00:00:00Z", (2024, 2, 29)),
            ("2026-11-23T23:59:59Z", (2026, 11, 23)),
        ] {
            assert_eq!(milliseconds(text).map(date_of), Some(date));
        }
    }
}
