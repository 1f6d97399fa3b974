//! How long to wait before the next question: soon while things move, calmly while they do not, seldom while nobody looks,
//! ever later while it fails. Arithmetic only: clock, chance and the browser come in as arguments.

use std::time::Duration;

const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);
/// So many answers without anything new are waited for at the pace that the page wants; then it becomes calmer.
const PATIENT: u32 = 10;
/// The calmest pace, in parts of the one that the page wants.
const CALMEST: f64 = 3.0;
/// After an act of this page so many questions come at this pace at the latest: what it sets off follows soon.
const FOLLOWED: u32 = 3;
const SOON: Duration = Duration::from_millis(1_200);

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Came {
    News,
    /// What is known is still true.
    Nothing,
    Failure {
        /// Asking again may help.
        is_passing: bool,
        /// What the service asks to wait.
        retry_after: Option<Duration>,
    },
}

/// What the browser says at that moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Surroundings {
    /// The pause of a page that nobody sees, where it is one.
    pub hidden: Option<Duration>,
    /// From 0 to 1: consoles that were opened together do not ask together.
    pub chance: f64,
}

/// What came so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    failures: u32,
    quiet: u32,
    followed: u32,
}

impl Pace {
    /// The one who looks has just changed something.
    pub(super) fn something_was_done(&mut self) {
        self.followed = FOLLOWED;
    }

    /// The pause before the next question; none ends the loop. `wanted` is the page's own pace, none where it needs no more.
    pub(super) fn after(
        &mut self,
        came: Came,
        wanted: Option<Duration>,
        around: Surroundings,
    ) -> Option<Duration> {
        let followed = self.followed > 0;
        self.followed = self.followed.saturating_sub(1);
        let wanted = wanted.map(|wanted| if followed { wanted.min(SOON) } else { wanted });
        let pause = match came {
            Came::Failure { is_passing: false, .. } => return None,
            Came::Failure { retry_after, .. } => {
                self.failures = self.failures.saturating_add(1);
                let back_off = Duration::from_secs(1 << self.failures.min(6).saturating_sub(1));
                let back_off = back_off.min(LONGEST_BACK_OFF).mul_f64(1.0 + around.chance / 4.0);
                back_off.max(retry_after.unwrap_or_default())
            }
            Came::News => {
                *self = Self { followed: self.followed, ..Self::default() };
                wanted?.mul_f64(0.9 + around.chance / 5.0)
            }
            Came::Nothing => {
                self.failures = 0;
                self.quiet = self.quiet.saturating_add(1);
                let calm = 1.0 + f64::from(self.quiet.saturating_sub(PATIENT)) / 10.0;
                wanted?.mul_f64(calm.min(CALMEST) * (0.9 + around.chance / 5.0))
            }
        };
        Some(around.hidden.map_or(pause, |hidden| pause.max(hidden)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Surroundings = Surroundings { hidden: None, chance: 0.5 };
    const SECOND: Option<Duration> = Some(Duration::from_secs(1));

    fn passing(retry_after: Option<u64>) -> Came {
        Came::Failure { is_passing: true, retry_after: retry_after.map(Duration::from_secs) }
    }

    fn seconds(pause: Option<Duration>) -> f64 {
        pause.map_or(-1.0, |pause| (pause.as_secs_f64() * 100.0).round() / 100.0)
    }

    #[test]
    fn it_asks_at_the_pages_pace_while_things_move_and_calms_down_while_they_do_not() {
        let mut pace = Pace::default();
        assert_eq!(seconds(pace.after(Came::News, SECOND, SEEN)), 1.0);
        let pauses: Vec<f64> = (0..40).map(|_| seconds(pace.after(Came::Nothing, SECOND, SEEN))).collect();
        assert_eq!((pauses[0], pauses[9], pauses[10], pauses[39]), (1.0, 1.0, 1.1, 3.0));
        assert_eq!(seconds(pace.after(Came::News, SECOND, SEEN)), 1.0);
        assert_eq!(seconds(pace.after(Came::Nothing, None, SEEN)), -1.0, "what is over is not asked for");
    }

    #[test]
    fn failures_back_off_with_some_chance_and_one_answer_forgets_them() {
        let mut pace = Pace::default();
        let pauses: Vec<f64> = (0..8).map(|_| seconds(pace.after(passing(None), SECOND, SEEN))).collect();
        assert_eq!(pauses, [1.13, 2.25, 4.5, 9.0, 18.0, 33.75, 33.75, 33.75]);
        assert_eq!(seconds(pace.after(Came::Nothing, SECOND, SEEN)), 1.0);
        assert_eq!(seconds(pace.after(passing(Some(40)), SECOND, SEEN)), 40.0, "the service asked to wait");
        let never = Came::Failure { is_passing: false, retry_after: None };
        assert_eq!(pace.after(never, SECOND, SEEN), None);
    }

    #[test]
    fn what_an_act_sets_off_is_looked_for_soon() {
        let ten = Some(Duration::from_secs(10));
        let mut pace = Pace::default();
        pace.something_was_done();
        let came = [Came::Nothing, Came::News, Came::Nothing, Came::Nothing];
        let pauses = came.map(|came| seconds(pace.after(came, ten, SEEN)));
        assert_eq!(pauses, [1.2, 1.2, 1.2, 10.0]);
        pace.something_was_done();
        assert_eq!(pace.after(Came::News, None, SEEN), None, "what is over stays over");
    }

    #[test]
    fn a_page_that_nobody_sees_asks_seldom() {
        let hidden = Surroundings { hidden: Some(Duration::from_secs(10)), ..SEEN };
        let mut pace = Pace::default();
        assert_eq!(seconds(pace.after(Came::News, SECOND, hidden)), 10.0);
        assert_eq!(seconds(pace.after(Came::News, Some(Duration::from_secs(60)), hidden)), 60.0);
    }
}
