//! Names that appear, vanish and move while guests look them up.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::task::JoinSet;
use warpgrid_host::{Deployment, ShimConfig};
use warpgrid_test_harness::faults::FaultProxy;
use warpgrid_test_harness::redis::Redis;

use crate::support::{deploy, text};

const NAME: &str = "a.prod.warp.local";
const PING: &str = "/ping/cache.warp.local:6379";

/// Where the name is in each state, in turn.
const STATES: [Option<&str>; 3] = [Some("127.0.0.2"), Some("127.0.0.3"), None];

fn names(state: usize) -> String {
    match STATES[state % STATES.len()] {
        Some(address) => format!("[services]\n'{NAME}' = '{address}'\n"),
        None => "[services]\n'another.warp.local' = '127.0.0.9'\n".to_owned(),
    }
}

/// Which states the name may have been in, for as long as a request took.
#[derive(Default)]
struct Turns {
    /// How many changes have begun, and how many are done.
    begun: AtomicUsize,
    done: AtomicUsize,
    answered: AtomicUsize,
    over: AtomicBool,
}

impl Turns {
    /// Changes the name's state, once more requests were answered.
    async fn turn(&self, deployment: &Deployment, rest: &str) {
        let before = self.answered.load(Ordering::SeqCst);
        while self.answered.load(Ordering::SeqCst) < before + 20 {
            tokio::task::yield_now().await;
        }
        let state = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let config = format!("{}{rest}", names(state));
        let config = ShimConfig::from_toml("warp.toml", &config).unwrap();
        deployment.replace_names(&config);
        self.done.store(state, Ordering::SeqCst);
    }

    /// Guests that ask over and over until it is over. Each answer must be right
    /// where the name may have been meanwhile.
    fn ask(
        self: &Arc<Self>,
        guests: usize,
        deployment: &Arc<Deployment>,
        path: &str,
        right: fn(&str, Option<&str>) -> bool,
    ) -> JoinSet<()> {
        let mut asking = JoinSet::new();
        for _ in 0..guests {
            let (turns, deployment, path) = (self.clone(), deployment.clone(), path.to_owned());
            asking.spawn(async move {
                while !turns.over.load(Ordering::SeqCst) {
                    let from = turns.done.load(Ordering::SeqCst);
                    let answer = text(&deployment, &path).await;
                    let to = turns.begun.load(Ordering::SeqCst);
                    let at = |state: usize| STATES[state % STATES.len()];
                    assert!(
                        (from..=to).any(|state| right(&answer, at(state))),
                        "{answer} in {from} to {to}"
                    );
                    turns.answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        asking
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_one_of_its_time() {
    let deployment = deploy(&names(0));
    let turns = Arc::new(Turns::default());
    let path = format!("/look-up/{NAME}");
    let guests = turns.ask(4, &deployment, &path, |answer, at| match at {
        Some(address) => answer == address,
        None => answer.parse::<IpAddr>().is_err(),
    });
    for _ in 0..30 {
        turns.turn(&deployment, "").await;
    }
    turns.over.store(true, Ordering::SeqCst);
    guests.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_goes_where_its_server_is() {
    let redis = Redis::start().unwrap();
    let mut port = 0;
    let places = [0, 1].map(|state| {
        let address: IpAddr = STATES[state].unwrap().parse().unwrap();
        let place = FaultProxy::start_at((address, port).into(), redis.address()).unwrap();
        port = place.port();
        place
    });
    let rest = format!(
        "[limits]\nreuse = 1\n[[database]]\nprotocol = 'redis'\nhost = 'cache.warp.local'\n\
         port = 6379\nupstream = '{NAME}:{port}'\npassword = 'secret'\npool-size = 4\n"
    );
    let deployment = deploy(&format!("{}{rest}", names(0)));
    let turns = Arc::new(Turns::default());
    // It fails for as long as the name is away, and at no other time.
    let guests = turns.ask(2, &deployment, PING, |answer, at| {
        answer == "+PONG +PONG" || at.is_none()
    });
    for state in 1..=12 {
        turns.turn(&deployment, &rest).await;
        let before = places.each_ref().map(|place| place.said().len());
        let answer = ping(&deployment).await;
        let after = places.each_ref().map(|place| place.said().len());
        // Whoever asks from now on does not get to where it was.
        match state % STATES.len() {
            2 => assert!(!answer.contains("PONG"), "{answer}"),
            here => {
                assert_eq!(answer, "+PONG +PONG", "{state}");
                let there = 1 - here;
                assert!(
                    after[there] <= before[there] + 4,
                    "{state}: {before:?} {after:?}"
                );
            }
        }
    }
    turns.over.store(true, Ordering::SeqCst);
    guests.join_all().await;
    // All that is used now is at one place.
    let here = 12 % STATES.len();
    let before = places.each_ref().map(|place| place.said().len());
    for _ in 0..10 {
        assert_eq!(ping(&deployment).await, "+PONG +PONG");
    }
    let there = 1 - here;
    assert_eq!(places[there].said().len(), before[there]);
}

/// Whatever it is told.
async fn ping(deployment: &Deployment) -> String {
    text(deployment, PING).await
}
