//! PostgreSQL: every mode, and who stands between.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warpgrid_db::{Endpoint, Error, Pools, TlsMode, TlsSettings};
use warpgrid_test_harness::postgres::{CLEARTEXT, MD5, Postgres, SCRAM, TRUST};
use warpgrid_test_harness::tls::{Pair, ServerTls};

use super::files::{HERE, MODES, authority, blind, file, knowing, showing, stranger, with};
use super::middle::{acceptor, observer};
use crate::wire::{
    Wire, endpoint, error, limits, message, query, refused, server as plain, tenant, until, within,
};

const MODE: &str = "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()";

fn start(pair: &Pair) -> Postgres {
    let tls = ServerTls {
        pair,
        clients: None,
    };
    Postgres::start_tls(&tls, "").unwrap()
}

/// The server of all tests that need a good certificate.
pub fn server() -> &'static Postgres {
    static SERVER: LazyLock<Postgres> =
        LazyLock::new(|| start(&authority().server(&[HERE, "db.internal"]).unwrap()));
    &SERVER
}

fn to(server: &Postgres, settings: &TlsSettings) -> Arc<Endpoint> {
    with(&endpoint(server.port(), TRUST, limits(1)), settings)
}

/// What the server says of the connection that a session gets.
async fn mode(endpoint: &Arc<Endpoint>) -> Result<String, Error> {
    let pools = Pools::new();
    let mut wire = Wire::over(pools.connect(&tenant("t"), endpoint).await?);
    wire.start(&[("user", "x")]).await;
    Ok(wire.rows(MODE).await.remove(0))
}

async fn failure(endpoint: &Arc<Endpoint>) -> String {
    let error = mode(endpoint).await.expect_err("there must be no session");
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn every_mode_encrypts_where_the_server_can_and_refuses_as_it_must() {
    for wanted in MODES {
        let found = mode(&to(server(), &knowing(wanted))).await.unwrap();
        let encrypted = wanted != TlsMode::Disable;
        let expected = if encrypted { "t|TLSv1.3" } else { "f|NULL" };
        assert_eq!(found, expected, "{wanted}");

        let endpoint = to(plain(), &knowing(wanted));
        match wanted {
            TlsMode::Disable | TlsMode::Prefer => {
                assert_eq!(mode(&endpoint).await.unwrap(), "f|NULL", "{wanted}");
            }
            _ => {
                let text = failure(&endpoint).await;
                assert!(
                    text.contains("offers no TLS") && text.contains(&wanted.to_string()),
                    "{text}"
                );
                assert!(text.contains(&endpoint.to_string()), "{text}");
            }
        }
    }
    for wanted in [TlsMode::Prefer, TlsMode::Require] {
        assert_eq!(
            mode(&to(server(), &blind(wanted))).await.unwrap(),
            "t|TLSv1.3"
        );
    }
}

#[tokio::test]
async fn every_login_works_over_tls() {
    let pools = Pools::new();
    for user in [TRUST, CLEARTEXT, MD5, SCRAM] {
        let endpoint = endpoint(server().port(), user, limits(1));
        let endpoint = with(&endpoint, &knowing(TlsMode::VerifyFull));
        let mut wire = Wire::open(&pools, &endpoint).await;
        assert_eq!(wire.rows("select current_user").await, [user]);
        assert_eq!(wire.rows(MODE).await, ["t|TLSv1.3"]);
    }
}

#[tokio::test]
async fn a_name_that_the_certificate_has_not_is_refused_by_verify_full_alone() {
    let server = start(
        &authority()
            .server(&["db.internal", "*.warp.local"])
            .unwrap(),
    );
    let text = failure(&to(&server, &knowing(TlsMode::VerifyFull))).await;
    for part in ["127.0.0.1", "db.internal", "tls-server-name"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        mode(&to(&server, &knowing(TlsMode::VerifyCa)))
            .await
            .is_ok()
    );
    for (name, good) in [
        ("db.internal", true),
        ("DB.Internal", true),
        ("other.internal", false),
        ("a.warp.local", true),
        ("a.b.warp.local", false),
    ] {
        let settings = TlsSettings {
            server_name: Some(name.into()),
            ..knowing(TlsMode::VerifyFull)
        };
        assert_eq!(mode(&to(&server, &settings)).await.is_ok(), good, "{name}");
    }
}

#[tokio::test]
async fn a_certificate_that_will_not_do_is_refused_with_the_reason() {
    let expired = start(&authority().expired(&[HERE]).unwrap());
    let unknown = start(&stranger().server(&[HERE]).unwrap());
    for (server, part, key) in [
        (&expired, "expired", "renew"),
        (&unknown, "unknown issuer", "tls-ca"),
    ] {
        // With a CA, "require" verifies as "verify-ca" does.
        for wanted in [TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull] {
            let text = failure(&to(server, &knowing(wanted))).await;
            assert!(text.contains(part) && text.contains(key), "{text}");
        }
        let prefer = to(server, &knowing(TlsMode::Prefer));
        assert_eq!(mode(&prefer).await.unwrap(), "f|NULL");
        for wanted in [TlsMode::Prefer, TlsMode::Require] {
            let found = mode(&to(server, &blind(wanted))).await.unwrap();
            assert_eq!(found, "t|TLSv1.3");
        }
    }
}

#[tokio::test]
async fn a_server_that_signs_its_own_certificate_is_known_by_it() {
    let pair = Pair::self_signed(&[HERE]).unwrap();
    let server = start(&pair);
    let known = |mode, pair: &Pair| TlsSettings {
        ca: Some(file(&pair.certificate)),
        ..blind(mode)
    };
    for wanted in [TlsMode::VerifyCa, TlsMode::VerifyFull] {
        let found = mode(&to(&server, &known(wanted, &pair))).await.unwrap();
        assert_eq!(found, "t|TLSv1.3");
    }
    let named = TlsSettings {
        server_name: Some("other.internal".into()),
        ..known(TlsMode::VerifyFull, &pair)
    };
    failure(&to(&server, &named)).await;
    let another = Pair::self_signed(&[HERE]).unwrap();
    failure(&to(&server, &known(TlsMode::VerifyCa, &another))).await;
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_the_server_demands_one() {
    let pair = authority().server(&[HERE]).unwrap();
    let tls = ServerTls {
        pair: &pair,
        clients: Some(authority()),
    };
    let access = "hostssl all app_trust 127.0.0.1/32 trust clientcert=verify-ca\n\
                  hostnossl all app_trust 127.0.0.1/32 reject\n";
    let server = Postgres::start_tls(&tls, access).unwrap();
    let require = || knowing(TlsMode::VerifyFull);
    let ours = authority().client("host").unwrap();
    let found = mode(&to(&server, &showing(&ours, require())))
        .await
        .unwrap();
    assert_eq!(found, "t|TLSv1.3");

    let without = refused(&Pools::new(), &to(&server, &require())).await;
    let text = without.field(b'M');
    assert!(text.contains("valid client certificate"), "{text}");

    let theirs = stranger().client("host").unwrap();
    let answer = mode_or_refusal(&to(&server, &showing(&theirs, require()))).await;
    assert!(
        answer.contains("client certificate") && answer.contains("tls-cert"),
        "{answer}"
    );
}

/// What a guest reads that gets no session.
async fn mode_or_refusal(endpoint: &Arc<Endpoint>) -> String {
    match Pools::new().connect(&tenant("t"), endpoint).await {
        Err(error) => error.to_string(),
        Ok(session) => {
            let mut wire = Wire::over(session);
            error(&wire.start(&[("user", "x")]).await).field(b'M')
        }
    }
}

#[tokio::test]
async fn prefer_goes_without_where_the_server_lets_nobody_in_over_tls() {
    let pair = authority().server(&[HERE]).unwrap();
    let tls = ServerTls {
        pair: &pair,
        clients: None,
    };
    let access = "hostssl all app_trust 127.0.0.1/32 reject\n";
    let server = Postgres::start_tls(&tls, access).unwrap();
    let prefer = to(&server, &knowing(TlsMode::Prefer));
    assert_eq!(mode(&prefer).await.unwrap(), "f|NULL");
    let require = refused(&Pools::new(), &to(&server, &knowing(TlsMode::Require))).await;
    assert_eq!(require.field(b'C'), "28000");
}

#[tokio::test]
async fn a_cancel_request_goes_over_tls_as_well() {
    let (address, seen) = observer(server().address()).await;
    let endpoint = endpoint(address.port(), TRUST, limits(1));
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
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    for said in &*seen {
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
