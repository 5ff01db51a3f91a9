//! PostgreSQL: every mode, and every certificate.

use std::sync::{Arc, LazyLock};

use warpgrid_db::{Endpoint, Error, Pools, TlsMode, TlsSettings};
use warpgrid_test_harness::postgres::{CLEARTEXT, MD5, Postgres, SCRAM, TRUST};
use warpgrid_test_harness::tls::{Authority, Pair, ServerTls, Signature};

use super::files::{HERE, MODES, authority, blind, file, knowing, showing, stranger, with};
use crate::wire::{Wire, endpoint, error, limits, refused, server as plain, tenant};

/// What the server says of a connection.
pub const MODE: &str = "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()";

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

pub fn to(server: &Postgres, settings: &TlsSettings) -> Arc<Endpoint> {
    with(&endpoint(server.port(), TRUST, limits(1)), settings)
}

/// What the server says of the connection that a session gets.
pub async fn mode(endpoint: &Arc<Endpoint>) -> Result<String, Error> {
    let pools = Pools::new();
    let mut wire = Wire::over(pools.connect(&tenant("t"), endpoint).await?);
    wire.start(&[("user", "x")]).await;
    Ok(wire.rows(MODE).await.remove(0))
}

pub async fn failure(endpoint: &Arc<Endpoint>) -> String {
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
async fn a_certificate_of_version_one_will_do_where_nothing_is_verified_of_it() {
    let pair = Pair::version_one().unwrap();
    let server = start(&pair);
    for wanted in [TlsMode::Prefer, TlsMode::Require] {
        let found = mode(&to(&server, &blind(wanted))).await.unwrap();
        assert_eq!(found, "t|TLSv1.3", "{wanted}");
    }
    let known = |mode| TlsSettings {
        ca: Some(file(&pair.certificate)),
        ..blind(mode)
    };
    let found = mode(&to(&server, &known(TlsMode::VerifyCa))).await;
    assert_eq!(found.unwrap(), "t|TLSv1.3", "it is known by itself");
    // It has no name that counts.
    let text = failure(&to(&server, &known(TlsMode::VerifyFull))).await;
    assert!(text.contains("version 3"), "{text}");
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
pub async fn mode_or_refusal(endpoint: &Arc<Endpoint>) -> String {
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
async fn logins_are_bound_whatever_signs_the_certificate() {
    for signature in [Signature::Sha256, Signature::Sha384, Signature::Ed25519] {
        let authority = Authority::signing_by("ours", signature).unwrap();
        let server = start(&authority.server(&[HERE]).unwrap());
        let settings = TlsSettings {
            ca: Some(file(&authority.certificate())),
            ..blind(TlsMode::VerifyFull)
        };
        let endpoint = with(&endpoint(server.port(), SCRAM, limits(1)), &settings);
        let mut wire = Wire::open(&Pools::new(), &endpoint).await;
        assert_eq!(wire.rows(MODE).await, ["t|TLSv1.3"], "{signature:?}");
    }
}
