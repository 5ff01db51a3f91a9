//! Redis.

mod front;
mod hostile;
mod isolation;
mod login;
mod pooling;
pub mod wire;
