//! Real servers for tests: each on a free port, in a temporary directory, and
//! gone when the test that started it ends, whichever way it ends.

#![forbid(unsafe_code)]

pub mod postgres;
