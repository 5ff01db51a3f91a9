//! Sessions against a real PostgreSQL server, and against a fake one for what
//! a real one cannot be made to do.

#![allow(clippy::unwrap_used, reason = "all of this is tests, helpers too")]

mod cancel;
mod front;
mod hostile;
mod isolation;
mod login;
mod pooling;
mod relay;
mod wire;
