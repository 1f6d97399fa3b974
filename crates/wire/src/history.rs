//! The filters of the execution history (API reference 4.1.1.1.12, table 4-33), ANDed.

use serde::{Deserialize, Serialize};

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
