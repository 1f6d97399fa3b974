//! What of a log's view stands in the address: the marked lines, the filter, the search. Whoever opens the address sees the
//! same lines. Where one is between the lines, and how they look, is not in it.

use std::collections::BTreeSet;

use wire::log::Level;

use crate::pattern::Query;
use crate::selection::Selection;

/// The view of one log, as an address tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub lines: Option<Selection>,
    /// The lowest level shown; `None` shows all.
    pub level: Option<Level>,
    pub filter: Query,
    /// The names of the tasks whose lines are shown; `None` shows all.
    pub writers: Option<BTreeSet<String>>,
    pub find: Query,
}

impl Address {
    /// The parameters, in the order of [`Self::pairs`].
    pub const NAMES: [&'static str; 7] =
        ["lines", "level", "filter", "filter_as", "writers", "find", "find_as"];

    /// Reads the parameters; what is none of their words is as good as absent.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let level = get("level").and_then(|word| Level::parse(&word)).filter(|level| *level > Level::Debug);
        let writers: BTreeSet<String> =
            get("writers").iter().flat_map(|list| list.split(',')).filter_map(unescape).collect();
        Self {
            lines: get("lines").and_then(|lines| Selection::parse(&lines)),
            level,
            filter: query(get("filter"), get("filter_as")),
            writers: (!writers.is_empty()).then_some(writers),
            find: query(get("find"), get("find_as")),
        }
    }

    /// Every parameter with its value; `None` for one that does not stand in the address.
    pub fn pairs(&self) -> [(&'static str, Option<String>); 7] {
        let [lines, level, filter, filter_as, writers, find, find_as] = Self::NAMES;
        let text = |query: &Query| (!query.text.is_empty()).then(|| query.text.clone());
        [
            (lines, self.lines.map(Selection::to_address)),
            (level, self.level.map(|level| level.as_str().to_owned())),
            (filter, text(&self.filter)),
            (filter_as, meant(&self.filter)),
            (writers, self.writers.as_ref().map(join)),
            (find, text(&self.find)),
            (find_as, meant(&self.find)),
        ]
    }
}

fn query(text: Option<String>, meant: Option<String>) -> Query {
    let meant = meant.unwrap_or_default();
    let has = |word| meant.split('-').any(|one| one == word);
    Query { text: text.unwrap_or_default(), is_regular: has("regex"), minds_case: has("case") }
}

/// How the text is meant, where that is not the usual way.
fn meant(query: &Query) -> Option<String> {
    let words: Vec<&str> = [(query.is_regular, "regex"), (query.minds_case, "case")]
        .into_iter()
        .filter_map(|(is_meant, word)| is_meant.then_some(word))
        .collect();
    (!query.text.is_empty() && !words.is_empty()).then(|| words.join("-"))
}

/// Names may hold anything; the comma between them is told apart from one in them.
fn join(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names.iter().map(|name| name.replace('~', "~~").replace(',', "~.")).collect();
    names.join(",")
}

/// `None` for an empty name.
fn unescape(name: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = name.chars();
    while let Some(character) = rest.next() {
        match character {
            '~' => match rest.next() {
                Some('.') => text.push(','),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Address {
        let map: BTreeMap<&str, &str> = pairs.iter().copied().collect();
        Address::read(|name| map.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn an_address_that_a_person_types_is_read() {
        let address = read(&[
            ("lines", "3-5"),
            ("level", "warn"),
            ("filter", "time(d )?out"),
            ("filter_as", "regex"),
            ("writers", "dns,db"),
            ("find", "Site"),
            ("find_as", "case"),
        ]);
        assert_eq!(address.lines.map(|lines| (lines.first(), lines.last())), Some((2, 4)));
        assert_eq!(address.level, Some(Level::Warn));
        assert!(address.filter.is_regular && !address.filter.minds_case && address.find.minds_case);
        assert_eq!(address.writers.map(|names| names.len()), Some(2));
    }

    #[test]
    fn what_is_no_view_shows_every_line() {
        let nonsense = [("lines", "x"), ("level", "LOUD"), ("writers", ",,"), ("filter_as", "regex")];
        let address = read(&nonsense);
        assert_eq!((address.lines, address.level, address.writers.clone()), (None, None, None));
        assert!(address.pairs().iter().all(|(_, value)| value.is_none()), "{address:?}");
        assert_eq!(read(&[("level", "DEBUG")]), Address::default(), "every level is no filter");
    }

    proptest! {
        #[test]
        fn an_address_is_read_as_it_was_written(
            level in prop::option::of(prop::sample::select(vec![Level::Info, Level::Warn, Level::Error])),
            text in "[a~,&=% 切]{1,6}",
            flags in any::<[bool; 2]>(),
            writers in prop::option::of(prop::collection::btree_set("[a~,. 切]{1,4}", 1..4)),
        ) {
            let query = Query { text, is_regular: flags[0], minds_case: flags[1] };
            let address = Address { lines: None, level, filter: query.clone(), writers, find: query };
            let map: BTreeMap<&str, String> =
                address.pairs().into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            prop_assert_eq!(Address::read(|name| map.get(name).cloned()), address);
        }
    }
}
