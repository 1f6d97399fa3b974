//! Calls that name an address: HTTP, OpenAPI, and the policies that authenticate them (DSL reference, Call and
//! Authentication). Knows what the members are, not what they mean on the wire.

use serde_json::{Map, Value};

use super::{Compiler, object};
use crate::Pointer;
use crate::expression::strict;
use crate::program::{Action, Endpoint, HttpCall, OpenApiCall, Policy};

/// The schemes whose members the host takes evaluated.
const SCHEMES: [&str; 5] = ["basic", "bearer", "digest", "oauth2", "oidc"];

impl Compiler<'_> {
    pub(super) fn http(&mut self, pointer: &Pointer, with: &Value) -> Option<Action> {
        let endpoint = self.endpoint(&pointer.child("endpoint"), with.get("endpoint"));
        let rest = self.rest(pointer, with, &["endpoint"]);
        Some(Action::Http(Box::new(HttpCall { rest: rest?, endpoint: endpoint? })))
    }

    pub(super) fn openapi(&mut self, pointer: &Pointer, with: &Value) -> Option<Action> {
        let document = pointer.child("document");
        let endpoint = with.pointer("/document/endpoint");
        let endpoint = self.endpoint(&document.child("endpoint"), endpoint);
        if with.get("operationId").and_then(Value::as_str).is_none() {
            self.error(
                &pointer.child("operationId"),
                "missing-operation",
                "An OpenAPI call needs the `operationId` to call.",
                "OpenAPI 调用需要 operationId。",
            );
            return None;
        }
        let authentication = match with.get("authentication") {
            Some(policy) => Some(self.authentication(&pointer.child("authentication"), policy)?),
            None => None,
        };
        let rest = self.rest(pointer, with, &["document", "authentication"]);
        Some(Action::OpenApi(Box::new(OpenApiCall { rest: rest?, document: endpoint?, authentication })))
    }

    fn rest(&mut self, pointer: &Pointer, with: &Value, without: &[&str]) -> Option<super::Template> {
        let mut rest = with.as_object().cloned().unwrap_or_default();
        for name in without {
            rest.shift_remove(*name);
        }
        self.template(pointer, &Value::Object(rest))
    }

    /// An address, or an object with `uri` and `authentication` (DSL reference, Endpoint).
    fn endpoint(&mut self, pointer: &Pointer, endpoint: Option<&Value>) -> Option<Endpoint> {
        let (uri, place) = match endpoint {
            Some(Value::Object(members)) => (members.get("uri"), pointer.child("uri")),
            other => (other, pointer.clone()),
        };
        let Some(uri) = uri.filter(|uri| uri.is_string()) else {
            self.error(&place, "missing-endpoint", "A call needs an address.", "调用需要地址。");
            return None;
        };
        let uri = self.template(&place, uri);
        let policy = endpoint.and_then(|endpoint| endpoint.get("authentication"));
        let authentication = match policy {
            Some(policy) => Some(self.authentication(&pointer.child("authentication"), policy)?),
            None => None,
        };
        Some(Endpoint { uri: uri?, authentication })
    }

    /// An authentication policy, the one of `use.authentications` and the secret of `{basic: {use: NAME}}` resolved.
    fn authentication(&mut self, pointer: &Pointer, value: &Value) -> Option<Policy> {
        let (policy, pointer) = match value.get("use").and_then(Value::as_str) {
            Some(name) => {
                let name = Value::String(name.to_owned());
                let (policy, place) = self.referenced(&pointer.child("use"), &name, "authentications")?;
                (policy.clone(), place)
            }
            None => (value.clone(), pointer.clone()),
        };
        let members = object(Some(&policy));
        let scheme = members.and_then(|policy| policy.keys().next().cloned()).unwrap_or_default();
        if !SCHEMES.contains(&scheme.as_str()) {
            self.unsupported(&pointer, &format!("the authentication `{scheme}`"));
            return None;
        }
        let here = pointer.child(&scheme);
        let configuration = policy.get(&scheme).cloned().unwrap_or(Value::Null);
        if configuration.get("grant").and_then(Value::as_str) == Some("authorization_code") {
            self.unsupported(
                &here.child("grant"),
                "the grant `authorization_code`: it needs a person at a browser",
            );
            return None;
        }
        let written_authority = configuration
            .get("authority")
            .and_then(Value::as_str)
            .filter(|authority| strict(authority).is_none())
            .map(|_| scheme.clone());
        let configuration = match configuration.get("use").and_then(Value::as_str) {
            Some(secret) => {
                self.listed_secret(&here.child("use"), secret)?;
                Value::String(format!("${{ $secrets[{}] }}", Value::from(secret)))
            }
            None => configuration,
        };
        let template = self.template(&here, &Value::Object(Map::from_iter([(scheme, configuration)])))?;
        Some(Policy { template, written_authority })
    }

    /// A workflow is given the secrets that it lists and no others (DSL, Secret).
    fn listed_secret(&mut self, pointer: &Pointer, name: &str) -> Option<()> {
        let listed = self.root.pointer("/use/secrets").and_then(Value::as_array);
        if listed.is_some_and(|listed| listed.iter().any(|listed| listed == name)) {
            return Some(());
        }
        self.error(
            pointer,
            "unknown-reference",
            &format!("There is no `{name}` in `use.secrets`."),
            &format!("use.secrets 中没有“{name}”。"),
        );
        None
    }
}
