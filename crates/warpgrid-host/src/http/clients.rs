//! How many clients are connected at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often to see whether the limit has changed, where there is no place.
const LOOK: Duration = Duration::from_secs(1);

/// A place for each client. One for whom there is none waits in the listener's
/// queue.
pub(super) struct Clients {
    free: Arc<Semaphore>,
    limit: u32,
    full: bool,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            free: Arc::new(Semaphore::new(0)),
            limit: 0,
            full: false,
        }
    }
}

impl Clients {
    /// Waits for a place among at most `limit()`, which may change meanwhile.
    /// None once there are no places any more.
    pub(super) async fn place(&mut self, limit: impl Fn() -> u32) -> Option<OwnedSemaphorePermit> {
        self.allow(limit());
        if let Ok(place) = self.free.clone().try_acquire_owned() {
            self.full = false;
            return Some(place);
        }
        if !std::mem::replace(&mut self.full, true) {
            tracing::warn!(
                "as many clients are connected as [limits] clients in warp.toml allows; others wait"
            );
        }
        loop {
            let place = self.free.clone().acquire_owned();
            if let Ok(place) = tokio::time::timeout(LOOK, place).await {
                return place.ok();
            }
            self.allow(limit());
        }
    }

    /// Takes places away as they come back, where there are too many.
    fn allow(&mut self, limit: u32) {
        if limit >= self.limit {
            self.free.add_permits((limit - self.limit) as usize);
            self.limit = limit;
        } else {
            let surplus = self.limit - limit;
            let forgotten = self.free.forget_permits(surplus as usize);
            self.limit -= u32::try_from(forgotten).unwrap_or(surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_limit_may_change_while_clients_are_there() {
        let mut clients = Clients::default();
        let mut take = |limit| clients.place(|| limit).now_or_never().flatten();
        let both = [take(2), take(2)];
        assert!(both.iter().all(Option::is_some));
        assert!(take(2).is_none(), "two are there");
        let third = take(3);
        assert!(third.is_some(), "three may be");
        assert!(take(1).is_none(), "only one may be");
        drop(both);
        assert!(take(1).is_none(), "one is there still");
        drop(third);
        assert!(take(1).is_some());
    }
}
