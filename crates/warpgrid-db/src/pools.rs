//! All pools of a host.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::addresses::{Addresses, Registry};
use crate::endpoint::{Endpoint, Protocol as Kind, Tenant};
use crate::error::Error;
use crate::faults::Cuts;
use crate::mysql::Mysql;
use crate::pool::{Pool, PoolStats, Refused};
use crate::postgres::Postgres;
use crate::protocol::{Backend, Protocol};
use crate::redis::Redis;
use crate::session::Session;

/// The pools of all endpoints. Clones are the same pools.
#[derive(Clone)]
pub struct Pools {
    shared: Arc<Shared>,
    registry: Registry,
}

struct Shared {
    backends: Mutex<HashMap<Key, AnyBackend>>,
    reset: ResetPolicy,
    draining: AtomicBool,
    cuts: Cuts,
}

/// What makes two sessions use one pool: the endpoint, and by its address the
/// registry that says where that is. A pool keeps its registry alive.
type Key = (Arc<Endpoint>, Option<usize>);

/// One for each protocol.
#[derive(Clone)]
pub(crate) enum Any<P, M, R> {
    Postgres(P),
    Mysql(M),
    Redis(R),
}

/// Does the same with whichever it is.
macro_rules! each {
    ($any:expr, $one:ident => $what:expr) => {
        match $any {
            $crate::pools::Any::Postgres($one) => $what,
            $crate::pools::Any::Mysql($one) => $what,
            $crate::pools::Any::Redis($one) => $what,
        }
    };
}
pub(crate) use each;

pub(crate) type AnyBackend = Any<Arc<Backend<Postgres>>, Arc<Backend<Mysql>>, Arc<Backend<Redis>>>;

/// What happens to a connection between two sessions. Tests take the reset
/// out, to show what it is for; nothing else may.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetPolicy {
    /// Reset it if its state is known, close it otherwise.
    Reset,
    /// Hand it on as it is.
    Never,
}

impl Default for Pools {
    fn default() -> Self {
        Self::new()
    }
}

impl Pools {
    /// Makes an empty set of pools. A pool begins with its first session.
    #[must_use]
    pub fn new() -> Self {
        Self::with_reset_policy(ResetPolicy::Reset)
    }

    #[doc(hidden)]
    #[must_use]
    pub fn with_reset_policy(reset: ResetPolicy) -> Self {
        Self {
            shared: Arc::new(Shared {
                backends: Mutex::default(),
                reset,
                draining: AtomicBool::new(false),
                cuts: Cuts::default(),
            }),
            registry: None,
        }
    }

    /// The same pools, with a registry that says where some hosts are. What is
    /// found by one registry shares no pool with what is found by another, or
    /// by the system's resolver. Each new connection to a server asks it anew.
    #[must_use]
    pub fn with_addresses(&self, registry: Arc<dyn Addresses>) -> Self {
        Self {
            shared: self.shared.clone(),
            registry: Some(registry),
        }
    }

    /// Opens a session. Where the endpoint has no server connection at all,
    /// this tries whether the server can be reached; else it returns at once,
    /// and the guest learns of trouble by the protocol's own messages.
    ///
    /// Must be called inside of a tokio runtime with io and time enabled, and
    /// the session used inside of the same one.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`], [`Error::Draining`], and where the server
    /// cannot be reached [`Error::ConnectionRefused`], [`Error::Resolve`] or
    /// [`Error::Timeout`].
    pub async fn connect(
        &self,
        tenant: &Tenant,
        endpoint: &Arc<Endpoint>,
    ) -> Result<Session, Error> {
        Session::open(self.backend(endpoint), tenant.clone()).await
    }

    /// Opens no more sessions, closes idle connections, and waits for sessions
    /// to end until the deadline has passed.
    pub async fn drain(&self, deadline: Duration) {
        let deadline = Instant::now() + deadline;
        self.shared.draining.store(true, Ordering::SeqCst);
        let backends = self.all();
        for backend in &backends {
            each!(backend, backend => backend.pool.drain());
        }
        for backend in backends {
            each!(backend, backend => {
                if timeout_at(deadline, backend.pool.emptied()).await.is_err() {
                    let pool = backend.pool.stats();
                    tracing::warn!(?pool, "sessions are still open at the deadline");
                }
            });
        }
    }

    /// The state of each pool, in no order.
    #[must_use]
    pub fn stats(&self) -> Vec<PoolStats> {
        let backends = self.backends();
        let stats = |backend: &AnyBackend| each!(backend, backend => backend.pool.stats());
        backends.values().map(stats).collect()
    }

    pub(crate) fn backend(&self, endpoint: &Arc<Endpoint>) -> AnyBackend {
        let registry = self.registry.as_ref();
        let registry = registry.filter(|registry| registry.has(&endpoint.host));
        let identity = registry.map(|registry| Arc::as_ptr(registry).addr());
        let mut backends = self.backends();
        let key = (endpoint.clone(), identity);
        if let Some(backend) = backends.get(&key) {
            return backend.clone();
        }
        let registry = registry.cloned();
        let backend = match endpoint.protocol {
            Kind::Postgres => Any::Postgres(self.begin(endpoint, registry)),
            Kind::Mysql => Any::Mysql(self.begin(endpoint, registry)),
            Kind::Redis => Any::Redis(self.begin(endpoint, registry)),
        };
        backends.insert(key, backend.clone());
        backend
    }

    pub(crate) fn cuts(&self) -> Cuts {
        self.shared.cuts.clone()
    }

    pub(crate) fn all(&self) -> Vec<AnyBackend> {
        self.backends().values().cloned().collect()
    }

    fn begin<P: Protocol>(&self, endpoint: &Arc<Endpoint>, registry: Registry) -> Arc<Backend<P>> {
        let pool = Pool::new(endpoint.to_string(), endpoint.limits.clone());
        if self.shared.draining.load(Ordering::SeqCst) {
            pool.drain();
        }
        Arc::new(Backend {
            endpoint: endpoint.clone(),
            pool,
            shared: P::Shared::default(),
            reset: self.shared.reset,
            registry,
            generation: AtomicU64::default(),
            cuts: self.cuts(),
        })
    }

    fn backends(&self) -> MutexGuard<'_, HashMap<Key, AnyBackend>> {
        self.shared
            .backends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn refusal(endpoint: &Endpoint, refused: Refused) -> Error {
    match refused {
        Refused::Draining => Error::Draining {
            endpoint: endpoint.to_string(),
        },
        Refused::Exhausted { waiting } => Error::PoolExhausted {
            endpoint: endpoint.to_string(),
            size: endpoint.limits.size.max(1),
            waiting,
        },
    }
}
