//! In which order things happen, and when the power goes.

use crate::shell::{Next, Order, Shell};

/// By the clock, ties by kind and number: always the same order.
pub(crate) struct Exact {
    crashing: bool,
    lost: bool,
}

impl Exact {
    pub(crate) fn without_crashes() -> Self {
        Self { crashing: false, lost: false }
    }

    /// Every event is lost once before its commit, and the power goes once more right after it. It is back at once.
    pub(crate) fn crashing_everywhere() -> Self {
        Self { crashing: true, ..Self::without_crashes() }
    }
}

impl Order for Exact {
    fn next(&mut self, shell: &mut Shell<'_>) -> Option<Next> {
        let (at, next) = shell.possible().into_iter().min()?;
        shell.now = shell.now.max(at);
        Some(next)
    }

    fn crashes_before_commit(&mut self) -> bool {
        self.lost = self.crashing && !self.lost;
        self.lost
    }

    fn crashes_after_commit(&mut self) -> Option<i64> {
        self.crashing.then_some(0)
    }

    fn insists(&self) -> bool {
        true
    }

    fn looks_closely(&mut self) -> bool {
        self.crashing
    }
}

/// Any call may be answered and any gate decided at any time; timers fire in their order, and late after a downtime.
pub(crate) struct Calm {
    random: u64,
}

/// What is due later than this is a limit that a calm program never reaches.
const FAR: i64 = 30 * 60 * 1000;

impl Calm {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: seed }
    }

    /// SplitMix64: small, and good enough to choose an order.
    fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

impl Order for Calm {
    fn next(&mut self, shell: &mut Shell<'_>) -> Option<Next> {
        let possible = shell.possible();
        let timer = possible.iter().filter(|(_, next)| matches!(next, Next::Fire(_))).min().copied();
        let timer = timer.filter(|(at, _)| at - shell.now < FAR);
        let mut choices: Vec<(i64, Next)> =
            possible.into_iter().filter(|(_, next)| !matches!(next, Next::Fire(_))).collect();
        choices.extend(timer);
        if choices.is_empty() {
            return None;
        }
        let (at, next) = choices[self.below(choices.len())];
        if matches!(next, Next::Fire(_)) {
            shell.now = shell.now.max(at);
        }
        Some(next)
    }

    fn crashes_before_commit(&mut self) -> bool {
        self.below(6) == 0
    }

    fn crashes_after_commit(&mut self) -> Option<i64> {
        (self.below(4) == 0).then(|| self.below(200) as i64)
    }

    fn insists(&self) -> bool {
        false
    }

    fn looks_closely(&mut self) -> bool {
        self.below(5) == 0
    }
}
