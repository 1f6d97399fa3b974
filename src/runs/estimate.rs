//! When a run will be over, told from how long earlier runs of the same workflow took. Arithmetic only.

use wire::Job;

/// Of fewer runs nothing is told: one slow night would be half of the truth.
pub(super) const FEWEST: usize = 5;

/// What earlier runs say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Estimate {
    /// So many there are.
    TooFew(usize),
    Known {
        /// Half of the runs took no longer, in milliseconds.
        half: f64,
        /// Nine of ten took no longer.
        most: f64,
        runs: usize,
    },
}

/// Where a run that goes on stands beside the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outlook {
    /// The moments by which half, and nine of ten, of the earlier runs were over.
    Within { half: f64, most: f64 },
    /// Half of them were over by now.
    Late { most: f64 },
    /// Nine of ten were over by now.
    Overdue,
}

impl Estimate {
    /// From runs that went to their end, of the same kind: a dry run says nothing about a real one.
    pub(super) fn of(jobs: &[Job], is_dry: bool, moment: impl Fn(&str) -> Option<f64>) -> Self {
        let mut took: Vec<f64> = jobs
            .iter()
            .filter(|job| job.status == wire::Status::Completed && job.dry_run == is_dry)
            .filter_map(|job| Some(moment(job.ended_at.as_deref()?)? - moment(&job.started_at)?))
            .filter(|took| *took >= 0.0)
            .collect();
        took.sort_by(f64::total_cmp);
        if took.len() < FEWEST {
            return Self::TooFew(took.len());
        }
        let at = |part: f64| {
            let rank = (took.len() as f64 * part).ceil() as usize;
            took.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self::Known { half: at(0.5), most: at(0.9), runs: took.len() }
    }

    /// Of a run that began at `from` and still goes on.
    pub(super) fn outlook(self, from: f64, now: f64) -> Option<Outlook> {
        let Self::Known { half, most, .. } = self else { return None };
        let elapsed = now - from;
        Some(if elapsed < half {
            Outlook::Within { half: from + half, most: from + most }
        } else if elapsed < most {
            Outlook::Late { most: from + most }
        } else {
            Outlook::Overdue
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Status;

    fn job(took: u32, status: Status, dry_run: bool) -> Job {
        Job {
            started_at: "1000".to_owned(),
            ended_at: Some((1000 + took).to_string()),
            status,
            dry_run,
            ..Job::default()
        }
    }

    fn estimate(jobs: &[Job]) -> Estimate {
        Estimate::of(jobs, false, |time| time.parse().ok())
    }

    #[test]
    fn half_and_nine_of_ten_are_those_of_the_runs_that_went_to_their_end() {
        let mut jobs: Vec<Job> = (1..=10).map(|tenth| job(tenth * 60, Status::Completed, false)).collect();
        jobs.push(job(1, Status::Cancelled, false));
        jobs.push(job(1, Status::Completed, true));
        let known = estimate(&jobs);
        assert_eq!(known, Estimate::Known { half: 300.0, most: 540.0, runs: 10 });
        assert_eq!(known.outlook(0.0, 10.0), Some(Outlook::Within { half: 300.0, most: 540.0 }));
        assert_eq!(known.outlook(0.0, 300.0), Some(Outlook::Late { most: 540.0 }));
        assert_eq!(known.outlook(0.0, 540.0), Some(Outlook::Overdue));
    }

    #[test]
    fn of_few_runs_nothing_is_told() {
        let jobs: Vec<Job> = (0..4).map(|_| job(5, Status::Completed, false)).collect();
        assert_eq!(estimate(&jobs), Estimate::TooFew(4));
        assert_eq!(estimate(&jobs).outlook(0.0, 1.0), None);
        assert_eq!(estimate(&[]), Estimate::TooFew(0));
    }
}
