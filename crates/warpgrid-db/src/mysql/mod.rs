//! The client/server protocol of MySQL and MariaDB, from version 4.1 on.
//!
//! Source: dev.mysql.com, "MySQL Internals: Client/Server Protocol", and
//! mariadb.com, "Client/Server Protocol"; the names are theirs.

mod auth;
mod frame;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod handshake;
mod key;
mod kill;
mod link;
mod reset;
mod responses;
mod startup;
mod tracker;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::link::Link;
use crate::protocol::{Backend, Failure, Protocol, slow};
use crate::secret::Secret;
use crate::stream::Stream;

/// MySQL and MariaDB.
pub(crate) struct Mysql;

/// What the sessions of an endpoint share.
#[derive(Default)]
pub(crate) struct Shared {
    known: handshake::Known,
    threads: Arc<kill::Threads>,
}

impl Protocol for Mysql {
    const GREETS: bool = true;
    const SERVER_SPEAKS_FIRST: bool = true;
    /// COM_QUIT.
    const GOODBYE: &'static [u8] = &[1, 0, 0, 0, frame::COM_QUIT];

    type Shared = Shared;
    type Raw = handshake::Greeted;
    type Opening = startup::Opening;
    type Identity = Arc<link::Identity>;
    type Key = link::LinkKey;
    type Server = link::Server;
    type Tracker = tracker::Tracker;
    type Exchange = reset::Exchange;
    type Registration = kill::Registration;
    type Cancel = ();

    /// TLS begins in the middle of the login, which says what the client is.
    async fn prepare(
        stream: Stream,
        backend: &Backend<Self>,
        encrypt: bool,
    ) -> Result<handshake::Greeted, Error> {
        let greeted = handshake::Greeted::read(stream, &backend.endpoint, encrypt).await?;
        backend.shared.known.learn(&greeted.handshake);
        Ok(greeted)
    }

    /// A guest is greeted in the server's words, so one must have been heard.
    async fn opening(backend: &Backend<Self>) -> Result<Self::Opening, Error> {
        let limit = backend.endpoint.limits.connect_timeout;
        let handshake = timeout(limit, backend.shared.known.get())
            .await
            .map_err(|_| slow(&backend.endpoint, "waiting for the server to speak"))?;
        Ok(startup::Opening::new(&backend.endpoint, handshake))
    }

    fn refusing(endpoint: &Arc<Endpoint>) -> Self::Opening {
        startup::Opening::new(endpoint, Arc::default())
    }

    fn key(identity: &Self::Identity) -> Self::Key {
        identity.key()
    }

    fn password(key: &Self::Key) -> Option<&[u8; 32]> {
        key.password.as_ref()
    }

    fn renew(identity: &Self::Identity, password: Secret) -> Self::Identity {
        Arc::new(link::Identity {
            password: Some(password),
            ..link::Identity::clone(identity)
        })
    }

    async fn log_in(
        raw: handshake::Greeted,
        endpoint: &Endpoint,
        identity: &Self::Identity,
    ) -> Result<Link<Self>, Failure> {
        link::log_in(raw, endpoint, identity).await
    }

    fn reset(server: &Self::Server, _: bool) -> (Self::Exchange, Bytes) {
        reset::Exchange::reset(server)
    }

    fn ping(server: &Self::Server) -> (Self::Exchange, Bytes) {
        reset::Exchange::ping(server)
    }

    /// The server does not notice that a client is gone while it works for it.
    async fn stop(link: &Link<Self>, endpoint: &Endpoint) {
        let identity = match endpoint.changing_password() {
            Some((password, _)) => Self::renew(&link.server.identity, password),
            None => link.server.identity.clone(),
        };
        // Where it fails, closing the connection is all that is left.
        if let Err(error) = link::kill(link, endpoint, &identity).await {
            tracing::debug!(%endpoint, ?error, "a query was not killed");
        }
    }

    fn register(
        backend: &Backend<Self>,
        tenant: &Tenant,
        opening: &Self::Opening,
        server: &Self::Server,
    ) -> Self::Registration {
        let threads = &backend.shared.threads;
        threads.register(opening.thread(), tenant, server.thread)
    }

    fn welcome(
        opening: &Self::Opening,
        _: &Self::Registration,
        _: &mut Self::Server,
        out: &mut BytesMut,
    ) {
        opening.welcome(out);
    }

    fn tracker(server: &Self::Server, registration: &Self::Registration) -> Self::Tracker {
        tracker::Tracker::new(server.deprecate_eof(), registration.reach())
    }

    fn cancel(
        _: &Backend<Self>,
        _: &Tenant,
        (): (),
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        None
    }

    fn error_text(message: &Bytes) -> String {
        frame::error_text(message)
    }
}
