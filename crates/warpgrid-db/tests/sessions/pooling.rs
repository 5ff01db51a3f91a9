//! Who gets a connection, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use warpgrid_db::{Endpoint, Error, PoolLimits, Pools};
use warpgrid_test_harness::postgres::{Postgres, TRUST};

use crate::wire::{
    Wire, endpoint, limits, query, refused, server, single, startup, tenant, until, within,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_sessions_share_ten_connections() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits(10));
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
                        wire.terminate().await;
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

/// A session that has its connection, and one that waits for it.
async fn crowd(pools: &Pools, endpoint: &Arc<Endpoint>) -> (Wire, Wire) {
    let holder = Wire::open(pools, endpoint).await;
    let mut waiter = Wire::over(pools.connect(&tenant("t"), endpoint).await.unwrap());
    waiter.send(&startup(&[("user", "x")])).await;
    assert!(waiter.session.try_recv(1).unwrap().is_none());
    assert_eq!(pools.stats()[0].waiting, 1);
    (holder, waiter)
}

#[tokio::test]
async fn beyond_the_queue_sessions_are_refused_at_once() {
    let pools = Pools::new();
    let limits = PoolLimits {
        max_waiting: 1,
        ..limits(1)
    };
    let endpoint = endpoint(server().port(), TRUST, limits);
    let mut early = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
    let (holder, mut waiter) = crowd(&pools, &endpoint).await;
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::PoolExhausted {
                size: 1,
                waiting: 1,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("raise the pool size"), "{error}");
    // One that was let in before the queue filled learns it by the protocol.
    let answer = early.start(&[("user", "x")]).await;
    assert_eq!(crate::wire::error(&answer).field(b'C'), "53300");
    drop(holder);
    assert_eq!(waiter.answer().await.last().unwrap().tag, b'Z');
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let limits = PoolLimits {
        wait_timeout: Duration::from_millis(50),
        ..limits(1)
    };
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits);
    let _holder = Wire::open(&pools, &endpoint).await;
    let error = refused(&pools, &endpoint).await;
    assert_eq!(error.field(b'C'), "53300");
    assert!(
        error.field(b'M').contains("waiting for a free connection"),
        "{error:?}"
    );
    assert_eq!(pools.stats()[0].waiting, 0);
}

#[tokio::test]
async fn one_guest_may_use_a_session_while_another_of_its_waits() {
    let pools = Pools::new();
    let (mut holder, mut waiter) = crowd(&pools, &single()).await;
    assert_eq!(holder.rows("select 1").await, ["1"]);
    // What it sends before it is greeted is not taken, and does not wait.
    assert_eq!(within(waiter.session.send(b"Q")).await.unwrap(), 0);
    holder.terminate().await;
    assert_eq!(waiter.answer().await.last().unwrap().tag, b'Z');
    assert_eq!(waiter.rows("select 2").await, ["2"]);
}

#[tokio::test]
async fn the_queue_is_in_order_and_loses_no_turn() {
    let pools = Pools::new();
    let endpoint = single();
    let (holder, first) = crowd(&pools, &endpoint).await;
    let mut others = vec![];
    for number in 0..4 {
        let mut wire = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
        wire.send(&startup(&[("user", "x")])).await;
        others.push((number, wire));
    }
    // Two of them give up: one from the front, one from the middle.
    drop(first);
    others.remove(1);
    until("they left the queue", || pools.stats()[0].waiting == 3).await;
    drop(holder);
    for (number, mut wire) in others {
        let answer = wire.answer().await;
        assert_eq!(answer.last().unwrap().tag, b'Z', "{number}");
        // Nobody overtook: the rest still waits.
        assert_eq!(wire.rows("select 1").await, ["1"]);
        wire.terminate().await;
    }
}

#[tokio::test]
async fn a_connection_that_is_closed_makes_room_for_who_waits() {
    let pools = Pools::new();
    let (mut holder, mut waiter) = crowd(&pools, &single()).await;
    let pid = holder.backend().await;
    holder.send(&query("select pg_sleep(1000)")).await;
    drop(holder);
    assert_eq!(waiter.answer().await.last().unwrap().tag, b'Z');
    assert_ne!(waiter.backend().await, pid);
}

#[tokio::test]
async fn an_idle_connection_of_another_kind_makes_room() {
    let pools = Pools::new();
    let endpoint = single();
    for zone in ["UTC", "Asia/Tokyo", "UTC"] {
        let mut wire = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
        wire.start(&[("user", "x"), ("TimeZone", zone)]).await;
        assert_eq!(wire.rows("show timezone").await, [zone]);
        assert_eq!(pools.stats()[0].live, 1);
        wire.terminate().await;
    }
    assert_eq!(pools.stats()[0].opened, 3);
}

#[tokio::test]
async fn idle_connections_are_closed_in_time() {
    let limits = PoolLimits {
        idle_timeout: Duration::from_millis(100),
        ..limits(5)
    };
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits);
    let mut wires = vec![];
    for _ in 0..3 {
        wires.push(Wire::open(&pools, &endpoint).await);
    }
    let pid = wires[0].backend().await;
    drop(wires);
    until("they are back", || pools.stats()[0].returned == 3).await;
    until("they are closed", || pools.stats()[0].live == 0).await;
    let left = format!("select count(*) from pg_stat_activity where pid = {pid}");
    until("the server knows", || server().sql(&left).unwrap() == "0").await;
    // By a Terminate, not by a broken connection.
    assert!(
        !server()
            .log()
            .contains(&format!("[{pid}] {TRUST}@app LOG:  unexpected EOF"))
    );
    assert_eq!(
        Wire::open(&pools, &endpoint).await.rows("select 1").await,
        ["1"]
    );
}

#[test]
fn pools_do_not_keep_a_runtime_alive() {
    let pools = Pools::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let held = runtime.block_on(async {
        let wire = Wire::open(&pools, &single()).await;
        Wire::open(&Pools::new(), &single()).await.terminate().await;
        wire
    });
    drop(runtime);
    // Outside of any runtime, and after its own.
    drop(held);
}

#[tokio::test]
async fn draining_waits_for_sessions_and_lets_no_more_in() {
    let pools = Pools::new();
    let endpoint = single();
    let (mut holder, mut waiter) = crowd(&pools, &endpoint).await;
    let drained = Arc::new(AtomicBool::new(false));
    let draining = tokio::spawn({
        let (pools, drained) = (pools.clone(), drained.clone());
        async move {
            pools.drain(crate::wire::HANGS).await;
            drained.store(true, Ordering::SeqCst);
        }
    });
    let answer = waiter.answer().await;
    assert_eq!(crate::wire::error(&answer).field(b'C'), "57P03");
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(matches!(error, Error::Draining { .. }));
    // The one that has its connection goes on to its end.
    assert_eq!(holder.rows("select 1").await, ["1"]);
    assert!(!drained.load(Ordering::SeqCst));
    holder.terminate().await;
    within(draining).await.unwrap();
    assert_eq!(pools.stats()[0].live, 0);
    // And a deadline is one.
    let pools = Pools::new();
    let _holder = Wire::open(&pools, &endpoint).await;
    within(pools.drain(Duration::from_millis(10))).await;
}

#[tokio::test]
async fn after_a_restart_dead_connections_are_replaced_unseen() {
    let mut server = Postgres::start().unwrap();
    let pools = Pools::new();
    let endpoint = endpoint(server.port(), TRUST, limits(3));
    let mut wires = vec![];
    for _ in 0..3 {
        wires.push(Wire::open(&pools, &endpoint).await);
    }
    drop(wires);
    until("they are back", || pools.stats()[0].idle == 3).await;
    // This does not yield: the runtime learns of the closed sockets later.
    server.restart().unwrap();
    let mut wires = vec![];
    for _ in 0..3 {
        let mut wire = Wire::open(&pools, &endpoint).await;
        assert_eq!(wire.rows("select 'alive'").await, ["alive"]);
        wires.push(wire);
    }
    // With the server away, the guest is told so.
    drop(wires);
    server.stop().unwrap();
    until("nothing is left", || {
        pools.stats()[0].live == pools.stats()[0].idle
    })
    .await;
    let mut codes = vec![];
    for _ in 0..4 {
        match pools.connect(&tenant("t"), &endpoint).await {
            Ok(session) => {
                let answer = Wire::over(session).start(&[("user", "x")]).await;
                codes.push(crate::wire::error(&answer).field(b'C'));
            }
            Err(error) => {
                assert!(matches!(error, Error::ConnectionRefused { .. }), "{error}");
            }
        }
    }
    assert!(codes.iter().all(|code| code == "08001"), "{codes:?}");
    assert!(codes.len() < 4);
}

#[tokio::test]
async fn an_old_idle_connection_is_asked_for_a_sign_of_life() {
    let pools = Pools::new();
    let limits = PoolLimits {
        check_after: Duration::ZERO,
        ..limits(1)
    };
    let endpoint = endpoint(server().port(), TRUST, limits);
    let mut wire = Wire::open(&pools, &endpoint).await;
    let pid = wire.backend().await;
    wire.terminate().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    let mut wire = Wire::open(&pools, &endpoint).await;
    let last = format!("select query from pg_stat_activity where pid = {pid}");
    assert_eq!(server().sql(&last).unwrap(), "");
    assert_eq!(wire.backend().await, pid);
}
