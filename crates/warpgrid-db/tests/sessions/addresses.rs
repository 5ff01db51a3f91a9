//! Servers that a registry finds.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use warpgrid_db::{Addresses, Endpoint, Pools};
use warpgrid_test_harness::faults::FaultProxy;
use warpgrid_test_harness::postgres::TRUST;

use crate::wire::{Wire, endpoint, limits, refused, server, startup, tenant, until};

const NAME: &str = "db.warp.local";

/// Addresses in turn, and what it was told of them.
#[derive(Default)]
struct InTurn {
    addresses: Mutex<Vec<IpAddr>>,
    turn: AtomicUsize,
    tried: Mutex<Vec<(IpAddr, bool)>>,
}

impl Addresses for InTurn {
    fn has(&self, host: &str) -> bool {
        host == NAME
    }

    fn of(&self, host: &str) -> Vec<IpAddr> {
        assert_eq!(host, NAME);
        let mut addresses = self.addresses.lock().unwrap().clone();
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        let count = addresses.len().max(1);
        addresses.rotate_left(turn % count);
        addresses
    }

    fn is_at(&self, host: &str, address: IpAddr) -> bool {
        assert_eq!(host, NAME);
        self.addresses.lock().unwrap().contains(&address)
    }

    fn tried(&self, address: IpAddr, answered: bool) {
        self.tried.lock().unwrap().push((address, answered));
    }
}

/// One server behind several addresses with the same port.
struct Replicas(Vec<FaultProxy>);

impl Replicas {
    fn start(addresses: &[IpAddr]) -> Self {
        let mut port = 0;
        let proxies = addresses.iter().map(|address| {
            let proxy = FaultProxy::start_at((*address, port).into(), server().address());
            let proxy = proxy.unwrap();
            port = proxy.port();
            proxy
        });
        Self(proxies.collect())
    }

    /// How many connections each of them took.
    fn taken(&self) -> Vec<usize> {
        self.0.iter().map(|proxy| proxy.said().len()).collect()
    }

    fn endpoint(&self, size: u32) -> Arc<Endpoint> {
        let mut endpoint = Endpoint::clone(&endpoint(self.0[0].port(), TRUST, limits(size)));
        endpoint.host = NAME.to_owned();
        Arc::new(endpoint)
    }
}

fn loopback(last: u8) -> IpAddr {
    IpAddr::from([127, 0, 0, last])
}

#[tokio::test]
async fn connections_go_round_the_addresses_of_a_name() {
    let both = [loopback(2), loopback(3)];
    let replicas = Replicas::start(&both);
    let registry = Arc::new(InTurn::default());
    *registry.addresses.lock().unwrap() = both.to_vec();
    let pools = Pools::new().with_addresses(registry.clone());
    let endpoint = replicas.endpoint(4);
    let mut open = vec![];
    for _ in 0..4 {
        let mut wire = Wire::open(&pools, &endpoint).await;
        assert_eq!(wire.rows("select 1").await, ["1"]);
        open.push(wire);
    }
    assert_eq!(replicas.taken(), [2, 2]);
    let tried = registry.tried.lock().unwrap();
    assert!(tried.iter().all(|(_, answered)| *answered), "{tried:?}");
}

#[tokio::test]
async fn an_address_that_fails_is_reported_and_the_next_one_taken() {
    let replicas = Replicas::start(&[loopback(2)]);
    let registry = Arc::new(InTurn::default());
    *registry.addresses.lock().unwrap() = vec![loopback(4), loopback(2)];
    let pools = Pools::new().with_addresses(registry.clone());
    let mut wire = Wire::open(&pools, &replicas.endpoint(1)).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
    let tried = registry.tried.lock().unwrap();
    assert_eq!(*tried, [(loopback(4), false), (loopback(2), true)]);
}

#[tokio::test]
async fn a_name_without_addresses_is_named_and_found_once_it_has_some() {
    let replicas = Replicas::start(&[loopback(2)]);
    let registry = Arc::new(InTurn::default());
    let pools = Pools::new().with_addresses(registry.clone());
    let endpoint = replicas.endpoint(1);
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(error.to_string().contains(NAME), "{error}");
    *registry.addresses.lock().unwrap() = vec![loopback(2)];
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
}

#[tokio::test]
async fn registries_share_no_pool_but_what_they_do_not_have_is_shared() {
    let replicas = Replicas::start(&[loopback(2)]);
    let pools = Pools::new();
    let views: Vec<Pools> = (0..2)
        .map(|_| {
            let registry = InTurn::default();
            *registry.addresses.lock().unwrap() = vec![loopback(2)];
            pools.with_addresses(Arc::new(registry))
        })
        .collect();
    for view in &views {
        let mut wire = Wire::open(view, &replicas.endpoint(1)).await;
        assert_eq!(wire.rows("select 1").await, ["1"]);
    }
    assert_eq!(pools.stats().len(), 2);
    for view in &views {
        let mut wire = Wire::open(view, &crate::wire::single()).await;
        assert_eq!(wire.rows("select 1").await, ["1"]);
    }
    assert_eq!(pools.stats().len(), 3);
}

/// Whoever is at an address that the name has no more stays there, and nobody
/// comes after it.
#[tokio::test]
async fn a_name_that_moves_or_vanishes_leaves_no_session_behind() {
    let replicas = Replicas::start(&[loopback(2), loopback(3)]);
    let registry = Arc::new(InTurn::default());
    let move_to = |addresses: &[IpAddr]| *registry.addresses.lock().unwrap() = addresses.to_vec();
    let pools = Pools::new().with_addresses(registry.clone());
    let endpoint = replicas.endpoint(2);
    move_to(&[loopback(2)]);
    let mut held = Wire::open(&pools, &endpoint).await;
    let idle = Wire::open(&pools, &endpoint).await;
    idle.terminate().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    assert_eq!(replicas.taken(), [2, 0]);

    move_to(&[loopback(3)]);
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
    assert_eq!(replicas.taken(), [2, 1]);
    assert_eq!(held.rows("select 'stays'").await, ["stays"]);
    // Nor does one that waits for it get it.
    let mut waiting = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
    waiting.send(&startup(&[("user", "x")])).await;
    assert_eq!(pools.stats()[0].waiting, 1);
    held.terminate().await;
    assert_eq!(waiting.answer().await.last().unwrap().tag, b'Z');
    assert_eq!(replicas.taken(), [2, 2]);
    drop((wire, waiting));
    until("both are back", || pools.stats()[0].idle == 2).await;

    move_to(&[]);
    let refused = refused(&pools, &endpoint).await;
    assert!(refused.field(b'M').contains(NAME), "{refused:?}");
    move_to(&[loopback(3)]);
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 'again'").await, ["again"]);
    // One was given up while the name was away, the other is where it is.
    assert_eq!(replicas.taken(), [2, 2]);
    assert_eq!(pools.stats()[0].live, 1);
}
