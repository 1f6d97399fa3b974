//! A search over all lines that goes on while one reads: from where one is to the end, then back to the beginning. It keeps
//! the offsets that match, not the lines.

use std::collections::VecDeque;
use std::ops::Range;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Every line of `low..high` has been looked at.
    low: u64,
    high: u64,
    /// In order.
    found: VecDeque<u64>,
}

/// Where to look next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// From this line on.
    Forward(u64),
    /// Below this line.
    Backward(u64),
}

impl Scan {
    pub(crate) fn from(origin: u64) -> Self {
        Self { low: origin, high: origin, found: VecDeque::new() }
    }

    pub(crate) fn ahead(&self, total: u64) -> Option<Ahead> {
        if self.high < total {
            Some(Ahead::Forward(self.high))
        } else if self.low > 0 {
            Some(Ahead::Backward(self.low))
        } else {
            None
        }
    }

    /// Takes in the matches of lines that have all been looked at, in order. What was known of stays; lines that do not
    /// adjoin are looked at again when their turn comes.
    pub(crate) fn take(&mut self, looked: Range<u64>, matches: &[u64]) {
        if looked.start <= self.high && looked.end > self.high {
            let known = self.high;
            self.found.extend(matches.iter().copied().filter(|offset| (known..looked.end).contains(offset)));
            self.high = looked.end;
        }
        if looked.end >= self.low && looked.start < self.low {
            let known = self.low;
            for offset in
                matches.iter().rev().copied().filter(|offset| (looked.start..known).contains(offset))
            {
                self.found.push_front(offset);
            }
            self.low = looked.start;
        }
    }

    pub(crate) fn found(&self) -> &VecDeque<u64> {
        &self.found
    }

    pub(crate) fn looked_at(&self) -> u64 {
        self.high - self.low
    }

    /// How many matches stand before this line.
    pub(crate) fn before(&self, offset: u64) -> usize {
        self.found.partition_point(|found| *found < offset)
    }

    /// The next match after a line; `Err` while that cannot be known yet. Past the last one it begins anew.
    pub(crate) fn next(&self, after: u64, total: u64) -> Result<Option<u64>, NotYet> {
        let index = self.before(after.saturating_add(1));
        // The lines between must all have been looked at, else a nearer match may come.
        let is_near = (self.low..=self.high).contains(&after.saturating_add(1));
        match self.found.get(index) {
            Some(found) if is_near => Ok(Some(*found)),
            _ if self.ahead(total).is_some() => Err(NotYet),
            Some(found) => Ok(Some(*found)),
            None => Ok(self.found.front().copied()),
        }
    }

    /// The next match before a line, likewise.
    pub(crate) fn previous(&self, before: u64, total: u64) -> Result<Option<u64>, NotYet> {
        let index = self.before(before);
        let is_near = (self.low..=self.high).contains(&before);
        match index.checked_sub(1).and_then(|index| self.found.get(index)) {
            Some(found) if is_near => Ok(Some(*found)),
            _ if self.ahead(total).is_some() => Err(NotYet),
            Some(found) => Ok(Some(*found)),
            None => Ok(self.found.back().copied()),
        }
    }
}

/// More must be looked at before the answer is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotYet;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(range: Range<u64>) -> Vec<u64> {
        range.filter(|offset| offset % 7 == 3).collect()
    }

    proptest! {
        /// From any line, in pages of any size, a finished search has found what one pass finds, in order.
        #[test]
        fn every_match_is_found_once(origin in 0_u64..300, total in 0_u64..300, page in 1_u64..50, repeat in any::<bool>()) {
            let mut scan = Scan::from(origin.min(total));
            while let Some(ahead) = scan.ahead(total) {
                let looked = match ahead {
                    Ahead::Forward(from) => from..(from + page).min(total),
                    Ahead::Backward(to) => to.saturating_sub(page)..to,
                };
                scan.take(looked.clone(), &matches(looked.clone()));
                if repeat {
                    scan.take(looked.clone(), &matches(looked));
                }
            }
            prop_assert_eq!(scan.found().iter().copied().collect::<Vec<_>>(), matches(0..total));
            prop_assert_eq!(scan.looked_at(), total);
        }

        #[test]
        fn next_and_previous_go_round(total in 1_u64..200, at in 0_u64..200) {
            let mut scan = Scan::from(0);
            scan.take(0..total, &matches(0..total));
            let all = matches(0..total);
            let next = all.iter().copied().find(|offset| *offset > at).or(all.first().copied());
            let previous = all.iter().copied().rev().find(|offset| *offset < at).or(all.last().copied());
            prop_assert_eq!(scan.next(at, total), Ok(next));
            prop_assert_eq!(scan.previous(at, total), Ok(previous));
        }
    }

    #[test]
    fn a_nearer_match_is_waited_for() {
        let mut scan = Scan::from(100);
        scan.take(100..150, &[120]);
        assert_eq!(scan.next(105, 1_000), Ok(Some(120)));
        assert_eq!(scan.next(130, 1_000), Err(NotYet));
        assert_eq!(scan.next(20, 1_000), Err(NotYet), "something may stand between 20 and 100");
        assert_eq!(scan.previous(110, 1_000), Err(NotYet));
    }
}
