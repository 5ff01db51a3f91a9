//! Hostile guests all at once, beside one that means well: it goes on being
//! answered, and afterwards nothing is left of them. Alone in its process, whose
//! files, tasks and memory it counts.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use warpgrid_host::{Deployment, EngineConfig, ShimConfig, WarpGridEngine};
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM};

use support::{call, guest, hostile, text};

/// Whatever a request of the witness takes on a machine that is busy with the
/// others; without interruption it would be the others' deadline.
const LATENCY: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn they_hold_nobody_up_and_leave_nothing() {
    let server = Postgres::start().unwrap();
    let limited = format!(
        "[[database]]\nprotocol = 'postgres'\nhost = 'db.warp.local'\nport = 5432\n\
         upstream = '127.0.0.1:{}'\ndatabase = '{DATABASE}'\nuser = '{SCRAM}'\n\
         password = '{PASSWORD}'\npool-size = 4\nwait-timeout = '1s'\n\
         [limits]\nconnections = 8\nhandles = 1000\nmemory = '64 MiB'\ninstances = 8\n\
         request-timeout = '2s'\nresponse-timeout = '2s'\n",
        server.port()
    );
    let limited = ShimConfig::from_toml("warp.toml", &limited).unwrap();
    let config = EngineConfig {
        instances: 64,
        ..EngineConfig::for_limits(&limited.limits)
    };
    let engine = WarpGridEngine::new(config).unwrap();
    let module = engine.load_module(guest()).unwrap();
    let greedy = engine.instantiate(&module, &limited).unwrap();
    let calls = engine.load_module(hostile()).unwrap();
    let hostile = engine.instantiate(&calls, &limited).unwrap();
    let witness = ShimConfig::from_toml("warp.toml", "[limits]\nmemory = '64 MiB'").unwrap();
    let witness = engine.instantiate(&module, &witness).unwrap();

    // Once each, so that what the host keeps for good is there.
    attack(&greedy, &hostile, 0).await;
    assert_eq!(text(&witness, "/hello").await, "hello\n");
    let before = Held::now(&engine, &[&greedy, &hostile, &witness]).await;

    let over = Arc::new(AtomicBool::new(false));
    let watched = tokio::spawn(watch(witness.clone(), over.clone()));
    let attacks: Vec<_> = (1..=12)
        .map(|round| {
            let (greedy, hostile) = (greedy.clone(), hostile.clone());
            tokio::spawn(async move { attack(&greedy, &hostile, round).await })
        })
        .collect();
    for attack in attacks {
        attack.await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    let slowest = watched.await.unwrap();
    assert!(slowest < LATENCY, "{slowest:?}");

    let after = Held::now(&engine, &[&greedy, &hostile, &witness]).await;
    assert!(after.is_no_more_than(&before), "{before:?} {after:?}");
    assert_eq!(text(&hostile, "/one-byte-sends").await, "as it must");
}

/// Every way to use up a host, and bytes of a seed's own.
async fn attack(greedy: &Arc<Deployment>, hostile: &Arc<Deployment>, round: u64) {
    let uses = ["spin", "grow", "sleep-long", "trap", "silent"];
    let mut calls: Vec<_> = uses.map(|what| ask(greedy, what)).into();
    for what in [
        "stale-handles",
        "lengths",
        "flood",
        "never-read",
        "never-close",
        "paths",
        "names",
        "handles",
    ] {
        calls.push(ask(hostile, what));
    }
    for seed in 0..10 {
        calls.push(ask(hostile, &format!("garbage/{}", round * 1000 + seed)));
    }
    for call in calls {
        call.await.unwrap();
    }
}

/// An error is one of the answers that a guest may get.
fn ask(deployment: &Arc<Deployment>, what: &str) -> JoinHandle<()> {
    let (deployment, path) = (deployment.clone(), format!("/{what}"));
    tokio::spawn(async move { drop(call(&deployment, &path, b"").await) })
}

/// Asks again and again, and gives the longest that an answer took.
async fn watch(witness: Arc<Deployment>, over: Arc<AtomicBool>) -> Duration {
    let mut slowest = Duration::ZERO;
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        assert_eq!(text(&witness, "/hello").await, "hello\n");
        slowest = slowest.max(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    slowest
}

/// What the process holds, once all guests have ended.
#[derive(Debug)]
struct Held {
    files: usize,
    tasks: usize,
    /// In bytes.
    guests_memory: usize,
    sessions: u32,
}

impl Held {
    /// Waits until it changes no more.
    async fn now(engine: &WarpGridEngine, deployments: &[&Arc<Deployment>]) -> Self {
        let mut held = Self::count(engine, deployments);
        let begun = Instant::now();
        let mut quiet = 0;
        while quiet < 20 && begun.elapsed() < Duration::from_secs(30) {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let next = Self::count(engine, deployments);
            let same = next.files == held.files && next.tasks == held.tasks;
            let ended = next.guests_memory == 0 && next.sessions == 0;
            quiet = if same && ended { quiet + 1 } else { 0 };
            held = next;
        }
        held
    }

    fn count(engine: &WarpGridEngine, deployments: &[&Arc<Deployment>]) -> Self {
        let pools = engine.pools().stats();
        Self {
            files: std::fs::read_dir("/proc/self/fd").unwrap().count(),
            tasks: tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks(),
            guests_memory: deployments
                .iter()
                .map(|deployment| deployment.memory_in_use())
                .sum(),
            sessions: pools.iter().map(|pool| pool.live - pool.idle).sum(),
        }
    }

    /// A pool may have more idle connections than before, up to its size.
    fn is_no_more_than(&self, before: &Self) -> bool {
        const POOL: usize = 4;
        self.files <= before.files + POOL
            && self.tasks <= before.tasks + POOL
            && self.guests_memory == 0
            && self.sessions == 0
    }
}
