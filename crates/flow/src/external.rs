//! What a definition refers to that stands elsewhere: functions of catalogs and of addresses, schemas as resources.
//!
//! Says what has to be fetched, and takes what was fetched into the definition, so that what runs is whole, keeps
//! its digest and does not change with the catalog. Fetching is the host's; nothing here reads anything.
//!
//! A fetched function becomes a member of `use.functions` under the very text of its calls, a fetched schema becomes
//! the `document` of its schema, and `document.metadata` tells where each came from.

mod address;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::problem::UNSUPPORTED;
use crate::view::{self, Origin, TaskKind, TaskView};
use crate::{Document, Pointer, Problem};

pub(crate) use address::address;

/// Where `document.metadata` tells what was fetched: addresses and the digests of what stood there.
pub const FETCHED: &str = "mas.fetched";

/// The largest text that is taken in, in bytes.
pub const MAX_EXTERNAL_BYTES: usize = 1024 * 1024;

/// Something that has to be fetched before the definition can run.
#[derive(Clone, Debug, PartialEq)]
pub struct External {
    /// The call or the schema that refers to it, for messages.
    pub pointer: Pointer,
    pub address: String,
    /// The policy to fetch it with, named ones resolved; its expressions see `$secrets` only.
    pub authentication: Option<Value>,
    pub kind: ExternalKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternalKind {
    /// The task that a function is, and the text of the calls that mean it.
    Function { call: String },
    /// The JSON Schema of the schema at the pointer.
    Schema,
}

/// What still has to be fetched, each address once, in the order of the definition. Functions that are not called
/// are left where they are. What cannot be fetched is named by [`crate::unsupported`].
pub fn externals(document: &Document) -> Vec<External> {
    let root = document.root();
    let mut found: Vec<External> = Vec::new();
    let mut schemas = |at: &Pointer, value: &Value| {
        for (pointer, schema) in schemas(at, value) {
            if let Some(Ok(address)) = resource(schema) {
                let endpoint = schema.pointer("/resource/endpoint");
                found.push(External {
                    authentication: authentication(root, endpoint),
                    pointer,
                    address,
                    kind: ExternalKind::Schema,
                });
            }
        }
    };
    schemas(&Pointer::root(), root);
    let tasks = reached(document);
    for task in &tasks {
        schemas(&task.pointer, task.value);
    }
    let mut called = BTreeSet::new();
    for task in &tasks {
        let Some(call) = task.called().filter(|call| is_external(root, call)) else { continue };
        if let (Ok(address), true) = (address(root, call), called.insert(call)) {
            let catalog = call.rsplit_once('@').map(|(_, catalog)| catalog);
            let catalog = catalog.filter(|_| !is_address(call));
            let endpoint =
                catalog.and_then(|name| root.get("use")?.get("catalogs")?.get(name)?.get("endpoint"));
            found.push(External {
                pointer: task.pointer.child("call"),
                address,
                authentication: authentication(root, endpoint),
                kind: ExternalKind::Function { call: call.to_owned() },
            });
        }
    }
    found
}

/// Takes the text that stood at an address into the definition.
///
/// # Errors
/// A problem at the pointer that refers to it, where the text is not what it should be.
pub fn embed(document: &mut Document, external: &External, text: &str) -> Result<(), Problem> {
    let wrong = |reason: &str, reason_zh: &str| {
        Problem::error(
            external.pointer.clone(),
            "unusable-resource",
            format!("What stands at {} cannot be used: {reason}.", external.address),
            format!("无法使用 {} 的内容：{reason_zh}。", external.address),
        )
    };
    let value = Document::from_text(text).map_err(|error| wrong(&error.to_string(), &error.to_string()))?;
    let value = value.into_value();
    let root = document.root_mut();
    match &external.kind {
        ExternalKind::Function { call } => {
            if TaskKind::of(&value).is_none() {
                return Err(wrong("it is no task, so no function", "不是任务，因此不是函数"));
            }
            if let Some(functions) = object_at(root, &["use", "functions"]) {
                functions.insert(call.clone(), value);
            }
        }
        ExternalKind::Schema => {
            if let Some(Value::Object(schema)) = external.pointer.get_mut(root) {
                schema.shift_remove("resource");
                schema.insert("document".to_owned(), value);
            }
        }
    }
    if let Some(fetched) = object_at(root, &["document", "metadata", FETCHED]) {
        fetched.insert(external.address.clone(), json!(digest(text)));
    }
    Ok(())
}

/// `sha256:` and the lower-case hexadecimal SHA-256 of a text.
pub fn digest(text: &str) -> String {
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digest}")
}

/// The object at a path, made where there is none.
fn object_at<'v>(root: &'v mut Value, path: &[&str]) -> Option<&'v mut Map<String, Value>> {
    let empty = || Value::Object(Map::new());
    let mut value = root;
    for name in path {
        value = value.as_object_mut()?.entry(*name).or_insert_with(empty);
        if !value.is_object() {
            *value = empty();
        }
    }
    value.as_object_mut()
}

/// The tasks that can come to run: those of the flow and of extensions, and of the functions that these call.
pub(crate) fn reached(document: &Document) -> Vec<TaskView<'_>> {
    let function_of = |task: &TaskView<'_>| task.pointer.tokens().nth(2).unwrap_or_default();
    let all: Vec<TaskView<'_>> = view::tasks(document).collect();
    let mut called: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&str> =
        all.iter().filter(|task| task.origin != Origin::Function).filter_map(TaskView::called).collect();
    while let Some(name) = open.pop() {
        if called.insert(name.to_owned()) {
            let within =
                all.iter().filter(|task| task.origin == Origin::Function && function_of(task) == name);
            open.extend(within.filter_map(TaskView::called));
        }
    }
    let is_reached =
        |task: &TaskView<'_>| task.origin != Origin::Function || called.contains(&function_of(task));
    all.into_iter().filter(is_reached).collect()
}

/// What keeps the external parts of a definition from being fetched.
pub(crate) fn unfetchable(document: &Document) -> Vec<Problem> {
    let root = document.root();
    let mut problems = Vec::new();
    let mut report = |at: Pointer, what: &str, (en, zh): (String, String)| {
        problems.push(Problem::warning(
            at,
            UNSUPPORTED,
            format!("The hub cannot run `{what}`: {en}."),
            format!("Hub 无法执行 `{what}`：{zh}。"),
        ));
    };
    let mut resources = |at: &Pointer, value: &Value| {
        for (pointer, schema) in schemas(at, value) {
            if let Some(Err(reason)) = resource(schema) {
                report(pointer.child("resource"), "schema.resource", reason);
            }
        }
    };
    resources(&Pointer::root(), root);
    let tasks = reached(document);
    for task in &tasks {
        resources(&task.pointer, task.value);
    }
    for task in &tasks {
        if let Some(call) = task.called().filter(|call| is_external(root, call))
            && let Err(reason) = address::localized(root, call)
        {
            report(task.pointer.child("call"), call, reason);
        }
    }
    problems
}

/// Whether a call means neither what the DSL or the hub has, nor a function of the definition.
fn is_external(root: &Value, call: &str) -> bool {
    let built_in = matches!(call, "http" | "grpc" | "asyncapi" | "openapi" | "a2a" | "mcp");
    let own = root.pointer("/use/functions").is_some_and(|functions| functions.get(call).is_some());
    let overridden = root.pointer("/use/catalogs/default").is_some();
    !built_in && !own && (overridden || !crate::unsupported::is_of_default_catalog(call))
}

fn is_address(call: &str) -> bool {
    call.contains("://")
}

/// The schemas that stand beside the data flow of a task or of the workflow.
fn schemas<'v>(at: &Pointer, value: &'v Value) -> impl Iterator<Item = (Pointer, &'v Value)> {
    ["input", "output", "export"].into_iter().filter_map(move |place| {
        let schema = value.get(place)?.get("schema")?;
        Some((at.child(place).child("schema"), schema))
    })
}

/// The address of a schema that stands elsewhere; none where it stands here.
fn resource(schema: &Value) -> Option<Result<String, (String, String)>> {
    if schema.get("document").is_some() {
        return None;
    }
    let endpoint = schema.get("resource")?.get("endpoint");
    Some(address::of_endpoint(endpoint).map(|address| address::raw(&address)))
}

/// The policy of an endpoint. A name, and a secret by name, become what they stand for.
fn authentication(root: &Value, endpoint: Option<&Value>) -> Option<Value> {
    let written = endpoint?.get("authentication")?;
    let named = written.get("use").and_then(Value::as_str);
    let policies = root.pointer("/use/authentications");
    let mut policy = named.map_or(Some(written), |name| policies?.get(name))?.clone();
    for configuration in policy.as_object_mut()?.values_mut() {
        if let Some(secret) = configuration.get("use").and_then(Value::as_str) {
            *configuration = Value::String(format!("${{ $secrets[{}] }}", Value::from(secret)));
        }
    }
    Some(policy)
}

#[cfg(test)]
mod tests;
