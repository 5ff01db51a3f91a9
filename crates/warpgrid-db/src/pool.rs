//! The pool of one endpoint: how many server connections there are, who has
//! them, and who is next. It knows no protocol and does no io.
//!
//! A connection is good only for sessions with its key. The bound is on all
//! keys together, so a guest that makes up new keys gets no more of the server
//! than one that does not: where the pool is full, an idle connection with
//! another key makes room.
//!
//! Everything that is held is a guard. A [`Place`] is the right to have one
//! connection, a [`Lease`] is a place with its connection; dropping either
//! passes the place on, so nothing is ever lost to a task that was cancelled.

mod guards;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::endpoint::PoolLimits;
pub(crate) use guards::{Lease, Place, Ticket};

/// What a protocol's connections are to the pool.
pub(crate) trait Connection: Send + 'static {
    /// Sessions with equal keys can use the same connection one after the
    /// other.
    type Key: Clone + Eq + Send + Sync;
    /// A transport that is open but not logged in, and so good for any key.
    type Raw: Send;

    /// Takes leave of the server, without waiting.
    fn close(self);
}

/// A pool's state at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolStats {
    /// The endpoint, as [`Endpoint`](crate::Endpoint) prints itself.
    pub endpoint: String,
    /// The bound on connections.
    pub size: u32,
    /// Connections that exist, whatever they are doing.
    pub live: u32,
    /// Connections that nobody uses.
    pub idle: u32,
    /// Sessions that wait for a connection.
    pub waiting: u32,
    /// Connections handed to sessions so far, new ones included.
    pub checkouts: u64,
    /// Logins at the server so far.
    pub opened: u64,
    /// Connections that came back clean so far.
    pub returned: u64,
}

/// Why nothing is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Exhausted { waiting: u32 },
    Draining,
}

/// What a session gets.
pub(crate) enum Grant<C: Connection> {
    /// A connection with the right key, unused for so long.
    Idle(Lease<C>, Duration),
    /// The right to open one, perhaps on a transport that is open already.
    Open(Place<C>, Option<C::Raw>),
}

/// The answer to [`Pool::checkout`].
pub(crate) enum Checkout<C: Connection> {
    Granted(Grant<C>),
    Queued(Ticket<C>),
}

pub(crate) struct Pool<C: Connection> {
    name: String,
    limits: PoolLimits,
    runtime: Handle,
    state: Mutex<State<C>>,
    /// Signalled when the last connection is gone.
    empty: Notify,
}

struct State<C: Connection> {
    /// The longest unused first.
    idle: VecDeque<Idle<C>>,
    /// In the order they came. There are waiters only while nothing is idle
    /// and every place is taken.
    waiters: VecDeque<Waiter<C>>,
    live: u32,
    next_waiter: u64,
    draining: bool,
    reaping: bool,
    checkouts: u64,
    opened: u64,
    returned: u64,
}

struct Idle<C: Connection> {
    what: Unused<C>,
    since: Instant,
}

enum Unused<C: Connection> {
    Ready(C, C::Key),
    Raw(C::Raw),
}

struct Waiter<C: Connection> {
    id: u64,
    key: C::Key,
    hand: oneshot::Sender<Grant<C>>,
}

/// A server closes a transport that does not log in; after this it counts as
/// closed.
const RAW_TIMEOUT: Duration = Duration::from_secs(10);

impl<C: Connection> Pool<C> {
    /// Must be called inside of a tokio runtime: that is where idle
    /// connections are watched.
    pub(crate) fn new(name: String, limits: PoolLimits) -> Arc<Self> {
        let state = State {
            idle: VecDeque::new(),
            waiters: VecDeque::new(),
            live: 0,
            next_waiter: 0,
            draining: false,
            reaping: false,
            checkouts: 0,
            opened: 0,
            returned: 0,
        };
        let runtime = Handle::current();
        Arc::new(Self {
            name,
            limits,
            runtime,
            state: Mutex::new(state),
            empty: Notify::new(),
        })
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    fn size(&self) -> u32 {
        self.limits.size.max(1)
    }

    /// Whether a session may be opened, and the place to try the server from
    /// where there is no connection at all.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Option<Place<C>>, Refused> {
        let mut state = self.state();
        // Without a queue, whether there is room shows at the checkout.
        self.refuse(&state, self.limits.max_waiting.max(1))?;
        if state.live > 0 {
            return Ok(None);
        }
        state.live += 1;
        Ok(Some(Place(Some(self.clone()))))
    }

    /// The most recently used connection with this key, else a place to open
    /// one, else a turn in the queue.
    pub(crate) fn checkout(self: &Arc<Self>, key: &C::Key) -> Result<Checkout<C>, Refused> {
        let mut state = self.state();
        let fits = |idle: &Idle<C>| matches!(&idle.what, Unused::Ready(_, own) if own == key);
        let raw = |idle: &Idle<C>| matches!(idle.what, Unused::Raw(_));
        let found = state
            .idle
            .iter()
            .rposition(fits)
            .or_else(|| state.idle.iter().position(raw));
        let taken = match found {
            Some(at) => state.idle.remove(at),
            None if !state.draining && state.live < self.size() => {
                state.live += 1;
                state.checkouts += 1;
                let place = Place(Some(self.clone()));
                return Ok(Checkout::Granted(Grant::Open(place, None)));
            }
            None => state.idle.pop_front(),
        };
        if let Some(Idle { what, since }) = taken {
            state.checkouts += 1;
            drop(state);
            let place = Place(Some(self.clone()));
            return Ok(Checkout::Granted(match what {
                Unused::Ready(connection, own) if own == *key => Grant::Idle(
                    Lease {
                        connection,
                        key: own,
                        place,
                    },
                    since.elapsed(),
                ),
                Unused::Ready(other, _) => {
                    other.close();
                    Grant::Open(place, None)
                }
                Unused::Raw(raw) => Grant::Open(place, Some(raw)),
            }));
        }
        self.refuse(&state, self.limits.max_waiting)?;
        let id = state.next_waiter;
        state.next_waiter += 1;
        let (hand, grant) = oneshot::channel();
        state.waiters.push_back(Waiter {
            id,
            key: key.clone(),
            hand,
        });
        Ok(Checkout::Queued(Ticket {
            pool: self.clone(),
            id,
            grant,
        }))
    }

    pub(crate) fn stats(&self) -> PoolStats {
        let state = self.state();
        PoolStats {
            endpoint: self.name.clone(),
            size: self.size(),
            live: state.live,
            idle: state.idle.len() as u32,
            waiting: state.waiters.len() as u32,
            checkouts: state.checkouts,
            opened: state.opened,
            returned: state.returned,
        }
    }

    /// Closes idle connections whose key will not do.
    pub(crate) fn retain(&self, will_do: impl Fn(&C::Key) -> bool) {
        self.close_idle(|idle| match &idle.what {
            Unused::Ready(_, key) => !will_do(key),
            Unused::Raw(_) => false,
        });
    }

    /// Closes what nobody uses.
    pub(crate) fn discard(&self) {
        self.close_idle(|_| true);
    }

    /// Takes every place that no session has.
    pub(crate) fn occupy(self: &Arc<Self>) -> Vec<Place<C>> {
        let mut state = self.state();
        let idle = std::mem::take(&mut state.idle);
        let free = self.size().saturating_sub(state.live) as usize;
        state.live += free as u32;
        drop(state);
        let places = free + idle.len();
        idle.into_iter().for_each(Idle::close);
        (0..places).map(|_| Place(Some(self.clone()))).collect()
    }

    /// Hands out nothing more, closes what is idle, and turns waiters away.
    pub(crate) fn drain(&self) {
        let (idle, waiters) = {
            let mut state = self.state();
            state.draining = true;
            let idle = std::mem::take(&mut state.idle);
            self.vacate(&mut state, idle.len());
            (idle, std::mem::take(&mut state.waiters))
        };
        drop(waiters);
        idle.into_iter().for_each(Idle::close);
    }

    /// Waits until no connection is left.
    pub(crate) async fn emptied(&self) {
        loop {
            let empty = self.empty.notified();
            if self.state().live == 0 {
                return;
            }
            empty.await;
        }
    }

    fn refuse(&self, state: &State<C>, most: u32) -> Result<(), Refused> {
        let waiting = state.waiters.len() as u32;
        if state.draining {
            Err(Refused::Draining)
        } else if waiting >= most {
            Err(Refused::Exhausted { waiting })
        } else {
            Ok(())
        }
    }

    fn vacate(&self, state: &mut State<C>, places: usize) {
        state.live -= places as u32;
        if state.live == 0 {
            self.empty.notify_waiters();
        }
    }

    /// Gives a place to whoever is next, with what is on it if that fits;
    /// keeps what nobody waits for.
    fn pass_on(self: Arc<Self>, mut what: Option<Unused<C>>) {
        loop {
            let mut state = self.state();
            let Some(waiter) = state.waiters.pop_front() else {
                match what.take() {
                    Some(what) if !state.draining => {
                        state.idle.push_back(Idle {
                            what,
                            since: Instant::now(),
                        });
                        if !std::mem::replace(&mut state.reaping, true) {
                            self.runtime.spawn(reap(Arc::downgrade(&self)));
                        }
                    }
                    left => {
                        self.vacate(&mut state, 1);
                        drop(state);
                        if let Some(left) = left {
                            left.close();
                        }
                    }
                }
                return;
            };
            state.checkouts += 1;
            drop(state);
            let place = Place(Some(self.clone()));
            let grant = match what.take() {
                Some(Unused::Ready(connection, key)) if key == waiter.key => Grant::Idle(
                    Lease {
                        connection,
                        key,
                        place,
                    },
                    Duration::ZERO,
                ),
                Some(Unused::Ready(other, _)) => {
                    other.close();
                    Grant::Open(place, None)
                }
                Some(Unused::Raw(raw)) => Grant::Open(place, Some(raw)),
                None => Grant::Open(place, None),
            };
            // One that has just given up hands it back: try the next.
            match waiter.hand.send(grant) {
                Ok(()) => return,
                Err(Grant::Idle(mut lease, _)) => {
                    lease.place.0 = None;
                    what = Some(Unused::Ready(lease.connection, lease.key));
                }
                Err(Grant::Open(mut place, raw)) => {
                    place.0 = None;
                    what = raw.map(Unused::Raw);
                }
            }
        }
    }

    /// Closes what has been idle for too long; when the next is due, if any.
    fn expire(&self) -> Option<Instant> {
        let now = Instant::now();
        let due = |idle: &Idle<C>| {
            idle.since
                + match idle.what {
                    Unused::Ready(..) => self.limits.idle_timeout,
                    Unused::Raw(_) => self.limits.idle_timeout.min(RAW_TIMEOUT),
                }
        };
        self.close_idle(|idle| due(idle) <= now);
        let mut state = self.state();
        let next = state.idle.iter().map(due).min();
        state.reaping = next.is_some();
        next
    }

    fn close_idle(&self, which: impl Fn(&Idle<C>) -> bool) {
        let mut state = self.state();
        let (closed, kept): (VecDeque<_>, _) =
            std::mem::take(&mut state.idle).into_iter().partition(which);
        state.idle = kept;
        self.vacate(&mut state, closed.len());
        drop(state);
        closed.into_iter().for_each(Idle::close);
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs while there is something idle, and keeps nothing alive.
async fn reap<C: Connection>(pool: Weak<Pool<C>>) {
    while let Some(next) = pool.upgrade().and_then(|pool| pool.expire()) {
        tokio::time::sleep_until(next).await;
    }
}

impl<C: Connection> Idle<C> {
    fn close(self) {
        self.what.close();
    }
}

impl<C: Connection> Unused<C> {
    fn close(self) {
        match self {
            Self::Ready(connection, _) => connection.close(),
            Self::Raw(raw) => drop(raw),
        }
    }
}

#[cfg(test)]
mod tests;
