use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use proptest::prelude::*;

use super::*;

/// A connection that counts how many of its kind there are.
struct Thing(Arc<AtomicUsize>);

impl Thing {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count.clone())
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Connection for Thing {
    type Key = u8;
    type Raw = &'static str;

    fn close(self) {}
}

fn pool(size: u32, max_waiting: u32) -> Arc<Pool<Thing>> {
    Pool::new(
        "test".into(),
        PoolLimits {
            size,
            max_waiting,
            ..PoolLimits::default()
        },
    )
}

#[track_caller]
fn place(checkout: Result<Checkout<Thing>, Refused>) -> Place<Thing> {
    match checkout {
        Ok(Checkout::Granted(Grant::Open(place, None))) => place,
        _ => panic!("no place"),
    }
}

#[track_caller]
fn lease(checkout: Result<Checkout<Thing>, Refused>) -> Lease<Thing> {
    match checkout {
        Ok(Checkout::Granted(Grant::Idle(lease, _))) => lease,
        _ => panic!("no idle connection"),
    }
}

#[track_caller]
fn ticket(checkout: Result<Checkout<Thing>, Refused>) -> Ticket<Thing> {
    match checkout {
        Ok(Checkout::Queued(ticket)) => ticket,
        _ => panic!("no turn"),
    }
}

fn things() -> Arc<AtomicUsize> {
    Arc::default()
}

#[tokio::test]
async fn a_parked_connection_is_for_its_key() {
    let (pool, count) = (pool(2, 1), things());
    place(pool.checkout(&1))
        .opened(Thing::new(&count), 1)
        .park();
    let first = lease(pool.checkout(&1));
    let _second = place(pool.checkout(&1));
    first.park();
    assert_eq!(count.load(Ordering::SeqCst), 1);
    // Full, and nothing with this key: the idle one makes room.
    let _third = place(pool.checkout(&2));
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert_eq!(pool.stats().live, 2);
}

#[tokio::test]
async fn the_most_recently_used_is_taken_first() {
    let (pool, count) = (pool(2, 0), things());
    let old = place(pool.checkout(&1)).opened(Thing::new(&count), 1);
    let new = place(pool.checkout(&1)).opened(Thing::new(&things()), 1);
    old.park();
    new.park();
    assert!(!Arc::ptr_eq(
        &lease(pool.checkout(&1)).connection().0,
        &count
    ));
}

#[tokio::test]
async fn a_dropped_lease_closes_its_connection_and_frees_its_place() {
    let (pool, count) = (pool(1, 1), things());
    let held = place(pool.checkout(&1)).opened(Thing::new(&count), 1);
    let mut next = ticket(pool.checkout(&1));
    assert!((&mut next).now_or_never().is_none());
    drop(held);
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(matches!(
        next.now_or_never(),
        Some(Some(Grant::Open(_, None)))
    ));
    assert_eq!(pool.stats().live, 0);
}

#[tokio::test]
async fn waiters_are_served_in_order_and_newcomers_wait_behind_them() {
    let (pool, count) = (pool(1, 10), things());
    let held = place(pool.checkout(&1)).opened(Thing::new(&count), 1);
    let mut first = ticket(pool.checkout(&1));
    let mut second = ticket(pool.checkout(&1));
    held.park();
    let mut third = ticket(pool.checkout(&1));
    let Some(Some(Grant::Idle(lease, _))) = (&mut first).now_or_never() else {
        panic!()
    };
    assert!((&mut second).now_or_never().is_none());
    lease.park();
    assert!(matches!(
        (&mut second).now_or_never(),
        Some(Some(Grant::Idle(..)))
    ));
    // Its grant was dropped, which closed the connection.
    assert!(matches!(
        (&mut third).now_or_never(),
        Some(Some(Grant::Open(..)))
    ));
}

#[tokio::test]
async fn a_waiter_with_another_key_gets_the_place() {
    let (pool, count) = (pool(1, 10), things());
    let held = place(pool.checkout(&1)).opened(Thing::new(&count), 1);
    let other = ticket(pool.checkout(&2));
    held.park();
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(matches!(other.now_or_never(), Some(Some(Grant::Open(..)))));
}

#[tokio::test]
async fn a_turn_that_is_given_up_is_passed_on() {
    let (pool, count) = (pool(1, 10), things());
    let held = place(pool.checkout(&1)).opened(Thing::new(&count), 1);
    let (gone, granted, last) = (
        ticket(pool.checkout(&1)),
        ticket(pool.checkout(&1)),
        ticket(pool.checkout(&1)),
    );
    drop(gone);
    assert_eq!(pool.stats().waiting, 2);
    held.park();
    // It has its grant, and never looked.
    drop(granted);
    assert!(matches!(last.now_or_never(), Some(Some(Grant::Idle(..)))));
}

#[tokio::test]
async fn the_queue_is_bounded() {
    let pool = pool(1, 2);
    let _held = place(pool.checkout(&1));
    let first = ticket(pool.checkout(&1));
    let _second = ticket(pool.checkout(&1));
    let full = Refused::Exhausted { waiting: 2 };
    assert!(matches!(pool.checkout(&1), Err(refused) if refused == full));
    assert!(matches!(pool.admit(), Err(refused) if refused == full));
    drop(first);
    assert!(pool.admit().is_ok());
    let _third = ticket(pool.checkout(&1));
}

#[tokio::test]
async fn a_pool_without_a_queue_still_admits() {
    let pool = pool(1, 0);
    assert!(matches!(pool.admit(), Ok(Some(_))));
    let _held = place(pool.checkout(&1));
    assert!(matches!(pool.admit(), Ok(None)));
    assert!(matches!(
        pool.checkout(&1),
        Err(Refused::Exhausted { waiting: 0 })
    ));
}

#[tokio::test]
async fn an_open_transport_is_for_anybody() {
    let pool = pool(1, 1);
    let Ok(Some(first)) = pool.admit() else {
        panic!()
    };
    // While it is tried, others need not try.
    assert!(matches!(pool.admit(), Ok(None)));
    let waiting = ticket(pool.checkout(&7));
    first.park("raw");
    let Some(Some(Grant::Open(place, Some("raw")))) = waiting.now_or_never() else {
        panic!()
    };
    place.park("raw");
    assert_eq!(pool.stats().idle, 1);
    let taken = pool.checkout(&8);
    assert!(matches!(
        taken,
        Ok(Checkout::Granted(Grant::Open(_, Some("raw"))))
    ));
}

#[tokio::test]
async fn draining_turns_waiters_away_and_closes_what_comes_back() {
    let (pool, count) = (pool(2, 10), things());
    place(pool.checkout(&1))
        .opened(Thing::new(&count), 1)
        .park();
    let held = lease(pool.checkout(&1));
    let other = place(pool.checkout(&1));
    let waiter = ticket(pool.checkout(&1));
    pool.drain();
    assert!(matches!(waiter.now_or_never(), Some(None)));
    assert!(matches!(pool.checkout(&1), Err(Refused::Draining)));
    assert!(pool.emptied().now_or_never().is_none());
    held.park();
    drop(other);
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(pool.emptied().now_or_never().is_some());
}

#[derive(Clone, Debug)]
enum Act {
    Checkout(u8),
    Park(usize),
    Kill(usize),
    GiveUp(usize),
    Admit,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_u8).prop_map(Act::Checkout),
        3 => any::<usize>().prop_map(Act::Park),
        1 => any::<usize>().prop_map(Act::Kill),
        1 => any::<usize>().prop_map(Act::GiveUp),
        1 => Just(Act::Admit),
    ]
}

proptest! {
    /// Whatever happens in whatever order: never more connections than the
    /// bound, nobody waits while there is room, and nothing is lost.
    #[test]
    fn places_are_conserved(acts in prop::collection::vec(act(), 0..120), size in 1..4_u32) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _inside = runtime.enter();
        let (pool, count) = (pool(size, 5), things());
        let mut held: Vec<Lease<Thing>> = vec![];
        let mut waiting: Vec<(u8, Ticket<Thing>)> = vec![];
        let take = |grant, key| match grant {
            Grant::Idle(lease, _) => lease,
            Grant::Open(place, _) => place.opened(Thing::new(&count), key),
        };
        for act in acts {
            match act {
                Act::Checkout(key) => match pool.checkout(&key) {
                    Ok(Checkout::Granted(grant)) => held.push(take(grant, key)),
                    Ok(Checkout::Queued(ticket)) => waiting.push((key, ticket)),
                    Err(_) => prop_assert_eq!(waiting.len(), 5),
                },
                Act::Park(at) if !held.is_empty() => held.swap_remove(at % held.len()).park(),
                Act::Kill(at) if !held.is_empty() => drop(held.swap_remove(at % held.len())),
                Act::GiveUp(at) if !waiting.is_empty() => drop(waiting.remove(at % waiting.len())),
                Act::Admit => {
                    if let Ok(Some(place)) = pool.admit() {
                        place.park("raw");
                    }
                }
                _ => {}
            }
            let mut still = vec![];
            for (key, mut ticket) in waiting {
                match (&mut ticket).now_or_never() {
                    Some(Some(grant)) => {
                        // In order: nobody before it is left waiting.
                        prop_assert!(still.is_empty());
                        held.push(take(grant, key));
                    }
                    Some(None) => prop_assert!(false, "it is not draining"),
                    None => still.push((key, ticket)),
                }
            }
            waiting = still;
            let stats = pool.stats();
            prop_assert!(stats.live <= size);
            prop_assert_eq!(stats.live as usize, held.len() + stats.idle as usize);
            prop_assert_eq!(stats.waiting as usize, waiting.len());
            prop_assert!(waiting.is_empty() || held.len() == size as usize);
            prop_assert!(count.load(Ordering::SeqCst) <= stats.live as usize);
        }
        drop((held, waiting));
        pool.drain();
        prop_assert_eq!(pool.stats().live, 0);
        prop_assert_eq!(count.load(Ordering::SeqCst), 0);
    }
}
