//! Cancel requests.

use std::sync::Arc;

use warpgrid_db::{Endpoint, Pools};
use warpgrid_test_harness::postgres::TRUST;

use crate::wire::{Wire, endpoint, error, limits, query, server, tenant, until, within};

async fn cancel(pools: &Pools, name: &str, endpoint: &Arc<Endpoint>, key: &[u8]) {
    let mut session = pools.connect(&tenant(name), endpoint).await.unwrap();
    let request = [&[0, 0, 0, 16, 4, 210, 22, 46][..], key].concat();
    assert_eq!(within(session.send(&request)).await.unwrap(), 16);
    assert_eq!(within(session.recv(1)).await.unwrap(), "");
}

async fn sleeping(pools: &Pools, endpoint: &Arc<Endpoint>) -> Wire {
    let mut wire = Wire::open_as(pools, "owner", endpoint).await;
    let pid = wire.backend().await;
    wire.send(&query("select pg_sleep(1000)")).await;
    let runs = format!("select state from pg_stat_activity where pid = {pid}");
    until("it runs", || server().sql(&runs).unwrap() == "active").await;
    wire
}

#[tokio::test]
async fn the_tenant_that_runs_a_query_may_cancel_it() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits(1));
    let mut wire = sleeping(&pools, &endpoint).await;
    cancel(&pools, "owner", &endpoint, &wire.key.clone()).await;
    assert_eq!(error(&wire.answer().await).field(b'C'), "57014");
    assert_eq!(wire.rows("select 1").await, ["1"]);
    // The connection is as good as before.
    wire.terminate().await;
    Wire::open(&pools, &endpoint).await;
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test]
async fn the_key_names_the_process_that_notifications_name() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits(1));
    let mut wire = Wire::open(&pools, &endpoint).await;
    let answer = wire.query("listen own; notify own").await;
    let notified = answer.iter().find(|message| message.tag == b'A');
    let notified = notified.unwrap_or_else(|| panic!("{answer:?}"));
    assert_eq!(notified.body[..4], wire.key[..4]);
}

#[tokio::test]
async fn others_may_not_and_keys_do_not_outlive_their_session() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits(1));
    let wire = Wire::open_as(&pools, "owner", &endpoint).await;
    let old = wire.key.clone();
    wire.terminate().await;
    let mut wire = sleeping(&pools, &endpoint).await;
    let key = wire.key.clone();
    assert_ne!(old, key);
    let mut near = key.to_vec();
    near[7] ^= 1;
    cancel(&pools, "other", &endpoint, &key).await;
    cancel(&pools, "owner", &endpoint, &old).await;
    cancel(&pools, "owner", &endpoint, &near).await;
    cancel(&pools, "owner", &endpoint, &[0; 8]).await;
    // A request that had its effect would be seen by now: the true one, sent
    // last, has it.
    assert_eq!(wire.session.try_recv(1).unwrap(), None);
    cancel(&pools, "owner", &endpoint, &key).await;
    assert_eq!(error(&wire.answer().await).field(b'C'), "57014");
}

#[tokio::test]
async fn a_late_cancel_request_does_not_hit_the_next_session() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits(1));
    for _ in 0..20 {
        let wire = Wire::open_as(&pools, "owner", &endpoint).await;
        let key = wire.key.clone();
        // The session ends while the request is on its way.
        let mut session = pools.connect(&tenant("owner"), &endpoint).await.unwrap();
        let request = [&[0, 0, 0, 16, 4, 210, 22, 46][..], &key].concat();
        session.send(&request).await.unwrap();
        drop(wire);
        let mut next = Wire::open_as(&pools, "next", &endpoint).await;
        assert_eq!(
            next.rows("select 'unhurt' from pg_sleep(0.01)").await,
            ["unhurt"]
        );
    }
}
