//! Trouble that is made on purpose, for whoever tries how a program takes it.
//! Nothing here is asked while a session relays.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::endpoint::Endpoint;
use crate::pools::{Pools, each};

/// How often connections that came back are taken away again.
const AGAIN: Duration = Duration::from_millis(5);

/// How many cuts there are at the moment.
#[derive(Clone, Default)]
pub(crate) struct Cuts(Arc<AtomicU32>);

impl Cuts {
    pub(crate) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// While it is there, no server can be reached.
#[must_use]
pub struct Cut(Cuts);

impl Drop for Cut {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// While it is there, sessions wait for connections that nobody gives back.
#[must_use]
pub struct Exhaustion(JoinHandle<()>);

impl Drop for Exhaustion {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pools {
    /// Refuses to connect to any server, and closes what nobody uses, until what
    /// this gives is dropped. [`Session::cut`](crate::Session::cut) ends sessions.
    pub fn cut(&self) -> Cut {
        let cuts = self.cuts();
        cuts.0.fetch_add(1, Ordering::Relaxed);
        for backend in self.all() {
            each!(backend, backend => backend.pool.discard());
        }
        Cut(cuts)
    }

    /// Takes every connection that these endpoints may have, as sessions give
    /// them back, until what this gives is dropped. Must be called inside of a
    /// tokio runtime.
    pub fn exhaust<'a>(
        &self,
        endpoints: impl IntoIterator<Item = &'a Arc<Endpoint>>,
    ) -> Exhaustion {
        let endpoints = endpoints.into_iter();
        let backends: Vec<_> = endpoints.map(|endpoint| self.backend(endpoint)).collect();
        let mut taken: Vec<Box<dyn Send>> = Vec::new();
        let mut take = move || {
            for backend in &backends {
                each!(backend, backend => {
                    let places = backend.pool.occupy().into_iter();
                    taken.extend(places.map(|place| Box::new(place) as Box<dyn Send>));
                });
            }
        };
        take();
        Exhaustion(tokio::spawn(async move {
            loop {
                tokio::time::sleep(AGAIN).await;
                take();
            }
        }))
    }
}
