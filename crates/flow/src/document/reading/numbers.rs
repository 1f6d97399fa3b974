//! Whole numbers that are longer than they can be kept: they would be rounded, and an account number or a timestamp that
//! is nearly right is wrong.

use std::ops::Range;

/// Where the first whole number of a JSON text stands that would not come back as it is written.
pub(super) fn not_kept(json: &str) -> Option<Range<usize>> {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_text(bytes, at + 1),
            b'-' | b'0'..=b'9' => {
                let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let end = at + bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                if !is_kept(&json[at..end]) {
                    return Some(at..end);
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

/// Whether a number comes back as it is written: those with a point or an exponent are taken for measures, which are
/// rounded.
pub(super) fn is_kept(number: &str) -> bool {
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let rounded = || digits.parse::<f64>().map(|number| format!("{number:.0}"));
    !is_whole
        || number.parse::<i64>().is_ok()
        || number.parse::<u64>().is_ok()
        || rounded().is_ok_and(|rounded| rounded == digits.trim_start_matches('0'))
}

/// The place after the closing quote.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_that_would_be_rounded_is_found() {
        for kept in [
            "0",
            "-9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "10000000000000000000000",
            "0.1234567890123456789",
            "1e300",
            "[\"12345678901234567890123\", \"\\\"98765432109876543210987\"]",
        ] {
            assert_eq!(not_kept(kept), None, "{kept}");
        }
        assert_eq!(not_kept("{\"a\": [1, -12345678901234567890123]}"), Some(10..34));
        assert_eq!(not_kept("18446744073709551617"), Some(0..20));
    }
}
