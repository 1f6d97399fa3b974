//! When the next start is. Pure: every time comes in, in milliseconds since 1970; calendars are in UTC.

use croner::parser::{CronParser, Seconds, Year};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// So many missed starts are counted, for the log.
const MOST_COUNTED: u64 = 1000;

/// A cron expression of five fields.
#[derive(Debug)]
pub(crate) struct Cron(croner::Cron);

impl Cron {
    /// # Errors
    /// Why it is none, or that no time ever fits.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = Self(parser.parse(text).map_err(|error| error.to_string())?);
        match cron.after(0) {
            Some(_) => Ok(cron),
            None => Err("no such day ever comes".to_owned()),
        }
    }

    /// The next start after a time.
    pub(crate) fn after(&self, time: i64) -> Option<i64> {
        let zoned: Zoned = jiff::Timestamp::from_millisecond(time).ok()?.to_zoned(TimeZone::UTC);
        let next = self.0.find_next_occurrence(&zoned, false).ok()?;
        Some(next.timestamp().as_millisecond())
    }

    /// How many starts after `due` were due until `now` as well.
    pub(crate) fn missed(&self, due: i64, now: i64) -> u64 {
        let (mut time, mut missed) = (due, 0);
        while let Some(next) = self.after(time).filter(|next| *next <= now && missed < MOST_COUNTED) {
            (time, missed) = (next, missed + 1);
        }
        missed
    }
}

/// The start after one that was due at `due` and is made at `now`, in step with those before; and how many starts
/// beside it were due until now.
pub(crate) fn every(delay: i64, due: i64, now: i64) -> (i64, u64) {
    let delay = delay.max(1);
    let missed = now.saturating_sub(due).max(0) / delay;
    (due.saturating_add(delay.saturating_mul(missed + 1)), missed.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millisecond(time: &str) -> i64 {
        time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn cron_is_five_fields_in_utc() {
        for (text, after, expected) in [
            ("0 0 * * *", "2026-11-23T11:18:27Z", "2026-11-24T00:00:00Z"),
            ("0 0 * * *", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"),
            ("*/15 8-18 * * MON-FRI", "2026-11-27T18:50:00Z", "2026-11-30T08:00:00Z"),
            ("30 2 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T02:30:00Z"),
            ("@daily", "2026-11-23T11:18:27Z", "2026-11-24T00:00:00Z"),
        ] {
            let cron = Cron::parse(text).unwrap();
            assert_eq!(cron.after(millisecond(after)), Some(millisecond(expected)), "{text}");
        }
        for text in ["", "soon", "0 0 * *", "0 0 0 * * *", "61 0 * * *", "0 0 31 2 *"] {
            assert!(Cron::parse(text).is_err(), "{text:?}");
        }
    }

    /// What the editor and `mas-hub check` accept is what the hub can keep, and the other way round.
    #[test]
    fn the_check_without_a_calendar_agrees() {
        let fields: [&[&str]; 5] = [
            &["0", "*/7", "60", "1-", "5,10", "x"],
            &["*", "0", "24", "8-18/2"],
            &["*", "30", "31", "29-31", "32", "L", "15W", "0"],
            &["*", "2", "4,6", "13", "JAN-FEB", "2-3"],
            &["*", "MON", "7", "8", "FRI#5", "FRI#6", "SUN-TUE"],
        ];
        let mut agreed = [0, 0];
        for number in 0..fields.iter().map(|field| field.len()).product() {
            let mut left = number;
            let text = fields.map(|field| {
                let word = field[left % field.len()];
                left /= field.len();
                word
            });
            let text = text.join(" ");
            let (here, there) = (Cron::parse(&text), flow::schedule::check_cron(&text));
            assert_eq!(here.is_ok(), there.is_ok(), "{text}: {here:?}, {there:?}");
            agreed[usize::from(here.is_ok())] += 1;
        }
        assert!(agreed.iter().all(|count| *count > 500), "{agreed:?}");
    }

    #[test]
    fn missed_starts_are_counted_and_the_next_keeps_step() {
        assert_eq!(every(10, 100, 100), (110, 0));
        assert_eq!(every(10, 100, 109), (110, 0));
        assert_eq!(every(10, 100, 135), (140, 3));
        assert_eq!(every(10, 100, 50), (110, 0));
        let daily = Cron::parse("0 0 * * *").unwrap();
        let due = millisecond("2026-11-20T00:00:00Z");
        assert_eq!(daily.missed(due, due), 0);
        assert_eq!(daily.missed(due, millisecond("2026-11-23T11:00:00Z")), 3);
        assert_eq!(Cron::parse("* * * * *").unwrap().missed(0, due), MOST_COUNTED);
    }
}
