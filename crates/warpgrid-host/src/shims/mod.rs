//! The host side of `warpgrid:shim`, one room per capability.
//!
//! Every shim has the same three phases, in this order:
//!
//! 1. *Configuration* (`config.rs`), once per deployment: reads its part of
//!    [`ShimConfig`](crate::ShimConfig) into what it shares between instances.
//!    It opens no connection and does not block.
//! 2. *Linking* (`add_to_linker`), once per deployment: defines its imports. A
//!    shim that is off is not defined at all.
//! 3. *Instance state* (`new`), once per instance: what belongs to one guest. It
//!    must be cheap, for a fresh instance may serve a single request.

pub mod database_proxy;
pub mod dns;
pub mod filesystem;
pub mod signals;
pub mod sockets;
pub mod threading;
pub mod wasi_sockets;
