//! Database connections for guests that may not see credentials and must not
//! see each other: the wire protocol ends here on both sides.
//!
//! A guest speaks the database's own protocol to a [`Session`]. The session
//! answers the guest's login itself, takes a server connection that is already
//! logged in from a pool, and passes bytes through while following the
//! protocol closely enough to know what state the server is in. When the guest
//! leaves, a connection whose state is known is reset and goes back to the
//! pool; any other is closed.
//!
//! Between the host and the server there may be TLS ([`Tls`]), of which guests
//! see nothing. The host's own [`Password`] may stand in a file that changes.
//!
//! [`Pools`] is the door: [`Pools::connect`] gives a [`Session`] for a
//! [`Tenant`] on an [`Endpoint`]. [`Front`] puts the same over a TCP listener.
//!
//! # What a reset does not undo
//! `DISCARD ALL` gives back everything that PostgreSQL counts as session
//! state. Three things survive it, and so may be seen by the next session that
//! logs in as the same database user: the interpreter globals of untrusted and
//! trusted procedural languages (PL/Perl's `%_SHARED`, PL/Python's `GD`), open
//! `dblink` connections, and temporary replication slots.
//!
//! COM_RESET_CONNECTION and RESET give back what MySQL, MariaDB and Redis count
//! as session state. Of a Redis connection the name and version of the last
//! client library (CLIENT SETINFO, since 7.2) stay until they are set again.

#![forbid(unsafe_code)]

mod addresses;
mod endpoint;
mod error;
mod faults;
mod front;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod link;
mod mysql;
mod pool;
mod pools;
mod postgres;
mod protocol;
mod redis;
mod secret;
mod session;
mod stream;
mod tls;
mod wakers;

pub use addresses::Addresses;
pub use endpoint::{Credentials, Endpoint, PoolLimits, Protocol, Tenant};
pub use error::Error;
pub use faults::{Cut, Exhaustion};
pub use front::{Doors, Front};
pub use pool::PoolStats;
pub use pools::{Pools, ResetPolicy};
pub use secret::{Password, Secret};
pub use session::Session;
pub use tls::{Tls, TlsError, TlsMode, TlsSettings};
