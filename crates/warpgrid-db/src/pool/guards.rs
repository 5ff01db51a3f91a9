//! What a session holds of a pool.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::{Connection, Grant, Pool, Unused};

/// The right to have one connection.
pub(crate) struct Place<C: Connection>(pub(super) Option<Arc<Pool<C>>>);

impl<C: Connection> Place<C> {
    /// Puts a connection on it.
    pub(crate) fn opened(self, connection: C, key: C::Key) -> Lease<C> {
        if let Some(pool) = &self.0 {
            pool.state().opened += 1;
        }
        Lease {
            connection,
            key,
            place: self,
        }
    }

    /// Leaves an open transport for whoever logs in next.
    pub(crate) fn park(mut self, raw: C::Raw) {
        if let Some(pool) = self.0.take() {
            pool.pass_on(Some(Unused::Raw(raw)));
        }
    }
}

impl<C: Connection> Drop for Place<C> {
    fn drop(&mut self) {
        if let Some(pool) = self.0.take() {
            pool.pass_on(None);
        }
    }
}

/// A connection in use. Dropping it drops the connection: only
/// [`Lease::park`] gives it to another session.
pub(crate) struct Lease<C: Connection> {
    pub(super) connection: C,
    pub(super) key: C::Key,
    pub(super) place: Place<C>,
}

impl<C: Connection> Lease<C> {
    pub(crate) fn connection(&mut self) -> &mut C {
        &mut self.connection
    }

    /// Which sessions it is good for.
    pub(crate) fn key(&self) -> &C::Key {
        &self.key
    }

    /// The connection is clean: the next session may have it.
    pub(crate) fn park(mut self) {
        if let Some(pool) = self.place.0.take() {
            pool.state().returned += 1;
            pool.pass_on(Some(Unused::Ready(self.connection, self.key)));
        }
    }

    /// Frees the place at once; the connection is the caller's to end.
    pub(crate) fn remove(self) -> C {
        self.connection
    }

    /// Closes the connection and keeps the place, to open another.
    pub(crate) fn renew(self) -> Place<C> {
        self.place
    }
}

/// A turn in the queue: a future that gives the grant, or nothing when the
/// pool drains. Dropping it passes the turn on.
pub(crate) struct Ticket<C: Connection> {
    pub(super) pool: Arc<Pool<C>>,
    pub(super) id: u64,
    pub(super) grant: oneshot::Receiver<Grant<C>>,
}

impl<C: Connection> Future for Ticket<C> {
    type Output = Option<Grant<C>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.grant).poll(cx).map(Result::ok)
    }
}

impl<C: Connection> Drop for Ticket<C> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        let own = state.waiters.iter().position(|waiter| waiter.id == self.id);
        let waiter = own.and_then(|own| state.waiters.remove(own));
        drop(state);
        drop(waiter);
        // A grant that was handed over and never looked at is still whole.
        self.grant.close();
        match self.grant.try_recv() {
            Ok(Grant::Idle(lease, _)) => lease.park(),
            Ok(Grant::Open(place, Some(raw))) => place.park(raw),
            Ok(Grant::Open(_, None)) | Err(_) => {}
        }
    }
}
