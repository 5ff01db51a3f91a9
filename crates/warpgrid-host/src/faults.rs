//! Trouble that is made on purpose, for whoever tries how a program takes it. An
//! engine has it where [`EngineConfig::faults`](crate::EngineConfig::faults) is set.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use warpgrid_db::Cut;
pub use warpgrid_db::Exhaustion;

use crate::deployment::Deployment;
use crate::shims::database_proxy::{SharedSession, WeakSession};
use crate::shims::dns::Services;

/// The sessions that guests have, where faults may cut them.
#[derive(Default)]
pub struct OpenSessions(Mutex<Vec<WeakSession>>);

impl OpenSessions {
    pub(crate) fn add(&self, session: &SharedSession) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(WeakSession::is_open);
        sessions.push(session.downgrade());
    }

    /// Cuts all, and says how many those were.
    fn cut(&self) -> usize {
        let sessions = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let open = sessions.iter().filter_map(WeakSession::upgrade);
        open.map(|session| session.lock().cut()).count()
    }
}

/// How many keep names from being resolved at the moment.
#[derive(Default)]
pub(crate) struct Silences(AtomicU32);

impl Silences {
    pub(crate) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// While it is there, no name is resolved.
#[must_use]
pub struct Silence(Arc<Services>);

impl Drop for Silence {
    fn drop(&mut self) {
        self.0.silences().0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// While it is there, no database can be reached.
#[must_use]
pub struct DatabaseCut {
    _pools: Cut,
    /// How many connections of guests ended with its beginning.
    pub sessions: usize,
}

impl Deployment {
    /// Ends the connections that guests have to databases, and refuses new ones
    /// until what this gives is dropped. Deployments that take over from this one
    /// have it, too.
    pub fn cut_databases(&self) -> DatabaseCut {
        let pools = self.shared.upstreams.pools.cut();
        let sessions = self.shared.upstreams.sessions.as_ref();
        DatabaseCut {
            _pools: pools,
            sessions: sessions.map_or(0, |sessions| sessions.cut()),
        }
    }

    /// Takes all that the pools of this configuration's `[[database]]` may open,
    /// until what this gives is dropped. Must be called inside of a tokio runtime.
    pub fn exhaust_pools(&self) -> Exhaustion {
        let upstreams = &self.shared.upstreams;
        let endpoints = upstreams.endpoints.iter().map(|known| &known.endpoint);
        upstreams.pools.exhaust(endpoints)
    }

    /// Lets no name be resolved, by guests or for the pools, until what this gives
    /// is dropped. Deployments that take over from this one have it, too.
    pub fn silence_names(&self) -> Silence {
        let services = self.shared.upstreams.dns.services().clone();
        services.silences().0.fetch_add(1, Ordering::Relaxed);
        Silence(services)
    }
}
