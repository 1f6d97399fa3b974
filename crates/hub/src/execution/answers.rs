//! One answer for all who watch: while a run stays as it is, what is shown of it is read and written down once, however
//! many consoles ask, and where many ask at once, one of them reads and the others wait for it.
//!
//! It decides nothing about who may see what: what differs from person to person is added by who answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::Bytes;
use wire::{Envelope, JobStatus};

use crate::error::HubError;
use crate::freshness::{Freshness, Moment, Subject};

/// How many runs are kept at most, and how many bytes of their answers about: the values that they hold are as large again.
const MOST: usize = 64;
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What is shown of a job.
#[derive(Debug)]
pub struct Shown {
    pub number: i64,
    /// Taken before it was read.
    pub moment: Moment,
    pub status: JobStatus,
    body: OnceLock<Bytes>,
}

/// The answers that were given last.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The one that was asked for last comes first.
    places: Mutex<VecDeque<(Question, Place)>>,
}

/// Workflow, job, and whether with the definition.
type Question = (String, String, bool);
/// Held while one reads, so that the others wait for it.
type Place = Arc<tokio::sync::Mutex<Option<Arc<Shown>>>>;

impl Shown {
    /// # Errors
    /// Internal, where it cannot be written as JSON.
    pub fn body(&self) -> Result<Bytes, HubError> {
        if let Some(body) = self.body.get() {
            return Ok(body.clone());
        }
        let body = serde_json::to_vec(&Envelope::success(&self.status)).map_err(HubError::internal)?;
        Ok(self.body.get_or_init(|| body.into()).clone())
    }

    /// Whether somebody could be asked to decide: then the answer is each person's own.
    pub fn asks_people(&self) -> bool {
        self.status.tasks.iter().any(|task| task.waiting.is_some())
    }
}

impl Answers {
    /// What was read last where it is still true, else what `read` reads now.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) async fn get<Reading>(
        &self,
        freshness: &Freshness,
        question: Question,
        read: impl FnOnce() -> Reading,
    ) -> Result<Arc<Shown>, HubError>
    where
        Reading: Future<Output = Result<(i64, JobStatus), HubError>>,
    {
        let place = self.place(&question);
        let mut known = place.lock().await;
        if let Some(shown) =
            known.as_ref().filter(|shown| freshness.holds(Subject::Job(shown.number), shown.moment))
        {
            return Ok(Arc::clone(shown));
        }
        // An answer that is not true any more is not kept while the next one is read.
        *known = None;
        let moment = freshness.now();
        let read = read().await;
        let Ok((number, status)) = read else {
            self.places().retain(|(known, _)| *known != question);
            return Err(read.err().unwrap_or_else(|| HubError::internal("nothing was read")));
        };
        let shown = Arc::new(Shown { number, moment, status, body: OnceLock::new() });
        *known = Some(Arc::clone(&shown));
        drop(known);
        self.tidy();
        Ok(shown)
    }

    fn place(&self, question: &Question) -> Place {
        let mut places = self.places();
        let at = places.iter().position(|(known, _)| known == question);
        let entry =
            at.and_then(|at| places.remove(at)).unwrap_or_else(|| (question.clone(), Place::default()));
        let place = Arc::clone(&entry.1);
        places.push_front(entry);
        places.truncate(MOST);
        place
    }

    /// Lets go of what is too much, the answers that were asked for longest ago first. One that is being read is small yet.
    fn tidy(&self) {
        let mut bytes = 0;
        self.places().retain(|(_, place)| {
            if let Ok(known) = place.try_lock() {
                bytes += known.as_ref().and_then(|shown| shown.body.get()).map_or(0, Bytes::len);
            }
            bytes <= MOST_BYTES
        });
    }

    fn places(&self) -> MutexGuard<'_, VecDeque<(Question, Place)>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn question(job: &str) -> Question {
        ("w".to_owned(), job.to_owned(), false)
    }

    #[tokio::test]
    async fn many_who_ask_at_once_are_answered_by_one_reading() {
        let (answers, freshness, readings) = (Answers::default(), Freshness::new(), AtomicUsize::new(0));
        let read = || async {
            readings.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok((1, JobStatus::default()))
        };
        let asked = (0..50).map(|_| answers.get(&freshness, question("a"), read));
        let shown = futures::future::join_all(asked).await;
        assert!(shown.iter().all(Result::is_ok));
        assert_eq!(readings.load(Ordering::Relaxed), 1);
        freshness.changed([Subject::Job(2)]);
        answers.get(&freshness, question("a"), read).await.unwrap();
        assert_eq!(readings.load(Ordering::Relaxed), 1, "another job is another job");
        freshness.changed([Subject::Job(1)]);
        answers.get(&freshness, question("a"), read).await.unwrap();
        assert_eq!(readings.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_changes_while_it_is_read_is_read_again() {
        let (answers, freshness) = (Answers::default(), Freshness::new());
        let read = || async {
            freshness.changed([Subject::Job(1)]);
            Ok((1, JobStatus::default()))
        };
        let first = answers.get(&freshness, question("a"), read).await.unwrap();
        let second = answers.get(&freshness, question("a"), read).await.unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
    }

    #[tokio::test]
    async fn a_job_that_is_not_there_is_not_kept_and_old_answers_go() {
        let (answers, freshness) = (Answers::default(), Freshness::new());
        let missing = || async { Err(HubError::not_found("no", "无")) };
        assert!(answers.get(&freshness, question("none"), missing).await.is_err());
        assert_eq!(answers.places().len(), 0);
        for job in 0..MOST + 5 {
            let shown = answers
                .get(&freshness, question(&job.to_string()), || async { Ok((1, JobStatus::default())) })
                .await
                .unwrap();
            shown.body().unwrap();
        }
        assert_eq!(answers.places().len(), MOST);
    }
}
