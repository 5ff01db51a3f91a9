//! `[[database]]`: an endpoint whose connections the host pools.

mod password;
mod tls;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;
use warpgrid_db::{Credentials, Endpoint, Password, PoolLimits, Protocol, Tls};

use super::diagnostic::Problem;
pub use password::Literal;
use password::Sources;
pub use tls::TlsMode;

/// One pooled endpoint.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DatabaseConfig {
    /// The protocol that is spoken there.
    pub protocol: DatabaseProtocol,
    /// The name or address that guests connect to.
    #[schemars(with = "String")]
    pub host: Spanned<String>,
    /// The port that guests connect to.
    pub port: u16,
    /// Where the server really is, as `host:port`; `host` and `port` if absent.
    #[schemars(with = "Option<String>")]
    pub upstream: Option<Spanned<String>>,
    /// The database to log in to, for Redis its number; the one that the guest
    /// names if absent.
    #[schemars(with = "Option<String>")]
    pub database: Option<Spanned<String>>,
    /// The user to log in as. Absent: the guest is asked for its own login; but
    /// a password for Redis is the default user's.
    pub user: Option<String>,
    /// The user's password. Never given to a guest, never logged.
    #[schemars(with = "Option<String>")]
    pub password: Option<Spanned<Literal>>,
    /// The host's environment variable that holds the password.
    #[schemars(with = "Option<String>")]
    pub password_env: Option<Spanned<String>>,
    /// The file that holds the password, which is read again when it changes.
    #[schemars(with = "Option<PathBuf>")]
    pub password_file: Option<Spanned<PathBuf>>,
    /// How much TLS the connection to the server must have.
    #[schemars(with = "Option<TlsMode>")]
    pub tls: Option<Spanned<TlsMode>>,
    /// A PEM file of the CAs that are trusted; the system's if absent.
    #[schemars(with = "Option<PathBuf>")]
    pub tls_ca: Option<Spanned<PathBuf>>,
    /// A PEM file of the certificate that the server is shown.
    #[schemars(with = "Option<PathBuf>")]
    pub tls_cert: Option<Spanned<PathBuf>>,
    /// A PEM file of that certificate's private key.
    #[schemars(with = "Option<PathBuf>")]
    pub tls_key: Option<Spanned<PathBuf>>,
    /// The name that the server's certificate must have; that of the upstream
    /// if absent.
    #[schemars(with = "Option<String>")]
    pub tls_server_name: Option<Spanned<String>>,
    /// The most connections that are kept open, in use and idle.
    #[serde(default = "default_pool_size")]
    #[schemars(with = "u32")]
    pub pool_size: Spanned<u32>,
    /// The most guests that may wait for a connection.
    pub max_waiting: Option<u32>,
    /// How long a guest may wait for a connection.
    #[serde(
        default,
        deserialize_with = "crate::config::duration::option::deserialize"
    )]
    #[schemars(with = "Option<crate::config::schema::Time>")]
    pub wait_timeout: Option<Duration>,
    /// How long connecting to the server may take.
    #[serde(
        default,
        deserialize_with = "crate::config::duration::option::deserialize"
    )]
    #[schemars(with = "Option<crate::config::schema::Time>")]
    pub connect_timeout: Option<Duration>,
    /// Where `warp dev` has the server from, if it is not the upstream's.
    pub dev: Option<DevServer>,
    /// How long an unused connection is kept.
    #[serde(
        default,
        deserialize_with = "crate::config::duration::option::deserialize"
    )]
    #[schemars(with = "Option<crate::config::schema::Time>")]
    pub idle_timeout: Option<Duration>,
    /// What the keys above name, read.
    #[serde(skip)]
    read: Read,
}

/// What lies outside of `warp.toml`.
#[derive(Debug, Clone, Default)]
struct Read {
    password: Option<Password>,
    tls: Tls,
}

fn default_pool_size() -> Spanned<u32> {
    Spanned::new(0..0, PoolLimits::default().size)
}

/// The protocols of `[[database]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseProtocol {
    /// PostgreSQL's frontend/backend protocol, version 3.
    Postgres,
    /// The client/server protocol of MySQL and MariaDB.
    Mysql,
    /// RESP, the Redis serialization protocol.
    Redis,
}

/// Where `warp dev` has a server from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DevServer {
    /// It starts one of the system's, with data in the project.
    Auto,
}

/// The user that Redis means where none is named.
const REDIS_DEFAULT_USER: &str = "default";

impl DatabaseConfig {
    /// Whether a guest that connects to this endpoint means `other` as well.
    pub(super) fn claims(&self, other: &Self) -> bool {
        self.port == other.port && self.host.as_ref().eq_ignore_ascii_case(other.host.as_ref())
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.host.as_ref().is_empty() {
            return Err(Problem::new(
                self.host.span(),
                "the database's host is empty".to_owned(),
                "give the name that guests connect to",
            ));
        }
        if let Some(upstream) = &self.upstream
            && split_upstream(upstream.as_ref()).is_none()
        {
            return Err(Problem::new(
                upstream.span(),
                format!("`{}` is not an endpoint", upstream.as_ref()),
                "write it as host:port, for example 10.0.0.5:5432",
            ));
        }
        if let Some(database) = &self.database
            && self.protocol == DatabaseProtocol::Redis
            && database.as_ref().parse::<u32>().is_err()
        {
            return Err(Problem::new(
                database.span(),
                format!("`{}` is not a database of Redis", database.as_ref()),
                "give its number, for example database = \"0\"",
            ));
        }
        if let Some(span) = self.sources().span()
            && self.user().is_none()
        {
            return Err(Problem::new(
                span,
                "a password without a user".to_owned(),
                "add user = \"…\" beside it",
            ));
        }
        if *self.pool_size.as_ref() == 0 {
            return Err(Problem::new(
                self.pool_size.span(),
                "a pool of no connections".to_owned(),
                "give pool-size at least 1",
            ));
        }
        Ok(())
    }

    /// Whether an environment variable holds the password.
    pub(super) fn keeps_secret(&self, name: &str) -> bool {
        let variable = self.password_env.as_ref();
        variable.is_some_and(|variable| variable.as_ref() == name)
    }

    /// No guest may have the variable that holds the password.
    pub(super) fn check_secrecy(&self, env: &BTreeMap<String, String>) -> Result<(), Problem> {
        match &self.password_env {
            Some(variable) if env.contains_key(variable.as_ref()) => Err(Problem::new(
                variable.span(),
                format!("`{}` is given to guests by [env]", variable.as_ref()),
                "remove it from [env], or keep the password in another variable",
            )),
            _ => Ok(()),
        }
    }

    /// Reads what the keys name: the environment, and files, relative to the
    /// folder.
    pub(super) fn read(&mut self, folder: &Path) -> Result<(), Problem> {
        self.read = Read {
            password: self.sources().read(folder)?,
            tls: tls::read(self, folder)?,
        };
        Ok(())
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            literal: self.password.as_ref(),
            variable: self.password_env.as_ref(),
            file: self.password_file.as_ref(),
        }
    }

    fn user(&self) -> Option<&str> {
        let has_password = self.sources().span().is_some();
        let unnamed = self.protocol == DatabaseProtocol::Redis && has_password;
        let default = unnamed.then_some(REDIS_DEFAULT_USER);
        self.user.as_deref().or(default)
    }

    /// Where the host connects: name or address, and port.
    pub fn upstream(&self) -> (&str, u16) {
        self.upstream
            .as_ref()
            .and_then(|upstream| split_upstream(upstream.as_ref()))
            .unwrap_or((self.host.as_ref(), self.port))
    }

    /// Turns it into an endpoint whose server is here, and lets everybody in.
    pub fn serve_from(&mut self, address: std::net::SocketAddr) {
        self.upstream = Some(Spanned::new(0..0, address.to_string()));
        self.password = None;
        self.password_env = None;
        self.password_file = None;
        self.tls = None;
        self.tls_ca = None;
        self.tls_cert = None;
        self.tls_key = None;
        self.tls_server_name = None;
        self.read = Read::default();
    }

    /// The user that the host logs in as.
    pub fn login(&self) -> Option<&str> {
        self.user()
    }

    /// The database to log in to, if it is not the guest's to name.
    pub(crate) fn database(&self) -> Option<String> {
        let database = self.database.as_ref();
        database.map(|database| database.as_ref().clone())
    }

    /// The endpoint as the pools take it; `host` is where the server really is.
    pub(crate) fn endpoint(&self, host: String, port: u16) -> Endpoint {
        let defaults = PoolLimits::default();
        Endpoint {
            protocol: match self.protocol {
                DatabaseProtocol::Postgres => Protocol::Postgres,
                DatabaseProtocol::Mysql => Protocol::Mysql,
                DatabaseProtocol::Redis => Protocol::Redis,
            },
            host,
            port,
            database: self.database(),
            credentials: self.user().map(|user| Credentials {
                user: user.to_owned(),
                password: self.read.password.clone(),
            }),
            tls: self.read.tls.clone(),
            limits: PoolLimits {
                size: *self.pool_size.as_ref(),
                max_waiting: self.max_waiting.unwrap_or(defaults.max_waiting),
                wait_timeout: self.wait_timeout.unwrap_or(defaults.wait_timeout),
                connect_timeout: self.connect_timeout.unwrap_or(defaults.connect_timeout),
                idle_timeout: self.idle_timeout.unwrap_or(defaults.idle_timeout),
                ..defaults
            },
        }
    }
}

/// `host:port`, with an IPv6 address in brackets.
fn split_upstream(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    let port = port.parse().ok().filter(|port| *port != 0)?;
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests;
