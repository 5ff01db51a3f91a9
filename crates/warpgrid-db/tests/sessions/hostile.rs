//! A fake server, for what a real one cannot be made to do.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warpgrid_db::{Endpoint, Error, PoolLimits, Pools};

use crate::wire::{HANGS, Wire, endpoint, limits, message, query, refused, tenant, until, within};

const HELLO: &[u8] =
    b"R\0\0\0\x08\0\0\0\0S\0\0\0\x09a\0bb\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I";
/// A cancel request with the key of [`HELLO`].
const CANCEL: &[u8] = &[0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2];
const DISCARDED: &[u8] = b"C\0\0\0\x10DISCARD ALL\0Z\0\0\0\x05I";

struct Fake {
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
}

impl Fake {
    async fn with(limits: PoolLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = endpoint(listener.local_addr().unwrap().port(), "fake", limits);
        Self { listener, endpoint }
    }

    async fn new() -> Self {
        Self::with(limits(1)).await
    }

    /// A connection that has sent its StartupMessage. Clients of a server that
    /// another test has stopped may come by: its port may be this one's now.
    async fn accept(&self) -> TcpStream {
        let mut length = [0; 4];
        let mut stream = loop {
            let (mut stream, _) = within(self.listener.accept()).await.unwrap();
            if within(stream.read_exact(&mut length)).await.is_ok() {
                break stream;
            }
        };
        // So that what is written is there for the other side at once.
        stream.set_nodelay(true).unwrap();
        let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
        within(stream.read_exact(&mut rest)).await.unwrap();
        stream
    }

    /// A greeted session and the server's end of it.
    async fn session(&self, pools: &Pools) -> (Wire, TcpStream) {
        let server = async {
            let mut server = self.accept().await;
            server.write_all(HELLO).await.unwrap();
            server
        };
        tokio::join!(Wire::open(pools, &self.endpoint), server)
    }
}

/// Reads a message that must be this one.
async fn expect(server: &mut TcpStream, wanted: &[u8]) {
    let mut seen = vec![0; wanted.len()];
    within(server.read_exact(&mut seen)).await.unwrap();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_login_that_goes_wrong_is_told_and_ends() {
    let huge = b"R\x7f\0\0\0";
    let cases: [(&[u8], &str); 7] = [
        (b"", "08006"),
        (b"R\0\0", "08006"),
        (b"R\0\0\0\x03", "08P01"),
        (huge, "08P01"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "08P01"),
        (b"R\0\0\0\x08\0\0\0\x07", "28000"),
        (b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05IZ\0\0\0\x05I", "08P01"),
    ];
    for (answer, code) in cases {
        let fake = Fake::new().await;
        let pools = Pools::new();
        let server = async {
            // One that gives up on us may be tried a second time.
            let tries = if code == "08006" { 2 } else { 1 };
            for _ in 0..tries {
                let mut server = fake.accept().await;
                server.write_all(answer).await.unwrap();
            }
        };
        let (refusal, ()) = tokio::join!(refused(&pools, &fake.endpoint), server);
        assert_eq!(refusal.field(b'C'), code, "{answer:?} {refusal:?}");
        assert!(refusal.field(b'M').contains("127.0.0.1"), "{refusal:?}");
        assert_eq!(pools.stats()[0].live, 0);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_a_login_is_a_timeout() {
    let limits = PoolLimits {
        connect_timeout: Duration::from_millis(100),
        ..limits(1)
    };
    let fake = Fake::with(limits).await;
    let pools = Pools::new();
    let (refusal, _server) = tokio::join!(refused(&pools, &fake.endpoint), fake.accept());
    assert_eq!(refusal.field(b'C'), "08001");
    assert!(refusal.field(b'M').contains("logging in"), "{refusal:?}");
    assert_eq!(pools.stats()[0].live, 0);
}

#[tokio::test]
async fn a_server_that_dies_within_a_message_ends_the_session() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (mut wire, mut server) = fake.session(&pools).await;
    wire.send(&query("select 1")).await;
    expect(&mut server, &query("select 1")).await;
    server.write_all(b"T\0\0\0\x20half").await.unwrap();
    drop(server);
    assert_eq!(
        within(wire.session.recv(100)).await.unwrap(),
        &b"T\0\0\0\x20half"[..]
    );
    assert_eq!(within(wire.session.recv(100)).await.unwrap(), "");
    assert_eq!(pools.stats()[0].live, 0);
}

#[tokio::test]
async fn a_length_that_cannot_be_is_an_error_and_the_end() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (mut wire, mut server) = fake.session(&pools).await;
    wire.send(&query("select 1")).await;
    server.write_all(b"D\0\0\0\x01").await.unwrap();
    let mut last = within(wire.session.recv(100)).await;
    while matches!(&last, Ok(bytes) if !bytes.is_empty()) {
        last = within(wire.session.recv(100)).await;
    }
    let error = last.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    assert_eq!(within(wire.session.recv(100)).await.unwrap(), "");
    assert_eq!(pools.stats()[0].live, 0);
}

/// Whether a connection whose reset is answered like this is used again.
async fn kept(answers: &[u8]) -> bool {
    let limits = PoolLimits {
        connect_timeout: Duration::from_millis(300),
        ..limits(1)
    };
    let fake = Fake::with(limits).await;
    let pools = Pools::new();
    let (wire, mut server) = fake.session(&pools).await;
    wire.terminate().await;
    expect(&mut server, &query("DISCARD ALL")).await;
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
    assert!(kept(DISCARDED).await);
    assert!(kept(&[b"N\0\0\0\x05\0A\0\0\0\x0c\0\0\0\x01c\0p\0", DISCARDED].concat()).await);
    assert!(!kept(b"").await);
    assert!(!kept(b"E\0\0\0\x05\0Z\0\0\0\x05I").await);
    assert!(!kept(b"C\0\0\0\x10DISCARD ALL\0Z\0\0\0\x05T").await);
    assert!(!kept(b"Z\0\0\0\x05I").await);
    assert!(!kept(b"D\0\0\0\x01").await);
    assert!(!kept(&[DISCARDED, DISCARDED].concat()).await);
}

#[tokio::test]
async fn a_connection_that_speaks_while_idle_is_not_used() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (wire, mut server) = fake.session(&pools).await;
    wire.terminate().await;
    expect(&mut server, &query("DISCARD ALL")).await;
    server.write_all(DISCARDED).await.unwrap();
    until("it is back", || pools.stats()[0].idle == 1).await;
    server
        .write_all(b"D\0\0\0\x0a\0\x01\0\0\0\0")
        .await
        .unwrap();
    let (mut wire, mut other) = fake.session(&pools).await;
    wire.send(&query("select 1")).await;
    expect(&mut other, &query("select 1")).await;
}

#[tokio::test]
async fn an_old_connection_that_does_not_answer_is_replaced() {
    let limits = PoolLimits {
        connect_timeout: Duration::from_millis(300),
        check_after: Duration::ZERO,
        ..limits(1)
    };
    let fake = Fake::with(limits).await;
    let pools = Pools::new();
    let (wire, mut server) = fake.session(&pools).await;
    wire.terminate().await;
    expect(&mut server, &query("DISCARD ALL")).await;
    server.write_all(DISCARDED).await.unwrap();
    until("it is back", || pools.stats()[0].idle == 1).await;
    let (_wire, _other) = fake.session(&pools).await;
    expect(&mut server, &query("")).await;
    assert_eq!(pools.stats()[0].opened, 2);
}

#[tokio::test]
async fn a_server_that_takes_nothing_ends_a_send_in_time() {
    let limits = PoolLimits {
        stall_timeout: Duration::from_millis(100),
        ..limits(1)
    };
    let fake = Fake::with(limits).await;
    let pools = Pools::new();
    let (mut wire, _server) = fake.session(&pools).await;
    let data = message(b'Q', &vec![b' '; 64 << 20]);
    let mut rest = &data[..];
    let error = loop {
        match within(wire.session.send(rest)).await {
            Ok(taken) => {
                assert!(taken > 0);
                rest = &rest[taken..];
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert_eq!(pools.stats()[0].live, 0);
}

#[tokio::test]
async fn a_server_that_floods_is_read_no_faster_than_the_guest_reads() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (mut wire, mut server) = fake.session(&pools).await;
    wire.send(&query("select 1")).await;
    let flood = tokio::spawn(async move {
        let row = message(b'D', &[0; 1000]).repeat(1000);
        let (mut written, mut next) = (0_usize, 0);
        // Until the way is full.
        let patience = Duration::from_millis(500);
        while let Ok(result) = tokio::time::timeout(patience, server.write(&row[next..])).await {
            let count = result.unwrap();
            (written, next) = (written + count, (next + count) % row.len());
            assert!(written < 64 << 20, "something takes it all in");
        }
        server
    });
    // A guest that sends, and never receives.
    let data = message(b'Q', &vec![b' '; 64 << 20]);
    let mut rest = &data[..];
    loop {
        let taken = within(wire.session.send(rest)).await.unwrap();
        rest = &rest[taken..];
        if taken == 0 {
            break;
        }
    }
    let _server = within(flood).await.unwrap();
    let mut held = 0;
    while let Some(bytes) = wire.session.try_recv(usize::MAX).unwrap() {
        held = held.max(bytes.len());
    }
    assert!(held <= 2 << 20, "{held}");
}

#[tokio::test]
async fn a_cancel_request_goes_out_before_a_running_connection_is_closed() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (mut wire, mut server) = fake.session(&pools).await;
    wire.send(&query("select 1")).await;
    expect(&mut server, &query("select 1")).await;
    drop(wire);
    let (mut cancel, _) = within(fake.listener.accept()).await.unwrap();
    expect(&mut cancel, CANCEL).await;
    // Still open, until the request has been seen.
    let open = tokio::time::timeout(Duration::from_millis(50), server.read_u8()).await;
    assert!(open.is_err());
    drop(cancel);
    assert!(within(server.read_u8()).await.is_err());
}

#[tokio::test]
async fn a_server_without_a_key_can_be_used_but_not_cancelled() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let server = async {
        let mut server = fake.accept().await;
        server
            .write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")
            .await
            .unwrap();
        server
    };
    let (wire, mut server) = tokio::join!(Wire::open(&pools, &fake.endpoint), server);
    assert_eq!(wire.key.len(), 8);
    let mut session = pools
        .connect(&tenant("tenant"), &fake.endpoint)
        .await
        .unwrap();
    let request = [&[0, 0, 0, 16, 4, 210, 22, 46][..], &wire.key].concat();
    session.send(&request).await.unwrap();
    assert_eq!(within(session.recv(1)).await.unwrap(), "");
    wire.terminate().await;
    expect(&mut server, &query("DISCARD ALL")).await;
}

#[tokio::test]
async fn a_cancel_request_of_another_tenant_does_not_reach_the_server() {
    // Longer than the test waits: the request cannot end by itself.
    let limits = PoolLimits {
        connect_timeout: 2 * HANGS,
        ..limits(1)
    };
    let fake = Fake::with(limits).await;
    let pools = Pools::new();
    let (wire, _server) = fake.session(&pools).await;
    let request = [&[0, 0, 0, 16, 4, 210, 22, 46][..], &wire.key].concat();
    // The server takes no connection, so one that reached it would not end.
    let mut other = pools
        .connect(&tenant("other"), &fake.endpoint)
        .await
        .unwrap();
    other.send(&request).await.unwrap();
    assert_eq!(within(other.recv(1)).await.unwrap(), "");
    let mut own = pools
        .connect(&tenant("tenant"), &fake.endpoint)
        .await
        .unwrap();
    own.send(&request).await.unwrap();
    let (mut cancel, _) = within(fake.listener.accept()).await.unwrap();
    expect(&mut cancel, CANCEL).await;
    assert_eq!(own.try_recv(1).unwrap(), None);
    drop(cancel);
    assert_eq!(within(own.recv(1)).await.unwrap(), "");
}

#[tokio::test]
async fn a_connection_is_not_reset_while_a_cancel_request_is_under_way() {
    let fake = Fake::new().await;
    let pools = Pools::new();
    let (wire, mut server) = fake.session(&pools).await;
    let mut own = pools
        .connect(&tenant("tenant"), &fake.endpoint)
        .await
        .unwrap();
    let request = [&[0, 0, 0, 16, 4, 210, 22, 46][..], &wire.key].concat();
    own.send(&request).await.unwrap();
    let (mut cancel, _) = within(fake.listener.accept()).await.unwrap();
    // Read, for a socket closed over unread bytes resets the other side.
    expect(&mut cancel, CANCEL).await;
    wire.terminate().await;
    // It would cancel the reset, or what comes after it.
    let early = tokio::time::timeout(Duration::from_millis(50), server.read_u8()).await;
    assert!(early.is_err());
    drop(cancel);
    expect(&mut server, &query("DISCARD ALL")).await;
}
