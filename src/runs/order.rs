//! Which of two answers about a run is the newer one, told from what only ever grows in a run: an answer that a network has
//! held back, or brings a second time, must not take the page back to how things were.

use std::collections::HashMap;

use wire::JobStatus;

/// So many answers in a row that seem older are believed after all: the service was set back, and says so.
const BELIEVED: u32 = 3;

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Measure {
    /// What only grows: acts, tasks, attempts, lines.
    grows: [u64; 4],
    is_final: bool,
    /// Decides between two that have come as far: within one attempt a task ends once.
    ended: u64,
}

impl Measure {
    fn of(status: &JobStatus) -> Self {
        let mut lines: HashMap<&str, u64> = HashMap::new();
        for task in &status.tasks {
            let known = lines.entry(&task.pointer).or_default();
            *known = task.log_lines.max(*known);
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let is_whole = status.tasks_omitted == 0;
        Self {
            grows: [
                count(status.acts.len()),
                count(status.tasks.len()).saturating_add(status.tasks_omitted),
                // Of a run of which a part is shown, the part may be another one each time.
                if is_whole { status.tasks.iter().map(|task| u64::from(task.attempt)).sum() } else { 0 },
                if is_whole { lines.values().sum() } else { 0 },
            ],
            is_final: status.job.status.is_final(),
            ended: if is_whole {
                count(status.tasks.iter().filter(|task| task.ended_at.is_some()).count())
            } else {
                status.job.tasks_done
            },
        }
    }

    fn is_behind(&self, known: &Self) -> bool {
        let grows = || self.grows.iter().zip(&known.grows);
        // Sums of the part that is shown say nothing about those of the whole.
        let is_less = |(mine, theirs): (&u64, &u64)| mine < theirs && *mine > 0;
        grows().any(is_less)
            || (known.is_final && !self.is_final)
            || (self.grows == known.grows && self.ended < known.ended)
    }
}

/// What the page has seen last.
#[derive(Clone, Debug, Default)]
pub(super) struct Newest {
    known: Option<Measure>,
    refused: u32,
}

impl Newest {
    /// Whether the page should take this answer over.
    pub(super) fn takes(&mut self, status: &JobStatus) -> bool {
        let measure = Measure::of(status);
        let is_behind = self.known.as_ref().is_some_and(|known| measure.is_behind(known));
        if is_behind && self.refused + 1 < BELIEVED {
            self.refused += 1;
            return false;
        }
        self.refused = 0;
        self.known = Some(measure);
        true
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;
    use wire::job::Act;
    use wire::{Job, Status, Task};

    use super::*;

    /// How the tasks stand: each by its attempt and whether that one has ended.
    fn state(acts: usize, tasks: &[(u32, bool)], status: Status) -> JobStatus {
        JobStatus {
            job: Job { status, ..Job::default() },
            acts: vec![Act::default(); acts],
            tasks: tasks
                .iter()
                .enumerate()
                .map(|(index, (attempt, ended))| Task {
                    pointer: format!("/do/{index}/t"),
                    attempt: *attempt,
                    ended_at: ended.then(|| "2026-11-24T00:00:00Z".to_owned()),
                    ..Task::default()
                })
                .collect(),
            ..JobStatus::default()
        }
    }

    /// What a run goes through: tasks begin, end, and are tried again by somebody; then it is over.
    fn course(steps: &[u8]) -> Vec<JobStatus> {
        let (mut acts, mut tasks) = (1, Vec::<(u32, bool)>::new());
        let mut seen = vec![state(acts, &tasks, Status::Running)];
        for step in steps {
            match (step % 3, tasks.last_mut()) {
                (0, Some(last)) if !last.1 => last.1 = true,
                (1, Some(last)) if last.1 => {
                    *last = (last.0 + 1, false);
                    acts += 1;
                }
                (_, Some(last)) if !last.1 => continue,
                _ => tasks.push((1, false)),
            }
            seen.push(state(acts, &tasks, Status::Running));
        }
        tasks.iter_mut().for_each(|task| task.1 = true);
        seen.push(state(acts, &tasks, Status::Completed));
        seen
    }

    #[test]
    fn an_older_answer_is_passed_over_and_a_service_that_was_set_back_is_believed() {
        let seen = course(&[2, 0, 1, 0, 2]);
        let mut newest = Newest::default();
        assert!(newest.takes(&seen[4]) && newest.takes(&seen[4]), "the same again is no older");
        assert!(!newest.takes(&seen[1]) && !newest.takes(&seen[0]));
        assert!(newest.takes(&seen[1]), "three times is not by chance");
        assert!(newest.takes(&seen[5]));
    }

    proptest! {
        #[test]
        fn in_whatever_order_answers_come_the_page_ends_at_the_newest(
            steps in proptest::collection::vec(0_u8..3, 0..30),
            at in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
        ) {
            let seen = course(&steps);
            let (mut newest, mut shown, mut furthest) = (Newest::default(), None::<usize>, 0);
            for index in at {
                let index = index.index(seen.len());
                furthest = furthest.max(index);
                if newest.takes(&seen[index]) {
                    shown = Some(index);
                    // Three old ones in a row are believed, and from there the page goes on.
                    furthest = index;
                }
            }
            newest.takes(&seen[seen.len() - 1]);
            if let Some(shown) = shown {
                prop_assert_eq!(shown, furthest);
            }
            let last = Measure::of(&seen[seen.len() - 1]);
            prop_assert_eq!(newest.known, Some(last));
        }
    }
}
