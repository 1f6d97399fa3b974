//! The address of a run is its view: the tab and the selected task survive reload, Back and sharing.

use wire::operation::encode_segment;

/// The views of a run that its page switches between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// What fits the screen: the canvas, or the tasks on a phone.
    #[default]
    Automatic,
    Canvas,
    Timeline,
    Tasks,
    Events,
    Log,
}

/// What the address of a run says besides which run it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub tab: Tab,
    /// A task's id, or its pointer where it did not run yet.
    pub task: Option<String>,
    /// Of a replay: milliseconds from the start of the run.
    pub at: Option<u64>,
}

impl Tab {
    /// Those that a person chooses from, in the order in which they stand.
    pub(super) const CHOSEN: [Self; 5] = [Self::Canvas, Self::Timeline, Self::Tasks, Self::Events, Self::Log];

    fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Automatic => None,
            Self::Canvas => Some("canvas"),
            Self::Timeline => Some("timeline"),
            Self::Tasks => Some("tasks"),
            Self::Events => Some("events"),
            Self::Log => Some("log"),
        }
    }
}

impl Address {
    /// Reads the query; a word that is not known is as good as none.
    pub(super) fn read(tab: Option<&str>, task: Option<&str>, at: Option<&str>) -> Self {
        let tab = Tab::CHOSEN.into_iter().find(|one| one.as_str() == tab);
        Self {
            tab: tab.unwrap_or_default(),
            task: task.filter(|task| !task.is_empty()).map(str::to_owned),
            at: at.and_then(|at| at.parse().ok()),
        }
    }

    /// The path of this view, from the console's root.
    pub(super) fn path(&self, workflow_id: &str, job_name: &str) -> String {
        let mut path = format!("/runs/{}/{}", encode_segment(workflow_id), encode_segment(job_name));
        let tab = self.tab.as_str().map(|tab| format!("tab={tab}"));
        let task = self.task.as_deref().map(|task| format!("task={}", encode_segment(task)));
        let at = self.at.map(|at| format!("at={at}"));
        for (index, pair) in tab.into_iter().chain(task).chain(at).enumerate() {
            path.push(if index == 0 { '?' } else { '&' });
            path.push_str(&pair);
        }
        path
    }
}

/// Keeps what the query says of others, such as the log's filter. Marked lines are of the task that was selected.
pub(super) fn with_the_rest(mut path: String, search: &str) -> String {
    let own = ["tab", "task", "at", "task_lines"];
    for pair in search.trim_start_matches('?').split('&') {
        let name = pair.split('=').next().unwrap_or_default();
        if !name.is_empty() && !own.contains(&name) {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(pair);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_named_by_its_path() {
        let address = Address::read(Some("log"), Some("/do/0/切换 dns"), Some("1500"));
        assert_eq!(
            address.path("w/1", "drill-7"),
            "/runs/w%2F1/drill-7?tab=log&task=%2Fdo%2F0%2F%E5%88%87%E6%8D%A2%20dns&at=1500"
        );
        assert_eq!(Address::read(Some("nonsense"), Some(""), Some("soon")).path("w", "j"), "/runs/w/j");
    }

    #[test]
    fn a_filter_of_the_log_outlives_a_change_of_the_tab() {
        let kept = |path: &str, search: &str| with_the_rest(path.to_owned(), search);
        assert_eq!(
            kept("/runs/w/j?tab=canvas", "?tab=log&level=WARN&filter=a%26b&task_lines=3"),
            "/runs/w/j?tab=canvas&level=WARN&filter=a%26b"
        );
        assert_eq!(kept("/runs/w/j", "find=x"), "/runs/w/j?find=x");
        assert_eq!(kept("/runs/w/j", ""), "/runs/w/j");
    }
}
