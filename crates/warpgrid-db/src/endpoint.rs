//! What the operator configures: where a database is, who logs in, and how
//! much of it guests may use.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::secret::{Password, Secret};
use crate::tls::Tls;

/// The wire protocol of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// PostgreSQL's frontend/backend protocol, version 3.
    Postgres,
    /// The MySQL and MariaDB client/server protocol.
    Mysql,
    /// RESP, the Redis serialization protocol.
    Redis,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Redis => "redis",
        })
    }
}

/// One database as guests reach it. Equal endpoints share one pool; endpoints
/// that differ in anything, limits included, do not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The protocol that guests and the server speak.
    pub protocol: Protocol,
    /// Where the host connects: a name, or an address in its textual form.
    pub host: String,
    /// The server's TCP port.
    pub port: u16,
    /// The database to use, whatever the guest asks for.
    pub database: Option<String>,
    /// Who logs in, whoever the guest says it is. Without them the guest is
    /// asked for its own.
    pub credentials: Option<Credentials>,
    /// Whether and how the connection is encrypted; guests never see it.
    pub tls: Tls,
    /// How much of the server guests may use through this endpoint.
    pub limits: PoolLimits,
}

/// Names the endpoint in messages; without user, database and password.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "{} at [{}]:{}", self.protocol, self.host, self.port)
        } else {
            write!(f, "{} at {}:{}", self.protocol, self.host, self.port)
        }
    }
}

impl Endpoint {
    /// The host's own password as it is now, and a number that grows when it
    /// changes; nothing where it cannot change.
    pub(crate) fn changing_password(&self) -> Option<(Secret, u64)> {
        self.credentials.as_ref()?.password.as_ref()?.changing()
    }
}

/// A database user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The user's name in the database.
    pub user: String,
    /// The password, where the server asks for one.
    pub password: Option<Password>,
}

impl Credentials {
    /// The password as it is now.
    pub(crate) fn current(&self) -> Option<Secret> {
        self.password.as_ref().map(Password::current)
    }
}

/// The bounds of one endpoint's pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoolLimits {
    /// The most server connections at a time, whatever they are doing: idle,
    /// in use, being opened or being reset. Zero counts as one.
    pub size: u32,
    /// The most sessions that wait for a connection; one more is refused.
    pub max_waiting: u32,
    /// How long a session waits for a connection.
    pub wait_timeout: Duration,
    /// How long opening a TCP connection may take, name resolution included,
    /// and then again how long the login on it may take.
    pub connect_timeout: Duration,
    /// How long a connection stays in the pool unused.
    pub idle_timeout: Duration,
    /// A connection unused for longer is asked for a sign of life before a
    /// session gets it; until then it is enough that its socket is open.
    pub check_after: Duration,
    /// How long a guest may take to send its startup message and password.
    pub startup_timeout: Duration,
    /// How long a send may find the server neither taking nor giving a byte.
    /// It must outlast the longest wait of a server that has stopped reading,
    /// such as a `COPY` behind a lock.
    pub stall_timeout: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            size: 10,
            max_waiting: 512,
            wait_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            check_after: Duration::from_secs(5),
            startup_timeout: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(300),
        }
    }
}

/// Who a session belongs to. Tenants share server connections one after the
/// other and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// Names a tenant; equal names are one tenant.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_literal_is_printed_unambiguously() {
        let endpoint = |host: &str| Endpoint {
            protocol: Protocol::Postgres,
            host: host.into(),
            port: 5432,
            database: None,
            credentials: None,
            tls: Tls::default(),
            limits: PoolLimits::default(),
        };
        assert_eq!(
            endpoint("db.internal").to_string(),
            "postgres at db.internal:5432"
        );
        assert_eq!(endpoint("::1").to_string(), "postgres at [::1]:5432");
    }
}
