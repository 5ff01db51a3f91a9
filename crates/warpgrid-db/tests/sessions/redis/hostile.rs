//! Guests and servers that break the protocol.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warpgrid_db::{Endpoint, Error, PoolLimits, Pools};

use super::wire::{Wire, command, endpoint, single};
use crate::wire::{limits, until, within};

const RESET: &[u8] = b"*1\r\n$5\r\nRESET\r\n";

struct Fake {
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
}

impl Fake {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let limits = PoolLimits {
            connect_timeout: Duration::from_millis(300),
            ..limits(1)
        };
        let endpoint = endpoint(listener.local_addr().unwrap().port(), "fake", limits);
        Self { listener, endpoint }
    }

    /// A session with one command sent, and the server's end of it.
    async fn session(&self, pools: &Pools) -> (Wire, TcpStream) {
        let server = async {
            let auth = command(&["AUTH", "fake", "secret"]);
            loop {
                // Clients of a server that another test has stopped come by.
                let (mut server, _) = self.listener.accept().await.unwrap();
                server.set_nodelay(true).unwrap();
                let mut seen = vec![0; auth.len()];
                if server.read_exact(&mut seen).await.is_ok() && seen == auth {
                    server.write_all(b"+OK\r\n").await.unwrap();
                    return server;
                }
            }
        };
        let client = async {
            let mut wire = Wire::open(pools, &self.endpoint).await;
            wire.send(&command(&["PING"])).await;
            wire
        };
        let (mut wire, mut server) = within(async { tokio::join!(client, server) }).await;
        // The command is on its way once its session looks for the reply.
        assert_eq!(wire.session.try_recv(1).unwrap(), None);
        expect(&mut wire, &mut server, &command(&["PING"])).await;
        (wire, server)
    }
}

/// Reads a command that must be this one, while the session is looked at.
async fn expect(wire: &mut Wire, server: &mut TcpStream, wanted: &[u8]) {
    let mut seen = vec![0; wanted.len()];
    let read = server.read_exact(&mut seen);
    tokio::select! {
        read = within(read) => { read.unwrap(); }
        () = wire.session.readable() => panic!("the session has something to read"),
    }
    assert_eq!(seen, wanted);
}

/// Whether a connection whose reset is answered like this is used again.
async fn kept(answers: &[u8]) -> bool {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (mut wire, mut server) = fake.session(&pools).await;
    server.write_all(b"+PONG\r\n").await.unwrap();
    assert_eq!(wire.next().await.unwrap(), "PONG");
    drop(wire);
    let mut seen = vec![0; RESET.len()];
    within(server.read_exact(&mut seen)).await.unwrap();
    assert_eq!(seen, RESET);
    server.write_all(answers).await.unwrap();
    until("the reset ends", || {
        let stats = pools.stats().remove(0);
        stats.live == stats.idle
    })
    .await;
    pools.stats()[0].returned == 1
}

#[tokio::test]
async fn only_a_clean_reset_keeps_a_connection() {
    assert!(kept(b"+RESET\r\n+OK\r\n").await);
    for answers in [
        &b""[..],
        b"+RESET\r\n",
        b"-NOPERM no\r\n+OK\r\n",
        b"+RESET\r\n-WRONGPASS no\r\n",
        b"+RESET\r\n+OK\r\n+OK\r\n",
        b"$5\r\nRESET\r\n+OK\r\n",
    ] {
        assert!(!kept(answers).await, "{answers:?}");
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_or_breaks_the_protocol_ends_the_session() {
    for (answer, broken) in [(&b"$9\r\nhalf"[..], false), (b"?what\r\n", true)] {
        let fake = Fake::new().await;
        let pools = Pools::new();
        let (mut wire, mut server) = fake.session(&pools).await;
        server.write_all(answer).await.unwrap();
        drop(server);
        let mut last = within(wire.session.recv(100)).await;
        while matches!(&last, Ok(bytes) if !bytes.is_empty()) {
            last = within(wire.session.recv(100)).await;
        }
        assert_eq!(
            matches!(last, Err(Error::Protocol { .. })),
            broken,
            "{last:?}"
        );
        assert_eq!(pools.stats()[0].live, 0);
    }
}

#[tokio::test]
async fn a_login_that_goes_wrong_is_told_and_ends() {
    for (answer, text) in [
        (
            &b"-ERR max number of clients reached\r\n"[..],
            "max number of clients",
        ),
        (b"HTTP/1.1 400 Bad Request\r\n", "speaks redis"),
        (b"+OK\r\n+OK\r\n", "went on speaking"),
        (b"", "lost"),
    ] {
        let fake = Fake::new().await;
        let pools = Pools::new();
        let server = async {
            // One that gives up on us may be tried a second time.
            for _ in 0..if answer.is_empty() { 2 } else { 1 } {
                let (mut server, _) = fake.listener.accept().await.unwrap();
                let mut seen = [0; 5];
                let _ = server.read_exact(&mut seen).await;
                server.write_all(answer).await.unwrap();
                // Read to the end, for a socket closed over unread bytes
                // resets the other side.
                let _ = tokio::time::timeout(
                    Duration::from_millis(50),
                    server.read_to_end(&mut vec![]),
                )
                .await;
            }
        };
        let client = async {
            let mut wire = Wire::open(&pools, &fake.endpoint).await;
            let answer = wire.run(&["PING"]).await;
            assert_eq!(wire.next().await, None);
            answer
        };
        let (told, ()) = within(async { tokio::join!(client, server) }).await;
        assert!(told.starts_with('-') && told.contains(text), "{told}");
        assert_eq!(pools.stats()[0].live, 0);
    }
}

#[tokio::test]
async fn a_guest_that_breaks_the_protocol_is_told_and_ends() {
    let pools = Pools::new();
    for data in [&b"*1\r\nPING\r\n"[..], b"*x\r\n", b"GET \"x\r\n"] {
        let mut wire = Wire::open(&pools, &single()).await;
        wire.send(data).await;
        let answer = wire.next().await.unwrap();
        assert!(answer.starts_with("-ERR Protocol error"), "{answer}");
        assert_eq!(wire.next().await, None);
        assert_eq!(pools.stats().iter().map(|stats| stats.live).sum::<u32>(), 0);
    }
}
