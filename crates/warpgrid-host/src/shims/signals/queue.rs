//! The signals that one guest has not taken yet.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Signal;

/// How many signals wait for a guest; what comes after them is dropped.
pub(super) const CAPACITY: usize = 16;

/// Filled by the host, emptied by the guest.
#[derive(Default)]
pub(super) struct Queue(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    registered: Vec<Signal>,
    waiting: VecDeque<Signal>,
}

impl Queue {
    /// From now on takes in this signal.
    pub(super) fn register(&self, signal: Signal) {
        let mut inner = self.lock();
        if !inner.registered.contains(&signal) {
            inner.registered.push(signal);
        }
    }

    /// Whether the guest registered for the signal; then it is queued, where
    /// there is room.
    pub(super) fn offer(&self, signal: Signal) -> bool {
        let mut inner = self.lock();
        let registered = inner.registered.contains(&signal);
        if registered && inner.waiting.len() < CAPACITY {
            inner.waiting.push_back(signal);
        }
        registered
    }

    /// The oldest.
    pub(super) fn take(&self) -> Option<Signal> {
        self.lock().waiting.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
