//! Real servers for tests: each on a free port, in a temporary directory, and
//! gone when the test that started it ends, whichever way it ends. Beside them,
//! what a test of whole programs needs: running them with everything captured,
//! HTTP clients, components that are built once or adapted, and a network that fails when
//! it is told to.

#![forbid(unsafe_code)]

pub mod components;
pub mod corpus;
mod daemon;
pub mod echo;
pub mod faults;
pub mod http;
pub mod mariadb;
pub mod npm;
pub mod postgres;
pub mod preview1;
pub mod process;
pub mod redis;
pub mod service;
pub mod tls;
