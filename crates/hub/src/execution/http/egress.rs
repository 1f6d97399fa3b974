//! Where HTTP calls may go: the allow list of the configuration, and the hub's own `/healthz`.
//!
//! Decides and nothing else; it resolves no names. A name that is listed still may not lead to a loopback,
//! link-local or metadata address unless that address is listed itself: else whoever holds the name could point it
//! into the hub's own machine.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::{Method, Url};

/// The permitted destinations, in lower case, as `(host, port)`.
#[derive(Clone, Debug, Default)]
pub struct EgressPolicy {
    allowed: HashSet<(String, u16)>,
    own: Vec<(String, u16)>,
}

/// What a URL may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// The hub's own health: every address of the name is right.
    Own,
    /// A listed destination: its addresses are checked one by one.
    Listed,
}

impl EgressPolicy {
    /// Takes the entries `host:port` of the allow list, and the hub's own base address.
    ///
    /// # Errors
    /// The entry that is not `host:port`.
    pub fn new(allow: &[String], own_address: &str) -> Result<Self, String> {
        let allowed = allow
            .iter()
            .map(|entry| parse_entry(entry).ok_or_else(|| entry.clone()))
            .collect::<Result<_, _>>()?;
        Ok(Self { allowed, own: own_names(own_address) })
    }

    /// Whether a request may be sent at all.
    ///
    /// # Errors
    /// The reason, for the task's error.
    pub fn permit(&self, method: &Method, url: &Url) -> Result<Permit, String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("only http and https are called, not {}", url.scheme()));
        }
        let Some(destination) = destination(url) else {
            return Err("the URL names no host".to_owned());
        };
        if self.allowed.contains(&destination) {
            return Ok(Permit::Listed);
        }
        if url.scheme() == "http" && self.own.contains(&destination) {
            return if *method == Method::GET && url.path() == "/healthz" && url.query().is_none() {
                Ok(Permit::Own)
            } else {
                Err("of the hub itself only GET /healthz may be called".to_owned())
            };
        }
        let (host, port) = destination;
        Err(format!(
            "{host}:{port} is not in the hub's egress allow list ([egress] allow of its configuration)"
        ))
    }

    /// Whether a request that is permitted may connect to this address.
    pub fn may_connect(&self, permit: Permit, host: &str, address: IpAddr, port: u16) -> bool {
        let address = canonical(address);
        permit == Permit::Own
            || !is_guarded(address)
            || self.allowed.contains(&(address.to_string(), port))
            // `localhost` means the loopback address and nothing else: listing it lists that.
            || (host == "localhost" && address.is_loopback())
    }
}

/// Host and port of a URL, the host in lower case and an IPv6 address without brackets.
pub fn destination(url: &Url) -> Option<(String, u16)> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    let host = match host.parse::<IpAddr>() {
        Ok(address) => canonical(address).to_string(),
        Err(_) => host.to_ascii_lowercase(),
    };
    (!host.is_empty()).then_some((host, url.port_or_known_default()?))
}

pub(super) fn parse_entry(entry: &str) -> Option<(String, u16)> {
    let (_, port) = entry.trim().rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    // Read as a URL, so that an entry and a call spell one host alike (IDN, IPv6, IPv4 in odd notations).
    let url = Url::parse(&format!("http://{}/", entry.trim())).ok()?;
    let bare = url.path() == "/" && url.username().is_empty() && url.query().is_none();
    let (host, _) = destination(&url)?;
    bare.then_some((host, port))
}

/// The names under which a hub that listens on this machine reaches itself.
fn own_names(address: &str) -> Vec<(String, u16)> {
    let Some((host, port)) = Url::parse(address).ok().as_ref().and_then(destination) else {
        return Vec::new();
    };
    let local = host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified());
    let mut names = vec![(host, port)];
    if local {
        names.extend(["localhost", "127.0.0.1", "::1"].map(|name| (name.to_owned(), port)));
    }
    names
}

/// An IPv4 address that hides in an IPv6 one comes out as what it is.
fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
                // NAT64: the last 32 bits are an IPv4 address.
                let [a, b] = segments[6].to_be_bytes();
                let [c, d] = segments[7].to_be_bytes();
                return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
            }
            address.to_canonical()
        }
        IpAddr::V4(_) => address,
    }
}

/// Loopback, link-local, metadata, and what is no single host.
fn is_guarded(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback()
                || v4.is_link_local()
                || v4.octets()[0] == 0
                || v4.is_broadcast()
                || v4.is_multicast()
                // The metadata address of one large cloud lies outside of the link-local range.
                || v4 == Ipv4Addr::new(100, 100, 100, 200)
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
                || v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> EgressPolicy {
        let allow = ["api.example.com:443", "127.0.0.1:9000", "localhost:7000", "[::1]:6000"];
        EgressPolicy::new(&allow.map(str::to_owned), "http://127.0.0.1:8444").unwrap()
    }

    fn check(method: Method, url: &str) -> Result<Permit, String> {
        policy().permit(&method, &Url::parse(url).unwrap())
    }

    #[test]
    fn only_what_is_listed_is_called() {
        assert_eq!(check(Method::POST, "https://API.example.com/x"), Ok(Permit::Listed));
        assert_eq!(check(Method::GET, "http://[::1]:6000/x"), Ok(Permit::Listed));
        assert!(check(Method::GET, "http://api.example.com/x").unwrap_err().contains("api.example.com:80"));
        assert!(check(Method::GET, "https://elsewhere.example/").is_err());
        assert!(check(Method::GET, "ftp://api.example.com:443/").is_err());
    }

    #[test]
    fn an_address_in_odd_notation_is_the_address() {
        assert_eq!(check(Method::GET, "http://2130706433:9000/"), Ok(Permit::Listed));
        assert_eq!(check(Method::GET, "http://[::ffff:127.0.0.1]:9000/"), Ok(Permit::Listed));
        assert!(check(Method::GET, "http://0x7f000001:9001/").is_err());
    }

    #[test]
    fn of_the_hub_itself_only_its_health_is_called() {
        assert_eq!(check(Method::GET, "http://localhost:8444/healthz"), Ok(Permit::Own));
        assert!(check(Method::POST, "http://localhost:8444/healthz").is_err());
        assert!(check(Method::GET, "http://127.0.0.1:8444/v3/auth/tokens").is_err());
    }

    #[test]
    fn a_listed_name_that_leads_into_this_machine_is_refused() {
        let connect = |host: &str, address: &str, port| {
            policy().may_connect(Permit::Listed, host, address.parse().unwrap(), port)
        };
        assert!(connect("api.example.com", "203.0.113.7", 443));
        assert!(connect("api.example.com", "10.0.0.7", 443));
        assert!(!connect("api.example.com", "127.0.0.1", 443));
        assert!(connect("api.example.com", "127.0.0.1", 9000));
        assert!(!connect("api.example.com", "169.254.169.254", 443));
        assert!(!connect("api.example.com", "::ffff:169.254.169.254", 443));
        assert!(!connect("api.example.com", "64:ff9b::7f00:1", 443));
        assert!(!connect("api.example.com", "0.0.0.0", 443));
        assert!(connect("localhost", "127.0.0.1", 7000));
        assert!(!connect("localhost", "169.254.169.254", 7000));
    }

    #[test]
    fn an_entry_that_is_not_host_and_port_is_named() {
        for entry in ["example.com", "http://example.com:80", "example.com:http", "user@example.com:80", ""] {
            assert_eq!(EgressPolicy::new(&[entry.to_owned()], "").unwrap_err(), entry);
        }
    }
}
