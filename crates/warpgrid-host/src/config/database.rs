//! `[[database]]`: an endpoint whose connections the host pools.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_spanned::Spanned;
use warpgrid_db::{Credentials, Endpoint, PoolLimits, Protocol, Secret, Tls};

use super::diagnostic::Problem;

/// One pooled endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DatabaseConfig {
    /// The protocol that is spoken there.
    pub protocol: DatabaseProtocol,
    /// The name or address that guests connect to.
    pub host: Spanned<String>,
    /// The port that guests connect to.
    pub port: u16,
    /// Where the server really is, as `host:port`; `host` and `port` if absent.
    pub upstream: Option<Spanned<String>>,
    /// The database to log in to, for Redis its number; the one that the guest
    /// names if absent.
    pub database: Option<Spanned<String>>,
    /// The user to log in as. Absent: the guest is asked for its own login; but
    /// a password for Redis is the default user's.
    pub user: Option<String>,
    /// The user's password. Never given to a guest, never logged.
    pub password: Option<Spanned<Password>>,
    /// The most connections that are kept open, in use and idle.
    #[serde(default = "default_pool_size")]
    pub pool_size: Spanned<u32>,
    /// The most guests that may wait for a connection.
    pub max_waiting: Option<u32>,
    /// How long a guest may wait for a connection.
    #[serde(default, with = "humantime_serde::option")]
    pub wait_timeout: Option<Duration>,
    /// How long connecting to the server may take.
    #[serde(default, with = "humantime_serde::option")]
    pub connect_timeout: Option<Duration>,
    /// How long an unused connection is kept.
    #[serde(default, with = "humantime_serde::option")]
    pub idle_timeout: Option<Duration>,
}

fn default_pool_size() -> Spanned<u32> {
    Spanned::new(0..0, PoolLimits::default().size)
}

/// The protocols of `[[database]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseProtocol {
    /// PostgreSQL's frontend/backend protocol, version 3.
    Postgres,
    /// The client/server protocol of MySQL and MariaDB.
    Mysql,
    /// RESP, the Redis serialization protocol.
    Redis,
}

/// The user that Redis means where none is named.
const REDIS_DEFAULT_USER: &str = "default";

/// A password as it stands in `warp.toml`.
#[derive(Debug, Clone)]
pub struct Password(Secret);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

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
        if let Some(password) = &self.password
            && self.user().is_none()
        {
            return Err(Problem::new(
                password.span(),
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

    fn user(&self) -> Option<&str> {
        let unnamed = self.protocol == DatabaseProtocol::Redis && self.password.is_some();
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
                password: self
                    .password
                    .as_ref()
                    .map(|password| password.as_ref().0.clone()),
            }),
            tls: Tls::default(),
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
