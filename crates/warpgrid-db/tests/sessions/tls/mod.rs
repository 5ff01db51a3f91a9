//! TLS to the servers, with certificates that the tests make.

mod between;
mod files;
mod middle;
mod mysql;
mod pooling;
mod postgres;
mod redis;
