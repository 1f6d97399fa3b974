//! "Did you mean": the word that somebody most likely meant to write.

/// Longer words are no slips of the pen, and comparing them costs.
const LONGEST: usize = 64;

/// The candidate that is nearest to `word`, where one is near enough: a third of its letters may differ, a swap of
/// two counting once, and capitals do not count.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let length = word.chars().count();
    if !(2..=LONGEST).contains(&length) {
        return None;
    }
    let word = plain(word);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let other = plain(candidate);
            // A word that goes on, or stops early, is near as well: `env` for `environment`.
            let begins =
                word.len() >= 3 && (other.starts_with(&word) || word.starts_with(&other) && other.len() >= 3);
            let distance = strsim::osa_distance(&word, &other);
            let most = (word.chars().count().max(other.chars().count()) / 3).max(1);
            (if begins { distance.min(most) } else { distance }, most, candidate)
        })
        .filter(|(distance, most, _)| distance <= most)
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, candidate)| candidate)
}

/// The same as the end of a sentence in English and Chinese, empty where nothing is near.
pub(crate) fn did_you_mean(near: Option<&str>) -> (String, String) {
    near.map_or_else(Default::default, |near| {
        (format!(" Did you mean `{near}`?"), format!("是否想写 `{near}`？"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: [&str; 6] = ["endpoint", "method", "environment", "exceptWhen", "when", "do"];

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_another_word_is_not() {
        for (word, meant) in [
            ("endpont", Some("endpoint")),
            ("EndPoint", Some("endpoint")),
            ("mehtod", Some("method")),
            ("env", Some("environment")),
            ("except_when", Some("exceptWhen")),
            ("whne", Some("when")),
            ("od", Some("do")),
            ("x", None),
            ("retries", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, MEMBERS), meant, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(1_000), MEMBERS), None);
    }
}
