//! What pools and sessions need of a wire protocol. Everything here is decided
//! per message or per session; what runs per byte is inside a [`Tracker`].

mod backend;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use zeroize::Zeroizing;

use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::link::{Link, Unfit};
use crate::secret::Secret;
use crate::stream::Stream;
pub(crate) use backend::{Backend, slow};

/// A wire protocol.
pub(crate) trait Protocol: Sized + Send + Sync + 'static {
    /// Whether the guest is greeted once its connection is there. If not, what
    /// it sends before is kept for the server.
    const GREETS: bool;
    /// Whether the server speaks before its client.
    const SERVER_SPEAKS_FIRST: bool;

    /// What all sessions of an endpoint share.
    type Shared: Default + Send + Sync;
    /// An open transport, before the login.
    type Raw: Raw;
    /// The guest's side of a session's start.
    type Opening: Opening<Self> + 'static;
    /// What a guest logs in with, the host's credentials or its own.
    type Identity: Clone + Send + Sync + 'static;
    /// What makes two sessions able to use the same connection.
    type Key: Clone + Eq + Send + Sync + 'static;
    /// What a link knows of its server.
    type Server: Send + 'static;
    /// Follows a session.
    type Tracker: Tracker<Self::Server> + 'static;
    /// One of the host's own exchanges with the server.
    type Exchange: Exchange<Self::Server> + 'static;
    /// What a session is known by while it has its connection.
    type Registration: Registration + 'static;
    /// What names another session whose request shall be cancelled.
    type Cancel: Send;

    /// Readies an open transport for a login. Where TLS is wanted and shall be
    /// tried, this or the login does so.
    fn prepare(
        stream: Stream,
        backend: &Backend<Self>,
        encrypt: bool,
    ) -> impl Future<Output = Result<Self::Raw, Error>> + Send;

    /// Begins a session.
    fn opening(
        backend: &Backend<Self>,
    ) -> impl Future<Output = Result<Self::Opening, Error>> + Send;

    /// Begins a session that is refused. The guest learns why by
    /// [`Opening::refusal`].
    fn refusing(endpoint: &Arc<Endpoint>) -> Self::Opening;

    fn key(identity: &Self::Identity) -> Self::Key;

    /// The digest of the password that a connection is logged in with.
    fn password(key: &Self::Key) -> Option<&[u8; 32]>;

    /// The same identity with another password.
    fn renew(identity: &Self::Identity, password: Secret) -> Self::Identity;

    /// Logs in on a transport. [`Link::login`] bounds its time.
    fn log_in(
        raw: Self::Raw,
        endpoint: &Endpoint,
        identity: &Self::Identity,
    ) -> impl Future<Output = Result<Link<Self>, Failure>> + Send;

    /// What to send to give back all session state.
    fn reset(server: &Self::Server, roll_back: bool) -> (Self::Exchange, Bytes);

    /// What to send for a sign of life.
    fn ping(server: &Self::Server) -> (Self::Exchange, Bytes);

    /// What a client says before it closes.
    const GOODBYE: &'static [u8];

    /// Stops what the server does for a guest that is gone. Closing the
    /// connection comes after it, and may be all that is needed.
    fn stop(link: &Link<Self>, endpoint: &Endpoint) -> impl Future<Output = ()> + Send;

    /// Makes a session known, for as long as it has its connection.
    fn register(
        backend: &Backend<Self>,
        tenant: &Tenant,
        opening: &Self::Opening,
        server: &Self::Server,
    ) -> Self::Registration;

    /// Greets a guest that has its connection.
    fn welcome(
        opening: &Self::Opening,
        registration: &Self::Registration,
        server: &mut Self::Server,
        out: &mut BytesMut,
    );

    /// Follows a session from its greeting on.
    fn tracker(server: &Self::Server, registration: &Self::Registration) -> Self::Tracker;

    /// Passes a request to cancel on; ready when the server has seen it.
    /// Nothing where the tenant has no such session.
    fn cancel(
        backend: &Backend<Self>,
        tenant: &Tenant,
        cancel: Self::Cancel,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

    /// The text of what a server says when it refuses, for the log.
    fn error_text(message: &Bytes) -> String;
}

/// A transport before the login.
pub(crate) trait Raw: Send + 'static {
    /// The stream below it.
    fn stream(&mut self) -> &mut Stream;
}

impl Raw for Stream {
    fn stream(&mut self) -> &mut Stream {
        self
    }
}

/// What the guest's next message means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<I, C> {
    /// Answer with these bytes and go on.
    Answer(Bytes),
    /// A session is asked for.
    Start(I),
    /// Another session's request shall be cancelled. No answer, then the end.
    Cancel(C),
    /// Answer with these bytes (they may be none), then end.
    Refuse(Bytes),
}

/// The guest's side of a session's start.
pub(crate) trait Opening<P: Protocol>: Send {
    /// What the guest reads before it has spoken.
    fn greeting(&self) -> Bytes {
        Bytes::new()
    }

    /// Whether the guest may take its time: it has begun nothing, and its
    /// protocol does not say that it must.
    fn may_be_silent(&self) -> bool {
        false
    }

    /// Takes bytes off the front of `data` until they are used up or mean
    /// something.
    fn feed(&mut self, data: &mut &[u8]) -> Option<Event<P::Identity, P::Cancel>>;

    /// What was taken and is for the server. It may hold a password.
    fn early(&mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::default()
    }

    /// What a guest reads that gets no session.
    fn refusal(&self, failure: Failure) -> Bytes;
}

/// What to do with the next bytes of a guest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// So many of them are for the server as they are.
    Pass(usize),
    /// Give them to [`Tracker::stage`].
    Stage,
    /// The guest takes its leave, and reads this.
    End(Bytes),
}

/// Follows a session in both directions, to say what may become of the server
/// connection.
pub(crate) trait Tracker<S>: Send {
    /// What to do with what the guest sends next, without taking note of it.
    fn gate(&self, data: &[u8]) -> Gate;

    /// Takes bytes that cannot pass as they are, or of which that is not known
    /// yet. What comes of them for the server goes to `out`, and counts as
    /// sent. Gives the farewell of a guest that takes its leave.
    fn stage(&mut self, data: &[u8], out: &mut BytesMut) -> Option<Bytes> {
        self.sent(data);
        out.extend_from_slice(data);
        None
    }

    /// Takes note of bytes that were sent to the server.
    fn sent(&mut self, data: &[u8]);

    /// Takes note of bytes that came from the server.
    ///
    /// # Errors
    /// Where the stream cannot be followed any more.
    fn received(&mut self, data: &[u8], server: &mut S) -> Result<(), Unfit>;

    /// What to do with the server connection.
    fn verdict(&self) -> Verdict;

    /// What a guest reads because the host stops; nothing where it could not
    /// make sense of it.
    fn farewell(&self) -> Bytes;
}

/// What may become of the server connection if the session ended now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing is going on: reset it.
    Reset,
    /// A transaction is open and waits for the client: end it, then reset.
    RollBack,
    /// Its state is not known.
    Kill {
        /// Whether the server may be at work for this session.
        running: bool,
        /// For the log.
        why: &'static str,
    },
}

/// Requests of the host's own, and the one answer to each that will do.
pub(crate) trait Exchange<S>: Send {
    /// Takes what the server sent, off the front of the buffer. True once all
    /// is answered as it must be, with nothing after it.
    fn answer(&mut self, buffer: &mut BytesMut, server: &mut S) -> Result<bool, Unfit>;
}

/// What a session is known by while it has its connection.
pub(crate) trait Registration: Send {
    /// Ends it. Gives what must come true before the connection may be reset,
    /// if anything is under way.
    fn close(self) -> Option<Pin<Box<dyn Future<Output = bool> + Send>>>;
}

impl Registration for () {
    fn close(self) -> Option<Pin<Box<dyn Future<Output = bool> + Send>>> {
        None
    }
}

/// Why a guest gets no connection.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the server said, for the guest to read.
    Server(Bytes),
    /// What we say.
    Own(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

/// What a [`Error::Timeout`] of the wait queue says.
pub(crate) const WAITING: &str = "waiting for a free connection";
/// What one says of a guest that does not log in.
pub(crate) const LOGGING_IN: &str = "waiting for the guest to log in";
