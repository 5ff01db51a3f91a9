#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::queue::CAPACITY;
use super::*;
use crate::bindings::warpgrid::shim::signals::Host as _;

fn guest(receivers: &Arc<Receivers>, registers: &[SignalType]) -> SignalsState {
    let mut guest = SignalsState::new(receivers.clone(), TO_COMMANDS);
    for signal in registers {
        assert!(guest.on_signal(*signal).unwrap());
    }
    guest
}

fn taken(guest: &mut SignalsState) -> Vec<SignalType> {
    std::iter::from_fn(|| guest.poll_signal().unwrap()).collect()
}

#[test]
fn a_guest_gets_what_it_registered_for_in_order() {
    let receivers = Arc::new(Receivers::default());
    let mut one = guest(&receivers, &[SignalType::Terminate, SignalType::Hangup]);
    let mut other = guest(&receivers, &[SignalType::Hangup]);
    let mut none = guest(&receivers, &[]);
    assert_eq!(receivers.send(Signal::Hangup), 2);
    assert_eq!(receivers.send(Signal::Interrupt), 0);
    assert_eq!(receivers.send(Signal::Terminate), 1);
    assert_eq!(taken(&mut one), [SignalType::Hangup, SignalType::Terminate]);
    assert_eq!(taken(&mut other), [SignalType::Hangup]);
    assert_eq!(taken(&mut none), []);
}

#[test]
fn what_came_before_the_registration_is_gone() {
    let receivers = Arc::new(Receivers::default());
    let mut guest = guest(&receivers, &[SignalType::Hangup]);
    receivers.send(Signal::Terminate);
    assert!(guest.on_signal(SignalType::Terminate).unwrap());
    assert_eq!(taken(&mut guest), []);
}

#[test]
fn a_full_queue_keeps_the_oldest() {
    let receivers = Arc::new(Receivers::default());
    let all = [SignalType::Terminate, SignalType::Hangup];
    let mut guest = guest(&receivers, &all);
    receivers.send(Signal::Hangup);
    for _ in 0..CAPACITY {
        assert_eq!(receivers.send(Signal::Terminate), 1, "it is told, and full");
    }
    let taken = taken(&mut guest);
    assert_eq!(taken.len(), 16);
    assert_eq!(taken[0], SignalType::Hangup);
}

#[test]
fn registering_again_changes_nothing() {
    let receivers = Arc::new(Receivers::default());
    let mut guest = guest(&receivers, &[SignalType::Hangup; 1000]);
    assert_eq!(receivers.send(Signal::Hangup), 1);
    assert_eq!(taken(&mut guest), [SignalType::Hangup]);
}

#[test]
fn a_guest_that_is_gone_receives_nothing() {
    let receivers = Arc::new(Receivers::default());
    drop(guest(&receivers, &[SignalType::Terminate]));
    assert_eq!(receivers.send(Signal::Terminate), 0);
    assert!(receivers.queues().is_empty());
}

#[test]
fn a_guest_that_handles_requests_is_only_told_of_the_end() {
    let mut guest = SignalsState::new(Arc::default(), TO_HANDLERS);
    assert!(guest.on_signal(SignalType::Terminate).unwrap());
    assert!(!guest.on_signal(SignalType::Hangup).unwrap());
    assert!(!guest.on_signal(SignalType::Interrupt).unwrap());
}
