//! The PostgreSQL frontend/backend protocol, version 3, as pure state: what is
//! read goes in, decisions and bytes come out. [`link`], [`encryption`] and
//! [`cancel`] alone do io.

mod auth;
mod cancel;
mod encryption;
mod frame;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod link;
mod opening;
mod parameters;
mod reset;
mod startup;
mod tracker;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::link::Link;
use crate::protocol::{Backend, Failure, Protocol};
use crate::secret::Secret;
use crate::stream::Stream;

/// What the server needs to know to cancel a query: process and secret, both
/// opaque (documentation 55.2.8 "Canceling Requests in Progress").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BackendKey {
    pub(crate) process: i32,
    pub(crate) secret: i32,
}

/// PostgreSQL.
pub(crate) struct Postgres;

impl Protocol for Postgres {
    const GREETS: bool = true;
    const SERVER_SPEAKS_FIRST: bool = false;
    /// Terminate.
    const GOODBYE: &'static [u8] = b"X\0\0\0\x04";

    type Shared = Arc<cancel::Cancels>;
    type Raw = Stream;
    type Opening = opening::Opening;
    type Identity = link::Identity;
    type Key = link::LinkKey;
    type Server = link::Server;
    type Tracker = tracker::Tracker;
    type Exchange = reset::Exchange;
    type Registration = cancel::Registration;
    type Cancel = BackendKey;

    async fn prepare(
        stream: Stream,
        backend: &Backend<Self>,
        encrypt: bool,
    ) -> Result<Stream, Error> {
        match encrypt {
            true => encryption::begin(stream, &backend.endpoint).await,
            false => Ok(stream),
        }
    }

    async fn opening(backend: &Backend<Self>) -> Result<Self::Opening, Error> {
        Ok(opening::Opening::new(&backend.endpoint))
    }

    fn refusing(endpoint: &Arc<Endpoint>) -> Self::Opening {
        opening::Opening::refusing(endpoint)
    }

    fn key(identity: &Self::Identity) -> Self::Key {
        identity.key()
    }

    fn password(key: &Self::Key) -> Option<&[u8; 32]> {
        key.password.as_ref()
    }

    fn renew(identity: &Self::Identity, password: Secret) -> Self::Identity {
        link::Identity {
            password: Some(password),
            ..identity.clone()
        }
    }

    async fn log_in(
        stream: Stream,
        endpoint: &Endpoint,
        identity: &Self::Identity,
    ) -> Result<Link<Self>, Failure> {
        link::log_in(stream, endpoint, identity).await
    }

    fn reset(_: &Self::Server, roll_back: bool) -> (Self::Exchange, Bytes) {
        reset::Exchange::reset(roll_back)
    }

    fn ping(_: &Self::Server) -> (Self::Exchange, Bytes) {
        reset::Exchange::ping()
    }

    async fn stop(link: &Link<Self>, endpoint: &Endpoint) {
        if let Some(key) = link.server.key {
            // Where it fails, closing the connection is all that is left.
            let _ = cancel::send(endpoint, link.server.peer, key).await;
        }
    }

    fn register(
        backend: &Backend<Self>,
        tenant: &Tenant,
        _: &Self::Opening,
        server: &Self::Server,
    ) -> Self::Registration {
        let endpoint = backend.endpoint.clone();
        let target = cancel::Target::new(tenant.clone(), endpoint, server.peer, server.key);
        backend.shared.register(target)
    }

    fn welcome(
        opening: &Self::Opening,
        registration: &Self::Registration,
        server: &mut Self::Server,
        out: &mut BytesMut,
    ) {
        out.extend_from_slice(opening.negotiation());
        out.extend_from_slice(server.parameters.greeting());
        let key = registration.key;
        let key = [key.process.to_be_bytes(), key.secret.to_be_bytes()].concat();
        frame::put(out, b'K', &key);
        frame::put(out, b'Z', b"I");
    }

    fn tracker(_: &Self::Server, _: &Self::Registration) -> Self::Tracker {
        tracker::Tracker::default()
    }

    fn cancel(
        backend: &Backend<Self>,
        tenant: &Tenant,
        key: BackendKey,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let target = backend.shared.find(tenant, key)?;
        // A guest that does not wait for it has asked all the same.
        let seen = backend.pool.runtime().spawn(async move {
            target.cancel().await;
        });
        Some(Box::pin(async move {
            let _ = seen.await;
        }))
    }

    fn error_text(message: &Bytes) -> String {
        frame::error_text(message)
    }
}
