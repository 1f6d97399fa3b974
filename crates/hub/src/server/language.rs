//! The language of an answer, by `Accept-Language`: Chinese or English, English where neither is asked for. Pure.

use axum::http::{HeaderMap, header};

use crate::error::Language;

pub(super) fn of(headers: &HeaderMap) -> Language {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Language::English, preferred)
}

fn preferred(value: &str) -> Language {
    let mut best = (0.0_f32, Language::English);
    for range in value.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let quality = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
        let language = match tag.split('-').next() {
            Some("zh") => Language::Chinese,
            Some("en") => Language::English,
            _ => continue,
        };
        if quality > best.0 {
            best = (quality, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wanted_most_is_spoken() {
        for (value, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en-GB,zh;q=0.9", Language::English),
            ("en;q=0.5, zh-Hans;q=0.7", Language::Chinese),
            ("fr, de", Language::English),
            ("*", Language::English),
            ("zh;q=0", Language::English),
            (";;,,q=", Language::English),
        ] {
            assert_eq!(preferred(value), language, "{value}");
        }
    }
}
