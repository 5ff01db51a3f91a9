//! Who gets a connection, and when; and bytes on their way through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use warpgrid_db::{Error, PoolLimits, Pools};
use warpgrid_test_harness::redis::{Redis, USER};

use super::wire::{Wire, command, endpoint, server, single};
use crate::wire::{limits, tenant, until, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_sessions_share_ten_connections() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), USER, limits(10));
    let most = Arc::new(AtomicUsize::new(0));
    let sessions: Vec<_> = (0..200)
        .map(|number| {
            let (pools, endpoint, most) = (pools.clone(), endpoint.clone(), most.clone());
            tokio::spawn(async move {
                for round in 0..5 {
                    let mut wire = Wire::open(&pools, &endpoint).await;
                    let text = format!("{number}.{round}");
                    assert_eq!(wire.run(&["ECHO", &text]).await, text);
                    most.fetch_max(pools.stats()[0].live as usize, Ordering::SeqCst);
                    if number % 2 == 0 {
                        assert_eq!(wire.run(&["QUIT"]).await, "OK");
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
    let endpoint = endpoint(server().port(), USER, limits);
    let mut early = Wire::open(&pools, &endpoint).await;
    let mut holder = Wire::open(&pools, &endpoint).await;
    assert_eq!(holder.run(&["ECHO", "x"]).await, "x");
    let mut waiter = Wire::open(&pools, &endpoint).await;
    // What a guest says before it has its connection is kept for the server.
    waiter.send(&command(&["ECHO", "kept"])).await;
    assert_eq!(pools.stats()[0].waiting, 1);
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(matches!(error, Error::PoolExhausted { .. }), "{error}");
    // One that was let in before the queue filled learns it by the protocol.
    let answer = early.run(&["PING"]).await;
    assert!(answer.starts_with("-ERR max number of clients"), "{answer}");
    let late = waiter.next().await.unwrap();
    assert!(late.contains("waiting for a free connection"), "{late}");
    let mut waiter = Wire::open(&pools, &endpoint).await;
    waiter.send(&command(&["ECHO", "kept"])).await;
    drop(holder);
    assert_eq!(waiter.next().await.unwrap(), "kept");
}

#[tokio::test]
async fn after_a_restart_dead_connections_are_replaced_unseen() {
    let mut server = Redis::start().unwrap();
    let pools = Pools::new();
    let endpoint = endpoint(server.port(), USER, limits(1));
    Wire::open(&pools, &endpoint).await.run(&["PING"]).await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    server.restart().unwrap();
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.run(&["PING"]).await, "PONG");
    drop(wire);
    until("it is back", || pools.stats()[0].idle == 1).await;
    server.stop().unwrap();
    let mut wire = Wire::open(&pools, &endpoint).await;
    let answer = wire.run(&["PING"]).await;
    assert!(answer.contains("refuses connections"), "{answer}");
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
    let endpoint = endpoint(server().port(), USER, limits);
    let mut wire = Wire::open(&pools, &endpoint).await;
    let id = wire.id().await;
    drop(wire);
    until("it is back", || pools.stats()[0].idle == 1).await;
    assert_eq!(Wire::open(&pools, &endpoint).await.id().await, id);
}

/// A client that sends everything before it reads anything.
#[tokio::test]
async fn a_pipeline_larger_than_every_buffer() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    let (text, count) = ("x".repeat(1000), 20_000);
    let mut all = vec![];
    for n in 0..count {
        all.extend_from_slice(&command(&["ECHO", &format!("{n} {text}")]));
    }
    wire.send(&all).await;
    for n in 0..count {
        assert_eq!(wire.next().await.unwrap(), format!("{n} {text}"));
    }
    drop(wire);
    until("it is back", || pools.stats()[0].returned == 1).await;
}

#[tokio::test]
async fn huge_strings_pass_through() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    let huge = "0123456789abcdef".repeat(2 << 20);
    assert_eq!(wire.run(&["SET", "huge", &huge]).await, "OK");
    let length = (huge.len()).to_string();
    assert_eq!(wire.run(&["STRLEN", "huge"]).await, length);
    wire.send(&command(&["GET", "huge"])).await;
    let (mut seen, wanted) = (0, huge.len() + length.len() + 5);
    while seen < wanted {
        let more = within(wire.session.recv(usize::MAX)).await.unwrap();
        assert!(!more.is_empty());
        seen += more.len();
    }
    assert_eq!(seen, wanted);
    assert_eq!(wire.run(&["DEL", "huge"]).await, "1");
    drop(wire);
    until("it is back", || pools.stats()[0].returned == 1).await;
}
