//! Who gets a connection, and when; and bytes on their way through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use warpgrid_db::{Error, PoolLimits, Pools};
use warpgrid_test_harness::mariadb::{Mariadb, NATIVE};

use super::wire::{COM_QUERY, Hello, Wire, command, endpoint, server, single, text};
use crate::wire::{limits, tenant, until, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_sessions_share_ten_connections() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), NATIVE, limits(10));
    let most = Arc::new(AtomicUsize::new(0));
    let sessions: Vec<_> = (0..200)
        .map(|number| {
            let (pools, endpoint, most) = (pools.clone(), endpoint.clone(), most.clone());
            tokio::spawn(async move {
                for round in 0..5 {
                    let mut wire = Wire::open(&pools, &endpoint).await;
                    most.fetch_max(pools.stats()[0].live as usize, Ordering::SeqCst);
                    let rows = wire.rows(&format!("select {number}, {round}")).await;
                    assert_eq!(rows, [format!("{number}|{round}")]);
                    if number % 2 == 0 {
                        wire.quit().await;
                    }
                }
            })
        })
        .collect();
    for session in sessions {
        within(session).await.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 10);
    let stats = pools.stats().remove(0);
    assert_eq!((stats.opened, stats.waiting), (10, 0), "{stats:?}");
    until("all are back", || pools.stats()[0].idle == 10).await;
}

#[tokio::test]
async fn beyond_the_queue_sessions_are_refused() {
    let pools = Pools::new();
    let limits = PoolLimits {
        max_waiting: 1,
        wait_timeout: Duration::from_millis(200),
        ..limits(1)
    };
    let endpoint = endpoint(server().port(), NATIVE, limits);
    let mut early = Wire::greeted(&pools, "t", &endpoint).await;
    let mut late = Wire::greeted(&pools, "t", &endpoint).await;
    let _holder = Wire::open(&pools, &endpoint).await;
    let waiting = tokio::spawn(async move { late.hello(&Hello::default()).await });
    until("it waits", || pools.stats()[0].waiting == 1).await;
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(matches!(error, Error::PoolExhausted { .. }), "{error}");
    // One that was let in before the queue filled learns it by the protocol.
    let (_, refused) = early.hello(&Hello::default()).await;
    assert!(
        text(&refused).starts_with("1040 #08004"),
        "{}",
        text(&refused)
    );
    let (_, refused) = within(waiting).await.unwrap();
    let refused = text(&refused);
    assert!(
        refused.starts_with("1040 ") && refused.contains("waiting"),
        "{refused}"
    );
}

#[tokio::test]
async fn after_a_restart_dead_connections_are_replaced_unseen() {
    let mut server = Mariadb::start().unwrap();
    let pools = Pools::new();
    let endpoint = endpoint(server.port(), NATIVE, limits(1));
    Wire::open(&pools, &endpoint).await.quit().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    server.restart().unwrap();
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 'alive'").await, ["alive"]);
    wire.quit().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    server.stop().unwrap();
    let mut wire = Wire::greeted(&pools, "t", &endpoint).await;
    let (_, refused) = wire.hello(&Hello::default()).await;
    assert!(
        text(&refused).contains("refuses connections"),
        "{}",
        text(&refused)
    );
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionRefused { .. }), "{error}");
}

#[tokio::test]
async fn an_old_idle_connection_is_asked_for_a_sign_of_life() {
    let pools = Pools::new();
    let limits = PoolLimits {
        check_after: Duration::ZERO,
        ..limits(1)
    };
    let endpoint = endpoint(server().port(), NATIVE, limits);
    let mut wire = Wire::open(&pools, &endpoint).await;
    let id = wire.id().await;
    wire.quit().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    assert_eq!(Wire::open(&pools, &endpoint).await.id().await, id);
}

#[tokio::test]
async fn a_large_result_and_a_large_command_pass_through() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    let rows = wire
        .rows("select seq, repeat(md5(seq), 32) from seq_1_to_10000")
        .await;
    assert_eq!(rows.len(), 10_000);
    for (index, row) in rows.iter().enumerate() {
        let wanted = format!("{}|", index + 1);
        assert!(row.starts_with(&wanted) && row.len() == wanted.len() + 1024);
    }
    let long = "x".repeat(10 << 20);
    let rows = wire.rows(&format!("select length('{long}')")).await;
    assert_eq!(rows, [long.len().to_string()]);
    wire.quit().await;
    until("it is back", || pools.stats()[0].returned == 1).await;
}

#[tokio::test]
async fn commands_may_follow_each_other_unanswered() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    let all: Vec<u8> = (0..500)
        .flat_map(|n| command(COM_QUERY, format!("select {n}")))
        .collect();
    wire.send(&all).await;
    for n in 0..500 {
        assert_eq!(wire.results().await, Ok(vec![n.to_string()]));
    }
    wire.quit().await;
    until("it is back", || pools.stats()[0].returned == 1).await;
}
