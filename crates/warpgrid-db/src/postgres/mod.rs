//! The PostgreSQL frontend/backend protocol, version 3, as pure state: what is
//! read goes in, decisions and bytes come out. [`link`] alone does io.

pub(crate) mod auth;
pub(crate) mod cancel;
pub(crate) mod frame;
pub(crate) mod link;
pub(crate) mod parameters;
pub(crate) mod reset;
pub(crate) mod startup;
pub(crate) mod tracker;

/// What the server needs to know to cancel a query: process and secret, both
/// opaque (documentation 55.2.8 "Canceling Requests in Progress").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BackendKey {
    pub(crate) process: i32,
    pub(crate) secret: i32,
}
