//! The bars of the histogram as paths, and which moments its parts are. Pure.

use wire::history::Histogram;

/// The parts from the one to the other, whichever way they were brushed.
pub(super) fn ordered(brush: Option<(usize, usize)>) -> Option<(usize, usize)> {
    brush.map(|(one, other)| (one.min(other), one.max(other)))
}

/// The paths of all runs and of those at fault, 100 high, and how many parts there are.
pub(super) fn shapes(histogram: &Histogram) -> (String, String, usize) {
    let most = histogram.buckets.iter().map(|bucket| bucket.runs).max().unwrap_or_default().max(1) as f64;
    let bar = |path: &mut String, place: usize, runs: u64| {
        if runs > 0 {
            // Whatever is there at all is seen.
            let height = (runs as f64 / most * 96.0).max(3.0);
            path.push_str(&format!("M{place}.1 100V{:.1}H{place}.9V100Z", 100.0 - height));
        }
    };
    let (mut runs, mut faulted) = (String::new(), String::new());
    for (place, bucket) in histogram.buckets.iter().enumerate() {
        bar(&mut runs, place, bucket.runs);
        bar(&mut faulted, place, bucket.faulted.unwrap_or_default());
    }
    (runs, faulted, histogram.buckets.len())
}

/// From the beginning of the one part to the end of the other.
pub(super) fn span(histogram: &Histogram, first: usize, last: usize) -> Option<(String, String)> {
    Some((moment(histogram, first as f64)?, moment(histogram, (last + 1) as f64)?))
}

/// When so many parts have gone.
pub(super) fn moment(histogram: &Histogram, parts: f64) -> Option<String> {
    let (from, to) = (logs::time::parse(&histogram.from)?, logs::time::parse(&histogram.to)?);
    let share = parts / histogram.buckets.len().max(1) as f64;
    Some(logs::time::rfc3339(from + ((to - from) as f64 * share).round() as i64))
}

#[cfg(test)]
mod tests {
    use wire::history::Bucket;

    use super::*;

    fn histogram() -> Histogram {
        Histogram {
            from: "2026-11-23T00:00:00.000Z".into(),
            to: "2026-11-23T04:00:00.000Z".into(),
            buckets: [(0, 0), (50, 1), (100, 100), (1, 0)]
                .map(|(runs, faulted)| Bucket { runs, faulted: Some(faulted) })
                .to_vec(),
            searched_to: None,
        }
    }

    #[test]
    fn a_brush_from_either_side_is_the_same_stretch_of_time() {
        let stretch = |brush| ordered(brush).and_then(|(first, last)| span(&histogram(), first, last));
        let expected = Some(("2026-11-23T01:00:00.000Z".to_owned(), "2026-11-23T03:00:00.000Z".to_owned()));
        assert_eq!(stretch(Some((1, 2))), expected);
        assert_eq!(stretch(Some((2, 1))), expected);
    }

    #[test]
    fn what_is_rare_is_seen_and_what_is_not_there_is_not_drawn() {
        let (runs, faulted, parts) = shapes(&histogram());
        assert_eq!(parts, 4);
        assert_eq!(runs.matches('M').count(), 3);
        assert_eq!(faulted, "M1.1 100V97.0H1.9V100ZM2.1 100V4.0H2.9V100Z");
    }
}
