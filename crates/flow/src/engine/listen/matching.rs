//! Which events a strategy wants (DSL reference, Event Consumption Strategy, Event Filter, Correlation), and how they
//! are read. Pure: a `listen` and a `schedule.on` ask here alike.
//!
//! An attribute of a filter is a value, a regular expression that has to match from end to end, or an expression. An
//! expression sees the attribute as `.`; where it yields a boolean that decides, and any other result is what the
//! attribute has to be. An expression that fails on an event does not match it: nobody knows what others emit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::expression::{Arguments, Expression};
use crate::program::events::{Correlation, Filter, Mode, Pattern, Read, Strategy, Until};

/// How much of a strategy is met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The filters of an `all` that have their event.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) met: BTreeSet<usize>,
    /// What the events have to have in common: the first value of each correlation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) correlations: BTreeMap<String, Value>,
}

/// What an expression of a filter sees beside the event.
pub(crate) struct View<'a> {
    /// `.` of `expect`.
    pub(crate) input: &'a Value,
    pub(crate) arguments: &'a dyn Arguments,
}

impl Strategy {
    /// Whether the strategy consumes the event; its progress goes on where it does.
    pub(crate) fn take(&self, progress: &mut Progress, event: &Value, view: &View<'_>) -> bool {
        if self.filters.is_empty() {
            return self.mode == Mode::Any && !is_of_lifecycle(event);
        }
        for (index, filter) in self.filters.iter().enumerate() {
            if self.mode == Mode::All && progress.met.contains(&index) {
                continue;
            }
            if let Some(correlations) = filter.takes(&progress.correlations, event, view) {
                progress.correlations.extend(correlations);
                if self.mode == Mode::All {
                    progress.met.insert(index);
                }
                return true;
            }
        }
        false
    }

    /// Whether what has been consumed is enough: after at least one event for `any`, `until` aside.
    pub(crate) fn is_met(&self, progress: &Progress) -> bool {
        self.mode == Mode::Any || progress.met.len() == self.filters.len()
    }

    /// What is known of the wanted events without their expressions, for whoever looks for candidates: the filters'
    /// constant attributes, those of `until` among them.
    pub(crate) fn constants(&self) -> Vec<Map<String, Value>> {
        let mut found: Vec<Map<String, Value>> = self.filters.iter().map(Filter::constants).collect();
        if self.filters.is_empty() && self.mode == Mode::Any {
            found.push(Map::new());
        }
        if let Some(Until::Events(until)) = &self.until {
            found.extend(until.constants());
        }
        found
    }

    /// The types that are asked for by name.
    pub(crate) fn types(&self) -> Vec<String> {
        let mut types: Vec<String> = Vec::new();
        for filter in &self.filters {
            if let Some((_, Pattern::Constant(Value::String(name)))) =
                filter.with.iter().find(|(attribute, _)| attribute == "type")
                && !types.contains(name)
            {
                types.push(name.clone());
            }
        }
        types
    }
}

/// Whether an event tells of runs themselves (DSL, Lifecycle Events). Those are for who asks for their type: "any event"
/// means what is emitted, and a run must not be ended by its own beginning.
fn is_of_lifecycle(event: &Value) -> bool {
    event.get("type").and_then(Value::as_str).is_some_and(|name| name.starts_with("io.serverlessworkflow."))
}

impl Filter {
    /// The values of its correlations where the event matches, else none.
    fn takes(
        &self,
        known: &BTreeMap<String, Value>,
        event: &Value,
        view: &View<'_>,
    ) -> Option<BTreeMap<String, Value>> {
        if is_of_lifecycle(event) && !self.with.iter().any(|(name, _)| name == "type") {
            return None;
        }
        let has =
            |(name, pattern): &(String, Pattern)| pattern.matches(attribute(event, name), view.arguments);
        if !self.with.iter().all(has) {
            return None;
        }
        let mut values = BTreeMap::new();
        for correlation in &self.correlate {
            let value = correlation.value(event, view)?;
            if known.get(&correlation.name).is_some_and(|known| !same_value(known, &value)) {
                return None;
            }
            values.insert(correlation.name.clone(), value);
        }
        Some(values)
    }

    fn constants(&self) -> Map<String, Value> {
        let constant = |(name, pattern): &(String, Pattern)| match pattern {
            Pattern::Constant(value) => Some((name.clone(), value.clone())),
            _ => None,
        };
        self.with.iter().filter_map(constant).collect()
    }
}

impl Correlation {
    /// The value of the event, where it has one and it is the expected one.
    fn value(&self, event: &Value, view: &View<'_>) -> Option<Value> {
        let value = self.from.evaluate(event, view.arguments).ok().filter(|value| !value.is_null())?;
        let Some(expect) = &self.expect else { return Some(value) };
        let expected = expect.evaluate(view.input, view.arguments).ok()?;
        // A constant is written as a text, whatever it stands for.
        let reads_alike = || expect.is_constant() && expected.as_str() == Some(&value.to_string());
        (same_value(&expected, &value) || reads_alike()).then_some(value)
    }
}

impl Pattern {
    fn matches(&self, value: Option<&Value>, arguments: &dyn Arguments) -> bool {
        match self {
            Self::Constant(expected) => value.is_some_and(|value| fits(expected, value)),
            Self::Expression(expression) => {
                match expression.evaluate(value.unwrap_or(&Value::Null), arguments) {
                    Ok(Value::Bool(holds)) => holds,
                    Ok(Value::Null) | Err(_) => false,
                    Ok(expected) => value.is_some_and(|value| fits(&expected, value)),
                }
            }
            Self::Array(items) => value.and_then(Value::as_array).is_some_and(|values| {
                values.len() == items.len()
                    && items.iter().zip(values).all(|(item, value)| item.matches(Some(value), arguments))
            }),
            Self::Object(members) => value.and_then(Value::as_object).is_some_and(|values| {
                members.iter().all(|(name, member)| member.matches(values.get(name), arguments))
            }),
        }
    }
}

/// Whether an event may match a filter, as far as the constants of [`super::super::Command::Subscribe`] tell.
pub fn may_match(filter: &Map<String, Value>, event: &Value) -> bool {
    filter.iter().all(|(name, expected)| attribute(event, name).is_some_and(|value| fits(expected, value)))
}

/// An event as a task reads it.
pub(crate) fn read(how: Read, event: &Value) -> Value {
    let data = || attribute(event, "data").cloned().unwrap_or_default();
    match how {
        Read::Data => data(),
        Read::Envelope => event.clone(),
        // The payload as it came, unread: what is no JSON is a text already.
        Read::Raw => {
            let is_json = event.get("datacontenttype").and_then(Value::as_str).is_none_or(|kind| {
                kind.split(';').next().is_some_and(|kind| kind.trim_end().ends_with("json"))
            });
            match data() {
                Value::Null => Value::Null,
                Value::String(text) if !is_json || event.get("data").is_none() => Value::String(text),
                data => Value::String(data.to_string()),
            }
        }
    }
}

/// An attribute of an event. Binary data is read as base64 has it.
fn attribute<'e>(event: &'e Value, name: &str) -> Option<&'e Value> {
    let found = event.get(name);
    if name == "data" { found.or_else(|| event.get("data_base64")) } else { found }
}

/// Whether a value is as a filter wants it. Of an object it has to have what the filter names.
fn fits(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::String(expected), Value::String(text)) => {
            expected == text || is_pattern(expected) && matches_pattern(expected, text)
        }
        (Value::Object(expected), Value::Object(members)) => expected
            .iter()
            .all(|(name, expected)| members.get(name).is_some_and(|value| fits(expected, value))),
        (Value::Array(expected), Value::Array(values)) => {
            expected.len() == values.len()
                && expected.iter().zip(values).all(|(expected, value)| fits(expected, value))
        }
        (expected, value) => same_value(expected, value),
    }
}

fn same_value(left: &Value, right: &Value) -> bool {
    left == right
        || matches!((left, right), (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64())
}

/// Whether a text is more than a plain one. A dot alone makes no regular expression: every type has some.
fn is_pattern(text: &str) -> bool {
    text.contains(['\\', '^', '$', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|'])
}

/// A regular expression matches from end to end. One that does not compile is a plain text that is not the same.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    // jq's own, so that patterns are the same everywhere and under the same budget.
    static TEST: LazyLock<Option<Expression>> =
        LazyLock::new(|| Expression::compile(r#"test("^(?:" + $pattern + ")$")"#).ok());
    let arguments = BTreeMap::from([("pattern".to_owned(), Value::from(pattern))]);
    let text = Value::from(text);
    TEST.as_ref().is_some_and(|test| test.holds(&text, &arguments).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(expected: Value, value: Value, outcome: bool) {
        let mut filter = Map::new();
        filter.insert("data".to_owned(), expected);
        assert_eq!(may_match(&filter, &json!({"data": value})), outcome, "{filter:?}");
    }

    /// DSL reference, Event Filter: "Supports both regular expressions and runtime expressions".
    #[test]
    fn a_regular_expression_matches_from_end_to_end() {
        check(json!("com\\.example\\..*"), json!("com.example.order"), true);
        check(json!("com\\.example\\..*"), json!("org.com.example.order"), false);
        check(json!("order|invoice"), json!("invoice"), true);
        check(json!("order|invoice"), json!("invoices"), false);
        check(json!("com.example"), json!("comXexample"), false);
        check(json!("https://a.example/?x=[1"), json!("https://a.example/?x=[1"), true);
        check(json!("(unclosed"), json!("unclosed"), false);
    }

    #[test]
    fn of_an_object_what_is_named_has_to_be_there() {
        check(json!({"order": {"id": 7}}), json!({"order": {"id": 7.0, "more": 1}, "x": null}), true);
        check(json!({"order": {"id": 7}}), json!({"order": {"id": 8}}), false);
        check(json!([1, "a.*"]), json!([1, "abc"]), true);
        check(json!([1]), json!([1, 2]), false);
        check(json!(null), json!(null), true);
    }

    #[test]
    fn an_event_without_the_attribute_does_not_match() {
        let filter: Map<String, Value> = [("subject".to_owned(), json!(".*"))].into_iter().collect();
        assert!(!may_match(&filter, &json!({"type": "a"})));
        assert!(may_match(&Map::new(), &json!({})));
    }

    /// DSL, Lifecycle Events.
    #[test]
    fn what_tells_of_runs_is_for_who_asks_for_its_type() {
        let nothing = std::collections::BTreeMap::<String, Value>::new();
        let view = View { input: &Value::Null, arguments: &nothing };
        let event = json!({"type": "io.serverlessworkflow.workflow.started.v1", "source": "s"});
        let strategy = |with: &[&str]| Strategy {
            mode: Mode::Any,
            filters: with
                .iter()
                .map(|name| {
                    let pattern = (name.to_string(), Pattern::Constant(json!(".+")));
                    Filter { with: vec![pattern], correlate: Vec::new() }
                })
                .collect(),
            until: None,
        };
        for (with, heard) in
            [(&[][..], false), (&["source"], false), (&["type"], true), (&["source", "type"], true)]
        {
            assert_eq!(strategy(with).take(&mut Progress::default(), &event, &view), heard, "{with:?}");
        }
        assert!(strategy(&["source"]).take(
            &mut Progress::default(),
            &json!({"type": "a", "source": "s"}),
            &view
        ));
    }

    /// DSL reference, Listen: `read`.
    #[test]
    fn an_event_is_read_as_data_envelope_or_raw() {
        let event = json!({"type": "a", "data": {"n": 1}});
        assert_eq!(read(Read::Data, &event), json!({"n": 1}));
        assert_eq!(read(Read::Envelope, &event), event);
        assert_eq!(read(Read::Raw, &event), json!("{\"n\":1}"));
        assert_eq!(read(Read::Raw, &json!({"data": "a", "datacontenttype": "text/plain"})), json!("a"));
        assert_eq!(read(Read::Raw, &json!({"data": "a"})), json!("\"a\""));
        assert_eq!(read(Read::Raw, &json!({"data_base64": "AAE="})), json!("AAE="));
        assert_eq!(read(Read::Data, &json!({"data_base64": "AAE="})), json!("AAE="));
        assert_eq!(read(Read::Data, &json!({})), json!(null));
        assert_eq!(read(Read::Raw, &json!({})), json!(null));
    }
}
