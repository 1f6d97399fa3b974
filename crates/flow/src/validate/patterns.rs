//! The patterns of the schema, by hand: an engine for regular expressions would weigh more than the rest of
//! validation in the browser.

/// `^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`: what a namespace or a workflow may be called.
pub fn is_name(text: &str) -> bool {
    label(text, |byte| byte == b'-')
}

/// The same with dots: the host of a gRPC service.
pub(super) fn is_host(text: &str) -> bool {
    label(text, |byte| byte == b'-' || byte == b'.')
}

fn label(text: &str, inner: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || inner(*byte))
}

/// A semantic version (semver.org, 2.0.0): `1.2.3-beta.1+build`.
pub(super) fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| digits(part) && (part == "0" || !part.starts_with('0'));
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}

/// Whether a text is a runtime expression as a whole, `${ … }` with something in it.
pub(crate) fn is_expression(text: &str) -> bool {
    text.trim()
        .strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'))
        .is_some_and(|program| !program.is_empty())
}

/// A URI, or a URI template such as `https://host/pets/{petId}` (RFC 3986, RFC 6570): no blanks, nothing that a URI
/// cannot hold, and no beginning of an expression.
pub(super) fn is_uri(text: &str) -> bool {
    !text.is_empty() && !text.starts_with("${") && is_template(text)
}

/// A URI template and nothing else (RFC 6570): also an empty one, such as a path that adds nothing.
pub(super) fn is_template(text: &str) -> bool {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '{' => match after.split_once('}') {
                Some((expression, after)) if is_template_expression(expression) => after,
                _ => return false,
            },
            '%' => match after.split_at_checked(2) {
                Some((digits, after)) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => after,
                _ => return false,
            },
            '"' | '<' | '>' | '\\' | '^' | '`' | '|' | '}' => return false,
            other if other.is_whitespace() || other.is_control() => return false,
            _ => after,
        };
    }
    true
}

/// What stands between the braces of a template: `id`, `+path,id:3` or `list*`.
fn is_template_expression(text: &str) -> bool {
    let text = text.strip_prefix(|character| "+#./;?&=,!@|".contains(character)).unwrap_or(text);
    text.split(',').all(|variable| {
        let name = match variable.split_once(':') {
            Some((name, most)) => {
                let fits = (1..=4).contains(&most.len()) && !most.starts_with('0');
                if !fits || !most.bytes().all(|digit| digit.is_ascii_digit()) {
                    return false;
                }
                name
            }
            None => variable.strip_suffix('*').unwrap_or(variable),
        };
        let plain = name.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'%')
        });
        let encoded = name.match_indices('%').all(|(at, _)| {
            name.get(at + 1..at + 3)
                .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        });
        plain && encoded
    })
}

/// A JSON Pointer (RFC 6901).
pub(super) fn is_pointer(text: &str) -> bool {
    let escapes = text.match_indices('~').all(|(at, _)| text[at + 1..].starts_with(['0', '1']));
    (text.is_empty() || text.starts_with('/')) && escapes
}

/// A date and time (RFC 3339): `2026-01-31T12:00:00.5+01:00`.
pub(super) fn is_moment(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    is_date(date) && is_time(time).unwrap_or(false)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| (part.len(), number(part)));
    let (Some((4, Some(year))), Some((2, Some(month))), Some((2, Some(day))), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn is_time(text: &str) -> Option<bool> {
    let (clock, rest) = text.split_at_checked(8)?;
    let (hour, minute) = hour_and_minute(clock.get(..5)?)?;
    let second = clock.get(5..)?.strip_prefix(':').and_then(number)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.find(|character: char| !character.is_ascii_digit())?;
            if end == 0 {
                return Some(false);
            }
            &fraction[end..]
        }
        None => rest,
    };
    let east = match rest {
        "Z" | "z" => 0,
        _ => {
            let sign = if rest.starts_with('+') { 1 } else { -1 };
            let (hours, minutes) = hour_and_minute(rest.strip_prefix(['+', '-'])?)?;
            sign * (hours * 60 + minutes)
        }
    };
    // A leap second ends a day of UTC.
    let last = (hour * 60 + minute - east).rem_euclid(24 * 60) == 24 * 60 - 1;
    Some(second < 60 || (second == 60 && last))
}

fn hour_and_minute(text: &str) -> Option<(i32, i32)> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) =
        (number(hour).filter(|_| hour.len() == 2)?, number(minute).filter(|_| minute.len() == 2)?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

fn number(text: &str) -> Option<i32> {
    text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// What somebody meant who wrote `30s`, `5 minutes` or `30`: the same as ISO 8601.
pub(super) fn as_duration(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let amount: u32 = digits.parse().ok()?;
    let written = match unit.trim().to_lowercase().as_str() {
        "" | "s" | "sec" | "second" | "seconds" | "秒" => format!("PT{amount}S"),
        "m" | "min" | "minute" | "minutes" | "分" | "分钟" => format!("PT{amount}M"),
        "h" | "hour" | "hours" | "小时" => format!("PT{amount}H"),
        "d" | "day" | "days" | "天" => format!("P{amount}D"),
        "ms" | "millisecond" | "milliseconds" | "毫秒" => {
            format!("PT{}.{:03}S", amount / 1000, amount % 1000)
        }
        _ => return None,
    };
    Some(written)
}

/// An ISO 8601 duration: `P(nY)(nM)(nW)(nD)(T(nH)(nM)(nS))`, with something in it.
pub(crate) fn is_duration(text: &str) -> bool {
    let Some(text) = text.strip_prefix('P') else { return false };
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    !text.is_empty() && units(date, "YMWD") && time.is_none_or(|time| !time.is_empty() && units(time, "HMS"))
}

/// Numbers, each with its unit, in the order of `order` and each unit once at most.
fn units(mut text: &str, order: &str) -> bool {
    let mut left = order;
    while !text.is_empty() {
        let Some(end) = text.find(|character: char| !character.is_ascii_digit() && character != '.') else {
            return false;
        };
        let (number, rest) = text.split_at(end);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let fits =
            number.split_once('.').map_or(digits(number), |(whole, part)| digits(whole) && digits(part));
        let mut characters = rest.chars();
        let Some(place) = characters.next().and_then(|unit| left.find(unit)) else { return false };
        if !fits {
            return false;
        }
        left = &left[place + 1..];
        text = characters.as_str();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_in_everyday_words_is_understood() {
        for (text, meant) in [
            ("30s", "PT30S"),
            ("5 minutes", "PT5M"),
            ("30", "PT30S"),
            ("1 天", "P1D"),
            ("1500ms", "PT1.500S"),
        ] {
            assert_eq!(as_duration(text).as_deref(), Some(meant), "{text}");
            assert!(is_duration(meant));
        }
        assert_eq!(as_duration("soon"), None);
    }

    fn check(accepts: fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(accepts(text), "{text} is right");
        }
        for text in wrong {
            assert!(!accepts(text), "{text} is wrong");
        }
    }

    #[test]
    fn the_patterns_accept_what_those_of_the_schema_accept() {
        let long = "a".repeat(64);
        check(is_name, &["a", "A-1", &long[1..]], &["", "-a", "a-", "a.b", "a b", "é", &long]);
        check(
            is_version,
            &["0.1.0", "1.0.3-alpha.1", "1.2.3+build.01", "1.0.0--"],
            &["1", "1.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "v1.0.0", "1.0.0.0"],
        );
        check(
            is_duration,
            &["P1D", "PT5S", "P1Y2M3W4DT5H6M7.5S", "PT0.1S", "P0.5W"],
            &["", "P", "PT", "P1DT", "5S", "PT5", "PT5D", "P1DT5S1H", "P1.D", "PT5S ", "P-1D"],
        );
        check(is_expression, &["${ . }", " ${.a} ", "${a}"], &["", "${}", ".a", "x ${ . }", "${ . } x"]);
        check(
            is_uri,
            &["https://a/{b}", "/a", "a", "https://[::1]:80/?a=%20", "{+path,id:3}", "a{b*}", "é"],
            &["", "${.a}", "a b", " a", "{", "a}", "{}", "{a b}", "a%2", "a\\b", "{a:0}", "{a%}", "\"a\""],
        );
        check(is_pointer, &["", "/", "/a~1b/~0"], &["a", "/~", "/~2"]);
        check(
            is_moment,
            &["2024-02-29T00:00:00Z", "2026-01-31t23:59:60.5z", "2026-01-01T00:59:60+01:00"],
            &[
                "",
                "2026-02-29T00:00:00Z",
                "2026-01-01T00:00:00",
                "2026-01-01 00:00:00Z",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:00:60Z",
                "2026-1-01T00:00:00Z",
                "2026-01-01T00:00:00.Z",
                "2026-01-01T00:00:+1Z",
            ],
        );
    }
}
