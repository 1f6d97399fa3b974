//! The columns that the table can have, as the URL and this browser's memory write them, and how wide each is. Pure.

use wire::history::Sort;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Status,
    Run,
    Workflow,
    StartedAt,
    EndedAt,
    Duration,
    StartedBy,
    Progress,
    Detail,
    Mode,
    WorkflowId,
}

pub(super) const NARROWEST: u32 = 72;
const WIDEST: u32 = 900;

impl Column {
    pub(super) const ALL: [Self; 11] = [
        Self::Status,
        Self::Run,
        Self::Workflow,
        Self::StartedAt,
        Self::EndedAt,
        Self::Duration,
        Self::StartedBy,
        Self::Progress,
        Self::Detail,
        Self::Mode,
        Self::WorkflowId,
    ];
    pub(super) const USUAL: [Self; 8] = [
        Self::Status,
        Self::Run,
        Self::Workflow,
        Self::StartedAt,
        Self::Duration,
        Self::StartedBy,
        Self::Progress,
        Self::Detail,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Run => "run",
            Self::Workflow => "workflow",
            Self::StartedAt => "started_at",
            Self::EndedAt => "ended_at",
            Self::Duration => "duration",
            Self::StartedBy => "started_by",
            Self::Progress => "progress",
            Self::Detail => "detail",
            Self::Mode => "mode",
            Self::WorkflowId => "workflow_id",
        }
    }

    pub(super) fn sort(self) -> Option<Sort> {
        Some(match self {
            Self::Status => Sort::Status,
            Self::Run => Sort::JobName,
            Self::Workflow => Sort::WorkflowName,
            Self::StartedAt => Sort::StartedAt,
            Self::EndedAt => Sort::EndedAt,
            Self::Duration => Sort::Duration,
            Self::StartedBy => Sort::StartedBy,
            Self::Progress | Self::Detail | Self::Mode | Self::WorkflowId => return None,
        })
    }

    /// In pixels.
    pub(super) fn usual_width(self) -> u32 {
        match self {
            Self::Status => 124,
            Self::Run | Self::Detail => 260,
            Self::Workflow => 190,
            Self::StartedAt | Self::EndedAt => 176,
            Self::Duration => 118,
            Self::StartedBy => 128,
            Self::Progress => 128,
            Self::Mode => 96,
            Self::WorkflowId => 220,
        }
    }

    /// At least one column, each once, in the order in which they are written.
    pub(super) fn read_all(text: &str) -> Option<Vec<Self>> {
        let mut columns = Vec::new();
        for word in text.split(',') {
            let known = Self::ALL.into_iter().find(|column| column.as_str() == word);
            columns.extend(known.filter(|column| !columns.contains(column)));
        }
        (!columns.is_empty()).then_some(columns)
    }

    pub(super) fn write_all(columns: &[Self]) -> String {
        columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// The widths that a person gave to columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Widths(Vec<(Column, u32)>);

impl Widths {
    pub(super) fn of(&self, column: Column) -> u32 {
        self.0.iter().find(|(one, _)| *one == column).map_or(column.usual_width(), |(_, width)| *width)
    }

    pub(super) fn set(&mut self, column: Column, width: u32) {
        self.0.retain(|(one, _)| *one != column);
        self.0.push((column, width.clamp(NARROWEST, WIDEST)));
    }

    pub(super) fn read(text: &str) -> Self {
        let mut widths = Self::default();
        for pair in text.split(',') {
            if let Some((word, width)) = pair.split_once('=')
                && let (Some(columns), Ok(width)) = (Column::read_all(word), width.parse())
                && let [column] = columns.as_slice()
            {
                widths.set(*column, width);
            }
        }
        widths
    }

    pub(super) fn write(&self) -> String {
        self.0
            .iter()
            .map(|(column, width)| format!("{}={width}", column.as_str()))
            .collect::<Vec<_>>()
            .join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_once_each_in_their_order() {
        assert_eq!(Column::read_all("duration,colour,run,run"), Some(vec![Column::Duration, Column::Run]));
        assert_eq!(Column::read_all("colour"), None);
        assert_eq!(Column::read_all(&Column::write_all(&Column::ALL)), Some(Column::ALL.to_vec()));
    }

    #[test]
    fn widths_are_kept_and_stay_within_reason() {
        let mut widths = Widths::default();
        widths.set(Column::Run, 400);
        widths.set(Column::Status, 3);
        assert_eq!(Widths::read(&widths.write()), widths);
        assert_eq!((widths.of(Column::Run), widths.of(Column::Status)), (400, NARROWEST));
        assert_eq!(Widths::read("run=many,x=3").of(Column::Run), Column::Run.usual_width());
    }
}
