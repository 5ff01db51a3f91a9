//! What the fuzz targets run, each on one input. `cargo xtask fuzz` builds them
//! with `--cfg fuzzing`; the crate's own tests run them on the inputs that are
//! kept in `fuzz/corpus`.
//!
//! A target panics where the code under it does, and where what it did breaks
//! one of these rules:
//!
//! - A connection goes back to the pool only if a [`Model`] of the protocol,
//!   which shares no code with the tracker, says that the server is done.
//! - What is kept of a conversation stays below a bound, and so does what comes
//!   of it in either direction.
//! - The host's password is in nothing that a guest reads.
//! - It does not matter in which pieces the bytes arrive.

mod conversation;
mod drive;
mod model;
mod session;
#[cfg(test)]
mod tests;

use crate::mysql::Mysql;
use crate::postgres::Postgres;
use crate::redis::Redis;

pub(crate) use conversation::{Chunk, Options, Side};
pub(crate) use drive::{Login, Subject};
pub(crate) use model::{Model, Relayed, Stream};
pub use session::session;

/// A PostgreSQL session, from the guest's first byte to the reset.
pub fn postgres(input: &[u8]) {
    drive::check::<Postgres>(input);
}

/// A MySQL session, from the server's handshake to the reset.
pub fn mysql(input: &[u8]) {
    drive::check::<Mysql>(input);
}

/// A Redis session, from the guest's first byte to the reset.
pub fn redis(input: &[u8]) {
    drive::check::<Redis>(input);
}
