//! The address of a comparison: `/runs/compare?a=<workflow>/<job>&b=<workflow>/<job>`.

use wire::operation::{decode_segment, encode_segment};

/// Which run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::runs) struct RunId {
    pub workflow_id: String,
    pub job_name: String,
}

/// The compared runs; one may still have to be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::runs) struct Pair {
    pub a: Option<RunId>,
    pub b: Option<RunId>,
}

impl RunId {
    /// Each half is encoded by itself, so that a slash in a name divides nothing.
    fn write(&self) -> String {
        format!("{}/{}", encode_segment(&self.workflow_id), encode_segment(&self.job_name))
    }

    fn read(text: &str) -> Option<Self> {
        let (workflow, job) = text.split_once('/')?;
        let (workflow_id, job_name) = (decode_segment(workflow)?, decode_segment(job)?);
        (!workflow_id.is_empty() && !job_name.is_empty()).then_some(Self { workflow_id, job_name })
    }
}

impl Pair {
    /// Reads the decoded values of the query; what names no run is none.
    pub(in crate::runs) fn read(a: Option<&str>, b: Option<&str>) -> Self {
        Self { a: a.and_then(RunId::read), b: b.and_then(RunId::read) }
    }

    /// The path of this comparison, from the console's root.
    pub(in crate::runs) fn path(&self) -> String {
        let parts: Vec<String> = [("a", &self.a), ("b", &self.b)]
            .into_iter()
            .filter_map(|(name, id)| Some(format!("{name}={}", encode_segment(&id.as_ref()?.write()))))
            .collect();
        if parts.is_empty() {
            "/runs/compare".to_owned()
        } else {
            format!("/runs/compare?{}", parts.join("&"))
        }
    }

    /// The other way round.
    pub(in crate::runs) fn swapped(self) -> Self {
        Self { a: self.b, b: self.a }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_survives_its_address() {
        let run =
            |workflow: &str, job: &str| RunId { workflow_id: workflow.to_owned(), job_name: job.to_owned() };
        let pair = Pair { a: Some(run("w/1", "drill 7&8")), b: Some(run("w", "切换")) };
        let path = pair.path();
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let value = |name: &str| {
            let part = query.split('&').find_map(|part| part.strip_prefix(name));
            part.and_then(decode_segment)
        };
        assert_eq!(Pair::read(value("a=").as_deref(), value("b=").as_deref()), pair);
        assert_eq!(Pair::default().path(), "/runs/compare");
        assert_eq!(Pair::read(Some("nonsense"), Some("/")), Pair::default());
    }
}
