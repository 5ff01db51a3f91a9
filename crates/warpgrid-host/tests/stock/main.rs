//! Components built by stock cargo: names, pools and hidden logins come by
//! `warp.toml` alone.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod connections;
mod drivers;
mod flap;
mod log;
mod names;
mod wasi_0_3;
