//! TLS to the servers, with certificates that the tests make.

mod files;
mod middle;
mod postgres;
