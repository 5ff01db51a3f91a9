//! Ports for servers that must be told theirs.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};

/// A port of the loopback interface that nobody listened on a moment ago.
/// Another process may take it before the server does: whoever starts a server
/// with it tries again with another.
pub(crate) fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
