//! Wakes everybody who waits for a session.
//!
//! A socket remembers one task per direction. A session may have several
//! waiting at a time (one that receives, one that sends, one that polls for
//! readiness), and a send also reads: if each registered itself with the
//! socket, the last would silence the others. So the session registers this
//! instead, and it wakes them all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// More than these do not wait on one session at a time: older entries are of
/// waits that were given up.
const MOST: usize = 8;

#[derive(Default)]
pub(crate) struct Wakers(Mutex<Vec<Waker>>);

impl Wakers {
    /// Wakes this task at the next [`Wakers::notify`].
    pub(crate) fn register(&self, waker: &Waker) {
        let stale = {
            let mut waiting = self.waiting();
            if waiting.iter().any(|known| known.will_wake(waker)) {
                return;
            }
            let stale = if waiting.len() >= MOST {
                std::mem::take(&mut *waiting)
            } else {
                vec![]
            };
            waiting.push(waker.clone());
            stale
        };
        // One of them may still be waited on after all: a spurious wake-up is
        // harmless, a lost one is not.
        stale.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn notify(&self) {
        let waiting = std::mem::take(&mut *self.waiting());
        waiting.into_iter().for_each(Waker::wake);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.notify();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.notify();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn everybody_is_woken_once() {
        let wakers = Wakers::default();
        let counts: Vec<Arc<Count>> = (0..3).map(|_| Arc::default()).collect();
        for count in &counts {
            let waker = Waker::from(count.clone());
            wakers.register(&waker);
            wakers.register(&waker);
        }
        wakers.notify();
        wakers.notify();
        assert!(
            counts
                .iter()
                .all(|count| count.0.load(Ordering::SeqCst) == 1)
        );
    }

    #[test]
    fn the_list_is_bounded_and_loses_nobody() {
        let wakers = Wakers::default();
        let counts: Vec<Arc<Count>> = (0..100).map(|_| Arc::default()).collect();
        for count in &counts {
            wakers.register(&Waker::from(count.clone()));
            assert!(wakers.waiting().len() <= MOST);
        }
        wakers.notify();
        assert!(
            counts
                .iter()
                .all(|count| count.0.load(Ordering::SeqCst) == 1)
        );
    }
}
