//! The view as it stands in the URL: filters (`f=status:in:faulted,waiting`, one `f` each, ANDed), order, columns, place. Pure,
//! so that it is tested natively: what is shown is what the URL says, and nothing else.

use wire::history::{Filter, FilterProperty, Operator, Property, PropertyKind, Sort};
use wire::operation::encode_segment;

use super::columns::Column;

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HistoryView {
    pub(super) clauses: Vec<Clause>,
    pub(super) sort: Sort,
    pub(super) ascending: bool,
    /// None: those that this browser shows otherwise.
    pub(super) columns: Option<Vec<Column>>,
    /// The cursor that the page begins at; empty is the beginning.
    pub(super) at: String,
    /// From 1. Beside a cursor it only says where about that is; a service without cursors is asked for it.
    pub(super) page: u32,
    pub(super) page_size: u32,
}

/// A filter as people mean it: its times may count from now (`-24h`), and do so anew each time it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) property: Property,
    pub(super) operator: Operator,
    pub(super) operand: String,
}

pub(super) const PAGE_SIZES: [u32; 4] = [20, 50, 100, 200];
/// Minutes.
pub(super) const SPANS: [(&str, u32); 6] =
    [("-15m", 15), ("-1h", 60), ("-8h", 480), ("-24h", 1_440), ("-7d", 10_080), ("-30d", 43_200)];

/// The decoded parameters of the URL.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    pub(super) filters: Vec<String>,
    pub(super) sort: Option<String>,
    pub(super) columns: Option<String>,
    pub(super) at: Option<String>,
    pub(super) page: Option<String>,
    pub(super) page_size: Option<String>,
}

impl HistoryView {
    /// Reads the parameters; what makes no sense is left out.
    pub(super) fn read(parameters: &Parameters) -> Self {
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<u32>().ok());
        let sort = parameters.sort.as_deref().unwrap_or_default();
        let (sort, ascending) = match sort.strip_prefix('+') {
            Some(word) => (word, true),
            None => (sort, false),
        };
        Self {
            clauses: parameters.filters.iter().filter_map(|text| Clause::read(text)).collect(),
            sort: Sort::parse(sort).unwrap_or_default(),
            ascending: ascending && Sort::parse(sort).is_some(),
            columns: parameters.columns.as_deref().and_then(Column::read_all),
            at: parameters.at.clone().unwrap_or_default(),
            page: number(&parameters.page).unwrap_or(1).max(1),
            page_size: number(&parameters.page_size)
                .filter(|size| PAGE_SIZES.contains(size))
                .unwrap_or(PAGE_SIZES[0]),
        }
    }

    /// The query of the URL, with its question mark; empty for the plain first page.
    pub(super) fn query(&self) -> String {
        let mut parts: Vec<String> =
            self.clauses.iter().map(|clause| format!("f={}", encode_segment(&clause.write()))).collect();
        if self.sort != Sort::default() || self.ascending {
            let sign = if self.ascending { "%2B" } else { "" };
            parts.push(format!("sort={sign}{}", self.sort.as_str()));
        }
        if let Some(columns) = &self.columns {
            parts.push(format!("columns={}", encode_segment(&Column::write_all(columns))));
        }
        if self.page_size != PAGE_SIZES[0] {
            parts.push(format!("size={}", self.page_size));
        }
        if self.page > 1 {
            parts.push(format!("page={}", self.page));
        }
        if !self.at.is_empty() {
            parts.push(format!("at={}", encode_segment(&self.at)));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The same from the first page on: page 7 of something else is nowhere.
    #[must_use]
    pub(super) fn at_start(&self) -> Self {
        Self { at: String::new(), page: 1, ..self.clone() }
    }

    #[must_use]
    pub(super) fn with_clauses(&self, clauses: Vec<Clause>) -> Self {
        Self { clauses, ..self.at_start() }
    }

    /// With this clause instead of all others of its property.
    #[must_use]
    pub(super) fn with_only(&self, clause: Clause) -> Self {
        let mut clauses = self.clauses.clone();
        clauses.retain(|other| other.property != clause.property);
        clauses.push(clause);
        self.with_clauses(clauses)
    }

    /// With this text as the quick filter; empty takes it away.
    #[must_use]
    pub(super) fn with_quick(&self, text: &str) -> Self {
        let mut clauses = self.clauses.clone();
        clauses.retain(|clause| !clause.is_quick());
        if !text.trim().is_empty() {
            clauses.push(Clause {
                property: Property::JobName,
                operator: Operator::Like,
                operand: text.trim().to_owned(),
            });
        }
        self.with_clauses(clauses)
    }

    pub(super) fn quick(&self) -> String {
        self.clauses
            .iter()
            .find(|clause| clause.is_quick())
            .map(|clause| clause.operand.clone())
            .unwrap_or_default()
    }

    /// Sorted by this; a second time the other way round. Times and durations begin with the latest and the longest.
    #[must_use]
    pub(super) fn sorted_by(&self, sort: Sort) -> Self {
        let counts_down = matches!(sort, Sort::StartedAt | Sort::EndedAt | Sort::Duration);
        let ascending = if self.sort == sort { !self.ascending } else { !counts_down };
        Self { sort, ascending, ..self.at_start() }
    }

    /// What the API is asked for at this moment, in milliseconds since 1970.
    pub(super) fn filters(&self, now: i64) -> Vec<Filter> {
        self.clauses.iter().map(|clause| clause.resolve(now)).collect()
    }
}

impl Clause {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let (property, operator, operand) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
        let clause = Self {
            property: Property::parse(property)?,
            operator: Operator::parse(operator)?,
            operand: operand.to_owned(),
        };
        clause.is_sound().then_some(clause)
    }

    fn write(&self) -> String {
        format!("{}:{}:{}", self.property.as_str(), self.operator.as_str(), self.operand)
    }

    /// Whether the API takes it.
    pub(super) fn is_sound(&self) -> bool {
        let element = FilterProperty::from(&self.resolve(0));
        Filter::parse(&element).is_ok()
    }

    /// The search of the toolbar.
    pub(super) fn is_quick(&self) -> bool {
        self.property == Property::JobName && self.operator == Operator::Like
    }

    pub(super) fn operands(&self) -> Vec<&str> {
        match self.operator {
            Operator::In | Operator::Between => self.operand.split(',').map(str::trim).collect(),
            _ => vec![self.operand.as_str()],
        }
    }

    fn resolve(&self, now: i64) -> Filter {
        let operand = if self.property.kind() == PropertyKind::Time {
            let moments: Vec<String> =
                self.operands().into_iter().map(|operand| moment(operand, now)).collect();
            moments.join(",")
        } else {
            self.operand.clone()
        };
        Filter { property: self.property, operator: self.operator, operand }
    }
}

/// The minutes of a time that counts from now.
pub(super) fn minutes_ago(operand: &str) -> Option<u32> {
    let text = operand.strip_prefix('-')?;
    let unit = match text.chars().last()? {
        'm' => 1,
        'h' => 60,
        'd' => 1_440,
        _ => return None,
    };
    text.get(..text.len() - 1)?.parse::<u32>().ok()?.checked_mul(unit)
}

fn moment(operand: &str, now: i64) -> String {
    match minutes_ago(operand) {
        Some(minutes) => logs::time::rfc3339(now.saturating_sub(i64::from(minutes) * 60_000)),
        None => operand.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(filters: &[&str]) -> HistoryView {
        let filters = filters.iter().map(|text| (*text).to_owned()).collect();
        HistoryView::read(&Parameters { filters, ..Parameters::default() })
    }

    #[test]
    fn what_the_url_says_is_what_is_shown() {
        let view = HistoryView::read(&Parameters {
            filters: vec![
                "status:in:faulted,waiting".into(),
                "started_at:ge:2026-11-23T03:00:00+08:00".into(),
            ],
            sort: Some("+duration".into()),
            columns: Some("run,status".into()),
            at: Some("abc".into()),
            page: Some("3".into()),
            page_size: Some("50".into()),
        });
        assert_eq!(view.clauses.len(), 2);
        assert_eq!((view.sort, view.ascending), (Sort::Duration, true));
        assert_eq!(
            view.query(),
            "?f=status%3Ain%3Afaulted%2Cwaiting&f=started_at%3Age%3A2026-11-23T03%3A00%3A00%2B08%3A00&sort=%2Bduration&columns=run%2Cstatus&size=50&page=3&at=abc"
        );
    }

    #[test]
    fn nonsense_in_the_url_is_not_sent_and_not_shown() {
        let view = HistoryView::read(&Parameters {
            filters: vec![
                "status:in:lost".into(),
                "x".into(),
                "started_at:ge:-5y".into(),
                "duration:ge:-1h".into(),
            ],
            sort: Some("+colour".into()),
            columns: Some("nothing".into()),
            page: Some("-1".into()),
            page_size: Some("7".into()),
            at: None,
        });
        assert_eq!(view.query(), "");
        assert!(view.clauses.is_empty());
    }

    #[test]
    fn another_filter_or_order_begins_at_the_first_page() {
        let view = HistoryView { page: 7, at: "abc".into(), ..read(&[]) };
        for other in [view.with_clauses(Vec::new()), view.sorted_by(Sort::Status), view.with_quick("x")] {
            assert_eq!((other.page, other.at.as_str()), (1, ""));
        }
    }

    #[test]
    fn a_time_that_counts_from_now_is_counted_when_it_is_asked_for() {
        let view = read(&["started_at:ge:-24h", "ended_at:between:-7d,-1h"]);
        let day = 86_400_000;
        let filters = view.filters(30 * day);
        assert_eq!(filters[0].operand, logs::time::rfc3339(29 * day));
        assert_eq!(
            filters[1].operand,
            format!("{},{}", logs::time::rfc3339(23 * day), logs::time::rfc3339(30 * day - 3_600_000))
        );
        assert_eq!(view.query(), "?f=started_at%3Age%3A-24h&f=ended_at%3Abetween%3A-7d%2C-1h");
    }

    #[test]
    fn the_quick_filter_is_one_and_leaves_the_others() {
        let view = read(&["status:eq:faulted"]).with_quick("fail").with_quick(" over ");
        assert_eq!((view.quick(), view.clauses.len()), ("over".to_owned(), 2));
        assert_eq!(view.with_quick("").query(), "?f=status%3Aeq%3Afaulted");
    }

    #[test]
    fn a_header_sorts_and_turns_round() {
        let view = read(&[]).sorted_by(Sort::Duration);
        assert!(!view.ascending, "the longest first");
        assert!(view.sorted_by(Sort::Duration).ascending);
        assert!(view.sorted_by(Sort::WorkflowName).ascending, "from a to z");
    }
}
