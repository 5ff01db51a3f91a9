//! MySQL and MariaDB.

mod front;
mod hostile;
mod isolation;
mod kill;
mod login;
mod pooling;
mod unfinished;
pub mod wire;
