//! Who is signed in: the token and what came with it, kept in the browser until it expires.

use serde::{Deserialize, Serialize};
use wire::auth::Token;
use wire::{Permission, Role};

const STORAGE_KEY: &str = "mas.session";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The service that issued the token; empty is the page's own server. A token never goes elsewhere.
    pub endpoint: String,
    pub token: String,
    pub expires_at: String,
    pub user: String,
    pub domain: String,
    pub project: String,
    pub project_id: String,
    pub roles: Vec<String>,
    /// Region ids of the service catalog.
    pub regions: Vec<String>,
}

impl Session {
    pub fn new(endpoint: String, token: String, body: Token) -> Self {
        let mut regions: Vec<String> = Vec::new();
        for endpoint in body.catalog.into_iter().flat_map(|entry| entry.endpoints) {
            if !endpoint.region_id.is_empty() && !regions.contains(&endpoint.region_id) {
                regions.push(endpoint.region_id);
            }
        }
        Self {
            endpoint,
            token,
            expires_at: body.expires_at,
            user: body.user.name,
            domain: body.user.domain.name,
            project: body.project.name,
            project_id: body.project.id,
            roles: body.roles.into_iter().map(|role| role.name).collect(),
            regions,
        }
    }

    /// Whether to offer an act. The service decides again; a service whose role names are not ours gets the benefit
    /// of the doubt, so that nobody is locked out of what the service would allow.
    pub fn may(&self, permission: Permission) -> bool {
        let known: Vec<Role> = self.roles.iter().filter_map(|name| Role::parse(name)).collect();
        known.is_empty() || known.iter().any(|role| role.may(permission))
    }

    pub(super) fn load() -> Option<Self> {
        let text = storage()?.get_item(STORAGE_KEY).ok()??;
        serde_json::from_str(&text).ok()
    }

    /// Storage may be full or forbidden; then the session lasts as long as the page.
    pub(super) fn store(session: Option<&Self>) {
        let Some(storage) = storage() else { return };
        let _ = match session.and_then(|session| serde_json::to_string(session).ok()) {
            Some(text) => storage.set_item(STORAGE_KEY, &text),
            None => storage.remove_item(STORAGE_KEY),
        };
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
