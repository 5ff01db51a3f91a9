//! MariaDB, and a server that asks for MySQL's own login.

use std::sync::{Arc, LazyLock};

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use warpgrid_db::{Endpoint, Pools, TlsMode, TlsSettings};
use warpgrid_test_harness::faults::FaultProxy;
use warpgrid_test_harness::mariadb::{ED25519, EMPTY, Mariadb, NATIVE, PASSWORD, has_ed25519};
use warpgrid_test_harness::tls::{Pair, ServerTls};

use super::files::{HERE, MODES, authority, blind, knowing, showing, stranger, with};
use super::middle::acceptor;
use crate::mysql::wire::{Hello, Wire, endpoint, packet, server as plain, text};
use crate::wire::{limits, until};

fn start(pair: &Pair) -> Mariadb {
    let tls = ServerTls {
        pair,
        clients: None,
    };
    Mariadb::start_tls(&tls).unwrap()
}

/// The server of all tests that need a good certificate.
pub fn server() -> &'static Mariadb {
    static SERVER: LazyLock<Mariadb> =
        LazyLock::new(|| start(&authority().server(&[HERE]).unwrap()));
    &SERVER
}

fn to(server: &Mariadb, settings: &TlsSettings) -> Arc<Endpoint> {
    with(&endpoint(server.port(), NATIVE, limits(1)), settings)
}

/// What the server says of the connection that a session gets, or what the
/// guest reads instead.
async fn mode(endpoint: &Arc<Endpoint>) -> Result<String, String> {
    let mut wire = Wire::greeted(&Pools::new(), "t", endpoint).await;
    let (_, answer) = wire.hello(&Hello::default()).await;
    if answer[0] != 0 {
        return Err(text(&answer));
    }
    Ok(wire.rows("show status like 'Ssl_version'").await.remove(0))
}

const ENCRYPTED: &str = "Ssl_version|TLSv1.3";
const CLEAR: &str = "Ssl_version|";

#[tokio::test]
async fn every_mode_encrypts_where_the_server_can_and_refuses_as_it_must() {
    assert_eq!(plain().sql("select @@have_ssl").unwrap(), "DISABLED");
    for wanted in MODES {
        let found = mode(&to(server(), &knowing(wanted))).await.unwrap();
        let encrypted = wanted != TlsMode::Disable;
        assert_eq!(found, if encrypted { ENCRYPTED } else { CLEAR }, "{wanted}");

        let found = mode(&to(plain(), &knowing(wanted))).await;
        match wanted {
            TlsMode::Disable | TlsMode::Prefer => assert_eq!(found.unwrap(), CLEAR),
            _ => {
                let text = found.unwrap_err();
                assert!(
                    text.contains("offers no TLS") && text.contains(&wanted.to_string()),
                    "{text}"
                );
            }
        }
    }
    let found = mode(&to(server(), &blind(TlsMode::Require))).await;
    assert_eq!(found.unwrap(), ENCRYPTED);
}

#[tokio::test]
async fn every_login_works_over_tls() {
    let users = [(NATIVE, PASSWORD), (EMPTY, ""), (ED25519, PASSWORD)];
    for (user, _) in &users[..if has_ed25519() { 3 } else { 2 }] {
        let mut endpoint = Endpoint::clone(&endpoint(server().port(), user, limits(1)));
        if *user == EMPTY {
            endpoint.credentials.as_mut().unwrap().password = None;
        }
        let endpoint = with(&endpoint, &knowing(TlsMode::VerifyFull));
        assert_eq!(mode(&endpoint).await.unwrap(), ENCRYPTED, "{user}");
    }
}

#[tokio::test]
async fn a_certificate_that_will_not_do_is_refused_with_the_reason() {
    let named = start(&authority().server(&["db.internal"]).unwrap());
    let expired = start(&authority().expired(&[HERE]).unwrap());
    let unknown = start(&stranger().server(&[HERE]).unwrap());
    for (server, part, key) in [
        (&named, "db.internal", "tls-server-name"),
        (&expired, "expired", "renew"),
        (&unknown, "unknown issuer", "tls-ca"),
    ] {
        let refused = mode(&to(server, &knowing(TlsMode::VerifyFull))).await;
        let text = refused.unwrap_err();
        assert!(text.contains(part) && text.contains(key), "{text}");
        let found = mode(&to(server, &blind(TlsMode::Require))).await;
        assert_eq!(found.unwrap(), ENCRYPTED);
    }
    let found = mode(&to(&unknown, &knowing(TlsMode::Prefer))).await;
    assert_eq!(found.unwrap(), CLEAR);
    let found = mode(&to(&named, &knowing(TlsMode::VerifyCa))).await;
    assert_eq!(found.unwrap(), ENCRYPTED);
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_the_server_demands_one() {
    let pair = authority().server(&[HERE]).unwrap();
    let tls = ServerTls {
        pair: &pair,
        clients: Some(authority()),
    };
    let server = Mariadb::start_tls(&tls).unwrap();
    let sql = format!("alter user {NATIVE}@'%' require x509");
    server.sql(&sql).unwrap();
    let to = |settings| to(&server, &settings);
    let ours = authority().client("host").unwrap();
    let found = mode(&to(showing(&ours, knowing(TlsMode::VerifyFull)))).await;
    assert_eq!(found.unwrap(), ENCRYPTED);
    let refused = mode(&to(knowing(TlsMode::VerifyFull))).await.unwrap_err();
    assert!(refused.starts_with("1045"), "{refused}");
    let theirs = stranger().client("host").unwrap();
    let refused = mode(&to(showing(&theirs, knowing(TlsMode::VerifyFull)))).await;
    let refused = refused.unwrap_err();
    assert!(
        refused.contains("client certificate") && refused.contains("tls-cert"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_query_that_is_left_is_killed_over_tls() {
    let between = FaultProxy::start(server().address()).unwrap();
    let endpoint = endpoint(between.port(), NATIVE, limits(1));
    let endpoint = with(&endpoint, &knowing(TlsMode::VerifyFull));
    let mut wire = Wire::open(&Pools::new(), &endpoint).await;
    let id = wire.id().await;
    wire.send(&crate::mysql::wire::command(3, "select sleep(1000)"))
        .await;
    let runs = format!("select count(*) from information_schema.processlist where id = {id}");
    until("it runs", || {
        let query = format!("{runs} and command = 'Query'");
        server().sql(&query).unwrap() == "1"
    })
    .await;
    drop(wire);
    until("it is gone", || server().sql(&runs).unwrap() == "0").await;
    let seen = between.said();
    assert_eq!(seen.len(), 2);
    for said in seen {
        // SSLRequest, which has no name of a user, then a record of a handshake.
        assert_eq!((said[0], said[36]), (32, 22), "{said:?}");
    }
}

/// A server that lets `app` in by `caching_sha2_password` once it has read the
/// password in clear, and says what it has read. Without TLS it says that it
/// has some, or none.
async fn caching_sha2(tls: bool) -> (u16, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut greeting = BytesMut::new();
        greeting.put_slice(b"\x0a8.0.36\0\x07\0\0\0abcdefgh\0");
        // CLIENT_SSL is 1 << 11.
        let flags: u32 = 1 | 8 | 1 << 9 | 1 << 15 | 1 << 19 | 1 << 21 | u32::from(tls) << 11;
        greeting.put_u16_le(flags as u16);
        greeting.put_slice(&[45, 2, 0]);
        greeting.put_u16_le((flags >> 16) as u16);
        greeting.put_slice(b"\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0caching_sha2_password\0");
        stream.write_all(&packet(0, &greeting)).await.unwrap();
        if !tls {
            return read(&mut stream).await.1;
        }
        let (sequence, request) = read(&mut stream).await;
        assert_eq!((sequence, request.len()), (1, 32));
        let acceptor = acceptor(&authority().server(&[HERE]).unwrap());
        let mut stream = acceptor.accept(stream).await.unwrap();
        let (sequence, hello) = read(&mut stream).await;
        assert_eq!(sequence, 2);
        assert_eq!(hello[..32], request[..], "both say the same");
        // perform_full_authentication.
        stream.write_all(&packet(3, &[1, 4])).await.unwrap();
        let (sequence, password) = read(&mut stream).await;
        assert_eq!(sequence, 4);
        stream
            .write_all(&packet(5, &[0, 0, 0, 2, 0, 0, 0]))
            .await
            .unwrap();
        password
    });
    (port, server)
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> (u8, Vec<u8>) {
    let mut head = [0; 4];
    if stream.read_exact(&mut head).await.is_err() {
        return (0, vec![]);
    }
    let mut body = vec![0; u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize];
    stream.read_exact(&mut body).await.unwrap();
    (head[3], body)
}

#[tokio::test]
async fn caching_sha2_gives_the_password_in_clear_inside_of_tls() {
    let (port, server) = caching_sha2(true).await;
    let endpoint = endpoint(port, "app", limits(1));
    let endpoint = with(&endpoint, &knowing(TlsMode::VerifyFull));
    let pools = Pools::new();
    let mut wire = Wire::greeted(&pools, "t", &endpoint).await;
    wire.send(&Hello::default().packet()).await;
    assert_eq!(server.await.unwrap(), format!("{PASSWORD}\0").as_bytes());
}

#[tokio::test]
async fn tls_that_is_taken_away_is_missed_before_anything_is_said() {
    for wanted in [TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull] {
        let (port, server) = caching_sha2(false).await;
        let endpoint = endpoint(port, "app", limits(1));
        let text = mode(&with(&endpoint, &knowing(wanted))).await.unwrap_err();
        assert!(text.contains("offers no TLS"), "{text}");
        assert_eq!(server.await.unwrap(), b"");
    }
}
