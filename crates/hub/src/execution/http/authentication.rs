//! Who a call says it is (DSL reference, Authentication), read from its policy: basic, bearer, digest, oauth2, oidc.
//!
//! Pure: nothing is sent here. `digest` answers challenges, `tokens` gets tokens.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flow::engine::WorkflowError;
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde_json::Value;

use crate::execution::faults;

/// A policy whose expressions and secrets are in place.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Authentication {
    Basic(Credentials),
    Bearer { token: String },
    Digest(Credentials),
    Token(Box<TokenSource>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Credentials {
    pub username: String,
    pub password: String,
}

/// Where a token comes from, and for whom (DSL reference, OAUTH2 and OpenIdConnect Authentication).
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenSource {
    pub endpoint: TokenEndpoint,
    pub grant: Grant,
    pub client_id: Option<String>,
    pub proof: ClientProof,
    pub encoding: Encoding,
    pub issuers: Vec<String>,
    pub scopes: Vec<String>,
    pub audiences: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum TokenEndpoint {
    /// Of an `oauth2` policy.
    Written(Url),
    /// Of an `oidc` policy: the authority, whose configuration names the endpoint.
    Discovered(Url),
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Grant {
    ClientCredentials,
    Password(Credentials),
    RefreshToken { token: String },
    TokenExchange { subject: SecurityToken, actor: Option<SecurityToken> },
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct SecurityToken {
    pub token: String,
    pub kind: String,
}

/// How the client proves that it is the client.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum ClientProof {
    SecretInHeader {
        secret: String,
    },
    SecretInBody {
        secret: Option<String>,
    },
    /// A JWT that the hub signs with the client's secret.
    SignedBySecret {
        secret: String,
    },
    /// A JWT that comes with the policy.
    Assertion {
        jwt: String,
    },
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    Form,
    Json,
}

impl Authentication {
    /// Reads `{SCHEME: {…}}`.
    ///
    /// # Errors
    /// A configuration error that names the member.
    pub(super) fn read(policy: &Value) -> Result<Self, WorkflowError> {
        let first = policy.as_object().and_then(|members| members.iter().next());
        let Some((scheme, settings)) = first else {
            return Err(faults::configuration("the authentication names no scheme"));
        };
        let section = Section { scheme, settings };
        match scheme.as_str() {
            "basic" => Ok(Self::Basic(section.credentials()?)),
            "digest" => Ok(Self::Digest(section.credentials()?)),
            "bearer" => {
                // A secret that is a text is the token itself.
                let token = section.settings.as_str().map(str::to_owned);
                Ok(Self::Bearer { token: token.map_or_else(|| section.required("token"), Ok)? })
            }
            "oauth2" | "oidc" => Ok(Self::Token(Box::new(section.token_source()?))),
            other => Err(faults::configuration(format!(
                "authentication {other:?} is none of basic, bearer, digest, oauth2, oidc"
            ))),
        }
    }
}

impl fmt::Debug for Authentication {
    /// Without credentials: what is debugged ends in logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Basic(_) => "Basic(…)",
            Self::Bearer { .. } => "Bearer(…)",
            Self::Digest(_) => "Digest(…)",
            Self::Token(_) => "Token(…)",
        })
    }
}

/// The settings of one scheme.
struct Section<'a> {
    scheme: &'a str,
    settings: &'a Value,
}

impl Section<'_> {
    fn optional(&self, pointer: &str) -> Option<String> {
        let value = self.settings.pointer(&format!("/{}", pointer.replace('.', "/")))?;
        match value {
            Value::String(text) => Some(text.clone()),
            // YAML reads `password: 1234` as a number.
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn required(&self, pointer: &str) -> Result<String, WorkflowError> {
        self.optional(pointer).ok_or_else(|| self.wrong(&format!("needs {pointer}")))
    }

    /// A list of texts, also written as one text with spaces as OAuth2 itself does.
    fn list(&self, name: &str) -> Vec<String> {
        match self.settings.get(name) {
            Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    fn wrong(&self, what: &str) -> WorkflowError {
        faults::configuration(format!("{} authentication {what}", self.scheme))
    }

    fn credentials(&self) -> Result<Credentials, WorkflowError> {
        Ok(Credentials { username: self.required("username")?, password: self.required("password")? })
    }

    fn token_source(&self) -> Result<TokenSource, WorkflowError> {
        let client_id = self.optional("client.id");
        let proof = self.proof()?;
        if client_id.is_none() && proof != ClientProof::None {
            return Err(self.wrong("needs client.id, unless client.authentication is none"));
        }
        let encoding = match self.optional("request.encoding").as_deref() {
            None | Some("application/x-www-form-urlencoded") => Encoding::Form,
            Some("application/json") => Encoding::Json,
            Some(other) => {
                return Err(self.wrong(&format!(
                    "has request.encoding {other:?}, which is neither application/x-www-form-urlencoded nor application/json"
                )));
            }
        };
        let grant = self.grant()?;
        let mut scopes = self.list("scopes");
        // OpenID Connect: without this scope it is plain OAuth2. A client that acts for itself has no identity to ask for.
        if self.scheme == "oidc"
            && grant != Grant::ClientCredentials
            && !scopes.iter().any(|scope| scope == "openid")
        {
            scopes.push("openid".to_owned());
        }
        Ok(TokenSource {
            endpoint: self.token_endpoint()?,
            grant,
            client_id,
            proof,
            encoding,
            issuers: self.list("issuers"),
            scopes,
            audiences: self.list("audiences"),
        })
    }

    fn token_endpoint(&self) -> Result<TokenEndpoint, WorkflowError> {
        let authority = self.url("authority", &self.required("authority")?)?;
        if self.scheme == "oidc" {
            return Ok(TokenEndpoint::Discovered(authority));
        }
        let path = self.optional("endpoints.token").unwrap_or_else(|| "/oauth2/token".to_owned());
        // "The relative path to the endpoint": it continues the authority, whose own path (a realm) stays.
        let endpoint = if path.contains("://") {
            path
        } else {
            format!("{}/{}", authority.as_str().trim_end_matches('/'), path.trim_start_matches('/'))
        };
        Ok(TokenEndpoint::Written(self.url("endpoints.token", &endpoint)?))
    }

    fn url(&self, name: &str, text: &str) -> Result<Url, WorkflowError> {
        let url = Url::parse(text).map_err(|cause| self.wrong(&format!("has no URL as {name}: {cause}")))?;
        let bare = url.username().is_empty() && url.password().is_none() && url.has_host();
        bare.then_some(url).ok_or_else(|| self.wrong(&format!("has credentials or no host in {name}")))
    }

    fn grant(&self) -> Result<Grant, WorkflowError> {
        Ok(match self.required("grant")?.as_str() {
            "client_credentials" => Grant::ClientCredentials,
            "password" => Grant::Password(self.credentials()?),
            // The specification names no member for it; a token that stands for somebody is what `subject` is.
            "refresh_token" => Grant::RefreshToken { token: self.required("subject.token")? },
            "urn:ietf:params:oauth:grant-type:token-exchange" => Grant::TokenExchange {
                subject: SecurityToken {
                    token: self.required("subject.token")?,
                    kind: self.required("subject.type")?,
                },
                actor: match self.optional("actor.token") {
                    Some(token) => Some(SecurityToken { token, kind: self.required("actor.type")? }),
                    None => None,
                },
            },
            "authorization_code" => {
                return Err(self.wrong("has the grant authorization_code, which needs a person at a browser"));
            }
            other => return Err(self.wrong(&format!("has a grant that is not known: {other:?}"))),
        })
    }

    fn proof(&self) -> Result<ClientProof, WorkflowError> {
        let secret = || self.required("client.secret");
        Ok(match self.optional("client.authentication").as_deref() {
            None | Some("client_secret_post") => {
                ClientProof::SecretInBody { secret: self.optional("client.secret") }
            }
            Some("client_secret_basic") => ClientProof::SecretInHeader { secret: secret()? },
            Some("client_secret_jwt") => match self.optional("client.assertion") {
                Some(jwt) => ClientProof::Assertion { jwt },
                None => ClientProof::SignedBySecret { secret: secret()? },
            },
            Some("private_key_jwt") => ClientProof::Assertion { jwt: self.required("client.assertion")? },
            Some("none") => ClientProof::None,
            Some(other) => {
                return Err(self.wrong(&format!("has a client.authentication that is not known: {other:?}")));
            }
        })
    }
}

/// The header of basic authentication.
///
/// # Errors
/// A validation error where a header cannot carry it.
pub(super) fn basic(username: &str, password: &str) -> Result<HeaderValue, WorkflowError> {
    secret_header(&format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))
}

/// A header that is shown nowhere.
///
/// # Errors
/// A validation error where a header cannot carry the text.
pub(super) fn secret_header(text: &str) -> Result<HeaderValue, WorkflowError> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| faults::validation("the credentials have characters that a header cannot carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn source(settings: Value) -> TokenSource {
        match Authentication::read(&settings).unwrap() {
            Authentication::Token(source) => *source,
            other => panic!("{other:?}"),
        }
    }

    fn wrong(policy: Value) -> String {
        let error = Authentication::read(&policy).unwrap_err();
        assert!(error.kind.ends_with("/configuration"), "{error:?}");
        error.detail.unwrap()
    }

    /// DSL reference, OAUTH2 Authentication, `endpoints.token`.
    #[test]
    fn the_token_endpoint_continues_the_authority() {
        let check = |authority: &str, path: Option<&str>| {
            let mut settings =
                json!({"authority": authority, "grant": "client_credentials", "client": {"id": "c"}});
            if let Some(path) = path {
                settings["endpoints"] = json!({"token": path});
            }
            match source(json!({"oauth2": settings})).endpoint {
                TokenEndpoint::Written(url) | TokenEndpoint::Discovered(url) => url.to_string(),
            }
        };
        assert_eq!(check("http://id/realms/a", None), "http://id/realms/a/oauth2/token");
        assert_eq!(check("http://id/realms/a/", Some("/auth/token")), "http://id/realms/a/auth/token");
        assert_eq!(check("http://id", Some("https://other/token")), "https://other/token");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(wrong(json!({"basic": {"username": "u"}})), "basic authentication needs password");
        assert_eq!(wrong(json!({"digest": {"password": "p"}})), "digest authentication needs username");
        assert_eq!(wrong(json!({"bearer": {}})), "bearer authentication needs token");
        assert!(wrong(json!({"certificate": {}})).contains("certificate"));
        assert!(wrong(json!({})).contains("scheme"));
        let oauth2 = |members: Value| {
            let mut settings =
                json!({"authority": "http://id", "grant": "client_credentials", "client": {"id": "c"}});
            settings.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            wrong(json!({"oauth2": settings}))
        };
        assert!(oauth2(json!({"authority": "nowhere"})).contains("authority"));
        assert!(oauth2(json!({"authority": "http://u:p@id"})).contains("credentials"));
        assert!(oauth2(json!({"grant": "password", "username": "u"})).contains("password"));
        assert!(oauth2(json!({"grant": "refresh_token"})).contains("subject.token"));
        assert!(oauth2(json!({"grant": "authorization_code"})).contains("browser"));
        assert!(oauth2(json!({"client": {}})).contains("client.id"));
        assert!(
            oauth2(json!({"client": {"id": "c", "authentication": "private_key_jwt"}})).contains("assertion")
        );
        assert!(oauth2(json!({"request": {"encoding": "text/xml"}})).contains("encoding"));
    }

    #[test]
    fn a_policy_is_not_debugged_with_its_credentials() {
        let policy =
            Authentication::read(&json!({"basic": {"username": "u", "password": "hidden"}})).unwrap();
        assert!(!format!("{policy:?}").contains("hidden"));
    }

    #[test]
    fn oidc_asks_for_an_identity_only_where_there_is_a_person() {
        let check = |grant: &str| {
            source(json!({"oidc": {"authority": "http://id", "grant": grant, "username": "u", "password": 1,
                                   "client": {"id": "c"}, "scopes": "a b"}}))
            .scopes
            .join(" ")
        };
        assert_eq!(check("client_credentials"), "a b");
        assert_eq!(check("password"), "a b openid");
    }
}
