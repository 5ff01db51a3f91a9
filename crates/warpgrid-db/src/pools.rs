//! All pools of a host.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::endpoint::{Endpoint, Protocol, Tenant};
use crate::error::Error;
use crate::pool::{Pool, PoolStats, Refused};
use crate::postgres::cancel::Cancels;
use crate::postgres::link::Link;
use crate::session::Session;
use crate::stream::Stream;

/// The pools of all endpoints. Clones are the same pools.
#[derive(Clone)]
pub struct Pools(Arc<Shared>);

pub(crate) struct Shared {
    pools: Mutex<HashMap<Arc<Endpoint>, Arc<Pool<Link>>>>,
    pub(crate) cancels: Arc<Cancels>,
    pub(crate) reset: ResetPolicy,
    draining: AtomicBool,
}

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
        Self(Arc::new(Shared {
            pools: Mutex::default(),
            cancels: Arc::default(),
            reset,
            draining: AtomicBool::new(false),
        }))
    }

    /// Opens a session. Where the endpoint has no server connection at all,
    /// this tries whether the server can be reached; else it returns at once,
    /// and the guest learns of trouble by the protocol's own messages.
    ///
    /// Must be called inside of a tokio runtime with io and time enabled, and
    /// the session used inside of the same one.
    ///
    /// # Errors
    /// [`Error::Unsupported`], [`Error::PoolExhausted`], [`Error::Draining`],
    /// and where the server cannot be reached [`Error::ConnectionRefused`],
    /// [`Error::Resolve`] or [`Error::Timeout`].
    pub async fn connect(
        &self,
        tenant: &Tenant,
        endpoint: &Arc<Endpoint>,
    ) -> Result<Session, Error> {
        if endpoint.protocol != Protocol::Postgres {
            let protocol = endpoint.protocol;
            return Err(Error::Unsupported {
                endpoint: endpoint.to_string(),
                protocol,
            });
        }
        let pool = self.pool(endpoint);
        let place = pool.admit().map_err(|refused| refusal(endpoint, refused))?;
        if let Some(place) = place {
            place.park(Stream::open(endpoint).await?);
        }
        Ok(Session::new(
            self.0.clone(),
            pool,
            tenant.clone(),
            endpoint.clone(),
        ))
    }

    /// Opens no more sessions, closes idle connections, and waits for sessions
    /// to end until the deadline has passed.
    pub async fn drain(&self, deadline: Duration) {
        let deadline = Instant::now() + deadline;
        self.0.draining.store(true, Ordering::SeqCst);
        let pools: Vec<_> = self.pools().values().cloned().collect();
        pools.iter().for_each(|pool| pool.drain());
        for pool in pools {
            if timeout_at(deadline, pool.emptied()).await.is_err() {
                tracing::warn!(pool = ?pool.stats(), "sessions are still open at the deadline");
            }
        }
    }

    /// The state of each pool, in no order.
    #[must_use]
    pub fn stats(&self) -> Vec<PoolStats> {
        self.pools().values().map(|pool| pool.stats()).collect()
    }

    pub(crate) fn cancels(&self) -> &Cancels {
        &self.0.cancels
    }

    fn pool(&self, endpoint: &Arc<Endpoint>) -> Arc<Pool<Link>> {
        let mut pools = self.pools();
        if let Some(pool) = pools.get(endpoint) {
            return pool.clone();
        }
        let pool = Pool::new(endpoint.to_string(), endpoint.limits.clone());
        if self.0.draining.load(Ordering::SeqCst) {
            pool.drain();
        }
        pools.insert(endpoint.clone(), pool.clone());
        pool
    }

    fn pools(&self) -> MutexGuard<'_, HashMap<Arc<Endpoint>, Arc<Pool<Link>>>> {
        self.0.pools.lock().unwrap_or_else(PoisonError::into_inner)
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
