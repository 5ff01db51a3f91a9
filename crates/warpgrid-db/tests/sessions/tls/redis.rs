//! Redis, whose port has TLS from the first byte on or not at all.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use warpgrid_db::{Endpoint, Error, PoolLimits, Pools, TlsMode, TlsSettings};
use warpgrid_test_harness::redis::{Redis, USER};
use warpgrid_test_harness::tls::{Pair, ServerTls};

use super::files::{HERE, MODES, authority, blind, knowing, showing, stranger, with};
use crate::redis::wire::{Wire, endpoint, server as plain};
use crate::wire::{limits, tenant};

fn start(pair: &Pair) -> Redis {
    let tls = ServerTls {
        pair,
        clients: None,
    };
    Redis::start_tls(&tls).unwrap()
}

/// The server of all tests that need a good certificate.
pub fn server() -> &'static Redis {
    static SERVER: LazyLock<Redis> = LazyLock::new(|| start(&authority().server(&[HERE]).unwrap()));
    &SERVER
}

fn to(server: &Redis, settings: &TlsSettings) -> Arc<Endpoint> {
    with(&endpoint(server.port(), USER, limits(1)), settings)
}

/// The name by which the server knows the session's connection.
async fn who(endpoint: &Arc<Endpoint>) -> Result<String, Error> {
    let pools = Pools::new();
    drop(pools.connect(&tenant("t"), endpoint).await?);
    let mut wire = Wire::open(&pools, endpoint).await;
    Ok(wire.run(&["ACL", "WHOAMI"]).await)
}

async fn failure(endpoint: &Arc<Endpoint>) -> String {
    let error = who(endpoint).await.expect_err("there must be no session");
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn every_mode_but_disable_reaches_a_server_with_tls() {
    for wanted in MODES {
        let endpoint = to(server(), &knowing(wanted));
        match wanted {
            TlsMode::Disable => {
                let error = who(&endpoint).await;
                assert!(!matches!(&error, Ok(user) if user == USER), "{error:?}");
            }
            _ => assert_eq!(who(&endpoint).await.unwrap(), USER, "{wanted}"),
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_reached_by_disable_and_prefer() {
    // To what it does not understand it answers nothing.
    let limits = PoolLimits {
        connect_timeout: Duration::from_secs(2),
        ..limits(1)
    };
    let plain = endpoint(plain().port(), USER, limits);
    for wanted in MODES {
        let endpoint = with(&plain, &knowing(wanted));
        match wanted {
            TlsMode::Disable | TlsMode::Prefer => {
                assert_eq!(who(&endpoint).await.unwrap(), USER, "{wanted}");
            }
            _ => {
                let text = failure(&endpoint).await;
                assert!(
                    text.contains("TLS handshake") && text.contains("port"),
                    "{text}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_that_will_not_do_is_refused_with_the_reason() {
    let named = start(&authority().server(&["cache.internal"]).unwrap());
    let expired = start(&authority().expired(&[HERE]).unwrap());
    let unknown = start(&stranger().server(&[HERE]).unwrap());
    for (server, part, key) in [
        (&named, "cache.internal", "tls-server-name"),
        (&expired, "expired", "renew"),
        (&unknown, "unknown issuer", "tls-ca"),
    ] {
        let text = failure(&to(server, &knowing(TlsMode::VerifyFull))).await;
        assert!(text.contains(part) && text.contains(key), "{text}");
        assert_eq!(
            who(&to(server, &blind(TlsMode::Require))).await.unwrap(),
            USER
        );
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_the_server_demands_one() {
    let pair = authority().server(&[HERE]).unwrap();
    let tls = ServerTls {
        pair: &pair,
        clients: Some(authority()),
    };
    let server = Redis::start_tls(&tls).unwrap();
    let ours = authority().client("host").unwrap();
    let theirs = stranger().client("host").unwrap();
    let require = || knowing(TlsMode::VerifyFull);
    assert_eq!(
        who(&to(&server, &showing(&ours, require()))).await.unwrap(),
        USER
    );
    for (settings, part) in [
        (require(), "demands a client certificate"),
        (
            showing(&theirs, require()),
            "refuses the client certificate",
        ),
    ] {
        // The server says so only after its own part of the handshake.
        let mut wire = Wire::open(&Pools::new(), &to(&server, &settings)).await;
        let answer = wire.run(&["PING"]).await;
        assert!(
            answer.contains(part) && answer.contains("tls-cert"),
            "{answer}"
        );
    }
}
