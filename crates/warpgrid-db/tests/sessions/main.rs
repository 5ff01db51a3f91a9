//! Sessions against a real PostgreSQL server, and against a fake one for what
//! a real one cannot be made to do.

mod cancel;
mod front;
mod hostile;
mod isolation;
mod login;
mod pooling;
mod relay;
mod wire;
