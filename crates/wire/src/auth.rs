//! The sign-in: `POST /v3/auth/tokens`, as IAM has it (API reference 3.1 and 3.2), project scope only.
//!
//! Besides the documented method `password` the hub knows `one_time_code`: the code of the sign-in link that it
//! prints at its first start. A MAS service that does not know it answers 400, and the console never sends it there.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    pub auth: Auth,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub identity: Identity,
    /// Project scope; the hub takes none as its project `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub methods: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordIdentity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_code: Option<OneTimeCode>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordIdentity {
    pub user: PasswordUser,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordUser {
    pub name: String,
    pub password: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Named>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneTimeCode {
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub project: Named,
}

/// Something named by `id` or by `name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl TokenRequest {
    /// Sign in by name and password within a domain, scoped to a project.
    pub fn password(domain: &str, user: &str, password: &str, project: &str) -> Self {
        let domain = Named { name: domain.to_owned(), ..Named::default() };
        Self {
            auth: Auth {
                identity: Identity {
                    methods: vec!["password".to_owned()],
                    password: Some(PasswordIdentity {
                        user: PasswordUser {
                            name: user.to_owned(),
                            password: password.to_owned(),
                            domain: Some(domain),
                        },
                    }),
                    one_time_code: None,
                },
                scope: Some(Scope { project: Named { name: project.to_owned(), ..Named::default() } }),
            },
        }
    }

    /// Sign in by the code of a one-time link.
    pub fn one_time_code(code: &str) -> Self {
        Self {
            auth: Auth {
                identity: Identity {
                    methods: vec!["one_time_code".to_owned()],
                    password: None,
                    one_time_code: Some(OneTimeCode { code: code.to_owned() }),
                },
                scope: None,
            },
        }
    }
}

/// The body of a 201; the token itself comes in `X-Subject-Token`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenResponse {
    pub token: Token,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Token {
    #[serde(default)]
    pub expires_at: String,
    #[serde(default)]
    pub issued_at: String,
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub user: Scoped,
    #[serde(default)]
    pub project: Scoped,
    /// Role names: `admin`, `operator`, `viewer`; others are possible and grant nothing here.
    #[serde(default)]
    pub roles: Vec<Named>,
    #[serde(default)]
    pub catalog: Vec<CatalogEntry>,
}

/// A user or a project, with the domain it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scoped {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub domain: Named,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub endpoints: Vec<CatalogEndpoint>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEndpoint {
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub region_id: String,
    #[serde(default)]
    pub url: String,
}

/// The body of a refused sign-in: IAM's shape, not the hub's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthErrorBody {
    pub error: AuthError,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthError {
    pub code: u16,
    pub title: String,
    pub message: String,
}
