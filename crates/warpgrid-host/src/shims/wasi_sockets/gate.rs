//! How a socket of wasmtime-wasi waits for a session.
//!
//! wasmtime-wasi asks, before it connects, whether the address may be used, and
//! its socket is "connecting" until it knows. So the answer for a proxied
//! endpoint is a future that is ready when the session is open or has failed:
//! pollables that the guest has of the socket, even from before, wake at the
//! right time. The answer is no, for nothing shall be connected to; by then the
//! socket has its session.

use std::cell::RefCell;
use std::pin::Pin;

use wasmtime_wasi::sockets::SocketAddrUse;

/// Ready when a session is open or has failed; then false.
pub(super) type Opening = Pin<Box<dyn Future<Output = bool> + Send + Sync>>;

thread_local! {
    /// What the connection waits for that is being started on this thread.
    static STARTING: RefCell<Option<Opening>> = const { RefCell::new(None) };
}

/// Starts a connection that waits for `opening`. `start` must get as far as
/// asking for the address.
pub(super) fn start<R>(opening: Opening, start: impl FnOnce() -> R) -> R {
    STARTING.set(Some(opening));
    let started = start();
    STARTING.take();
    started
}

/// The answer to whether an address may be used so, where it is the address of
/// a proxied endpoint that is being connected to.
pub(crate) fn opening_of(usage: SocketAddrUse) -> Option<Opening> {
    match usage {
        SocketAddrUse::TcpConnect => STARTING.take(),
        _ => None,
    }
}
