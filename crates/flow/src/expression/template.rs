//! JSON in which strings written `${ … }` are expressions; everything else stands for itself.

use serde_json::{Map, Value};

use super::{Arguments, Expression, ExpressionError, strict};

/// Which texts are expressions (DSL reference, Evaluate).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Those written `${ … }`.
    #[default]
    Strict,
    /// All: one that does not compile or fails stands for itself. What is written `${ … }` still has to compile, and
    /// what exceeds its budget is an error.
    Loose,
}

/// A JSON value, its expressions compiled.
#[derive(Debug)]
pub enum Template {
    Constant(Value),
    Expression(Box<Expression>),
    /// An expression in loose mode, and the text that it is where it fails.
    Loose(Box<Expression>, String),
    Array(Vec<Template>),
    Object(Vec<(String, Template)>),
}

impl Template {
    /// Compiles a value.
    ///
    /// # Errors
    /// The first expression that does not compile.
    pub fn compile(value: &Value, mode: Mode) -> Result<Self, ExpressionError> {
        match value {
            Value::String(text) => match (strict(text), mode) {
                (Some(program), Mode::Strict) => {
                    Ok(Self::Expression(Box::new(Expression::compile(program)?)))
                }
                (Some(program), Mode::Loose) => {
                    Ok(Self::Loose(Box::new(Expression::compile(program)?), text.clone()))
                }
                (None, Mode::Strict) => Ok(Self::Constant(value.clone())),
                (None, Mode::Loose) => Ok(match Expression::compile(text) {
                    Ok(expression) => Self::Loose(Box::new(expression), text.clone()),
                    Err(_) => Self::Constant(value.clone()),
                }),
            },
            Value::Array(items) => {
                let items =
                    items.iter().map(|item| Self::compile(item, mode)).collect::<Result<Vec<_>, _>>()?;
                Ok(if items.iter().all(Self::is_constant) {
                    Self::Constant(value.clone())
                } else {
                    Self::Array(items)
                })
            }
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::compile(value, mode)?)))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(if members.iter().all(|(_, value)| value.is_constant()) {
                    Self::Constant(value.clone())
                } else {
                    Self::Object(members)
                })
            }
            _ => Ok(Self::Constant(value.clone())),
        }
    }

    /// Compiles a place where a string always is an expression, such as `output.as`.
    ///
    /// # Errors
    /// The first expression that does not compile.
    pub fn compile_expression(value: &Value, mode: Mode) -> Result<Self, ExpressionError> {
        match value {
            Value::String(text) if mode == Mode::Strict => {
                Ok(Self::Expression(Box::new(Expression::compile(text)?)))
            }
            other => Self::compile(other, mode),
        }
    }

    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// Whether `text` is what is written here, not what an expression has put together.
    pub fn stands_for_itself(&self, text: &str) -> bool {
        match self {
            Self::Loose(_, written) => written == text,
            other => other.is_constant(),
        }
    }

    /// Shows every expression within.
    pub fn visit(&self, visit: &mut dyn FnMut(&Expression)) {
        match self {
            Self::Constant(_) => {}
            Self::Expression(expression) | Self::Loose(expression, _) => visit(expression),
            Self::Array(items) => items.iter().for_each(|item| item.visit(visit)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.visit(visit)),
        }
    }

    /// # Errors
    /// Of the first expression that fails.
    pub fn evaluate(&self, input: &Value, arguments: &dyn Arguments) -> Result<Value, ExpressionError> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Expression(expression) => expression.evaluate(input, arguments),
            Self::Loose(expression, text) => match expression.evaluate(input, arguments) {
                Err(ExpressionError::Failed { .. } | ExpressionError::UnknownVariable { .. }) => {
                    Ok(Value::String(text.clone()))
                }
                outcome => outcome,
            },
            Self::Array(items) => items.iter().map(|item| item.evaluate(input, arguments)).collect(),
            Self::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (name, value) in members {
                    object.insert(name.clone(), value.evaluate(input, arguments)?);
                }
                Ok(Value::Object(object))
            }
        }
    }
}

/// A URI with `{name}` replaced by the top-level members of `input` (DSL reference, Endpoint; RFC 6570 level 1).
///
/// Every byte of a value that is not unreserved is percent-encoded, so that a value cannot change the host or
/// the path. A name without a value becomes empty.
///
/// # Errors
/// The name whose value is a list or an object: the specification wants an expression error there.
pub fn interpolate_uri(uri: &str, input: &Value) -> Result<String, String> {
    let mut result = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some(open) = rest.find('{') {
        let (before, from_open) = rest.split_at(open);
        result.push_str(before);
        let Some(close) = from_open.find('}') else {
            rest = from_open;
            break;
        };
        let name = &from_open[1..close];
        match input.get(name) {
            Some(Value::String(text)) => push_encoded(&mut result, text),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                push_encoded(&mut result, &value.to_string())
            }
            Some(Value::Array(_) | Value::Object(_)) => return Err(name.to_owned()),
            Some(Value::Null) | None => {}
        }
        rest = &from_open[close + 1..];
    }
    result.push_str(rest);
    Ok(result)
}

fn push_encoded(result: &mut String, text: &str) {
    use std::fmt::Write;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            result.push(char::from(byte));
        } else {
            _ = write!(result, "%{byte:02X}");
        }
    }
}
