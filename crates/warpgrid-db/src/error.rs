//! What can go wrong, with the endpoint it concerns and what to do about it.

use std::io;
use std::time::Duration;

use crate::endpoint::{Endpoint, Protocol};
use crate::tls::explain;

/// Why a session cannot be had, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing listens there, or the connection was turned away.
    #[error(
        "{endpoint} refuses connections: {source}; check that the server runs and that host and port are right"
    )]
    ConnectionRefused {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// What the operating system said.
        source: io::Error,
    },

    /// The name of the server cannot be resolved.
    #[error(
        "{endpoint}: the host name cannot be resolved: {source}; check the name in the host's configuration"
    )]
    Resolve {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// What the resolver said.
        source: io::Error,
    },

    /// A bounded wait ran out.
    #[error("{endpoint}: {what} took longer than {limit:?}; {remedy}")]
    Timeout {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// What was waited for.
        what: &'static str,
        /// How long the wait was.
        limit: Duration,
        /// What to change.
        remedy: &'static str,
    },

    /// One side broke the wire protocol.
    #[error("{endpoint}: {what}; check that the server really speaks {protocol}")]
    Protocol {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// The protocol that was expected.
        protocol: Protocol,
        /// What was wrong.
        what: String,
    },

    /// Every connection is in use and the wait queue is full.
    #[error(
        "{endpoint}: all {size} connections are in use and {waiting} sessions wait already; raise the pool size, or close sessions earlier"
    )]
    PoolExhausted {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// The bound on connections.
        size: u32,
        /// The sessions in the queue.
        waiting: u32,
    },

    /// The server connection broke while a session used it.
    #[error("{endpoint}: the connection to the server was lost: {source}; connect again")]
    Lost {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// What the operating system said.
        source: io::Error,
    },

    /// The connection cannot have the TLS that it must have.
    #[error("{endpoint}: {what}; {remedy}")]
    Tls {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// What is wrong, of the certificate or else.
        what: String,
        /// What to change, by its name in the host's configuration.
        remedy: String,
    },

    /// The host has no way to log in that the server accepts.
    #[error("{endpoint}: {what}; check the credentials in the host's configuration")]
    Login {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
        /// What the server asked for or said.
        what: String,
    },

    /// The host is shutting down.
    #[error(
        "{endpoint}: the host is shutting down and opens no more sessions; connect to another instance"
    )]
    Draining {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
    },

    /// This session has ended.
    #[error("the database session has ended; connect again")]
    Closed,

    /// The host is shutting down, and this session with it.
    #[error("{endpoint}: the host is shutting down and ends this session; connect again later")]
    ShutDown {
        /// The endpoint, as [`Endpoint`] prints itself.
        endpoint: String,
    },
}

impl Error {
    /// Of an error of the stream's; of TLS where that is what went wrong.
    pub(crate) fn lost(endpoint: &Endpoint, source: io::Error) -> Self {
        explain(endpoint, &source).unwrap_or_else(|| Self::Lost {
            endpoint: endpoint.to_string(),
            source,
        })
    }

    /// Of a server that says nothing to what TLS begins with.
    pub(crate) fn silent_handshake(endpoint: &Endpoint) -> Self {
        Self::Tls {
            endpoint: endpoint.to_string(),
            what: "the server does not answer to the TLS handshake".into(),
            remedy: "check that the port is the one for TLS, or set tls = \"disable\"".into(),
        }
    }

    /// Of a server that has no TLS, where there must be.
    pub(crate) fn no_tls(endpoint: &Endpoint) -> Self {
        let mode = endpoint.tls.mode();
        Self::Tls {
            endpoint: endpoint.to_string(),
            what: format!("the server offers no TLS, and tls = \"{mode}\" does without none"),
            remedy: "turn TLS on at the server, or set tls = \"prefer\"".into(),
        }
    }

    pub(crate) fn protocol(endpoint: &Endpoint, what: impl Into<String>) -> Self {
        Self::Protocol {
            endpoint: endpoint.to_string(),
            protocol: endpoint.protocol,
            what: what.into(),
        }
    }

    pub(crate) fn login(endpoint: &Endpoint, what: impl Into<String>) -> Self {
        Self::Login {
            endpoint: endpoint.to_string(),
            what: what.into(),
        }
    }

    pub(crate) fn timeout(
        endpoint: &Endpoint,
        what: &'static str,
        limit: Duration,
        remedy: &'static str,
    ) -> Self {
        Self::Timeout {
            endpoint: endpoint.to_string(),
            what,
            limit,
            remedy,
        }
    }
}
