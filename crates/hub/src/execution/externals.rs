//! Brings in what a definition refers to elsewhere, before it starts: functions of catalogs and of addresses, and schemas.
//!
//! Fetched by the rules of the hub's calls (egress, authentication, size), once for each start, and made part of what
//! runs: a run does not change with the catalog, and an approval is bound to what was fetched. Nothing is kept for
//! the next start.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flow::expression::{Mode, Template};
use flow::external::{External, MAX_EXTERNAL_BYTES, digest, embed, externals};
use flow::{Document, Problem};
use serde_json::{Map, Value, json};

use super::http::HttpRunner;
use super::runner::LogSink;
use crate::error::HubError;

/// Fetched functions may refer to others; so many for one definition, in so much time for each.
const MOST: usize = 64;
const PATIENCE: Duration = Duration::from_secs(30);

/// A definition that is whole.
pub(super) struct Resolved {
    /// As JSON text.
    pub(super) definition: String,
    /// What was fetched, one line each, for the log of the job.
    pub(super) lines: Vec<String>,
}

/// The definition, where something in it has to be fetched with credentials: these may be secrets of the workflow.
pub(super) fn authenticated(definition: &str) -> Option<Document> {
    let document = Document::from_json(definition).ok()?;
    let needs = externals(&document).iter().any(|external| external.authentication.is_some());
    needs.then_some(document)
}

/// # Errors
/// 400 with the problem at the call or schema whose address does not give what is needed.
pub(super) async fn resolve(
    http: &HttpRunner,
    definition: String,
    secrets: &Value,
) -> Result<Resolved, HubError> {
    // What cannot be read is told by the one who compiles it.
    let Ok(mut document) = Document::from_json(&definition) else {
        return Ok(Resolved { definition, lines: Vec::new() });
    };
    let mut lines = Vec::new();
    loop {
        let wanted = externals(&document);
        if wanted.is_empty() {
            break;
        }
        for external in wanted {
            if lines.len() == MOST {
                return Err(refused(problem(
                    &external,
                    "too-many-resources",
                    &format!("a definition may refer to {MOST} resources"),
                    &format!("一个定义最多引用 {MOST} 个外部资源"),
                )));
            }
            let text = fetch(http, &external, secrets)
                .await
                .map_err(|cause| refused(problem(&external, "unreachable-resource", &cause, &cause)))?;
            embed(&mut document, &external, &text).map_err(refused)?;
            lines.push(format!("fetched {} ({} bytes, {})", external.address, text.len(), digest(&text)));
        }
    }
    if lines.is_empty() {
        return Ok(Resolved { definition, lines });
    }
    Ok(Resolved { definition: document.to_json(), lines })
}

async fn fetch(http: &HttpRunner, external: &External, secrets: &Value) -> Result<String, String> {
    let mut endpoint = Map::from_iter([("uri".to_owned(), json!(external.address))]);
    if let Some(policy) = &external.authentication {
        let arguments = [("secrets".to_owned(), secrets.clone())].into_iter().collect();
        let policy = Template::compile(policy, Mode::Strict)
            .and_then(|policy| policy.evaluate(&Value::Null, &arguments as &std::collections::BTreeMap<_, _>))
            .map_err(|error| error.to_string())?;
        endpoint.insert("authentication".to_owned(), policy);
    }
    let with = json!({"method": "get", "endpoint": endpoint, "output": "raw"});
    let (log, _) = LogSink::collecting();
    let call = http.run_call(&with, "definition", &log);
    let answer = tokio::time::timeout(PATIENCE, call)
        .await
        .map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?
        .map_err(|error| error.detail.or(error.title).unwrap_or(error.kind))?;
    let bytes = answer.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
    if bytes.len() > MAX_EXTERNAL_BYTES {
        return Err(format!("it is larger than {} KiB", MAX_EXTERNAL_BYTES / 1024));
    }
    String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())
}

fn problem(external: &External, code: &str, en: &str, zh: &str) -> Problem {
    Problem::error(
        external.pointer.clone(),
        code,
        format!("{} cannot be fetched: {en}.", external.address),
        format!("无法获取 {}：{zh}。", external.address),
    )
}

fn refused(problem: Problem) -> HubError {
    HubError::invalid_definition(
        format!("workflowDef: {}: {}", problem.pointer, problem.message_en),
        format!("workflowDef：{}：{}", problem.pointer, problem.message_zh),
        vec![problem],
    )
}
