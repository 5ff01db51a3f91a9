//! What instances use up, each and together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::ResourceLimiter;

use crate::config::Limits;

/// The most elements of one table: a Go program's holds each of its functions.
pub(crate) const TABLE_ELEMENTS: usize = 500_000;

/// What all instances of a deployment may use up together.
pub(crate) struct Budget {
    memory: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory: limits.total_memory_bytes(),
            used: AtomicUsize::new(0),
        }
    }

    fn take(&self, bytes: usize) -> bool {
        let taken = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                let used = used.checked_add(bytes)?;
                (used <= self.memory).then_some(used)
            });
        taken.is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The linear memory of all instances, in bytes.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// The part of one instance. A memory that may not grow is a failed allocation
/// in the guest, which most programs end at.
pub(crate) struct Allowance {
    budget: Arc<Budget>,
    /// The most that the instance may have, in bytes.
    memory: usize,
    held: usize,
    refused: bool,
}

impl Allowance {
    pub(crate) fn new(budget: Arc<Budget>, limits: &Limits) -> Self {
        Self {
            budget,
            memory: limits.memory_bytes(),
            held: 0,
            refused: false,
        }
    }

    /// Which key of `warp.toml` forbids this growth.
    fn grow(&mut self, bytes: usize) -> Result<(), &'static str> {
        let held = self.held.saturating_add(bytes);
        if held > self.memory {
            return Err("memory");
        }
        if !self.budget.take(bytes) {
            return Err("total-memory");
        }
        self.held = held;
        Ok(())
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        self.budget.give_back(self.held);
    }
}

impl ResourceLimiter for Allowance {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // It would fail. A failure is not told from one without a grant before
        // it, so that nothing could be given back then.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let grown = self.grow(desired.saturating_sub(current));
        if let Err(key) = grown
            && !self.refused
        {
            // Once: a guest may ask again and again.
            self.refused = true;
            tracing::warn!(
                bytes = desired,
                "a guest wants more memory than [limits] {key} in warp.toml allows"
            );
        }
        Ok(grown.is_ok())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            memory: bytesize::ByteSize::b(100),
            total_memory: Some(bytesize::ByteSize::b(150)),
            ..Limits::default()
        }
    }

    #[test]
    fn what_an_instance_held_is_given_back() {
        let budget = Arc::new(Budget::new(&limits()));
        let mut first = Allowance::new(budget.clone(), &limits());
        let mut second = Allowance::new(budget.clone(), &limits());
        assert!(first.memory_growing(0, 60, None).unwrap());
        assert!(first.memory_growing(60, 100, None).unwrap());
        assert!(!first.memory_growing(100, 101, None).unwrap(), "its own");
        assert!(!second.memory_growing(0, 51, None).unwrap(), "all");
        drop(first);
        assert!(second.memory_growing(0, 51, None).unwrap());
        assert_eq!(budget.used(), 51);
    }

    #[test]
    fn growth_beyond_the_memorys_own_maximum_costs_nothing() {
        let budget = Arc::new(Budget::new(&limits()));
        let mut guest = Allowance::new(budget.clone(), &limits());
        assert!(guest.memory_growing(0, 60, Some(64)).unwrap());
        assert!(!guest.memory_growing(60, 70, Some(64)).unwrap());
        assert_eq!(budget.used(), 60);
    }
}
