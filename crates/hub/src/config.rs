//! The configuration file: TOML, every key optional, none unknown. `docs/hub.md` documents every key.
//!
//! The command line overrides it; nothing here is read from the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where the hub listens unless told otherwise: this machine only.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8444";

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `address:port`.
    pub listen: Option<String>,
    /// The data directory.
    pub data: Option<PathBuf>,
    /// The console's files.
    #[serde(rename = "static")]
    pub static_files: Option<PathBuf>,
    #[serde(default)]
    pub egress: Egress,
    #[serde(default)]
    pub cors: Origins,
    #[serde(default)]
    pub embedding: Origins,
    #[serde(default)]
    pub log: Log,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub events: EventSettings,
    #[serde(default)]
    pub processes: Processes,
}

/// Where HTTP tasks may go beyond the hub's own `/healthz`, and how they get there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Egress {
    /// `host:port`.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Addresses that stand in for what a name resolves to: `host:port` to `address:port`.
    #[serde(default)]
    pub resolve: BTreeMap<String, SocketAddr>,
    /// Files of certificates (PEM) that HTTPS trusts besides the system's.
    #[serde(default)]
    pub extra_ca: Vec<PathBuf>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origins {
    /// `https://host[:port]`, without a path.
    #[serde(default)]
    pub allow_origins: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    pub format: LogFormat,
    /// A level, or filters of `tracing` such as `info,mas_hub=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Wrong sign-ins of one user name from one address before the next is refused.
    pub sign_in_attempts: u32,
    /// Seconds over which they are counted.
    pub sign_in_window: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sign_in_attempts: 5, sign_in_window: 300 }
    }
}

/// How long events stay for those who will listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventSettings {
    pub keep_hours: u32,
    /// So many of one namespace at most, the newest.
    pub keep_count: u32,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self { keep_hours: 7 * 24, keep_count: 100_000 }
    }
}

/// `run: shell` and `run: script`: off unless a namespace is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Processes {
    /// The namespaces whose workflows may start processes of this machine.
    pub allow: Vec<String>,
    /// Seconds that a process may take whose task has no `timeout`.
    pub timeout: u32,
    /// Seconds that a process may take at most, whatever its task says.
    pub longest: u32,
    /// Bytes that a process may write to standard output, and as many to standard error.
    pub output_limit: u32,
    /// The `PATH` of every process.
    pub path: String,
    /// The interpreter of `python`: a name on the path, or a file.
    pub python: String,
    /// The interpreter of `js`.
    pub js: String,
}

impl Default for Processes {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            timeout: 300,
            longest: 3600,
            output_limit: 1024 * 1024,
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            python: "python3".to_owned(),
            js: "node".to_owned(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("{path}: {cause}")]
    Parse { path: PathBuf, cause: Box<toml::de::Error> },
    #[error("{path}: {key}: {value:?} is not {wanted}")]
    Value { path: PathBuf, key: &'static str, value: String, wanted: &'static str },
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError`], which names the file, the place and what would be right.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ConfigError::Read { path: path.to_owned(), cause })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text)
            .map_err(|cause| ConfigError::Parse { path: path.to_owned(), cause: Box::new(cause) })?;
        let origins = [
            ("cors.allow_origins", &config.cors.allow_origins),
            ("embedding.allow_origins", &config.embedding.allow_origins),
        ];
        let wrong = origins
            .into_iter()
            .flat_map(|(key, values)| values.iter().map(move |value| (key, value)))
            .find(|(_, value)| !is_origin(value))
            .map(|(key, value)| (key, value, "an origin such as https://console.example.com"))
            .or_else(|| {
                let allow = config.egress.allow.iter().map(|value| ("egress.allow", value));
                let resolve = config.egress.resolve.keys().map(|value| ("egress.resolve", value));
                allow
                    .chain(resolve)
                    .find(|(_, value)| !is_target(value))
                    .map(|(key, value)| (key, value, "host:port such as health.example.com:443"))
            });
        match wrong {
            Some((key, value, wanted)) => {
                Err(ConfigError::Value { path: path.to_owned(), key, value: value.clone(), wanted })
            }
            None => Ok(config),
        }
    }
}

/// An origin goes into headers as it is written: nothing else may stand in it.
fn is_origin(value: &str) -> bool {
    let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.chars().all(|character| character.is_ascii_alphanumeric() || ".-:[]".contains(character))
    })
}

fn is_target(value: &str) -> bool {
    value.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("hub.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_is_the_default() {
        let config = check("").unwrap();
        assert_eq!(config, Config::default());
        assert_eq!((config.limits.sign_in_attempts, config.log.level.as_str()), (5, "info"));
    }

    #[test]
    fn a_key_that_is_misspelt_is_named_with_its_line() {
        let error = check("[cors]\nallow_origin = []\n").unwrap_err();
        assert!(
            error.contains("hub.toml") && error.contains("line 2") && error.contains("allow_origins"),
            "{error}"
        );
    }

    #[test]
    fn an_origin_with_a_path_or_a_semicolon_reaches_no_header() {
        for origin in ["https://a.example/x", "https://a.example; script-src *", "*", "a.example"] {
            let error = check(&format!("[embedding]\nallow_origins = [{origin:?}]")).unwrap_err();
            assert!(error.contains("embedding.allow_origins"), "{error}");
        }
        check("[cors]\nallow_origins = [\"http://localhost:8080\", \"https://[::1]:1\"]").unwrap();
    }

    #[test]
    fn processes_are_off_unless_a_namespace_is_named() {
        assert_eq!(check("[processes]").unwrap().processes.allow, Vec::<String>::new());
        let config = check("[processes]\nallow = [\"ops\"]\ntimeout = 5").unwrap().processes;
        assert_eq!((config.allow, config.timeout, config.longest), (vec!["ops".to_owned()], 5, 3600));
        assert!(check("[processes]\nallowed = []").is_err());
    }

    #[test]
    fn a_target_without_a_port_is_refused() {
        assert!(check("[egress]\nallow = [\"example.com\"]").unwrap_err().contains("host:port"));
        check("[egress]\nallow = [\"127.0.0.1:9000\"]").unwrap();
        let resolve = check("[egress.resolve]\n\"example.com\" = \"127.0.0.1:9000\"").unwrap_err();
        assert!(resolve.contains("egress.resolve") && resolve.contains("host:port"), "{resolve}");
        let address = check("[egress.resolve]\n\"example.com:443\" = \"localhost\"").unwrap_err();
        assert!(address.contains("line 2"), "{address}");
    }
}
