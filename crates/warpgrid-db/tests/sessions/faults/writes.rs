//! Writes, while everything fails: what was acknowledged is there, once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::block_in_place;
use warpgrid_db::{PoolLimits, Pools};
use warpgrid_test_harness::faults::{At, Direction, End, Fault, FaultProxy};

use super::for_each_kind;
use super::guest::{Guest, Kind, Proxied};
use super::server::Server;
use crate::wire::{limits, until, within};

const GUESTS: usize = 8;
const FAULTS: u32 = 24;
/// A run with the same seed has the same faults, if not at the same moments.
const SEED: &str = "WARPGRID_TEST_SEED";

for_each_kind!(what_is_acknowledged_is_there_once);

#[derive(Default)]
struct Writes {
    over: AtomicBool,
    next: AtomicU64,
    acknowledged: Mutex<Vec<u64>>,
}

async fn what_is_acknowledged_is_there_once(kind: Kind) {
    let seed = match std::env::var(SEED) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("{SEED}={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut server = Server::start(kind);
    server.make_ledger();
    let proxy = FaultProxy::start(server.address()).unwrap();
    let bounds = PoolLimits {
        connect_timeout: Duration::from_secs(1),
        ..limits(4)
    };
    let proxied = Arc::new(Proxied {
        kind,
        endpoint: kind.endpoint(proxy.port(), bounds),
        proxy,
        pools: Pools::new(),
    });
    let writes = Arc::new(Writes::default());
    let guests: Vec<_> = (0..GUESTS)
        .map(|_| {
            let (proxied, writes) = (proxied.clone(), writes.clone());
            tokio::spawn(async move { write(&proxied, &writes).await })
        })
        .collect();
    for round in 0..FAULTS {
        more(&writes, 10).await;
        if round % (FAULTS / 2) == 5 {
            block_in_place(|| server.restart());
        } else {
            strike(&proxied, &mut random).await;
        }
        proxied.proxy.pass();
    }
    more(&writes, 10).await;
    writes.over.store(true, Ordering::SeqCst);
    for guest in guests {
        within(guest).await.unwrap();
    }
    let written = block_in_place(|| server.written());
    let once: BTreeSet<u64> = written.iter().copied().collect();
    assert_eq!(once.len(), written.len(), "something is there twice");
    for number in &*writes.acknowledged.lock().unwrap() {
        assert!(once.contains(number), "{number} is lost");
    }
    let asked = writes.next.load(Ordering::SeqCst);
    assert!(once.last().is_none_or(|&last| last < asked));
    proxied.works().await;
}

/// Waits until so many more are acknowledged.
async fn more(writes: &Writes, count: usize) {
    let acknowledged = || writes.acknowledged.lock().unwrap().len();
    let wanted = acknowledged() + count;
    until("writes go on", || acknowledged() >= wanted).await;
}

/// Writes one number after the other, each of which is tried once.
async fn write(proxied: &Proxied, writes: &Writes) {
    let mut guest: Option<Guest> = None;
    while !writes.over.load(Ordering::SeqCst) {
        let Some(open) = &mut guest else {
            guest = proxied.guest().await.ok();
            // Others want to run, too, where the server is away.
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        let number = writes.next.fetch_add(1, Ordering::SeqCst);
        // A stall ends by itself only for who leaves.
        let limit = Duration::from_secs(2);
        let acknowledged = matches!(
            tokio::time::timeout(limit, open.write(number)).await,
            Ok(Ok(()))
        );
        if acknowledged {
            writes.acknowledged.lock().unwrap().push(number);
        }
        // A session has a few writes, and then another has its connection.
        if !acknowledged || number.is_multiple_of(4) {
            guest = None;
        }
    }
}

/// One fault, until it has struck.
async fn strike(proxied: &Proxied, random: &mut StdRng) {
    let proxy = &proxied.proxy;
    let end = [End::Close, End::Reset][random.random_range(0..2)];
    match random.random_range(0..5) {
        0 => proxy.end_all(end),
        1 => {
            proxy.refuse();
            proxy.end_all(end);
            tokio::time::sleep(Duration::from_millis(random.random_range(0..50))).await;
        }
        2 => {
            // What is held goes on afterwards, whoever has left meanwhile.
            proxy.stall();
            tokio::time::sleep(Duration::from_millis(random.random_range(0..300))).await;
        }
        _ => {
            let direction = [Direction::ToClient, Direction::ToServer][random.random_range(0..2)];
            let at = At::Byte(random.random_range(0..500));
            let before = proxy.struck();
            proxy.at(direction, at, Fault::End(end));
            until("it strikes", || proxy.struck() > before).await;
        }
    }
}
