//! Ports for servers that must be told theirs.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::time::Duration;

/// Registered ports that Linux, as it comes, gives to no client.
const PORTS: Range<u64> = 15_000..32_000;
const ATTEMPTS: u32 = 64;
/// How long one that listens may take to say so.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// A port of the loopback interface that nobody listened on a moment ago, and
/// that no client is given as its own (`ip_local_port_range` of ip(7)): a server
/// that is away finds it free when it comes back. Another server may take it
/// first: whoever starts one with it tries again with another.
///
/// # Errors
/// Where there is none.
pub fn free() -> io::Result<u16> {
    for attempt in 0..ATTEMPTS {
        let among = RandomState::new().hash_one(attempt) % (PORTS.end - PORTS.start);
        let port = u16::try_from(PORTS.start + among).map_err(io::Error::other)?;
        if listen(port).is_ok() {
            return Ok(port);
        }
    }
    Ok(listen(0)?.local_addr()?.port())
}

/// Whether somebody takes connections there. A client whose own port is the one
/// that it asks for is connected to itself (RFC 9293, 3.5, simultaneous open).
pub fn listens(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, ANSWERS_WITHIN).is_ok_and(|stream| !is_own_end(&stream))
}

/// Whether nobody has that port now.
pub fn is_free(port: u16) -> bool {
    listen(port).is_ok()
}

fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
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
