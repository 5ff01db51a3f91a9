//! A fake server, for what a real one cannot be made to do.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warpgrid_db::{Endpoint, Error, PoolLimits, Pools};

use super::wire::{COM_QUERY, Hello, Wire, command, endpoint, packet, text};
use crate::wire::{limits, tenant, until, within};

const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
const EOF: &[u8] = &[0xfe, 0, 0, 2, 0];

struct Fake {
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
}

fn handshake() -> Vec<u8> {
    let mut payload = b"\x0a8.0.0-fake\0\x07\0\0\0".to_vec();
    payload.extend(b"12345678\0");
    // Everything but TLS and compression.
    payload.extend([0xdf, 0xf7, 45, 2, 0, 0xff, 0x81, 21]);
    payload.extend([0; 10]);
    payload.extend(b"123456789012\0mysql_native_password\0");
    packet(0, &payload).to_vec()
}

/// A result of one row with this value.
fn result(value: &str) -> Vec<u8> {
    let row = [&[value.len() as u8], value.as_bytes()].concat();
    [&b"\x01"[..], b"\x03def", EOF, &row, EOF]
        .iter()
        .enumerate()
        .flat_map(|(index, payload)| packet(index as u8 + 1, payload))
        .collect()
}

/// Reads a packet, and gives its payload.
async fn read(server: &mut TcpStream) -> Option<Vec<u8>> {
    let mut header = [0; 4];
    within(server.read_exact(&mut header)).await.ok()?;
    let length = u32::from_le_bytes([header[0], header[1], header[2], 0]);
    let mut payload = vec![0; length as usize];
    within(server.read_exact(&mut payload)).await.ok()?;
    Some(payload)
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

    /// A greeted session and the server's end of it.
    async fn session(&self, pools: &Pools) -> (Wire, TcpStream) {
        let server = async {
            loop {
                // Clients of a server that another test has stopped come by.
                let (mut server, _) = self.listener.accept().await.unwrap();
                server.set_nodelay(true).unwrap();
                server.write_all(&handshake()).await.unwrap();
                if read(&mut server).await.is_none() {
                    continue;
                }
                server.write_all(&packet(2, OK)).await.unwrap();
                assert!(
                    read(&mut server)
                        .await
                        .unwrap()
                        .starts_with(b"\x03SELECT DATABASE()")
                );
                server.write_all(&result("app")).await.unwrap();
                return server;
            }
        };
        within(async { tokio::join!(Wire::open(pools, &self.endpoint), server) }).await
    }
}

/// Whether a connection whose reset is answered like this is used again.
async fn kept(answers: &[u8]) -> bool {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (wire, mut server) = fake.session(&pools).await;
    wire.quit().await;
    // COM_RESET_CONNECTION, COM_SET_OPTION, COM_INIT_DB.
    for wanted in [&b"\x1f"[..], b"\x1b\0\0", b"\x02app"] {
        assert_eq!(read(&mut server).await.unwrap(), wanted);
    }
    assert_eq!(read(&mut server).await.unwrap()[0], COM_QUERY);
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
    let ok = packet(1, OK).to_vec();
    let done = [&ok[..], &packet(1, EOF), &ok].concat();
    let error = packet(1, b"\xff\x17\x04#08S01Unknown command").to_vec();
    assert!(kept(&[&done[..], &result("app")].concat()).await);
    assert!(!kept(b"").await);
    assert!(!kept(&done).await);
    // The database, the role or the character set is another.
    assert!(!kept(&[&done[..], &result("other")].concat()).await);
    for at in 0..3 {
        let mut parts = [&ok[..], &ok, &ok];
        parts[at] = &error;
        assert!(!kept(&[&parts.concat()[..], &result("app")].concat()).await);
    }
    assert!(!kept(&[&done[..], &error].concat()).await);
    assert!(!kept(&[&done[..], &result("app"), &ok].concat()).await);
}

#[tokio::test]
async fn a_server_that_breaks_off_or_breaks_the_protocol_ends_the_session() {
    for (answer, broken) in [
        (b"\x20\0\0\x01half".to_vec(), false),
        (packet(1, b"").to_vec(), true),
        (packet(1, b"\0").to_vec(), true),
    ] {
        let fake = Fake::new().await;
        let pools = Pools::new();
        let (mut wire, mut server) = fake.session(&pools).await;
        wire.send(&command(COM_QUERY, "select 1")).await;
        assert_eq!(read(&mut server).await.unwrap(), b"\x03select 1");
        server.write_all(&answer).await.unwrap();
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
async fn what_is_no_server_is_told_before_a_guest_is_greeted() {
    for (answer, text) in [
        (
            packet(0, b"\xff\x10\x04Too many connections").to_vec(),
            "Too many connections",
        ),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "speaks mysql"),
        (packet(0, b"\x09old").to_vec(), "not a handshake"),
        (vec![], "lost"),
    ] {
        let fake = Fake::new().await;
        let pools = Pools::new();
        let server = async {
            let (mut server, _) = fake.listener.accept().await.unwrap();
            server.write_all(&answer).await.unwrap();
        };
        let tenant = tenant("t");
        let connecting = pools.connect(&tenant, &fake.endpoint);
        let (refused, ()) = within(async { tokio::join!(connecting, server) }).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
        assert_eq!(pools.stats()[0].live, 0);
    }
}

#[tokio::test]
async fn a_server_that_asks_for_the_password_in_clear_does_not_get_it() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let server = async {
        let (mut server, _) = fake.listener.accept().await.unwrap();
        server.write_all(&handshake()).await.unwrap();
        let response = read(&mut server).await.unwrap();
        assert!(!response.windows(6).any(|part| part == b"secret"));
        let switch = packet(2, b"\xfemysql_clear_password\0");
        server.write_all(&switch).await.unwrap();
        // Nothing more comes.
        assert_eq!(read(&mut server).await, None);
    };
    let client = async {
        let mut wire = Wire::greeted(&pools, "t", &fake.endpoint).await;
        wire.hello(&Hello::default()).await.1
    };
    let (refused, ()) = within(async { tokio::join!(client, server) }).await;
    let refused = text(&refused);
    assert!(
        refused.starts_with("1045 ") && refused.contains("mysql_clear_password"),
        "{refused}"
    );
}
