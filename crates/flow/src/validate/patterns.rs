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

/// A URI, or a URI template such as `https://host/pets/{petId}`: no blanks, and no beginning of an expression.
pub(super) fn is_uri(text: &str) -> bool {
    !text.is_empty() && !text.starts_with("${") && !text.contains(char::is_whitespace)
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
        check(is_uri, &["https://a/{b}", "/a", "a", "x#y#z"], &["", "${.a}", "a b", " a"]);
    }
}
