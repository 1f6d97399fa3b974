//! Which rows of a long list are worth drawing. Arithmetic only.

use std::ops::Range;

/// Height of a line that is not wrapped, in pixels; `style/logs.css` says the same.
pub(super) const ROW_HEIGHT: f64 = 20.0;

/// Rows drawn above and below what is seen, so that scrolling shows no holes.
const OVERSCAN: usize = 20;

/// The most lines drawn when their heights are not known, because they wrap.
pub(super) const MOST_WRAPPED: usize = 2_000;

/// The rows to draw of `total` rows, for a viewport of `height` pixels that is scrolled by `top`.
pub(super) fn rows_in_view(top: f64, height: f64, total: usize) -> Range<usize> {
    let first = (top.max(0.0) / ROW_HEIGHT) as usize;
    let seen = (height.max(0.0) / ROW_HEIGHT).ceil() as usize + 1;
    let start = first.saturating_sub(OVERSCAN).min(total.saturating_sub(1));
    start..first.saturating_add(seen).saturating_add(OVERSCAN).min(total)
}

/// Whether a viewport shows the end of what it scrolls, within the height of one row.
pub(super) fn is_at_end(top: f64, height: f64, content: f64) -> bool {
    top + height >= content - ROW_HEIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_lines_draw_what_is_seen() {
        assert_eq!(rows_in_view(0.0, 400.0, 1_000_000), 0..41);
        assert_eq!(rows_in_view(10_000_000.0, 400.0, 1_000_000), 499_980..500_041);
        assert_eq!(rows_in_view(19_999_600.0, 400.0, 1_000_000), 999_960..1_000_000);
    }

    #[test]
    fn a_list_that_shrank_under_the_scroll_draws_its_end() {
        assert_eq!(rows_in_view(10_000.0, 400.0, 3), 2..3);
        assert_eq!(rows_in_view(10_000.0, 400.0, 0), 0..0);
        assert_eq!(rows_in_view(-50.0, 0.0, 5), 0..5);
    }

    #[test]
    fn half_a_row_above_the_end_is_still_the_end() {
        assert!(is_at_end(590.0, 400.0, 1000.0));
        assert!(!is_at_end(500.0, 400.0, 1000.0));
        assert!(is_at_end(0.0, 400.0, 100.0));
    }
}
