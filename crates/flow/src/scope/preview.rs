//! What an expression would yield in its place: the walk as values, of an earlier run where one is known, else of the
//! defaults that the workflow's inputs have. Calls nothing, and shows no secret.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::walk::{Domain, Walk};
use super::{Seen, Shape};
use crate::Pointer;
use crate::expression::{Arguments, Expression, ExpressionError, Mode, Reason, Template};

/// What an expression yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub outcome: Result<Value, Reason>,
    /// What `.` was; none where nothing is known of it, and null stood in.
    pub data: Option<Value>,
    /// Variables that have no value yet: null stood in.
    pub unknown: Vec<String>,
    pub basis: Basis,
}

/// Where the data comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Run,
    Sample,
}

/// Runs the expression that stands, or is being written, at `at`; within `${ }` or without.
pub fn preview(root: &Value, at: &Pointer, text: &str, seen: &Seen) -> Preview {
    let walk = Walk::new(root, seen, Values);
    let position = walk.position(at);
    let data = position.data.as_deref().cloned();
    let basis = if seen.is_empty() { Basis::Sample } else { Basis::Run };
    let unknown = RefCell::new(Vec::new());
    let names = walk.names(&position);
    let outcome = crate::expression::check(text).and_then(|_| {
        let expression = Expression::compile(text).map_err(told)?;
        let known = |name: &str| {
            let value = walk.variable(&position, name);
            if matches!(value, Some(None)) {
                unknown.borrow_mut().push(name.to_owned());
            }
            value
        };
        for name in expression.variables() {
            if !names.iter().any(|known| known == name) {
                return Err(Reason::new(
                    format!("`${name}` has no value here"),
                    format!("此处没有变量 `${name}`"),
                ));
            }
        }
        let null = Value::Null;
        expression.evaluate(data.as_ref().unwrap_or(&null), &Variables(&known)).map_err(told)
    });
    Preview { outcome, data, unknown: unknown.into_inner(), basis }
}

fn told(error: ExpressionError) -> Reason {
    let (ExpressionError::Syntax { reason, .. }
    | ExpressionError::Failed { reason, .. }
    | ExpressionError::OverBudget { reason, .. }) = &error
    else {
        let text = error.to_string();
        return Reason::new(text.clone(), text);
    };
    Reason::new(reason.clone(), reason.clone())
}

/// Known, or not.
type Known = Option<Rc<Value>>;

struct Variables<'v>(&'v dyn Fn(&str) -> Option<Known>);

impl Arguments for Variables<'_> {
    fn argument(&self, name: &str) -> Option<Cow<'_, Value>> {
        let known = (self.0)(name)?;
        Some(Cow::Owned(known.map_or(Value::Null, |value| (*value).clone())))
    }
}

struct Values;

impl Domain for Values {
    type Data = Known;

    fn unknown(&self) -> Known {
        None
    }

    fn value(&self, value: &Value) -> Known {
        Some(Rc::new(value.clone()))
    }

    fn sketch(&self, _: &dyn Fn() -> Shape) -> Known {
        None
    }

    fn parameters(&self, schema: &Value) -> Known {
        Some(Rc::new(crate::defaults(schema, json!({}))))
    }

    fn seen(&self, seen: &Value, _: &dyn Fn() -> Known) -> Known {
        Some(Rc::new(seen.clone()))
    }

    fn either(&self, one: Known, other: Known) -> Known {
        one.or(other)
    }

    fn object(&self, members: Vec<(&str, Known)>) -> Known {
        let members = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), (*value?).clone())))
            .collect();
        Some(Rc::new(Value::Object(members)))
    }

    fn list(&self, items: Vec<Known>) -> Known {
        let items: Option<Vec<Value>> =
            items.into_iter().map(|item| item.map(|value| (*value).clone())).collect();
        items.map(|items| Rc::new(Value::Array(items)))
    }

    fn item(&self, list: &Known, index: usize) -> Known {
        let list = list.as_ref()?.as_array()?;
        list.get(index).or_else(|| list.first()).map(|item| Rc::new(item.clone()))
    }

    fn evaluate(
        &self,
        template: &Value,
        always: bool,
        data: &Known,
        variables: &dyn Fn(&str) -> Option<Known>,
    ) -> Known {
        let compiled = if always {
            Template::compile_expression(template, Mode::Strict)
        } else {
            Template::compile(template, Mode::Strict)
        };
        // What is not known cannot be worked with: an expression that would need it stays unknown too.
        let needs = RefCell::new(false);
        let strict = |name: &str| {
            let value = variables(name)?;
            if value.is_none() {
                *needs.borrow_mut() = true;
            }
            Some(value)
        };
        let compiled = compiled.ok()?;
        let null = Value::Null;
        if data.is_none() && !compiled.is_constant() {
            return None;
        }
        let value = compiled.evaluate(data.as_deref().unwrap_or(&null), &Variables(&strict)).ok()?;
        (!*needs.borrow()).then(|| Rc::new(value))
    }
}
