//! How sessions begin.

use std::sync::Arc;

use warpgrid_db::{Credentials, Endpoint, Pools};
use warpgrid_test_harness::mariadb::{ED25519, EMPTY, NATIVE, PASSWORD, has_ed25519};

use super::wire::{
    DEPRECATE_EOF, FLAGS, Hello, PLUGIN_AUTH, PROTOCOL_41, Wire, command, endpoint, packet, server,
    single, text, without_credentials,
};
use crate::wire::{limits, until};

fn with(user: &str, password: Option<&str>) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        credentials: Some(Credentials {
            user: user.into(),
            password: password.map(Into::into),
        }),
        ..Endpoint::clone(&endpoint(server().port(), user, limits(1)))
    })
}

#[tokio::test]
async fn the_host_logs_in_by_every_method_and_the_guest_by_none() {
    let pools = Pools::new();
    let users = [
        (NATIVE, Some(PASSWORD)),
        (EMPTY, None),
        (ED25519, Some(PASSWORD)),
    ];
    for (user, password) in &users[..if has_ed25519() { 3 } else { 2 }] {
        for flags in [FLAGS, FLAGS | DEPRECATE_EOF] {
            let hello = Hello {
                flags,
                ..Hello::default()
            };
            for _ in 0..2 {
                let mut wire = Wire::with(&pools, "t", &with(user, *password), &hello).await;
                let rows = wire.rows("select current_user(), database()").await;
                assert_eq!(rows, [format!("{user}@%|app")]);
                wire.quit().await;
            }
        }
    }
    let stats = pools.stats();
    assert!(stats.iter().all(|pool| pool.opened == 2), "{stats:?}");
}

#[tokio::test]
async fn the_greeting_is_the_servers_and_the_thread_nobodys() {
    let pools = Pools::new();
    let endpoint = with(NATIVE, Some(PASSWORD));
    let mut threads = vec![];
    for _ in 0..2 {
        let mut wire = Wire::greeted(&pools, "t", &endpoint).await;
        let text = String::from_utf8_lossy(&wire.handshake).into_owned();
        assert!(text.contains("MariaDB") && text.contains("mysql_native_password"));
        let at = wire.handshake.iter().position(|&byte| byte == 0).unwrap() + 1;
        let thread = u32::from_le_bytes(wire.handshake[at..at + 4].try_into().unwrap());
        assert!(thread >= 1 << 31);
        wire.hello(&Hello::default()).await;
        assert_ne!(wire.id().await, thread.to_string());
        threads.push(thread);
    }
    assert_ne!(threads[0], threads[1]);
}

#[tokio::test]
async fn a_guest_that_would_log_in_by_caching_sha2_is_let_in_its_way() {
    let pools = Pools::new();
    let mut wire = Wire::greeted(&pools, "t", &single()).await;
    let hello = Hello {
        plugin: "caching_sha2_password",
        answer: &[7; 32],
        ..Hello::default()
    };
    let (sequence, fast) = wire.hello(&hello).await;
    assert_eq!((sequence, &fast[..]), (2, &[1, 3][..]));
    let (sequence, welcome) = wire.packet().await.unwrap();
    assert_eq!((sequence, welcome[0]), (3, 0));
    assert_eq!(wire.rows("select 1").await, ["1"]);
}

#[tokio::test]
async fn wrong_credentials_give_the_servers_own_error_and_no_password() {
    let pools = Pools::new();
    for user in &[NATIVE, ED25519][..if has_ed25519() { 2 } else { 1 }] {
        let mut wire = Wire::greeted(&pools, "t", &with(user, Some("hunter2"))).await;
        let (sequence, refused) = wire.hello(&Hello::default()).await;
        let refused = text(&refused);
        assert!(
            sequence == 2 && refused.starts_with("1045 #28000"),
            "{refused}"
        );
        assert!(!refused.contains("hunter2"));
        assert_eq!(wire.packet().await, None);
    }
    assert_eq!(pools.stats().iter().map(|stats| stats.live).sum::<u32>(), 0);
}

/// Logs in as a guest that is asked for its password.
async fn own(
    pools: &Pools,
    endpoint: &Arc<Endpoint>,
    user: &str,
    password: &str,
) -> (Wire, String) {
    let mut wire = Wire::greeted(pools, "t", endpoint).await;
    let hello = Hello {
        user,
        database: "other",
        ..Hello::default()
    };
    let (sequence, asked) = wire.hello(&hello).await;
    assert_eq!(
        (sequence, &asked[..]),
        (2, &b"\xfemysql_clear_password\0"[..])
    );
    let password = format!("{password}\0");
    // Whatever the pieces.
    for byte in packet(3, password.as_bytes()) {
        wire.send(&[byte]).await;
    }
    let (sequence, answer) = wire.packet().await.unwrap();
    assert_eq!(sequence, 4);
    (wire, text(&answer))
}

#[tokio::test]
async fn without_credentials_the_guest_is_asked_for_its_own() {
    let pools = Pools::new();
    let endpoint = Arc::new(Endpoint {
        limits: limits(2),
        ..Endpoint::clone(&without_credentials())
    });
    let (mut wire, _) = own(&pools, &endpoint, NATIVE, PASSWORD).await;
    let rows = wire.rows("select current_user(), database()").await;
    assert_eq!(rows, ["app_native@%|other"]);
    let id = wire.id().await;
    wire.quit().await;
    until("it is back", || pools.stats()[0].idle > 0).await;
    // A connection of that user is idle now: it is not for everybody.
    let (_, refused) = own(&pools, &endpoint, NATIVE, "guessed").await;
    assert!(refused.starts_with("1045 "), "{refused}");
    let (mut wire, _) = own(&pools, &endpoint, NATIVE, PASSWORD).await;
    assert_eq!(wire.id().await, id);
}

#[tokio::test]
async fn a_guest_that_cannot_be_asked_is_told() {
    let pools = Pools::new();
    let mut wire = Wire::greeted(&pools, "t", &without_credentials()).await;
    let hello = Hello {
        flags: FLAGS & !PLUGIN_AUTH,
        ..Hello::default()
    };
    let (_, refused) = wire.hello(&hello).await;
    let refused = text(&refused);
    assert!(
        refused.starts_with("1251 ") && refused.contains("mysql_clear_password"),
        "{refused}"
    );
    assert_eq!(wire.packet().await, None);
}

#[tokio::test]
async fn what_is_not_offered_is_refused() {
    const SSL: u32 = 1 << 11;
    let pools = Pools::new();
    for flags in [FLAGS & !PROTOCOL_41, FLAGS | SSL] {
        let mut wire = Wire::greeted(&pools, "t", &single()).await;
        let hello = Hello {
            flags,
            ..Hello::default()
        };
        let (_, refused) = wire.hello(&hello).await;
        assert!(text(&refused).starts_with("1043 "), "{}", text(&refused));
    }
    let mut wire = Wire::greeted(&pools, "t", &single()).await;
    wire.send(b"\xff\xff\xff\x01").await;
    let (_, refused) = wire.packet().await.unwrap();
    assert!(text(&refused).starts_with("1043 "), "{}", text(&refused));
    // Files of the guest's are not the server's to read.
    let mut wire = Wire::open(&pools, &single()).await;
    wire.rows("create temporary table t (t text)").await;
    let sql = "load data local infile '/etc/passwd' into table t";
    let refused = wire.query(sql).await.unwrap_err();
    assert!(
        refused.starts_with("4166 ") || refused.starts_with("1148 "),
        "{refused}"
    );
    // And a guest may not become somebody else.
    for refused in [0x11, 0x12, 0x15, 0x1e] {
        wire.send(&command(refused, "root\0\0\0")).await;
        let refused = wire.results().await.unwrap_err();
        // ER_UNKNOWN_COM_ERROR.
        assert!(refused.starts_with("1047 "), "{refused}");
    }
    assert_eq!(wire.rows("select current_user()").await, ["app_native@%"]);
    let id = wire.id().await;
    wire.quit().await;
    let mut next = Wire::open(&pools, &single()).await;
    assert_eq!(next.id().await, id);
}
