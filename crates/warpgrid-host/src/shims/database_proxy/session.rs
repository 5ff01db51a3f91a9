//! A session that a handle and the pollables made from it share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::OwnedSemaphorePermit;
use warpgrid_db::Session;

/// A session that a handle and the pollables made from it share. It ends when
/// the last of them is gone.
#[derive(Clone)]
pub struct SharedSession(Arc<Held>);

struct Held {
    session: Mutex<Session>,
    /// Among the connections of the instance, and of the deployment.
    _places: [OwnedSemaphorePermit; 2],
}

impl SharedSession {
    /// Keeps its places for as long as the session.
    pub(super) fn new(session: Session, places: [OwnedSemaphorePermit; 2]) -> Self {
        Self(Arc::new(Held {
            session: Mutex::new(session),
            _places: places,
        }))
    }

    /// What does not keep it open.
    pub fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.0))
    }

    /// The session, for the length of one poll. A session is consistent between
    /// polls even where one of them panicked.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that ends when its guest is done with it.
pub struct WeakSession(Weak<Held>);

impl WeakSession {
    /// Whether its guest has it still.
    pub fn is_open(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// The session, where it is open.
    pub fn upgrade(&self) -> Option<SharedSession> {
        self.0.upgrade().map(SharedSession)
    }
}
