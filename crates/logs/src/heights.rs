//! How many rows of text stand above a line. Lines that are not wrapped take one each; wrapped ones are summed by chunk
//! in a Fenwick tree, so that neither a place in a million lines nor a chunk that comes late costs a walk over all.

use crate::store::CHUNK;

#[derive(Debug)]
pub(crate) enum Heights {
    /// Every line one row.
    Uniform { lines: u64 },
    /// Rows for each chunk of lines.
    Chunks { lines: u64, sums: Vec<u64>, tree: Vec<u64> },
}

impl Heights {
    pub(crate) fn uniform(lines: u64) -> Self {
        Self::Uniform { lines }
    }

    /// Chunks of lines whose rows are not known yet: one each.
    pub(crate) fn chunks(lines: u64) -> Self {
        let mut heights = Self::Chunks { lines: 0, sums: Vec::new(), tree: Vec::new() };
        heights.grow(lines);
        heights
    }

    pub(crate) fn lines(&self) -> u64 {
        match self {
            Self::Uniform { lines } | Self::Chunks { lines, .. } => *lines,
        }
    }

    /// Lines came at the end, a row each until more is known.
    pub(crate) fn grow(&mut self, to: u64) {
        match self {
            Self::Uniform { lines } => *lines = to,
            Self::Chunks { lines, sums, tree } => {
                if to <= *lines {
                    return;
                }
                while *lines < to {
                    let key = (*lines / CHUNK) as usize;
                    let more = ((key as u64 + 1) * CHUNK).min(to) - *lines;
                    if key == sums.len() {
                        sums.push(more);
                        let index = sums.len();
                        let below = index - lowest_bit(index);
                        let sum = sums[below..].iter().sum();
                        tree.push(sum);
                    } else {
                        sums[key] += more;
                        add(tree, key, more as i64);
                    }
                    *lines += more;
                }
            }
        }
    }

    /// A chunk's rows are known.
    pub(crate) fn set(&mut self, key: u64, rows: u64) {
        if let Self::Chunks { sums, tree, .. } = self
            && let Some(sum) = sums.get_mut(key as usize)
        {
            let change = rows as i64 - *sum as i64;
            *sum = rows;
            add(tree, key as usize, change);
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.top(self.lines(), |_| 1)
    }

    /// Rows above a line; `size` tells the rows of the lines of its chunk.
    pub(crate) fn top(&self, line: u64, size: impl Fn(u64) -> u32) -> u64 {
        match self {
            Self::Uniform { lines } => line.min(*lines),
            Self::Chunks { lines, tree, .. } => {
                let is_end = line >= *lines;
                let line = line.min(*lines);
                let key = if is_end { tree.len() as u64 } else { line / CHUNK };
                let mut sum = 0;
                let mut index = key as usize;
                while index > 0 {
                    sum += tree.get(index - 1).copied().unwrap_or_default();
                    index -= lowest_bit(index);
                }
                if is_end {
                    return sum;
                }
                sum + (key * CHUNK..line).map(|line| u64::from(size(line))).sum::<u64>()
            }
        }
    }

    /// The line at a row, and how many of its rows stand above that row.
    pub(crate) fn at(&self, row: u64, size: impl Fn(u64) -> u32) -> (u64, u64) {
        match self {
            Self::Uniform { lines } => (row.min(lines.saturating_sub(1)), 0),
            Self::Chunks { lines, tree, .. } => {
                let mut rest = row;
                let mut index = 0_usize;
                let mut step = tree.len().next_power_of_two();
                while step > 0 {
                    if let Some(sum) = tree.get(index + step - 1).filter(|sum| **sum <= rest) {
                        rest -= sum;
                        index += step;
                    }
                    step /= 2;
                }
                let mut line = index as u64 * CHUNK;
                while line < *lines {
                    let rows = u64::from(size(line));
                    if rest < rows {
                        return (line, rest);
                    }
                    rest -= rows;
                    line += 1;
                }
                (lines.saturating_sub(1), 0)
            }
        }
    }
}

fn lowest_bit(index: usize) -> usize {
    index & index.wrapping_neg()
}

fn add(tree: &mut [u64], key: usize, change: i64) {
    let mut index = key + 1;
    while let Some(sum) = tree.get_mut(index - 1) {
        *sum = sum.saturating_add_signed(change);
        index += lowest_bit(index);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Places in wrapped lines are those that counting from the first line gives.
        #[test]
        fn a_place_is_what_counting_says(
            sizes in prop::collection::vec(1_u32..5, 0..2_500),
            steps in prop::collection::vec(1_u64..900, 0..6),
            probe in any::<prop::sample::Index>(),
        ) {
            let lines = sizes.len() as u64;
            let mut heights = Heights::chunks(0);
            let mut grown = 0;
            for step in steps {
                grown = (grown + step).min(lines);
                heights.grow(grown);
            }
            heights.grow(lines);
            for (key, chunk) in sizes.chunks(CHUNK as usize).enumerate() {
                heights.set(key as u64, chunk.iter().map(|rows| u64::from(*rows)).sum());
            }
            let size = |line: u64| sizes.get(line as usize).copied().unwrap_or(1);
            let total: u64 = sizes.iter().map(|rows| u64::from(*rows)).sum();
            prop_assert_eq!(heights.total(), total);
            if lines > 0 {
                let line = probe.index(sizes.len()) as u64;
                let above: u64 = sizes[..line as usize].iter().map(|rows| u64::from(*rows)).sum();
                prop_assert_eq!(heights.top(line, size), above);
                let last = u64::from(size(line)) - 1;
                prop_assert_eq!(heights.at(above, size), (line, 0));
                prop_assert_eq!(heights.at(above + last, size), (line, last));
            }
        }
    }
}
