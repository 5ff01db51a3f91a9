//! Real servers for tests: each on a free port, in a temporary directory, and
//! gone when the test that started it ends, whichever way it ends. Beside them,
//! what a test of whole programs needs: running them with everything captured,
//! HTTP clients, and components that are built once.

#![forbid(unsafe_code)]

pub mod components;
mod daemon;
pub mod echo;
mod guard;
pub mod http;
pub mod mariadb;
mod port;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod service;
pub mod tls;
