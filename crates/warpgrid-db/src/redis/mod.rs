//! RESP, the Redis serialization protocol, versions 2 and 3.
//!
//! Source: redis.io, "Redis serialization protocol specification" and the
//! pages of the commands named; where they say less than a client must know,
//! `networking.c` of Redis 7.0.

mod auth;
mod frame;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod replies;
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

/// Redis, and what speaks like it.
pub(crate) struct Redis;

impl Protocol for Redis {
    const GREETS: bool = false;
    const SERVER_SPEAKS_FIRST: bool = false;
    const GOODBYE: &'static [u8] = b"";

    type Shared = ();
    type Raw = Stream;
    type Opening = startup::Opening;
    type Identity = Arc<auth::Login>;
    type Key = auth::LoginKey;
    type Server = Arc<auth::Login>;
    type Tracker = tracker::Tracker;
    type Exchange = reset::Exchange;
    type Registration = ();
    type Cancel = ();

    /// Redis has a port of its own for TLS, so that it begins at once.
    async fn prepare(
        stream: Stream,
        backend: &Backend<Self>,
        encrypt: bool,
    ) -> Result<Stream, Error> {
        match encrypt {
            true => stream.encrypt(&backend.endpoint).await,
            false => Ok(stream),
        }
    }

    async fn opening(backend: &Backend<Self>) -> Result<Self::Opening, Error> {
        Ok(startup::Opening::new(&backend.endpoint))
    }

    fn refusing(endpoint: &Arc<Endpoint>) -> Self::Opening {
        startup::Opening::new(endpoint)
    }

    fn key(identity: &Self::Identity) -> Self::Key {
        identity.key()
    }

    fn password(key: &Self::Key) -> Option<&[u8; 32]> {
        key.password.as_ref()
    }

    fn renew(identity: &Self::Identity, password: Secret) -> Self::Identity {
        let mut login = auth::Login::clone(identity);
        if let Some(credentials) = &mut login.credentials {
            credentials.password = password;
        }
        Arc::new(login)
    }

    async fn log_in(
        stream: Stream,
        endpoint: &Endpoint,
        identity: &Self::Identity,
    ) -> Result<Link<Self>, Failure> {
        auth::log_in(stream, endpoint, identity).await
    }

    fn reset(server: &Self::Server, _: bool) -> (Self::Exchange, Bytes) {
        reset::Exchange::reset(server)
    }

    fn ping(_: &Self::Server) -> (Self::Exchange, Bytes) {
        reset::Exchange::ping()
    }

    /// The server frees a blocked client when its connection closes.
    async fn stop(_: &Link<Self>, _: &Endpoint) {}

    fn register(_: &Backend<Self>, _: &Tenant, _: &Self::Opening, _: &Self::Server) {}

    fn welcome(_: &Self::Opening, (): &(), _: &mut Self::Server, _: &mut BytesMut) {}

    fn tracker(server: &Self::Server, (): &()) -> Self::Tracker {
        tracker::Tracker::new(server.clone())
    }

    fn cancel(
        _: &Backend<Self>,
        _: &Tenant,
        (): (),
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        None
    }

    fn error_text(message: &Bytes) -> String {
        let text = message.strip_prefix(b"-").unwrap_or(message);
        String::from_utf8_lossy(text).trim_end().to_owned()
    }
}
