//! Why nothing is served.

use std::net::SocketAddr;
use std::path::PathBuf;

use miette::Diagnostic;

use crate::config::ConfigError;

/// Why nothing is served.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Error {
    /// The configuration cannot be read, or is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),
    /// There is nothing to serve.
    #[error("{} has no [[database]]", config.display())]
    #[diagnostic(help(
        "add a [[database]] section with protocol, host, port, user and password, or name \
         another file with --config"
    ))]
    NoDatabase {
        /// The configuration file.
        config: PathBuf,
    },
    /// There is no such database.
    #[error("{} has no [[database]] `{name}`", config.display())]
    #[diagnostic(help("it has {}", known.join(", ")))]
    UnknownDatabase {
        /// The configuration file.
        config: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// One address was given for several databases.
    #[error("{address} is one address for {} databases", databases.len())]
    #[diagnostic(help(
        "name the one to listen for, for example `warp db-proxy {} --listen {address}`",
        databases.first().map(String::as_str).unwrap_or_default()
    ))]
    OneAddress {
        /// The address.
        address: SocketAddr,
        /// The databases.
        databases: Vec<String>,
    },
    /// Other machines could connect.
    #[error(
        "{address} is not a loopback address: clients are not asked for a password, so others \
         could use the database with yours"
    )]
    #[diagnostic(help("listen on 127.0.0.1 or [::1]"))]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Listen(crate::Error),
}
