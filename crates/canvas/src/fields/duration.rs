//! Durations as a small control shows them (DSL reference, Duration): an amount of one unit, several units, ISO 8601,
//! or an expression. How a duration was written is kept until somebody chooses another way.

use serde_json::{Map, Number, Value};

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// A way to write a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `{"minutes": 5}`, shown as `5` beside its unit.
    Unit(Unit),
    /// `{"minutes": 1, "seconds": 30}`, shown as `1 min 30 s`.
    Several,
    /// `PT1M30S`.
    Iso,
    /// `${ .pause }`.
    Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// A duration as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub form: Form,
    pub text: String,
}

/// The text is no duration in the chosen form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDuration;

impl Unit {
    pub const ALL: [Self; 5] = [Self::Milliseconds, Self::Seconds, Self::Minutes, Self::Hours, Self::Days];

    /// The member of an inline duration.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    /// The sign that is the same in every language.
    const fn sign(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Days => "d",
        }
    }

    const fn milliseconds(self) -> f64 {
        match self {
            Self::Milliseconds => 1.0,
            Self::Seconds => SECOND,
            Self::Minutes => MINUTE,
            Self::Hours => HOUR,
            Self::Days => DAY,
        }
    }
}

impl Form {
    pub const ALL: [Self; 8] = [
        Self::Unit(Unit::Seconds),
        Self::Unit(Unit::Minutes),
        Self::Unit(Unit::Hours),
        Self::Unit(Unit::Days),
        Self::Unit(Unit::Milliseconds),
        Self::Several,
        Self::Iso,
        Self::Expression,
    ];

    /// A word for the control's options.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unit(unit) => unit.member(),
            Self::Several => "several",
            Self::Iso => "iso",
            Self::Expression => "expression",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }
}

/// What a field shows for a value; `None` where nothing is written.
pub fn show(value: Option<&Value>) -> Option<Written> {
    let written = |form, text| Some(Written { form, text });
    match value? {
        Value::String(text) if is_expression(text) => written(Form::Expression, text.clone()),
        Value::String(text) => written(Form::Iso, text.clone()),
        Value::Object(members) => {
            let mut parts = members.iter().map(|(name, amount)| {
                let unit = Unit::ALL.into_iter().find(|unit| unit.member() == name)?;
                amount.as_number().map(|amount| (unit, amount.clone()))
            });
            let known: Option<Vec<(Unit, Number)>> = parts.by_ref().collect();
            match known.as_deref() {
                Some([(unit, amount)]) => written(Form::Unit(*unit), amount.to_string()),
                Some(parts @ [_, ..]) => {
                    let parts: Vec<String> =
                        parts.iter().map(|(unit, amount)| format!("{amount} {}", unit.sign())).collect();
                    written(Form::Several, parts.join(" "))
                }
                _ => written(Form::Several, value?.to_string()),
            }
        }
        other => written(Form::Iso, other.to_string()),
    }
}

/// The value that a text means; nothing for an empty one.
pub fn read(form: Form, text: &str) -> Result<Option<Value>, NoDuration> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match form {
        Form::Unit(unit) => inline([(unit, amount(text).ok_or(NoDuration)?)]),
        Form::Several if text.starts_with('{') => serde_json::from_str(text).map_err(|_| NoDuration)?,
        Form::Several => inline(several(text).ok_or(NoDuration)?),
        Form::Iso => iso(text).map(|_| Value::String(text.to_owned())).ok_or(NoDuration)?,
        Form::Expression => Value::String(text.to_owned()),
    };
    Ok(Some(value))
}

/// The form that a text is typed in: one that begins like another form changes over to it.
pub fn form_typed(form: Form, text: &str) -> Form {
    let text = text.trim_start();
    match form {
        Form::Unit(_) | Form::Several | Form::Iso if is_expression(text) => Form::Expression,
        Form::Unit(_) | Form::Several if text.starts_with('P') => Form::Iso,
        form => form,
    }
}

/// The text for another form. An amount keeps its number when only the unit changes; else the length is kept.
pub fn convert(from: Form, text: &str, to: Form) -> String {
    if from == to || matches!((from, to), (Form::Unit(_), Form::Unit(_))) {
        return text.to_owned();
    }
    let length = read(from, text).ok().flatten().and_then(|value| milliseconds(&value));
    match (to, length) {
        (Form::Unit(unit), Some(length)) => number(length / unit.milliseconds()),
        (Form::Several, Some(length)) => split(length)
            .map(|(unit, amount)| format!("{} {}", number(amount), unit.sign()))
            .collect::<Vec<_>>()
            .join(" "),
        (Form::Iso, Some(length)) => to_iso(length),
        (Form::Expression, Some(length)) => format!("${{ \"{}\" }}", to_iso(length)),
        (Form::Expression, None) => "${  }".to_owned(),
        (Form::Unit(_) | Form::Several | Form::Iso, None) => String::new(),
    }
}

fn is_expression(text: &str) -> bool {
    text.trim_start().starts_with("${")
}

fn amount(text: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(text).ok()?;
    number.as_f64().is_some_and(|amount| amount >= 0.0).then_some(number)
}

fn inline(parts: impl IntoIterator<Item = (Unit, Number)>) -> Value {
    let members = parts.into_iter().map(|(unit, amount)| (unit.member().to_owned(), Value::Number(amount)));
    Value::Object(members.collect::<Map<_, _>>())
}

/// `1 h 30 min`, with or without spaces.
fn several(text: &str) -> Option<Vec<(Unit, Number)>> {
    let mut rest = text;
    let mut parts: Vec<(Unit, Number)> = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let amount = amount(&rest[..end])?;
        rest = rest[end..].trim_start();
        let end = rest.find(|character: char| !character.is_alphabetic()).unwrap_or(rest.len());
        let unit = Unit::ALL
            .into_iter()
            .find(|unit| unit.sign() == &rest[..end] || unit.member() == &rest[..end])?;
        if parts.iter().any(|(other, _)| *other == unit) {
            return None;
        }
        parts.push((unit, amount));
        rest = rest[end..].trim_start();
    }
    (!parts.is_empty()).then_some(parts)
}

fn milliseconds(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => iso(text),
        Value::Object(members) => members
            .iter()
            .map(|(name, amount)| {
                let unit = Unit::ALL.into_iter().find(|unit| unit.member() == name)?;
                Some(amount.as_f64()? * unit.milliseconds())
            })
            .sum(),
        _ => None,
    }
}

/// The milliseconds of `P1DT2H3M4.5S`. A year counts 365 days and a month 30, as the engine counts them.
fn iso(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix('P')?;
    let days = [('Y', 365.0 * DAY), ('M', 30.0 * DAY), ('W', 7.0 * DAY), ('D', DAY)];
    let times = [('H', HOUR), ('M', MINUTE), ('S', SECOND)];
    let (mut units, mut sum, mut any, mut in_time) = (&days[..], 0.0, false, false);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            if in_time || time.is_empty() {
                return None;
            }
            (rest, units, in_time) = (time, &times[..], true);
            continue;
        }
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let sign = rest[end..].chars().next()?;
        let place = units.iter().position(|(unit, _)| *unit == sign)?;
        sum += number * units[place].1;
        units = &units[place + 1..];
        rest = &rest[end + 1..];
        any = true;
    }
    any.then_some(sum)
}

fn to_iso(length: f64) -> String {
    let (mut date, mut time) = (String::new(), String::new());
    let mut seconds = 0.0;
    for (unit, amount) in split(length) {
        match unit {
            Unit::Days => date = format!("{}D", number(amount)),
            Unit::Hours => time.push_str(&format!("{}H", number(amount))),
            Unit::Minutes => time.push_str(&format!("{}M", number(amount))),
            Unit::Seconds => seconds += amount,
            Unit::Milliseconds => seconds += amount / SECOND,
        }
    }
    if seconds > 0.0 || (date.is_empty() && time.is_empty()) {
        time.push_str(&format!("{}S", number(seconds)));
    }
    if time.is_empty() { format!("P{date}") } else { format!("P{date}T{time}") }
}

/// A length in the largest units that it fills; nothing of a unit that it does not need.
fn split(length: f64) -> impl Iterator<Item = (Unit, f64)> {
    let mut rest = length.round();
    let parts = Unit::ALL.into_iter().rev().map(move |unit| {
        let amount = (rest / unit.milliseconds()).floor();
        rest -= amount * unit.milliseconds();
        (unit, amount)
    });
    let whole = length.round();
    parts.filter(move |(unit, amount)| *amount > 0.0 || (whole == 0.0 && *unit == Unit::Seconds))
}

fn number(amount: f64) -> String {
    let text = format!("{amount:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(value: &Value) -> String {
        show(Some(value)).map(|shown| format!("{}: {}", shown.form.word(), shown.text)).unwrap_or_default()
    }

    #[test]
    fn a_duration_is_shown_as_it_is_written_and_read_back_the_same() {
        for (value, shown) in [
            (json!({ "seconds": 30 }), "seconds: 30"),
            (json!({ "minutes": 1, "seconds": 30 }), "several: 1 min 30 s"),
            (json!({ "seconds": 30, "minutes": 1 }), "several: 30 s 1 min"),
            (json!({ "seconds": "${ .n }" }), "several: {\"seconds\":\"${ .n }\"}"),
            (json!("PT1M30S"), "iso: PT1M30S"),
            (json!("${ .pause }"), "expression: ${ .pause }"),
        ] {
            assert_eq!(check(&value), shown);
            let written = show(Some(&value)).expect("shown");
            assert_eq!(read(written.form, &written.text), Ok(Some(value.clone())), "{shown}");
        }
        assert_eq!(show(None), None);
        assert_eq!(read(Form::Iso, "  "), Ok(None));
    }

    #[test]
    fn what_is_no_duration_is_not_written() {
        for (form, text) in [
            (Form::Unit(Unit::Seconds), "soon"),
            (Form::Unit(Unit::Seconds), "-3"),
            (Form::Several, "1 min 2 min"),
            (Form::Several, "5"),
            (Form::Iso, "30"),
            (Form::Iso, "PT"),
            (Form::Iso, "P1S"),
            (Form::Iso, "PT5S3M"),
        ] {
            assert_eq!(read(form, text), Err(NoDuration), "{text}");
        }
    }

    #[test]
    fn another_unit_keeps_the_number_and_another_form_the_length() {
        let seconds = Form::Unit(Unit::Seconds);
        assert_eq!(convert(seconds, "90", Form::Unit(Unit::Minutes)), "90");
        assert_eq!(convert(seconds, "90", Form::Iso), "PT1M30S");
        assert_eq!(convert(seconds, "90", Form::Several), "1 min 30 s");
        assert_eq!(convert(Form::Iso, "P1DT1.5S", Form::Unit(Unit::Milliseconds)), "86401500");
        assert_eq!(convert(Form::Several, "1 h", Form::Unit(Unit::Minutes)), "60");
        assert_eq!(convert(seconds, "30", Form::Expression), "${ \"PT30S\" }");
        assert_eq!(convert(Form::Expression, "${ .x }", seconds), "");
        assert_eq!(form_typed(seconds, "PT5M"), Form::Iso);
        assert_eq!(form_typed(Form::Iso, "${ .x"), Form::Expression);
    }

    proptest! {
        #[test]
        fn a_length_survives_iso(length in 0_u64..10_000_000_000) {
            let length = length as f64;
            prop_assert_eq!(iso(&to_iso(length)), Some(length));
        }

        #[test]
        fn nothing_typed_breaks_it(text in "[P0-9TDHMS${}. a-z]{0,12}") {
            for form in Form::ALL {
                for to in Form::ALL {
                    let _ = read(to, &convert(form, &text, to));
                }
            }
        }
    }
}
