//! The endpoint of a call (DSL reference, Endpoint): a text, or an object with `uri` and `authentication`.
//!
//! A text stays a text while it needs no more; an object becomes one again when its authentication goes.

use serde_json::{Map, Value};

/// Whether the address stands in a `uri` of its own.
pub fn is_object(endpoint: Option<&Value>) -> bool {
    endpoint.is_some_and(Value::is_object)
}

/// How a call signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    None,
    /// A policy of `use.authentications`.
    Named,
    Basic,
    Bearer,
    Digest,
    OAuth2,
    Oidc,
    /// Another one, as JSON.
    Other,
}

impl Scheme {
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Named,
        Self::Basic,
        Self::Bearer,
        Self::Digest,
        Self::OAuth2,
        Self::Oidc,
        Self::Other,
    ];

    /// A word for the control's options; of a scheme of the language, its member.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Named => "use",
            Self::Basic => "basic",
            Self::Bearer => "bearer",
            Self::Digest => "digest",
            Self::OAuth2 => "oauth2",
            Self::Oidc => "oidc",
            Self::Other => "other",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.word() == word)
    }

    /// The scheme of an authentication policy.
    pub fn of(policy: Option<&Value>) -> Self {
        let Some(policy) = policy else { return Self::None };
        let Some(members) = policy.as_object() else { return Self::Other };
        let named = [Self::Named, Self::Basic, Self::Bearer, Self::Digest, Self::OAuth2, Self::Oidc];
        let found = named.into_iter().find(|scheme| members.contains_key(scheme.word()));
        found.filter(|_| members.len() == 1).unwrap_or(Self::Other)
    }

    /// A policy of this scheme that has still to be filled in. What another scheme needs too is taken over.
    pub fn policy(self, before: Option<&Value>, first_named: Option<&str>) -> Option<Value> {
        let text = |text: &str| Value::String(text.to_owned());
        let settings = before.and_then(Value::as_object).and_then(|policy| policy.values().next());
        let kept = |name: &str| {
            settings.and_then(|settings| settings.get(name)).cloned().unwrap_or_else(|| text(""))
        };
        let object = |members: Vec<(&str, Value)>| {
            Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
            )
        };
        let settings = match self {
            Self::None => return None,
            Self::Named => text(first_named.unwrap_or_default()),
            Self::Basic | Self::Digest => {
                object(vec![("username", kept("username")), ("password", kept("password"))])
            }
            Self::Bearer => object(vec![("token", kept("token"))]),
            Self::OAuth2 | Self::Oidc => {
                let client =
                    settings.and_then(|settings| settings.get("client")).filter(|client| client.is_object());
                let client = client.cloned();
                object(vec![
                    ("authority", kept("authority")),
                    ("grant", text("client_credentials")),
                    (
                        "client",
                        client.unwrap_or_else(|| object(vec![("id", text("")), ("secret", text(""))])),
                    ),
                ])
            }
            Self::Other => return Some(before.cloned().unwrap_or_else(|| object(Vec::new()))),
        };
        Some(object(vec![(self.word(), settings)]))
    }
}

/// The endpoint with another authentication, or without one. What else it holds stays.
pub fn with_authentication(endpoint: Option<&Value>, authentication: Option<Value>) -> Value {
    let mut members = match endpoint {
        Some(Value::Object(members)) => members.clone(),
        Some(uri) => Map::from_iter([("uri".to_owned(), uri.clone())]),
        None => Map::from_iter([("uri".to_owned(), Value::String(String::new()))]),
    };
    match authentication {
        Some(authentication) => {
            members.insert("authentication".to_owned(), authentication);
        }
        None => {
            members.shift_remove("authentication");
        }
    }
    match members.get("uri") {
        Some(uri) if members.len() == 1 => uri.clone(),
        _ => Value::Object(members),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_becomes_an_object_only_while_it_signs_in() {
        let plain = json!("https://a.example");
        let bearer = Scheme::Bearer.policy(None, None);
        let signed = with_authentication(Some(&plain), bearer);
        assert_eq!(
            signed,
            json!({ "uri": "https://a.example", "authentication": { "bearer": { "token": "" } } })
        );
        assert_eq!(with_authentication(Some(&signed), None), plain);
        assert_eq!(
            with_authentication(Some(&json!({ "uri": "x", "odd": 1 })), None),
            json!({ "uri": "x", "odd": 1 })
        );
    }

    #[test]
    fn every_policy_is_known_again_as_its_scheme() {
        for scheme in Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::Other) {
            assert_eq!(Scheme::of(scheme.policy(None, Some("hub")).as_ref()), scheme);
            assert_eq!(Scheme::of_word(scheme.word()), Some(scheme));
        }
        assert_eq!(Scheme::of(Some(&json!({ "oidc": {} }))), Scheme::Oidc);
        assert_eq!(Scheme::of(Some(&json!({ "saml": {} }))), Scheme::Other);
        assert_eq!(Scheme::of(Some(&json!("${ .auth }"))), Scheme::Other);
    }

    #[test]
    fn user_and_password_survive_the_way_from_basic_to_digest() {
        let basic = json!({ "basic": { "username": "ann", "password": "${ $secrets.pw }" } });
        let digest = Scheme::Digest.policy(Some(&basic), None);
        assert_eq!(digest, Some(json!({ "digest": { "username": "ann", "password": "${ $secrets.pw }" } })));
    }
}
