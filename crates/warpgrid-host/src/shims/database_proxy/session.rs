//! A session that a handle and the pollables made from it share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use warpgrid_db::Session;

/// A session that a handle and the pollables made from it share. It ends when
/// the last of them is gone.
#[derive(Clone)]
pub struct SharedSession(Arc<Mutex<Session>>);

impl SharedSession {
    pub(super) fn new(session: Session) -> Self {
        Self(Arc::new(Mutex::new(session)))
    }

    /// The session, for the length of one poll. A session is consistent between
    /// polls even where one of them panicked.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
