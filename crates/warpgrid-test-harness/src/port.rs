//! Ports for servers that must be told theirs.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use anyhow::{Context, Result};

/// A port of the loopback interface that nobody listened on a moment ago.
/// Another process may take it before the server does: whoever starts a server
/// with it tries again with another.
pub(crate) fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Whether somebody takes connections there. A free port of the range from which
/// clients get theirs may be given to the very client that asks for it, which is
/// then connected to itself (RFC 9293, 3.5, simultaneous open).
pub(crate) fn listens(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_ok_and(|stream| !is_own_end(&stream))
}

fn is_own_end(stream: &TcpStream) -> bool {
    match (stream.local_addr(), stream.peer_addr()) {
        (Ok(local), Ok(peer)) => local == peer,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Socket, Type};

    use super::*;

    #[test]
    fn a_client_that_is_connected_to_itself_is_no_server() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free().unwrap()));
        let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        client.bind(&address.into()).unwrap();
        client.connect(&address.into()).unwrap();
        assert!(is_own_end(&client.into()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        assert!(listens(address));
        drop(listener);
        assert!(!listens(address));
    }
}
