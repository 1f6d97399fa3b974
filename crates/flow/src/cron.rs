//! Whether a text is a cron expression. When the next start is, only a shell with a calendar knows.
//!
//! The same parser reads it there, so what is accepted here is not refused when it is saved, but for a rule that leaves
//! no day at all in a way that only a calendar finds out.

use croner::parser::{CronParser, Seconds, Year};

use crate::expression::Reason;

/// Days of each month, of February in a leap year.
const DAYS: [u16; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// No sensible expression is longer, and the parser need not read a book.
const LONGEST: usize = 256;

/// # Errors
/// Why it is none.
pub fn check_cron(text: &str) -> Result<(), Reason> {
    let no_cron = |en: &str, zh: &str| {
        let shown: String = text.chars().take(LONGEST).collect();
        Err(Reason::new(
            format!(
                "`{shown}` is no cron expression of five fields (minute, hour, day, month, weekday; UTC): {en}"
            ),
            format!("`{shown}` 不是五段式 cron 表达式（分 时 日 月 周，UTC）：{zh}"),
        ))
    };
    if text.len() > LONGEST {
        return no_cron("it is too long", "过长");
    }
    let fields = text.split_whitespace().count();
    if fields != 5 && !text.trim_start().starts_with('@') {
        return no_cron(&format!("it has {fields} fields"), &format!("它有 {fields} 段"));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = match parser.parse(text) {
        Ok(cron) => cron,
        Err(error) => {
            let reason = error.to_string();
            return no_cron(&reason, &reason);
        }
    };
    let pattern = &cron.pattern;
    // A weekday, or a rule such as the last day, comes in every month.
    let by_day_only = text.split_whitespace().nth(4) == Some("*") && !pattern.days.has_modifiers();
    if by_day_only && let Some(first) = pattern.days.values().into_iter().min() {
        let months = pattern.months.values();
        let mut days = months.iter().filter_map(|month| DAYS.get(usize::from(*month).checked_sub(1)?));
        if !days.any(|days| first <= *days) {
            return no_cron("no such day ever comes", "这样的日期不存在");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DSL reference, Schedule: `cron`, "a CRON expression".
    #[test]
    fn a_cron_expression_has_five_fields_that_can_come() {
        for text in [
            "0 0 * * *",
            "*/15 8-18 * * MON-FRI",
            "30 2 29 2 *",
            "0 0 31 1,2 *",
            "0 0 L * *",
            "0 0 * * MON#5",
            "0 0 31 2 MON",
            "@daily",
        ] {
            assert_eq!(check_cron(text).map_err(|reason| reason.en), Ok(()), "{text}");
        }
        for text in [
            "",
            "soon",
            "0 0 * *",
            "0 0 0 * * *",
            "61 0 * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 0 31 2 *",
            "0 0 30,31 2 *",
            "0 0 31 4,6,9,11 *",
            "* * * 13 *",
            "@never",
            "* * * * MON#9",
            &"0,".repeat(200),
        ] {
            let reason = check_cron(text).unwrap_err();
            assert!(reason.en.contains("no cron expression") && reason.zh.contains("cron"), "{text}");
        }
    }
}
