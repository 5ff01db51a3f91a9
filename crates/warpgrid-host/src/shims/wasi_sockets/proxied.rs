//! Connections that are sessions, from the address on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime_wasi::p2::bindings::sockets::network::ErrorCode;
use wasmtime_wasi::runtime;

use super::channel::Channel;
use super::gate;
use super::options::Options;
use super::tcp::TcpView;
use crate::bindings::warpgrid::shim::database_proxy::DbError;
use crate::shims::database_proxy::{SharedSession, reported};

/// A socket whose connection is a session.
pub(super) struct Proxied {
    pub(super) remote: SocketAddr,
    pub(super) options: Options,
    pub(super) state: State,
}

/// How far its connection is.
pub(super) enum State {
    Connecting {
        outcome: Outcome,
        /// Whether wasmtime-wasi's socket has nothing to wait for any more.
        settled: bool,
    },
    Connected(Channel),
}

/// What came of opening a session, once that is known.
#[derive(Clone, Default)]
pub(super) struct Outcome(Arc<Mutex<Option<Result<SharedSession, ErrorCode>>>>);

impl Outcome {
    fn set(&self, outcome: Result<SharedSession, ErrorCode>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    pub(super) fn take(&self) -> Option<Result<SharedSession, ErrorCode>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl TcpView<'_> {
    /// What a connection to an address waits for, if it is not a plain one.
    pub(super) fn opening(&self, remote: SocketAddr, outcome: &Outcome) -> Option<gate::Opening> {
        let (address, port) = (remote.ip().to_canonical(), remote.port());
        let Some(endpoint) = self.database.endpoints.at(self.names, address, port) else {
            if !self.dns.is_made_up(address) {
                return None;
            }
            tracing::warn!(
                %remote,
                "the guest may not connect there; add a [[database]] with this host and port to warp.toml"
            );
            outcome.set(Err(ErrorCode::ConnectionRefused));
            return Some(Box::pin(std::future::ready(false)));
        };
        let Some(opening) = self.database.open(endpoint) else {
            outcome.set(Err(ErrorCode::NewSocketLimit));
            return Some(Box::pin(std::future::ready(false)));
        };
        let (opening, outcome) = (runtime::spawn(opening), outcome.clone());
        Some(Box::pin(async move {
            outcome.set(opening.await.map_err(|error| code_of(reported(&error))));
            false
        }))
    }

    /// Takes note of how a plain connection to a service ended.
    pub(super) fn note(&mut self, socket: u32, error: Option<ErrorCode>) {
        if error == Some(ErrorCode::WouldBlock) {
            return;
        }
        let Some(address) = self.sockets.watched.remove(&socket) else {
            return;
        };
        match error {
            None => self.dns.connected(address, true),
            Some(
                ErrorCode::ConnectionRefused
                | ErrorCode::ConnectionReset
                | ErrorCode::ConnectionAborted
                | ErrorCode::RemoteUnreachable
                | ErrorCode::Timeout,
            ) => self.dns.connected(address, false),
            // The guest was not let, for example.
            Some(_) => {}
        }
    }
}

fn code_of(error: DbError) -> ErrorCode {
    match error {
        DbError::ConnectionRefused => ErrorCode::ConnectionRefused,
        DbError::Timeout => ErrorCode::Timeout,
        DbError::PoolExhausted => ErrorCode::NewSocketLimit,
        DbError::ProtocolError | DbError::Closed => ErrorCode::ConnectionReset,
    }
}
