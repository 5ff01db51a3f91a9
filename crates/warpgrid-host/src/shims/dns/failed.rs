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
#[derive(Default)]
pub(super) struct FailedAddresses {
    /// Spares the lock where nothing has failed.
    any: AtomicBool,
    until: Mutex<HashMap<IpAddr, Instant>>,
}

impl FailedAddresses {
    /// A connection to the address failed: it goes last for so long.
    pub(super) fn note(&self, address: IpAddr, ttl: Duration) {
        let mut until = self.until();
        let now = Instant::now();
        until.retain(|_, until| *until > now);
        if until.len() < MAX_REMEMBERED
            && let Some(end) = now.checked_add(ttl)
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

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    fn ordered(failed: &FailedAddresses) -> Vec<IpAddr> {
        let mut addresses = [1, 2, 3, 4].map(address).to_vec();
        failed.order(&mut addresses);
        addresses
    }

    #[test]
    fn what_failed_goes_last_until_it_answers() {
        let failed = FailedAddresses::default();
        failed.note(address(1), HOUR);
        failed.note(address(3), HOUR);
        assert_eq!(ordered(&failed), [2, 4, 1, 3].map(address));
        failed.forgive(address(1));
        assert_eq!(ordered(&failed), [1, 2, 4, 3].map(address));
    }

    #[test]
    fn it_is_forgotten_after_its_time() {
        let failed = FailedAddresses::default();
        failed.note(address(1), Duration::ZERO);
        assert_eq!(ordered(&failed), [1, 2, 3, 4].map(address));
        assert!(!failed.any.load(Ordering::Relaxed));
    }

    #[test]
    fn a_time_without_end_and_many_addresses_do_no_harm() {
        let failed = FailedAddresses::default();
        failed.note(address(1), Duration::MAX);
        for index in 0..5000_u32 {
            failed.note(IpAddr::V4(index.into()), HOUR);
        }
        assert_eq!(failed.until().len(), MAX_REMEMBERED);
    }
}
