//! Sessions against real servers, and against fake ones for what real ones
//! cannot be made to do.

#![allow(clippy::unwrap_used, reason = "all of this is tests, helpers too")]

mod addresses;
mod cancel;
mod faults;
mod front;
mod hostile;
mod isolation;
mod login;
mod mysql;
mod password;
mod pooling;
mod redis;
mod relay;
mod tls;
mod trouble;
mod wire;
