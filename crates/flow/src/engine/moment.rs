//! Times as expressions see them: `{iso8601, epoch: {seconds, milliseconds}}` (DSL reference, Runtime Expressions).

use serde_json::{Value, json};

use super::Timestamp;

pub(super) fn descriptor(at: Timestamp) -> Value {
    json!({"iso8601": iso8601(at), "epoch": {"seconds": at.0.div_euclid(1000), "milliseconds": at.0}})
}

/// `2026-11-23T11:18:27.000Z`.
pub(super) fn iso8601(at: Timestamp) -> String {
    let (days, within) = (at.0.div_euclid(86_400_000), at.0.rem_euclid(86_400_000));
    // Days since 0000-03-01, in eras of 400 years (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second, milli) =
        (within / 3_600_000, within / 60_000 % 60, within / 1000 % 60, within % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (milliseconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_432_707_042, "2026-11-23T11:18:27.042Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(iso8601(Timestamp(milliseconds)), expected);
        }
        iso8601(Timestamp(i64::MAX));
        iso8601(Timestamp(i64::MIN));
    }
}
