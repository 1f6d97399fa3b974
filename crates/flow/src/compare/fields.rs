//! Differences of plain JSON, as small as they can be told.

use serde_json::Value;

use crate::Pointer;

/// One member that is different.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// From the task, or from the workflow for its own fields: `/with/endpoint`.
    pub at: Pointer,
    /// What stood there; none where the member is new.
    pub before: Option<Value>,
    /// What stands there; none where the member is gone.
    pub after: Option<Value>,
}

/// The members that differ, in the order in which they are written. The order of members itself means nothing.
pub fn field_changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    differ(Pointer::root(), Some(before), Some(after), &mut found);
    found
}

fn differ(at: Pointer, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldChange>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for (name, value) in before {
                differ(at.child(name), Some(value), after.get(name), found);
            }
            for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                differ(at.child(name), None, Some(value), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                differ(at.index(index), Some(before), Some(after), found);
            }
        }
        (before, after) => {
            found.push(FieldChange { at, before: before.cloned(), after: after.cloned() });
        }
    }
}
