//! The definitions that are run: what a runbook is made of, without anything that waits for its own sake.

use serde_json::{Value, json};

/// Ten tasks: three calls of the lab, which read and change its inventory, five that compute, two that choose.
pub(crate) fn of_ten_tasks() -> Value {
    let place = json!({"region": "site-a", "project": "default"});
    let with = |more: Value| {
        let mut with = place.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            with[name] = value.clone();
        }
        with
    };
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "pace", "version": "1.0.0"},
        "input": {"schema": {"format": "json", "document": {
            "type": "object",
            "properties": {"site": {"type": "string", "default": "site-a"}, "ticket": {"type": "string"}}
        }}},
        "do": [
            {"plan": {"set": {"site": "${ .site }", "ticket": "${ .ticket // \"none\" }", "started": "${ $workflow.startedAt.iso8601 }"},
                "export": {"as": "${ . }"}}},
            {"objectives": {"call": "drs-check-rto-rpo:1.0.0@default",
                "with": with(json!({"instance": "orders-dr-default", "maxRto": 60, "maxRpo": 10}))}},
            {"judge": {"switch": [
                {"fast": {"when": "${ .rto <= 60 }", "then": "protect"}},
                {"slow": {"then": "end"}}
            ]}},
            {"protect": {"call": "rds-read-write:1.0.0@default",
                "with": with(json!({"instance": "orders-db-site-a", "mode": "read-only"}))}},
            {"note": {"set": {"mode": "${ .mode }", "was": "${ .previousMode }", "site": "${ $context.site }"}}},
            {"weights": {"set": {"weights": "${ [range(4)] | map({site: (\"site-\" + tostring), weight: (. * 10)}) }"}}},
            {"choose": {"switch": [
                {"some": {"when": "${ (.weights | length) > 3 }", "then": "open"}},
                {"none": {"then": "end"}}
            ]}},
            {"open": {"call": "rds-read-write:1.0.0@default",
                "with": with(json!({"instance": "orders-db-site-a", "mode": "read-write"}))}},
            {"summary": {"set": {"ticket": "${ $context.ticket }", "mode": "${ .mode }", "done": true}}},
            {"report": {"set": {"text": "${ \"ticket \" + .ticket + \": \" + .mode }"}}}
        ]
    })
}

fn gate() -> Value {
    json!({"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}})
}

/// A run that does a little, then waits for a person.
pub(crate) fn with_a_gate() -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "gated", "version": "1.0.0"},
        "do": [{"prepare": {"set": {"site": "site-b"}}}, {"ask": gate()}, {"after": {"set": {"done": true}}}]
    })
}

/// A run that waits for very many people at once.
pub(crate) fn of_many_gates(branches: usize) -> Value {
    let branches: Vec<Value> = (0..branches).map(|number| json!({format!("ask{number}"): gate()})).collect();
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "wide", "version": "1.0.0"},
        "do": [{"all": {"fork": {"branches": branches}}}]
    })
}
