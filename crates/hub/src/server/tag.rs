//! Entity tags of what is read again and again: who brings the tag of an answer that is still true is told so by 304, before
//! a job, a task or a line is read.
//!
//! A tag says which hub answered, about what, at which moment, and whom it answered which question: a tag from elsewhere,
//! of another question or of another person never matches.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

use super::call::Call;
use super::reply::Reply;
use crate::freshness::{Freshness, Moment, Subject};

/// Bytes of the hash of a question: two questions of one person that are taken for one are not to be expected.
const QUESTION: usize = 12;

impl Call {
    /// 304 where the caller has an answer that is still true.
    pub fn unchanged(&self) -> Option<Reply> {
        let freshness = self.app.executions.freshness();
        let question = self.question();
        let tag = known(&self.headers)
            .find(|tag| Tag::parse(tag).is_some_and(|tag| tag.is_true(freshness, &question)))?;
        let tag = HeaderValue::from_str(&format!("W/\"{tag}\"")).ok()?;
        Some(Reply { status: 304, body: Bytes::new(), headers: vec![(header::ETAG, tag)] })
    }

    /// The answer with its tag; `moment` was taken before anything of it was read.
    #[must_use]
    pub fn tagged(&self, mut reply: Reply, subject: Subject, moment: Moment) -> Reply {
        let epoch = self.app.executions.freshness().epoch();
        let tag = Tag { epoch, subject, moment, question: self.question() };
        if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{}\"", tag.print())) {
            reply.headers.push((header::ETAG, tag));
        }
        reply
    }

    /// What was asked, and by whom: roles see different acts.
    fn question(&self) -> String {
        let mut digest = Sha256::new();
        for part in [self.digest().as_str(), &self.principal.user_id, self.principal.role.as_str()] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().iter().take(QUESTION).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    epoch: u64,
    subject: Subject,
    moment: Moment,
    question: String,
}

impl Tag {
    fn print(&self) -> String {
        let subject = match self.subject {
            Subject::Job(job) => format!("j{job}"),
            Subject::Lists => "l".to_owned(),
        };
        format!("{:016x}.{subject}.{}.{}", self.epoch, self.moment.0, self.question)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (epoch, subject, moment, question) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let subject = match subject.split_at_checked(1)? {
            ("j", job) => Subject::Job(job.parse().ok()?),
            ("l", "") => Subject::Lists,
            _ => return None,
        };
        let tag = Self {
            epoch: u64::from_str_radix(epoch, 16).ok()?,
            subject,
            moment: Moment(moment.parse().ok()?),
            question: question.to_owned(),
        };
        parts.next().is_none().then_some(tag)
    }

    fn is_true(&self, freshness: &Freshness, question: &str) -> bool {
        self.epoch == freshness.epoch()
            && self.question == question
            && freshness.holds(self.subject, self.moment)
    }
}

/// The tags of `If-None-Match`, weak or strong, without their quotes. `*` is none: it asks whether there is anything at all.
fn known(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|tag| {
            let tag = tag.trim();
            tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_reads_as_it_was_printed_and_nothing_else_is_one() {
        for subject in [Subject::Job(7), Subject::Lists] {
            let tag = Tag { epoch: 0xfeed, subject, moment: Moment(12), question: "abc".into() };
            assert_eq!(Tag::parse(&tag.print()), Some(tag));
        }
        for text in
            ["", "3", "1.j.2.x", "1.q7.2.x", "1.l7.2.x", "1.j7.2", "1.j7.2.x.y", "1.é.2.x", "x.j7.2.y"]
        {
            assert_eq!(Tag::parse(text), None, "{text}");
        }
    }

    #[test]
    fn several_tags_are_read_and_a_star_is_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"a\", \"b\",c, *"));
        headers.append(header::IF_NONE_MATCH, HeaderValue::from_static("\"d\""));
        assert_eq!(known(&headers).collect::<Vec<_>>(), ["a", "b", "d"]);
    }

    #[test]
    fn a_tag_is_true_for_its_question_and_its_hub_only() {
        let freshness = Freshness::new();
        let tag = Tag {
            epoch: freshness.epoch(),
            subject: Subject::Job(1),
            moment: freshness.now(),
            question: "mine".into(),
        };
        assert!(tag.is_true(&freshness, "mine"));
        assert!(!tag.is_true(&freshness, "yours"));
        assert!(!tag.is_true(&Freshness::new(), "mine"), "another hub may count the same");
        freshness.changed([Subject::Job(1)]);
        assert!(!tag.is_true(&freshness, "mine"));
    }
}
