//! The filters of the execution history (API reference 4.1.1.1.12, table 4-33), ANDed.

use serde::{Deserialize, Serialize};

use crate::job::Job;

/// One element of the body of `workflows/jobs`, as sent. [`Filter::parse`] says what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterProperty {
    #[serde(default)]
    pub operator: String,
    #[serde(default)]
    pub property_name: String,
    /// `in`: comma-separated; `between`: two, comma-separated; durations in seconds.
    #[serde(default)]
    pub operand: String,
}

/// A filter whose words are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub property: Property,
    pub operator: Operator,
    pub operand: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Like,
    In,
    Between,
    IsNull,
    NotNull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Property {
    JobName,
    WorkflowId,
    WorkflowName,
    Namespace,
    Status,
    StartedBy,
    StartedAt,
    EndedAt,
    Duration,
    Error,
    DryRun,
}

/// What a property holds: it decides which operators make sense and how an operand is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    Text,
    Status,
    Time,
    /// Seconds.
    Duration,
    Boolean,
}

/// Why an element is refused; the hub answers 400 and names the element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    UnknownOperator,
    UnknownProperty,
    /// The operator does not fit the property, `like` on a time for example.
    OperatorDoesNotFit,
    OperandMissing,
    /// `between` takes exactly two operands.
    TwoOperandsNeeded,
    /// The operand is not of the property's kind.
    OperandNotValid,
}

impl Operator {
    pub const ALL: [Self; 11] = [
        Self::Eq,
        Self::Ne,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
        Self::Like,
        Self::In,
        Self::Between,
        Self::IsNull,
        Self::NotNull,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Like => "like",
            Self::In => "in",
            Self::Between => "between",
            Self::IsNull => "is_null",
            Self::NotNull => "not_null",
        }
    }

    /// Takes the word or its sign (`= != > >= < <=`).
    pub fn parse(word: &str) -> Option<Self> {
        let word = match word {
            "=" => "eq",
            "!=" => "ne",
            ">" => "gt",
            ">=" => "ge",
            "<" => "lt",
            "<=" => "le",
            other => other,
        };
        Self::ALL.into_iter().find(|operator| operator.as_str() == word)
    }

    pub fn takes_operand(self) -> bool {
        !matches!(self, Self::IsNull | Self::NotNull)
    }

    pub fn fits(self, kind: PropertyKind) -> bool {
        match self {
            Self::Eq | Self::Ne | Self::IsNull | Self::NotNull => true,
            Self::Gt | Self::Ge | Self::Lt | Self::Le | Self::Between => {
                matches!(kind, PropertyKind::Time | PropertyKind::Duration)
            }
            Self::Like => kind == PropertyKind::Text,
            Self::In => matches!(kind, PropertyKind::Text | PropertyKind::Status),
        }
    }
}

impl Property {
    pub const ALL: [Self; 11] = [
        Self::JobName,
        Self::WorkflowId,
        Self::WorkflowName,
        Self::Namespace,
        Self::Status,
        Self::StartedBy,
        Self::StartedAt,
        Self::EndedAt,
        Self::Duration,
        Self::Error,
        Self::DryRun,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::JobName => "job_name",
            Self::WorkflowId => "workflow_id",
            Self::WorkflowName => "workflow_name",
            Self::Namespace => "namespace",
            Self::Status => "status",
            Self::StartedBy => "started_by",
            Self::StartedAt => "started_at",
            Self::EndedAt => "ended_at",
            Self::Duration => "duration",
            Self::Error => "error",
            Self::DryRun => "dry_run",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|property| property.as_str() == word)
    }

    pub fn kind(self) -> PropertyKind {
        match self {
            Self::JobName
            | Self::WorkflowId
            | Self::WorkflowName
            | Self::Namespace
            | Self::StartedBy
            | Self::Error => PropertyKind::Text,
            Self::Status => PropertyKind::Status,
            Self::StartedAt | Self::EndedAt => PropertyKind::Time,
            Self::Duration => PropertyKind::Duration,
            Self::DryRun => PropertyKind::Boolean,
        }
    }
}

impl Filter {
    /// Reads one element of the body.
    ///
    /// # Errors
    /// [`FilterError`] where a word is not known or the three do not fit together. Whether a time is a time is
    /// left to the hub, which has a calendar.
    pub fn parse(element: &FilterProperty) -> Result<Self, FilterError> {
        let operator = Operator::parse(&element.operator).ok_or(FilterError::UnknownOperator)?;
        let property = Property::parse(&element.property_name).ok_or(FilterError::UnknownProperty)?;
        if !operator.fits(property.kind()) {
            return Err(FilterError::OperatorDoesNotFit);
        }
        let operand = element.operand.clone();
        if operator.takes_operand() && operand.is_empty() {
            return Err(FilterError::OperandMissing);
        }
        let filter = Self { property, operator, operand };
        if operator == Operator::Between && filter.operands().len() != 2 {
            return Err(FilterError::TwoOperandsNeeded);
        }
        if operator.takes_operand() && !filter.operands().iter().all(|one| fits_kind(property.kind(), one)) {
            return Err(FilterError::OperandNotValid);
        }
        Ok(filter)
    }

    /// The operand, split where the operator takes several.
    pub fn operands(&self) -> Vec<&str> {
        match self.operator {
            Operator::In | Operator::Between => self.operand.split(',').map(str::trim).collect(),
            _ => vec![self.operand.as_str()],
        }
    }
}

impl From<&Filter> for FilterProperty {
    fn from(filter: &Filter) -> Self {
        Self {
            operator: filter.operator.as_str().to_owned(),
            property_name: filter.property.as_str().to_owned(),
            operand: filter.operand.clone(),
        }
    }
}

/// By what the history is sorted (ours beyond the reference: the query's `sort`; `order` is `asc` or `desc`). Where it is not
/// given, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    StartedAt,
    /// What has not ended comes after everything that has.
    EndedAt,
    /// What has not ended counts as longer than everything that has, the oldest longest.
    Duration,
    Status,
    WorkflowName,
    JobName,
    StartedBy,
}

impl Sort {
    pub const ALL: [Self; 7] = [
        Self::StartedAt,
        Self::EndedAt,
        Self::Duration,
        Self::Status,
        Self::WorkflowName,
        Self::JobName,
        Self::StartedBy,
    ];

    pub fn property(self) -> Property {
        match self {
            Self::StartedAt => Property::StartedAt,
            Self::EndedAt => Property::EndedAt,
            Self::Duration => Property::Duration,
            Self::Status => Property::Status,
            Self::WorkflowName => Property::WorkflowName,
            Self::JobName => Property::JobName,
            Self::StartedBy => Property::StartedBy,
        }
    }

    pub fn as_str(self) -> &'static str {
        self.property().as_str()
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

/// A page of the history. All but the first four members are ours beyond the reference, and there only where the query asks
/// for them with `cursor` (empty: from the beginning) or `histogram`: pages that do not move while runs come and go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobPage {
    #[serde(default)]
    pub total: u64,
    #[serde(default)]
    pub page_no: u32,
    #[serde(default)]
    pub page_size: u32,
    #[serde(default)]
    pub items: Vec<Job>,
    /// Where `total` is not the number of all that match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_is: Option<Counted>,
    /// Cursors: what follows this page, what stands before it, and this page again, from its first run on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<String>,
    /// The page is not full because the search has a bound: it goes on with `next`. When the last run began that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched_to: Option<String>,
    /// How many stand before this page, a hundred at most; answered for the cursor `here`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
}

/// What a total is where it is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// There are so many, and there may be more.
    AtLeast,
}

/// How many runs began when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    /// RFC 3339; the buckets divide the time from here to `to` evenly.
    pub from: String,
    pub to: String,
    pub buckets: Vec<Bucket>,
    /// Runs that began before were not looked at: the search has a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched_to: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub runs: u64,
    /// Of these, those in the status `faulted`; none where telling would cost too much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faulted: Option<u64>,
}

fn fits_kind(kind: PropertyKind, operand: &str) -> bool {
    match kind {
        PropertyKind::Text => true,
        PropertyKind::Status => crate::Status::KNOWN.iter().any(|status| status.as_str() == operand),
        PropertyKind::Time => operand.as_bytes().get(4) == Some(&b'-'),
        PropertyKind::Duration => {
            operand.parse::<f64>().is_ok_and(|seconds| seconds.is_finite() && seconds >= 0.0)
        }
        PropertyKind::Boolean => matches!(operand, "true" | "false"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(property_name: &str, operator: &str, operand: &str) -> Result<Filter, FilterError> {
        Filter::parse(&FilterProperty {
            operator: operator.to_owned(),
            property_name: property_name.to_owned(),
            operand: operand.to_owned(),
        })
    }

    #[test]
    fn signs_and_words_mean_the_same() {
        assert_eq!(check("duration", ">=", "60"), check("duration", "ge", "60"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_named() {
        assert_eq!(check("status", "resembles", "x"), Err(FilterError::UnknownOperator));
        assert_eq!(check("colour", "eq", "red"), Err(FilterError::UnknownProperty));
        assert_eq!(check("started_at", "like", "2026"), Err(FilterError::OperatorDoesNotFit));
        assert_eq!(check("duration", "between", "1"), Err(FilterError::TwoOperandsNeeded));
        assert_eq!(check("duration", "gt", "long"), Err(FilterError::OperandNotValid));
        assert_eq!(check("status", "in", "faulted,lost"), Err(FilterError::OperandNotValid));
        assert_eq!(check("error", "eq", ""), Err(FilterError::OperandMissing));
    }

    #[test]
    fn a_filter_survives_the_wire() {
        let filter = check("status", "in", "faulted,waiting").unwrap();
        assert_eq!(Filter::parse(&FilterProperty::from(&filter)), Ok(filter));
    }
}
