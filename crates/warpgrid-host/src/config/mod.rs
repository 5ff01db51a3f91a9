//! What an operator decides about a guest: the host's sections of `warp.toml`.
//!
//! ```toml
//! [shims]
//! filesystem = true                # each shim is on unless it is turned off
//! dns = true
//! database-proxy = true
//! signals = true
//! threading = true
//!
//! [[database]]
//! protocol = "postgres"             # or "mysql", "redis"
//! host = "db.production.warp.local" # the name the guest connects to
//! port = 5432
//! upstream = "10.0.0.5:5432"        # where it really is; the name itself if absent
//! database = "app"
//! user = "app"
//! password-file = "app.password"    # or password-env = "NAME", or password = "…"
//! pool-size = 10
//! tls = "verify-full"               # or "disable", "prefer", "require", "verify-ca"
//! tls-ca = "ca.crt"                 # who may sign the server's certificate
//! tls-cert = "client.crt"           # what the server is shown, with its tls-key
//! tls-key = "client.key"
//! tls-server-name = "db.example"    # what stands in the server's certificate
//! dev = "auto"                      # `warp dev` starts a server of its own instead
//!
//! [services]
//! "cache.production.warp.local" = ["10.0.0.6", "10.0.0.7"]
//!
//! [dns]
//! ttl = "30s"                       # how long an answer is kept
//! negative-ttl = "5s"               # and that there is none
//! failed-ttl = "10s"                # how long an address that fails goes last
//! timeout = "5s"
//! search = ["production.warp.local"] # completes names without a dot
//! hosts = { "api.example.com" = "192.0.2.7" }
//!
//! [filesystem]
//! timezone = "Europe/Berlin"
//! files = { "/etc/app.conf" = { path = "app.conf" } }
//!
//! [network]
//! connect = ["api.example.com:443", "192.0.2.7:443"]
//! listen = ["127.0.0.1:8080"]
//!
//! [directories]
//! "/data" = "data"                  # what the guest calls it, and where it is
//!
//! [limits]
//! memory = "256 MiB"
//! request-timeout = "30s"
//!
//! [env]
//! LOG_LEVEL = "info"
//! ```

mod database;
mod diagnostic;
mod dns;
mod duration;
mod filesystem;
mod limits;
mod network;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

pub use database::{DatabaseConfig, DatabaseProtocol, DevServer, TlsMode};
pub use diagnostic::ConfigError;
pub use dns::{Addresses, Dns};
pub(crate) use filesystem::zone;
pub use filesystem::{Filesystem, VirtualFile};
pub use limits::Limits;
pub use network::{Network, Rule};

/// The host's part of `warp.toml`: which shims a guest has, what they reach,
/// and what the guest may use up.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ShimConfig {
    /// Which shims are linked. One that is off is not in the linker at all.
    pub shims: Shims,
    /// Endpoints whose connections are pooled and authenticated by the host.
    #[serde(rename = "database")]
    pub databases: Vec<DatabaseConfig>,
    /// The service registry: names and the addresses they stand for, handed out
    /// in turn.
    pub services: BTreeMap<String, Addresses>,
    /// How other names are resolved.
    pub dns: Dns,
    /// Files that only the guest sees.
    pub filesystem: Filesystem,
    /// Plain sockets that a guest may open beside the proxied ones.
    pub network: Network,
    /// Directories that a guest may read and write: what it calls them, and
    /// where they are. Of a file's, relative ones are relative to the file.
    pub directories: BTreeMap<String, PathBuf>,
    /// What a guest may use up.
    pub limits: Limits,
    /// The guest's environment variables.
    pub env: BTreeMap<String, String>,
    /// Belongs to `warp pack`.
    #[schemars(skip)]
    package: Option<IgnoredAny>,
}

/// What a configuration is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Serving,
    Development,
}

/// Which shims are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Shims {
    /// `warpgrid:shim/filesystem`.
    pub filesystem: bool,
    /// `warpgrid:shim/dns` and `warpgrid:shim/dns-reverse`, and look-ups by
    /// `wasi:sockets`.
    pub dns: bool,
    /// `warpgrid:shim/database-proxy` and `warpgrid:shim/sockets`, and
    /// connections by `wasi:sockets`.
    pub database_proxy: bool,
    /// `warpgrid:shim/signals`.
    pub signals: bool,
    /// `warpgrid:shim/threading`.
    pub threading: bool,
}

impl Default for Shims {
    fn default() -> Self {
        Self {
            filesystem: true,
            dns: true,
            database_proxy: true,
            signals: true,
            threading: true,
        }
    }
}

impl ShimConfig {
    /// Reads the configuration from a file.
    ///
    /// # Errors
    /// Names the file, the place in it and what would be right.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::read(path, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&path.display().to_string(), &text, folder, Purpose::Serving)
    }

    /// As [`Self::from_file`], for `warp dev`: of a database whose server is started
    /// nothing is read but its keys.
    ///
    /// # Errors
    /// As [`Self::from_file`].
    pub fn for_development(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::read(path, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.display().to_string();
        Self::parse(&name, &text, folder, Purpose::Development)
    }

    /// The databases that only `warp dev` has a server for, by their host and port.
    pub fn without_server(&self) -> impl Iterator<Item = &DatabaseConfig> {
        let databases = self.databases.iter();
        databases.filter(|database| database.dev.is_some() && database.upstream.is_none())
    }

    /// Reads the configuration from text; `name` is what errors call it. Paths
    /// in it are relative to the current folder.
    ///
    /// # Errors
    /// Names the place in the text and what would be right.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, ConfigError> {
        Self::parse(name, text, Path::new(""), Purpose::Serving)
    }

    fn parse(name: &str, text: &str, folder: &Path, purpose: Purpose) -> Result<Self, ConfigError> {
        let mut config: Self = toml_edit::de::from_str(text)
            .map_err(|error| ConfigError::syntax(name, text, &error))?;
        config
            .check()
            .and_then(|()| config.filesystem.read(folder))
            .and_then(|()| {
                let started = |database: &DatabaseConfig| {
                    purpose == Purpose::Development && database.dev.is_some()
                };
                let mut databases = config.databases.iter_mut();
                databases
                    .by_ref()
                    .filter(|database| !started(database))
                    .try_for_each(|database| database.read(folder))
            })
            .map_err(|problem| problem.located(name, text))?;
        for directory in config.directories.values_mut() {
            *directory = folder.join(&directory);
        }
        Ok(config)
    }

    /// The guest's environment variables: [`Self::env`] without those that hold
    /// a database's password, whoever has put them there.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let secret = |name: &str| {
            let mut databases = self.databases.iter();
            databases.any(|database| database.keeps_secret(name))
        };
        let all = self
            .env
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(move |(name, _)| !secret(name))
    }

    fn check(&self) -> Result<(), diagnostic::Problem> {
        for (index, database) in self.databases.iter().enumerate() {
            database.check()?;
            database.check_secrecy(&self.env)?;
            if self.databases[..index]
                .iter()
                .any(|earlier| earlier.claims(database))
            {
                return Err(diagnostic::Problem::new(
                    database.host.span(),
                    format!(
                        "{}:{} is configured twice",
                        database.host.as_ref(),
                        database.port
                    ),
                    "keep one [[database]] for each host and port",
                ));
            }
        }
        for (name, addresses) in self.services.iter().chain(&self.dns.hosts) {
            if addresses.as_slice().is_empty() {
                return Err(diagnostic::Problem::unlocated(
                    format!("`{name}` has no address"),
                    "give it at least one address, or remove it",
                ));
            }
        }
        self.dns.check()?;
        self.filesystem.check()?;
        self.network.check(&self.shims)?;
        self.limits.check()
    }
}

#[cfg(test)]
mod tests;
