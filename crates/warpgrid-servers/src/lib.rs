//! Database servers of the system: found, started on a port of the loopback
//! interface, and gone with whoever started them, whichever way that ends.
//!
//! [`Server::start`] gives one whose data lies in a directory and is there the next
//! time. What it is made of serves others as well: [`port`], [`guard`],
//! [`postgres`].

#![forbid(unsafe_code)]

mod error;
pub mod guard;
mod kind;
pub mod mariadb;
pub mod port;
pub mod postgres;
mod redis;
mod server;

pub use error::Error;
pub use kind::Kind;
pub use server::{Server, Wanted};
