//! RFC 3339 times as milliseconds since the epoch, and back to a clock's face.
//!
//! The browser's own `Date` reads one in microseconds through three calls out of Wasm; a run of 10,000 tasks has 20,000 of
//! them, each time that it is asked for.

pub(super) const SECOND: f64 = 1_000.0;
pub(super) const MINUTE: f64 = 60.0 * SECOND;
pub(super) const HOUR: f64 = 60.0 * MINUTE;
pub(super) const DAY: f64 = 24.0 * HOUR;

/// Milliseconds since the epoch; `None` where the text is no time.
pub(in crate::runs) fn milliseconds(time: &str) -> Option<f64> {
    let bytes = time.as_bytes();
    let number = |from: usize, to: usize| {
        bytes.get(from..to)?.iter().try_fold(0_i64, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let rest = time.get(19..)?;
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, zone) = match digits {
        0 => (0.0, rest),
        digits => (rest[..=digits].parse::<f64>().ok()?, &rest[digits + 1..]),
    };
    let seconds = days_from_civil(number(0, 4)?, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((seconds - zone_seconds(zone)?) as f64 * SECOND + fraction * SECOND)
}

fn zone_seconds(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60))
}

/// A moment as `2026-11-23T03:00:04.250Z`.
pub(in crate::runs) fn rfc3339(moment: f64) -> String {
    let (year, month, day) = date_of(moment);
    let rest = moment.rem_euclid(DAY) as u64;
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", rest % 1_000)
}

/// The date of a moment that is already in the reader's time: year, month, day.
pub(super) fn date_of(moment: f64) -> (i64, i64, i64) {
    civil_from_days((moment / DAY).floor() as i64)
}

// Both of Howard Hinnant's `chrono`-compatible calendar algorithms.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
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
