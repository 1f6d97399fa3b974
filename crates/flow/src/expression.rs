//! Runtime expressions (DSL reference, Runtime Expressions): jq in strict mode, with a budget.
//!
//! An [`Expression`] is one compiled jq program; a [`Template`] is any JSON value in which strings written
//! `${ … }` are expressions. Both are compiled once and evaluated many times.
//!
//! The budget bounds the steps of an evaluation, the depth of its recursion, and the size of strings, arrays,
//! big integers and results; exceeding it is an error that jq's own `try` cannot catch. Steps bound the work: what is
//! long or large costs more of them. A host with a clock bounds the time as well ([`within_time`]). Nothing impure is
//! offered: no `env`, `now`, `input`, `debug`, `halt` or local time; what time it is, `$task.startedAt` tells.

mod budget;
mod compile;
mod convert;
mod guard;
mod memo;
mod natives;
mod reason;
mod signatures;
mod template;
mod time;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jaq_core::load::parse::Term;
use jaq_core::{Ctx, Vars};
use jaq_json::Val;
use serde_json::Value;

pub use memo::Memo;
pub use reason::Reason;
pub use template::{Mode, Template, interpolate_uri};
pub use time::within_time;

use budget::Budget;
use compile::Compiled;
use natives::{Data, Machine};

/// How deep an evaluated value may nest. Deeper ones could be written as JSON but not read again.
pub const DEEPEST_VALUE: usize = 96;

/// Named values that an expression sees: `workflow` for `$workflow`, and so on. Asked only for those it uses.
pub trait Arguments {
    fn argument(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// The steps that were taken so far by the expressions which share a bound, if anybody counts them.
    fn spent(&self) -> Option<&Cell<u64>> {
        None
    }

    /// Where values that are seen again and again are remembered, if anywhere.
    fn memo(&self) -> Option<&Memo> {
        None
    }
}

impl Arguments for BTreeMap<String, Value> {
    fn argument(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.get(name).map(Cow::Borrowed)
    }
}

/// One compiled jq program.
pub struct Expression {
    filter: jaq_core::Filter<Machine>,
    variables: Vec<String>,
    secrets: Vec<String>,
    text: String,
}

/// Why an expression gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    #[error("the expression `{expression}` does not compile: {reason}")]
    Syntax { expression: String, reason: String },
    #[error("the expression `{expression}` uses ${variable}, which has no value here")]
    UnknownVariable { expression: String, variable: String },
    #[error("the expression `{expression}` failed: {reason}")]
    Failed { expression: String, reason: String },
    #[error("the expression `{expression}` exceeds its budget: {reason}")]
    OverBudget { expression: String, reason: String },
    #[error("the expression `{expression}` asks for the secret `{name}`, which this workflow is not given")]
    NoSecret { expression: String, name: String },
}

/// Whether a text is a jq program that this engine can run; it may stand within `${ }` or without. Answers with the
/// variables that it takes from outside, without their `$`.
///
/// # Errors
/// One sentence for a person, without a place.
pub fn check(text: &str) -> Result<Vec<String>, Reason> {
    let variables = compile::check(inner(text))?;
    Ok(variables.into_iter().map(|name| name.trim_start_matches('$').to_owned()).collect())
}

/// Shows the syntax of a program, which may stand within `${ }` or without; `None` where it does not parse.
pub(crate) fn parsed<T>(text: &str, show: impl FnOnce(&Term<&str>) -> T) -> Option<T> {
    compile::parse(inner(text)).ok().map(|term| show(&term))
}

/// The functions that a program can call, by name, each with the numbers of arguments that it takes.
pub fn functions() -> impl Iterator<Item = (&'static str, &'static [usize])> {
    reason::functions().iter().map(|(name, arities)| (name.as_str(), arities.as_slice()))
}

/// The program of a whole-string expression `${ … }`, or none where the string is a plain one.
pub fn strict(text: &str) -> Option<&str> {
    text.trim().strip_prefix("${")?.strip_suffix('}').map(str::trim)
}

/// The program in a place that always is an expression, such as `when`: `${ }` may be left out.
fn inner(text: &str) -> &str {
    strict(text).unwrap_or_else(|| text.trim())
}

impl Expression {
    /// Compiles a program; it may stand within `${ }` or without.
    ///
    /// # Errors
    /// [`ExpressionError::Syntax`].
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        let text = inner(text);
        match compile::compile(text) {
            Ok(Compiled { filter, variables, secrets }) => {
                Ok(Self { filter, variables, secrets, text: text.to_owned() })
            }
            Err(reason) => Err(ExpressionError::Syntax { expression: text.to_owned(), reason: reason.en }),
        }
    }

    /// The variables that the program takes from outside, without their `$`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|name| name.trim_start_matches('$'))
    }

    /// Runs the program on `input`. Several results become an array, none becomes null.
    ///
    /// # Errors
    /// An [`ExpressionError`] other than `Syntax`.
    pub fn evaluate(&self, input: &Value, arguments: &dyn Arguments) -> Result<Value, ExpressionError> {
        let into_jq = |value: &Value| match arguments.memo() {
            Some(memo) => memo.as_jq(value),
            None => convert::into_jq(value),
        };
        let mut values = Vec::with_capacity(self.variables.len());
        for name in self.variables() {
            let value = arguments.argument(name).ok_or_else(|| ExpressionError::UnknownVariable {
                expression: self.text.clone(),
                variable: name.to_owned(),
            })?;
            if name == "secrets"
                && let Some(name) = self.secrets.iter().find(|name| value.get(name.as_str()).is_none())
            {
                return Err(ExpressionError::NoSecret { expression: self.text.clone(), name: name.clone() });
            }
            values.push(into_jq(&value));
        }
        let input = into_jq(input);
        // jaq is other people's code, run on other people's programs: a panic in it must not take the hub along.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.collect(input, values, arguments.spent())));
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Stop::Failed(reason))) => {
                Err(ExpressionError::Failed { expression: self.text.clone(), reason })
            }
            Ok(Err(Stop::OverBudget(reason))) => {
                Err(ExpressionError::OverBudget { expression: self.text.clone(), reason })
            }
            Err(_) => Err(ExpressionError::Failed {
                expression: self.text.clone(),
                reason: "the interpreter gave up".to_owned(),
            }),
        }
    }

    /// Runs the program as a condition: everything but `false` and `null` holds.
    ///
    /// # Errors
    /// As for [`Self::evaluate`].
    pub fn holds(&self, input: &Value, arguments: &dyn Arguments) -> Result<bool, ExpressionError> {
        Ok(!matches!(self.evaluate(input, arguments)?, Value::Null | Value::Bool(false)))
    }

    fn collect(&self, input: Val, variables: Vec<Val>, spent: Option<&Cell<u64>>) -> Result<Value, Stop> {
        let budget = Budget::new(spent.map_or(0, Cell::get));
        let outcome = self.collect_within(&budget, input, variables);
        if let Some(spent) = spent {
            spent.set(spent.get().saturating_add(budget.steps()));
        }
        outcome
    }

    fn collect_within(&self, budget: &Budget, input: Val, variables: Vec<Val>) -> Result<Value, Stop> {
        let data = Data { lut: &self.filter.lut, budget };
        let context = Ctx::<Machine>::new(data, Vars::new(variables));
        let mut results = Vec::new();
        for result in self.filter.id.run((context, input)) {
            match result {
                Ok(value) => results.push(value),
                Err(exception) => {
                    return Err(match exception.get_err() {
                        Ok(error) => Stop::Failed(convert::describe(&error)),
                        Err(_) => Stop::OverBudget(budget.reason()),
                    });
                }
            }
            if results.len() > budget::MOST_RESULTS {
                return Err(Stop::OverBudget(format!("more than {} results", budget::MOST_RESULTS)));
            }
        }
        let mut converter = convert::Converter::new();
        let value = match results.len() {
            0 => Ok(Value::Null),
            1 => converter.value(&results[0], 0),
            _ => results.iter().map(|value| converter.value(value, 1)).collect(),
        };
        value.map_err(Stop::OverBudget)
    }
}

enum Stop {
    Failed(String),
    OverBudget(String),
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "${{ {} }}", self.text)
    }
}

#[cfg(test)]
mod tests;
