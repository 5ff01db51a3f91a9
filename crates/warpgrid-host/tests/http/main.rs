//! The host against a guest that misbehaves.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod calls;
mod hostile;
mod outgoing;
mod serving;
mod support;
