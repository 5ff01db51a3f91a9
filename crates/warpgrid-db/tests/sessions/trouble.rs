//! Trouble that is made on purpose, and its end.

use std::time::Duration;

use warpgrid_db::{Error, PoolLimits, Pools};
use warpgrid_test_harness::postgres::TRUST;

use crate::wire::{Wire, endpoint, limits, server, tenant};

#[tokio::test]
async fn while_it_is_cut_no_server_is_reached_and_sessions_end() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits(2));
    let mut open = Wire::open(&pools, &endpoint).await;
    Wire::open(&pools, &endpoint).await.terminate().await;
    let cut = pools.cut();
    assert_eq!(pools.stats()[0].idle, 0);
    open.session.cut();
    let error = open.session.recv(1).await.unwrap_err();
    assert!(matches!(error, Error::Lost { .. }), "{error}");
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionRefused { .. }), "{error}");
    drop(cut);
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
}

#[tokio::test]
async fn a_session_that_has_its_connection_keeps_it_from_the_exhaustion() {
    let pools = Pools::new();
    let limits = PoolLimits {
        wait_timeout: Duration::from_millis(50),
        ..limits(2)
    };
    let endpoint = endpoint(server().port(), TRUST, limits);
    let mut open = Wire::open(&pools, &endpoint).await;
    let exhaustion = pools.exhaust([&endpoint]);
    let stats = pools.stats().remove(0);
    assert_eq!((stats.live, stats.idle), (2, 0));
    assert_eq!(open.rows("select 1").await, ["1"]);
    // What it gives back is taken, too.
    open.terminate().await;
    crate::wire::until("it is taken", || pools.stats()[0].returned == 1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let stats = pools.stats().remove(0);
    assert_eq!((stats.live, stats.idle), (2, 0));
    drop(exhaustion);
    crate::wire::until("all are free", || pools.stats()[0].live == 0).await;
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
}
