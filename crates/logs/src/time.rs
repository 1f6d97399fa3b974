//! Times of lines, and of runs: RFC 3339 to milliseconds and back into what people read. Which clock is local is told by
//! the shell.

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// Milliseconds since the epoch of an RFC 3339 time; digits beyond the millisecond are cut off.
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits
            .iter()
            .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let valid = separated
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !valid {
        return None;
    }
    let mut at = 19;
    let mut fraction = 0;
    if is(at, b".") {
        at += 1;
        let mut scale = 100;
        let first = at;
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            fraction += i64::from(digit - b'0') * scale;
            scale /= 10;
            at += 1;
        }
        if at == first {
            return None;
        }
    }
    let shift = match bytes.get(at)? {
        b'Z' | b'z' if at + 1 == bytes.len() => 0,
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && is(at + 3, b":") => {
            let minutes = number(at + 1, at + 3)? * 60 + number(at + 4, at + 6)?;
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    let clock = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
    Some(days(year, month, day) * DAY + clock - shift * MINUTE)
}

/// Date and time of day of a moment whose clock is `shift` minutes ahead of UTC.
pub fn clock(at: i64, shift: i64) -> (String, String) {
    let at = at.saturating_add(shift.saturating_mul(MINUTE));
    let (year, month, day) = date(at.div_euclid(DAY));
    let rest = at.rem_euclid(DAY);
    let (seconds, milliseconds) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    (format!("{year:04}-{month:02}-{day:02}"), format!("{hour:02}:{minute:02}:{second:02}.{milliseconds:03}"))
}

/// The same as RFC 3339 in UTC.
pub fn rfc3339(at: i64) -> String {
    let (date, clock) = clock(at, 0);
    format!("{date}T{clock}Z")
}

/// How long after (or before) a beginning: `+00:01:05.250`; hours count on beyond a day.
pub fn relative(milliseconds: i64) -> String {
    let sign = if milliseconds < 0 { '-' } else { '+' };
    let length = milliseconds.unsigned_abs();
    let (seconds, rest) = (length / 1000, length % 1000);
    format!("{sign}{:02}:{:02}:{:02}.{rest:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, by counting in years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of so many days since 1970-01-01.
pub fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zones_and_fractions_are_read() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2026-11-23T03:00:04.125Z"), Some(1_795_402_804_125));
        assert_eq!(parse("2026-11-23T11:00:04.125999+08:00"), Some(1_795_402_804_125));
        assert_eq!(parse("2026-11-22T22:30:04.1-04:30"), Some(1_795_402_804_100));
        for text in
            ["", "now", "2026-11-23", "2026-11-23T03:00:04", "2026-13-01T00:00:00Z", "2026-11-23T03:00:04.Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_told_in_three_ways() {
        let at = 1_795_402_804_125;
        assert_eq!(clock(at, 480), ("2026-11-23".to_owned(), "11:00:04.125".to_owned()));
        assert_eq!(rfc3339(at), "2026-11-23T03:00:04.125Z");
        assert_eq!(relative(65_250), "+00:01:05.250");
        assert_eq!(relative(-1), "-00:00:00.001");
        assert_eq!(relative(90_000_000), "+25:00:00.000");
    }

    proptest! {
        #[test]
        fn a_moment_survives_being_written(at in -2_000_000_000_000_i64..250_000_000_000_000) {
            prop_assert_eq!(parse(&rfc3339(at)), Some(at));
        }

        #[test]
        fn no_text_stops_the_reader(text in ".*") {
            let _ = parse(&text);
        }
    }
}
