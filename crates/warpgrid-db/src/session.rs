//! A guest's connection, as the guest sees it: bytes in, bytes out, in the
//! database's own protocol.

mod checkout;
mod core;
mod opening;
mod relay;

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;

use self::core::Core;
use crate::endpoint::Tenant;
use crate::error::Error;
use crate::mysql::Mysql;
use crate::pools::{Any, AnyBackend, each};
use crate::postgres::Postgres;
use crate::redis::Redis;

/// A guest's session with a database.
///
/// Every operation is safe to cancel: what was not reported as taken or
/// received did not happen. Several tasks may wait for one session at a time.
///
/// Dropping it gives the server connection back, or closes it, without
/// waiting.
pub struct Session(AnyCore);

type AnyCore = Any<Box<Core<Postgres>>, Box<Core<Mysql>>, Box<Core<Redis>>>;

impl Session {
    pub(crate) async fn open(backend: AnyBackend, tenant: Tenant) -> Result<Self, Error> {
        Ok(Self(match backend {
            Any::Postgres(backend) => Any::Postgres(Core::open(backend, tenant).await?),
            Any::Mysql(backend) => Any::Mysql(Core::open(backend, tenant).await?),
            Any::Redis(backend) => Any::Redis(Core::open(backend, tenant).await?),
        }))
    }

    /// Sends bytes from the front of `data` and gives how many were taken.
    /// Zero: none can be taken until what is waiting has been received.
    ///
    /// # Errors
    /// [`Error::Closed`] after the end, else why the session ended.
    pub async fn send(&mut self, data: &[u8]) -> Result<usize, Error> {
        poll_fn(|cx| self.poll_send(cx, data)).await
    }

    /// Receives at least one byte and at most `max`. Empty is the end of the
    /// stream (or what zero bytes are asked for).
    ///
    /// # Errors
    /// Why the session ended, once; then it is at its end.
    pub async fn recv(&mut self, max: usize) -> Result<Bytes, Error> {
        poll_fn(|cx| self.poll_recv(cx, max)).await
    }

    /// Like [`Session::recv`]; `None` where that would wait.
    ///
    /// # Errors
    /// As [`Session::recv`].
    pub fn try_recv(&mut self, max: usize) -> Result<Option<Bytes>, Error> {
        each!(&mut self.0, core => core.try_recv(max))
    }

    /// Waits until [`Session::try_recv`] would not give `None`.
    pub async fn readable(&mut self) {
        poll_fn(|cx| self.poll_readable(cx)).await;
    }

    /// [`Session::readable`], to be polled.
    pub fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        each!(&mut self.0, core => core.poll_readable(cx))
    }

    /// [`Session::recv`], to be polled.
    ///
    /// # Errors
    /// As [`Session::recv`].
    pub fn poll_recv(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Bytes, Error>> {
        each!(&mut self.0, core => core.poll_recv(cx, max))
    }

    /// [`Session::send`], to be polled.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn poll_send(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Error>> {
        each!(&mut self.0, core => core.poll_send(cx, data))
    }

    /// Ends the session as if the network had: the guest is told nothing more.
    pub fn cut(&mut self) {
        each!(&mut self.0, core => core.cut());
    }

    /// Ends the session because the host stops. The guest reads why, unless the
    /// server is in the middle of a message to it.
    pub(crate) fn shut_down(&mut self) {
        each!(&mut self.0, core => core.shut_down());
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(&self.0, core => core.fmt(f))
    }
}
