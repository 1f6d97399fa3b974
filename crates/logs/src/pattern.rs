//! What a person searches for: plain text or a regular expression, in either case or as written. Time is linear in the
//! text whatever is typed.

use std::fmt;
use std::ops::Range;

use regex_lite::{Regex, RegexBuilder};

/// What stands in a search field, and how it is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    pub is_regular: bool,
    /// `A` and `a` differ.
    pub minds_case: bool,
}

/// A [`Query`] that can be looked for. An empty query is none.
#[derive(Clone, Debug)]
pub struct Pattern {
    query: Query,
    kind: Kind,
}

/// Why a regular expression cannot be read, in the engine's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern(pub String);

#[derive(Clone, Debug)]
enum Kind {
    Plain,
    Regular(Regex),
}

impl Pattern {
    /// `None` for an empty text.
    ///
    /// # Errors
    /// [`BadPattern`] where the regular expression is none.
    pub fn compile(query: &Query) -> Result<Option<Self>, BadPattern> {
        if query.text.is_empty() {
            return Ok(None);
        }
        let kind = if query.is_regular {
            let regex = RegexBuilder::new(&query.text)
                .case_insensitive(!query.minds_case)
                .size_limit(1 << 20)
                .build()
                .map_err(|error| BadPattern(error.to_string()))?;
            Kind::Regular(regex)
        } else {
            Kind::Plain
        };
        Ok(Some(Self { query: query.clone(), kind }))
    }

    pub fn query(&self) -> &Query {
        &self.query
    }

    pub fn is_in(&self, text: &str) -> bool {
        match &self.kind {
            Kind::Plain => self.plain(text, 0).is_some(),
            Kind::Regular(regex) => regex.is_match(text),
        }
    }

    /// Where it stands, in order, none over another. A match of nothing (`a*`) is not shown.
    pub fn hits(&self, text: &str) -> Vec<Range<usize>> {
        match &self.kind {
            Kind::Plain => {
                let mut hits = Vec::new();
                let mut from = 0;
                while let Some(at) = self.plain(text, from) {
                    from = at + self.query.text.len();
                    hits.push(at..from);
                }
                hits
            }
            Kind::Regular(regex) => {
                regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty()).collect()
            }
        }
    }

    /// ASCII letters match in either case where case is not minded. Bytes that equal a valid text stand between
    /// characters, so that the place can be cut at.
    fn plain(&self, text: &str, from: usize) -> Option<usize> {
        let needle = self.query.text.as_bytes();
        let first = *needle.first()?;
        let haystack = text.as_bytes().get(from..)?;
        if self.query.minds_case {
            return text.get(from..)?.find(&self.query.text).map(|at| at + from);
        }
        let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
        let last = haystack.len().checked_sub(needle.len())?;
        let mut at = 0;
        while at <= last {
            let skip = haystack[at..=last].iter().position(|byte| *byte == lower || *byte == upper)?;
            at += skip;
            if haystack[at..at + needle.len()].eq_ignore_ascii_case(needle) {
                return Some(at + from);
            }
            at += 1;
        }
        None
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.query == other.query
    }
}

impl fmt::Display for BadPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, is_regular: bool, minds_case: bool, message: &str) -> String {
        let query = Query { text: text.to_owned(), is_regular, minds_case };
        let Ok(Some(pattern)) = Pattern::compile(&query) else { return "no pattern".to_owned() };
        let mut out = String::new();
        let mut from = 0;
        for hit in pattern.hits(message) {
            out.push_str(&message[from..hit.start]);
            out.push_str(&format!("[{}]", &message[hit.clone()]));
            from = hit.end;
        }
        out + &message[from..]
    }

    #[test]
    fn plain_text_is_found_where_it_stands() {
        assert_eq!(check("get", false, false, "GET /get 切换get"), "[GET] /[get] 切换[get]");
        assert_eq!(check("get", false, true, "GET /get"), "GET /[get]");
        assert_eq!(check("切换", false, false, "切换DNS完成"), "[切换]DNS完成");
        assert_eq!(check("aa", false, false, "aaa"), "[aa]a");
        assert_eq!(check("a.c", false, false, "abc a.c"), "abc [a.c]");
    }

    #[test]
    fn regular_expressions_are_found_and_refused() {
        assert_eq!(check("time(d )?out|5\\d\\d", true, false, "503: Timed out"), "[503]: [Timed out]");
        assert_eq!(check("x*", true, false, "axb"), "a[x]b");
        assert_eq!(check("(", true, false, "("), "no pattern");
        assert_eq!(check("", true, false, "("), "no pattern");
    }

    #[test]
    fn an_expression_that_freezes_other_engines_ends() {
        let query = Query { text: "(a+)+$".to_owned(), is_regular: true, minds_case: false };
        let pattern = Pattern::compile(&query).unwrap_or_default();
        assert_eq!(pattern.map(|pattern| pattern.is_in(&("a".repeat(5_000) + "b"))), Some(false));
    }

    proptest! {
        #[test]
        fn plain_search_equals_the_naive_one(text in "[aAbé切]{0,20}", needle in "[aAbé切]{1,3}") {
            let query = Query { text: needle.clone(), ..Query::default() };
            let found = Pattern::compile(&query).unwrap_or_default().is_some_and(|pattern| pattern.is_in(&text));
            prop_assert_eq!(found, text.to_ascii_lowercase().contains(&needle.to_ascii_lowercase()));
        }
    }
}
