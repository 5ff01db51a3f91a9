//! A server that goes away and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::block_in_place;
use warpgrid_db::{Endpoint, Pools};

use super::for_each_kind;
use super::guest::{Guest, Kind};
use super::server::Server;
use crate::wire::{Failed, limits, until, within};

const GUESTS: u32 = 32;
const POOL: u32 = 8;
const RESTARTS: u32 = 3;

for_each_kind!(a_restart_under_load_costs_the_sessions_that_it_meets);

/// What all guests have seen.
#[derive(Default)]
struct Seen {
    over: AtomicBool,
    /// Odd while the server is away.
    epoch: AtomicU32,
    right: AtomicU32,
    /// Sessions that had their connection when they failed.
    lost: AtomicU32,
}

async fn a_restart_under_load_costs_the_sessions_that_it_meets(kind: Kind) {
    let mut server = Server::start(kind);
    let pools = Pools::new();
    let endpoint = kind.endpoint(server.address().port(), limits(POOL));
    let seen = Arc::new(Seen::default());
    let guests: Vec<_> = (0..GUESTS)
        .map(|number| {
            let (pools, endpoint, seen) = (pools.clone(), endpoint.clone(), seen.clone());
            tokio::spawn(async move { sessions(kind, number, &pools, &endpoint, &seen).await })
        })
        .collect();
    for round in 0..=RESTARTS {
        let before = seen.right.load(Ordering::SeqCst);
        until("it works, with no help", || {
            seen.right.load(Ordering::SeqCst) > before + 100
        })
        .await;
        if round < RESTARTS {
            seen.epoch.fetch_add(1, Ordering::SeqCst);
            block_in_place(|| server.restart());
            seen.epoch.fetch_add(1, Ordering::SeqCst);
        }
    }
    seen.over.store(true, Ordering::SeqCst);
    for guest in guests {
        within(guest).await.unwrap();
    }
    let lost = seen.lost.load(Ordering::SeqCst);
    assert!(lost <= POOL * RESTARTS, "{lost}");
    let rests = || {
        let stats = pools.stats().remove(0);
        stats.live == stats.idle && stats.live <= POOL
    };
    until("all that is left is whole and unused", rests).await;
}

/// One session after the other. Each gives its own answer, or fails where the
/// server was away for some of its time.
async fn sessions(kind: Kind, number: u32, pools: &Pools, endpoint: &Arc<Endpoint>, seen: &Seen) {
    for round in 0.. {
        if seen.over.load(Ordering::SeqCst) {
            return;
        }
        let epoch = seen.epoch.load(Ordering::SeqCst);
        let wanted = format!("{number}.{round}");
        let failed = match Guest::open(kind, pools, endpoint).await {
            Err(failed) => failed,
            Ok(mut guest) => match guest.ask(&wanted).await {
                Ok(answer) => {
                    assert_eq!(answer, wanted);
                    seen.right.fetch_add(1, Ordering::SeqCst);
                    continue;
                }
                Err(failed) => {
                    seen.lost.fetch_add(1, Ordering::SeqCst);
                    failed
                }
            },
        };
        let met = epoch % 2 == 1 || epoch != seen.epoch.load(Ordering::SeqCst);
        assert!(met, "it fails while the server is there: {failed:?}");
        assert!(!matches!(failed, Failed::Said(ref text) if text.is_empty()));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
