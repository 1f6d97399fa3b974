//! Filters as they stand in the URL: `f=status:in:faulted,waiting`, one `f` each, ANDed. Pure, so that it is tested natively.

use wire::history::{Filter, FilterProperty};
use wire::operation::encode_segment;

/// What the page shows, and nothing more than the URL says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryView {
    pub filters: Vec<Filter>,
    /// From 1.
    pub page: u32,
    pub page_size: u32,
}

pub const PAGE_SIZES: [u32; 4] = [20, 50, 100, 200];

impl HistoryView {
    /// Reads the decoded values of the parameters `f`, `page` and `size`; what makes no sense is left out.
    pub fn read(filters: &[String], page: Option<&str>, page_size: Option<&str>) -> Self {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
        Self {
            filters: filters.iter().filter_map(|text| read_filter(text)).collect(),
            page: number(page).unwrap_or(1).max(1),
            page_size: number(page_size).filter(|size| PAGE_SIZES.contains(size)).unwrap_or(PAGE_SIZES[0]),
        }
    }

    /// The query of the URL, with its question mark; empty for the plain first page.
    pub fn query(&self) -> String {
        let mut parts: Vec<String> = self
            .filters
            .iter()
            .map(|filter| format!("f={}", encode_segment(&write_filter(filter))))
            .collect();
        if self.page > 1 {
            parts.push(format!("page={}", self.page));
        }
        if self.page_size != PAGE_SIZES[0] {
            parts.push(format!("size={}", self.page_size));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The same with other filters, from the first page on: page 7 of something else is nowhere.
    #[must_use]
    pub fn with_filters(&self, filters: Vec<Filter>) -> Self {
        Self { filters, page: 1, page_size: self.page_size }
    }
}

fn write_filter(filter: &Filter) -> String {
    format!("{}:{}:{}", filter.property.as_str(), filter.operator.as_str(), filter.operand)
}

fn read_filter(text: &str) -> Option<Filter> {
    let mut parts = text.splitn(3, ':');
    let element = FilterProperty {
        property_name: parts.next()?.to_owned(),
        operator: parts.next()?.to_owned(),
        operand: parts.next().unwrap_or_default().to_owned(),
    };
    Filter::parse(&element).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_says_is_what_is_shown() {
        let texts =
            ["status:in:faulted,waiting".to_owned(), "started_at:ge:2026-11-23T03:00:00+08:00".to_owned()];
        let view = HistoryView::read(&texts, Some("3"), Some("50"));
        assert_eq!(view.filters.len(), 2);
        assert_eq!(
            view.query(),
            "?f=status%3Ain%3Afaulted%2Cwaiting&f=started_at%3Age%3A2026-11-23T03%3A00%3A00%2B08%3A00&page=3&size=50"
        );
    }

    #[test]
    fn nonsense_in_the_url_is_not_sent_and_not_shown() {
        let view = HistoryView::read(&["status:in:lost".to_owned(), "x".to_owned()], Some("-1"), Some("7"));
        assert_eq!(view, HistoryView { filters: Vec::new(), page: 1, page_size: 20 });
        assert_eq!(view.query(), "");
    }

    #[test]
    fn another_filter_begins_at_the_first_page() {
        let view = HistoryView { filters: Vec::new(), page: 7, page_size: 20 };
        assert_eq!(view.with_filters(Vec::new()).page, 1);
    }
}
