//! Connections that are sessions, from the address on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime_wasi::p2::bindings::sockets::network::ErrorCode;

use super::channel::Channel;
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
    pub(super) fn set(&self, outcome: Result<SharedSession, ErrorCode>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    pub(super) fn take(&self) -> Option<Result<SharedSession, ErrorCode>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A session that is being opened.
pub(super) trait Opening: Future<Output = Result<SharedSession, DbError>> + Send {}

impl<F: Future<Output = Result<SharedSession, DbError>> + Send> Opening for F {}

/// What a connection is.
pub(super) enum Target<F> {
    /// wasmtime-wasi's affair.
    Plain,
    /// Nothing: there is no session to be had.
    Refused(DbError),
    Session(F),
}

impl TcpView<'_> {
    /// What a connection to an address is.
    pub(super) fn target(&self, remote: SocketAddr) -> Target<impl Opening + use<>> {
        let (address, port) = (remote.ip().to_canonical(), remote.port());
        let Some(endpoint) = self.database.endpoints.at(self.names, address, port) else {
            if !self.dns.is_made_up(address) {
                return Target::Plain;
            }
            tracing::warn!(
                %remote,
                "the guest may not connect there; add a [[database]] with this host and port to warp.toml"
            );
            return Target::Refused(DbError::ConnectionRefused);
        };
        match self.database.open(endpoint) {
            Some(opening) => {
                Target::Session(async { opening.await.map_err(|error| reported(&error)) })
            }
            None => Target::Refused(DbError::PoolExhausted),
        }
    }

    /// Begins to watch how a plain connection ends, where that matters.
    pub(super) fn watch(&mut self, socket: u32, remote: SocketAddr) {
        let address = remote.ip().to_canonical();
        if self.dns.services().has_address(address) {
            self.sockets.watched.insert(socket, address);
        }
    }

    /// Takes note of how a watched connection ended: it is made, or the error
    /// says whether the address is at fault.
    pub(super) fn note(&mut self, socket: u32, at_fault: Option<bool>) {
        if let Some(address) = self.sockets.watched.remove(&socket) {
            match at_fault {
                None => self.dns.connected(address, true),
                Some(true) => self.dns.connected(address, false),
                // The guest was not let, for example.
                Some(false) => {}
            }
        }
    }
}

/// Whether it is the address that a connection failed by.
pub(super) fn at_fault(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ConnectionRefused
            | ErrorCode::ConnectionReset
            | ErrorCode::ConnectionAborted
            | ErrorCode::RemoteUnreachable
            | ErrorCode::Timeout
    )
}

pub(super) fn code_of(error: DbError) -> ErrorCode {
    match error {
        DbError::ConnectionRefused => ErrorCode::ConnectionRefused,
        DbError::Timeout => ErrorCode::Timeout,
        DbError::PoolExhausted => ErrorCode::NewSocketLimit,
        DbError::ProtocolError | DbError::Closed => ErrorCode::ConnectionReset,
    }
}
