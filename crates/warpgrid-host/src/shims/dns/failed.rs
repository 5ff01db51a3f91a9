//! Addresses to which a connection failed a moment ago.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most addresses that are remembered.
const MAX_REMEMBERED: usize = 1024;

/// Addresses that go last in answers for a while, and never out of them: the
/// next one tried may be no better.
pub(super) struct FailedAddresses {
    ttl: Duration,
    /// Spares the lock where nothing has failed.
    any: AtomicBool,
    until: Mutex<HashMap<IpAddr, Instant>>,
}

impl FailedAddresses {
    pub(super) fn new(ttl: Duration) -> Self {
        Self {
            ttl,
            any: AtomicBool::new(false),
            until: Mutex::default(),
        }
    }

    /// A connection to the address failed.
    pub(super) fn note(&self, address: IpAddr) {
        let mut until = self.until();
        let now = Instant::now();
        until.retain(|_, until| *until > now);
        if until.len() < MAX_REMEMBERED
            && let Some(end) = now.checked_add(self.ttl)
        {
            until.insert(address, end);
        }
        self.any.store(!until.is_empty(), Ordering::Relaxed);
    }

    /// The address answered.
    pub(super) fn forgive(&self, address: IpAddr) {
        if self.any.load(Ordering::Relaxed) {
            self.until().remove(&address);
        }
    }

    /// Moves what failed behind the rest, which keeps its order.
    pub(super) fn order(&self, addresses: &mut [IpAddr]) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        let mut until = self.until();
        let now = Instant::now();
        until.retain(|_, until| *until > now);
        self.any.store(!until.is_empty(), Ordering::Relaxed);
        addresses.sort_by_key(|address| until.contains_key(address));
    }

    fn until(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
