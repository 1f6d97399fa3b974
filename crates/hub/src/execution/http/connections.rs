//! Clients that connect to checked addresses and nowhere else.
//!
//! A name is resolved once for each hop, every address is checked against the egress policy, and the client is pinned to
//! those that pass: a name that changes its mind afterwards changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flow::engine::WorkflowError;
use reqwest::{Certificate, Client, Method, Url};

use super::egress::{EgressPolicy, destination, parse_entry};
use super::request::VersionChoice;
use crate::config::Egress;
use crate::execution::faults;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest silence of the other side; how long a call may take in all is the definition's `timeout`.
const READ_TIMEOUT: Duration = Duration::from_secs(300);
/// Connections are kept for this many destinations.
const CLIENTS: usize = 128;

#[derive(Debug)]
pub(super) struct Connections {
    policy: EgressPolicy,
    /// Addresses that stand in for what the name would resolve to.
    resolve: BTreeMap<(String, u16), SocketAddr>,
    authorities: Vec<Certificate>,
    clients: Mutex<HashMap<Key, Client>>,
}

/// One client per pinned set of addresses: a kept connection never outlives the check of its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    secure: bool,
    host: String,
    addresses: Vec<SocketAddr>,
    version: VersionChoice,
}

impl Connections {
    /// # Errors
    /// The key of `[egress]` and what is wrong with it.
    pub(super) fn new(egress: &Egress, own_address: &str) -> Result<Self, String> {
        // The process may have a provider already; either is right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let policy = EgressPolicy::new(&egress.allow, own_address)
            .map_err(|entry| format!("egress.allow: {entry:?} is not host:port"))?;
        let mut resolve = BTreeMap::new();
        for (name, address) in &egress.resolve {
            let wrong = |what: &str| format!("egress.resolve: {name:?} {what}");
            let (host, port) = parse_entry(name).ok_or_else(|| wrong("is not host:port"))?;
            if port != address.port() && !matches!(port, 80 | 443) {
                return Err(wrong(
                    "has another port than its address; only 80 and 443 can be led to another one",
                ));
            }
            resolve.insert((host, port), *address);
        }
        let mut authorities = Vec::new();
        for path in &egress.extra_ca {
            let wrong = |what: String| format!("egress.extra_ca: {}: {what}", path.display());
            let pem = std::fs::read(path).map_err(|cause| wrong(cause.to_string()))?;
            let read = Certificate::from_pem_bundle(&pem).map_err(|cause| wrong(cause.to_string()))?;
            if read.is_empty() {
                return Err(wrong("holds no certificate in PEM".to_owned()));
            }
            authorities.extend(read);
        }
        Ok(Self { policy, resolve, authorities, clients: Mutex::default() })
    }

    /// A client that connects to the checked addresses of this URL and nowhere else.
    ///
    /// # Errors
    /// Authorization where the policy forbids the call, communication where the name leads nowhere.
    pub(super) async fn client(
        &self,
        method: &Method,
        url: &Url,
        version: VersionChoice,
    ) -> Result<Client, WorkflowError> {
        let permit = self.policy.permit(method, url).map_err(faults::authorization)?;
        let (host, port) = destination(url).ok_or_else(|| faults::validation("the URL names no host"))?;
        let addresses = match self.resolve.get(&(host.clone(), port)) {
            // Whoever configures the hub has checked it.
            Some(address) => vec![*address],
            None => {
                let mut addresses = lookup(&host, port).await?;
                let found = addresses.len();
                addresses.retain(|address| self.policy.may_connect(permit, &host, address.ip(), port));
                if addresses.is_empty() {
                    return Err(if found == 0 {
                        faults::communication(502, format!("{host} has no address"))
                    } else {
                        faults::authorization(format!(
                            "{host} leads to a loopback, link-local or metadata address, which is not listed itself"
                        ))
                    });
                }
                addresses
            }
        };
        let key = Key { secure: url.scheme() == "https", host, addresses, version };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = self
            .build(&key)
            .map_err(|cause| faults::runtime(format!("no HTTP client: {}", super::chain(&cause))))?;
        if clients.len() >= CLIENTS {
            clients.clear();
        }
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn build(&self, key: &Key) -> reqwest::Result<Client> {
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .resolve_to_addrs(&key.host, &key.addresses);
        builder = if key.secure {
            builder.tls_certs_merge(self.authorities.iter().cloned())
        } else {
            // Plain HTTP has to work on a machine without certificates too.
            builder.tls_certs_only([])
        };
        builder = match key.version {
            VersionChoice::Any => builder,
            VersionChoice::Http1 => builder.http1_only(),
            VersionChoice::Http2 => builder.http2_prior_knowledge(),
        };
        builder.build()
    }
}

async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, WorkflowError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found = tokio::net::lookup_host((host, port)).await;
    Ok(found
        .map_err(|cause| faults::communication(502, format!("{host} cannot be resolved: {cause}")))?
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(egress: Egress) -> String {
        Connections::new(&egress, "http://127.0.0.1:1").map(drop).unwrap_err()
    }

    #[test]
    fn what_the_configuration_gets_wrong_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.pem");
        assert!(check(Egress { extra_ca: vec![path.clone()], ..Egress::default() }).contains("ca.pem"));
        std::fs::write(&path, "no certificate").unwrap();
        assert!(check(Egress { extra_ca: vec![path], ..Egress::default() }).contains("no certificate"));
        let resolve = |name: &str, address: &str| {
            let resolve = [(name.to_owned(), address.parse().unwrap())].into();
            check(Egress { resolve, ..Egress::default() })
        };
        assert!(resolve("example.com", "127.0.0.1:1").contains("host:port"));
        assert!(resolve("example.com:8080", "127.0.0.1:1").contains("80 and 443"));
    }

    #[tokio::test]
    async fn a_name_that_is_led_elsewhere_still_has_to_be_allowed() {
        let resolve = [("example.com:443".to_owned(), "127.0.0.1:9".parse().unwrap())].into();
        let egress = Egress { resolve, ..Egress::default() };
        let connections = Connections::new(&egress, "http://127.0.0.1:1").unwrap();
        let url = Url::parse("https://example.com/").unwrap();
        let error = connections.client(&Method::GET, &url, VersionChoice::Any).await.unwrap_err();
        assert!(error.kind.ends_with("/authorization"), "{error:?}");
    }
}
