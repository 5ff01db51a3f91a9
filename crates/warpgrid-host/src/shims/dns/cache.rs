//! Answers for as long as they hold, and not too many of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most answers that are kept.
const MAX_CACHED: usize = 4096;

pub(super) struct Cache<K, V>(Mutex<HashMap<K, Answer<V>>>);

struct Answer<V> {
    value: V,
    expires: Instant,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let mut answers = self.answers();
        let answer = answers.get(key)?;
        if answer.expires > Instant::now() {
            return Some(answer.value.clone());
        }
        answers.remove(key);
        None
    }

    pub(super) fn keep(&self, key: K, value: V, ttl: Duration) {
        let mut answers = self.answers();
        let now = Instant::now();
        if answers.len() >= MAX_CACHED {
            answers.retain(|_, answer| answer.expires > now);
        }
        if answers.len() >= MAX_CACHED {
            answers.clear();
        }
        // A time too far off is never.
        if let Some(expires) = now.checked_add(ttl) {
            answers.insert(key, Answer { value, expires });
        }
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<K, Answer<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
