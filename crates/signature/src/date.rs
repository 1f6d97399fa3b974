//! `X-Sdk-Date`: a UTC time to the second, `20060102T150405Z`.
//!
//! It reads no clock and knows no time zone or leap second.

use std::fmt;

/// A moment between the years 0000 and 9999, which is what the header's form can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SdkDate {
    unix_seconds: i64,
}

impl SdkDate {
    const FIRST: i64 = -62_167_219_200;
    const LAST: i64 = 253_402_300_799;

    /// The moment that many seconds after 1970 began; one outside the form's years becomes the nearest inside.
    pub fn from_unix_seconds(unix_seconds: i64) -> Self {
        Self { unix_seconds: unix_seconds.clamp(Self::FIRST, Self::LAST) }
    }

    /// Reads the header's value; `None` where it is not of the form or names no real moment.
    pub fn parse(text: &str) -> Option<Self> {
        let text: &[u8; 16] = text.trim().as_bytes().try_into().ok()?;
        if text[8] != b'T' || text[15] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| {
            text[from..to].iter().try_fold(0_i64, |number, byte| {
                byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
            })
        };
        let days = days_from_civil(number(0, 4)?, number(4, 6)?, number(6, 8)?);
        let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
        let date = Self { unix_seconds: days * 86_400 + hour * 3_600 + minute * 60 + second };
        // A month 13 or a second 60 overflows into another moment, whose own form is a different text.
        (date.to_string().as_bytes() == text).then_some(date)
    }

    pub fn unix_seconds(self) -> i64 {
        self.unix_seconds
    }
}

impl fmt::Display for SdkDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.unix_seconds.div_euclid(86_400));
        let second = self.unix_seconds.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(formatter, "{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, by eras of 400 years that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_moments() {
        for (text, unix_seconds) in [
            ("19700101T000000Z", 0),
            ("20191115T033655Z", 1_573_789_015),
            ("20240229T235959Z", 1_709_251_199),
            ("00000101T000000Z", SdkDate::FIRST),
            ("99991231T235959Z", SdkDate::LAST),
        ] {
            assert_eq!(SdkDate::parse(text).map(SdkDate::unix_seconds), Some(unix_seconds), "{text}");
            assert_eq!(SdkDate::from_unix_seconds(unix_seconds).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "20191115T033655",
            "2019-11-15T03:36Z",
            "20190229T000000Z",
            "20191301T000000Z",
            "20191115T240000Z",
            "20191115T036055Z",
            "20191115T033660Z",
            "2019111ST033655Z",
            "20191100T000000Z",
            "二〇一九年Z",
        ] {
            assert_eq!(SdkDate::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_survives_its_text(unix_seconds in any::<i64>()) {
            let date = SdkDate::from_unix_seconds(unix_seconds);
            prop_assert_eq!(SdkDate::parse(&date.to_string()), Some(date));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = SdkDate::parse(&text);
        }
    }
}
