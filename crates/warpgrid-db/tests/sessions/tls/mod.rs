//! TLS to the servers, with certificates that the tests make.

mod between;
pub mod files;
mod middle;
pub mod mysql;
mod pooling;
pub mod postgres;
pub mod redis;
