//! PostgreSQL, and who stands between it and the host: what is seen there, and
//! what can be done.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warpgrid_db::{Endpoint, Error, Pools, TlsMode};
use warpgrid_test_harness::faults::FaultProxy;
use warpgrid_test_harness::postgres::{MD5, SCRAM, TRUST};

use super::files::{HERE, authority, blind, knowing, stranger, with};
use super::middle::acceptor;
use super::postgres::{failure, mode, mode_or_refusal, server, to};
use crate::wire::{Wire, endpoint, error, limits, message, query, tenant, until, within};

#[tokio::test]
async fn a_cancel_request_goes_over_tls_as_well() {
    let between = FaultProxy::start(server().address()).unwrap();
    let endpoint = endpoint(between.port(), TRUST, limits(1));
    let endpoint = with(&endpoint, &knowing(TlsMode::VerifyFull));
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &endpoint).await;
    let pid = wire.backend().await;
    wire.send(&query("select pg_sleep(1000)")).await;
    let runs = format!("select state from pg_stat_activity where pid = {pid}");
    until("it runs", || server().sql(&runs).unwrap() == "active").await;
    let mut session = pools.connect(&tenant("tenant"), &endpoint).await.unwrap();
    let request = [&[0, 0, 0, 16, 4, 210, 22, 46][..], &wire.key].concat();
    within(session.send(&request)).await.unwrap();
    assert_eq!(within(session.recv(1)).await.unwrap(), "");
    assert_eq!(error(&wire.answer().await).field(b'C'), "57014");
    // And it was seen to end, so that the connection is kept.
    wire.terminate().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    let seen = between.said();
    assert_eq!(seen.len(), 2);
    for said in seen {
        // SSLRequest, then a record of a handshake.
        assert_eq!(said[..9], [0, 0, 0, 8, 4, 210, 22, 47, 22], "{said:?}");
    }
}

#[tokio::test]
async fn a_session_that_is_left_in_a_query_has_it_cancelled_over_tls() {
    let endpoint = to(server(), &knowing(TlsMode::VerifyFull));
    let mut wire = Wire::open(&Pools::new(), &endpoint).await;
    let pid = wire.backend().await;
    wire.send(&query("select pg_sleep(1000)")).await;
    let runs = format!("select state from pg_stat_activity where pid = {pid}");
    until("it runs", || server().sql(&runs).unwrap() == "active").await;
    drop(wire);
    until("it is gone", || server().sql(&runs).unwrap().is_empty()).await;
}

/// Whoever answers the first connections instead of a server.
async fn fake(answer: &'static [u8]) -> (Arc<Endpoint>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            client.read_exact(&mut request).await.unwrap();
            assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47]);
            client.write_all(answer).await.unwrap();
            // What comes now must not be a login in clear.
            let mut more = vec![];
            let _ = client.read_to_end(&mut more).await;
            assert!(!more.windows(4).any(|part| part == b"user"), "{more:?}");
        }
    });
    (endpoint(address.port(), SCRAM, limits(1)), address)
}

#[tokio::test]
async fn tls_that_is_taken_away_is_missed() {
    let (endpoint, _) = fake(b"N").await;
    for wanted in [TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull] {
        let text = failure(&with(&endpoint, &knowing(wanted))).await;
        assert!(text.contains("offers no TLS"), "{text}");
    }
}

#[tokio::test]
async fn bytes_in_clear_after_the_answer_to_ssl_request_are_refused() {
    // What looks like a server that has let everybody in.
    for answer in [
        &b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"[..],
        b"NR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I",
        b"SS",
        b"X",
    ] {
        let (endpoint, _) = fake(answer).await;
        for wanted in [TlsMode::Prefer, TlsMode::Require, TlsMode::VerifyFull] {
            let error = mode(&with(&endpoint, &knowing(wanted))).await.unwrap_err();
            assert!(matches!(error, Error::Protocol { .. }), "{error}");
            assert!(error.to_string().contains("SSLRequest"), "{error}");
        }
    }
}

/// Ends the TLS of clients with a certificate of its own, has TLS of its own
/// with the server, and does `change` to what the server says first.
async fn man_in_the_middle(change: fn(Vec<u8>) -> Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = acceptor(&stranger().server(&[HERE]).unwrap());
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            client.read_exact(&mut request).await.unwrap();
            client.write_all(b"S").await.unwrap();
            let mut client = acceptor.accept(client).await.unwrap();
            let mut server = upstream(&request).await;
            let mut buffer = vec![0; 4096];
            let count = client.read(&mut buffer).await.unwrap();
            server.write_all(&buffer[..count]).await.unwrap();
            let count = server.read(&mut buffer).await.unwrap();
            let first = change(buffer[..count].to_vec());
            client.write_all(&first).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

async fn upstream(request: &[u8]) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut stream = TcpStream::connect(server().address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, *b"S");
    super::middle::connect(stream, authority()).await
}

#[tokio::test]
async fn scram_is_bound_to_the_servers_own_certificate() {
    let trusting = blind(TlsMode::Require);
    let through = async |address: SocketAddr| {
        let endpoint = endpoint(address.port(), SCRAM, limits(1));
        mode_or_refusal(&with(&endpoint, &trusting)).await
    };
    let found_out = through(man_in_the_middle(|said| said).await).await;
    assert!(found_out.contains("channel binding"), "{found_out}");
    // Nor does it help to take the offer away.
    let stripped = through(
        man_in_the_middle(|_| {
            let mechanisms = b"\0\0\0\x0aSCRAM-SHA-256\0\0";
            message(b'R', mechanisms).to_vec()
        })
        .await,
    )
    .await;
    assert!(stripped.contains("channel binding"), "{stripped}");
    // A login that nothing binds shows that it is the binding that does it.
    let endpoint = endpoint(man_in_the_middle(|said| said).await.port(), MD5, limits(1));
    let mut wire = Wire::open(&Pools::new(), &with(&endpoint, &trusting)).await;
    assert_eq!(wire.rows("select current_user").await, [MD5]);
}
