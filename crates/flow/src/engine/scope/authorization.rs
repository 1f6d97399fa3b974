//! `$authorization` (DSL, Authorization Descriptor): how the task of an expression authorises its call.
//!
//! Told is what the definition itself says: basic and bearer. A token that the host negotiates for a call (OAuth2,
//! OpenID Connect, digest) never enters the engine, so that no state and no log can hold it; there it is null.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Place, Scope};
use crate::program::Action;

impl Scope<'_> {
    pub(super) fn authorization(&self) -> Value {
        let frame = self.task.and_then(|task| self.state.frames.get(&task));
        let Some(frame) = frame else { return Value::Null };
        let policy = match &self.program.node(frame.node).action {
            Action::Http(call) => call.endpoint.authentication.as_ref(),
            Action::OpenApi(call) => call.authentication.as_ref(),
            _ => None,
        };
        let scope = Scope { place: Place::Authorization, local: &[], ..*self };
        let policy = policy.and_then(|policy| policy.template.evaluate(frame.input(), &scope).ok());
        policy.as_ref().and_then(described).unwrap_or(Value::Null)
    }
}

fn described(policy: &Value) -> Option<Value> {
    if let Some(basic) = policy.get("basic") {
        let text = |name: &str| basic.get(name).and_then(Value::as_str);
        let parameter = STANDARD.encode(format!("{}:{}", text("username")?, text("password")?));
        return Some(json!({"scheme": "Basic", "parameter": parameter}));
    }
    let bearer = policy.get("bearer")?;
    let token = bearer.get("token").unwrap_or(bearer).as_str()?;
    Some(json!({"scheme": "Bearer", "parameter": token}))
}
