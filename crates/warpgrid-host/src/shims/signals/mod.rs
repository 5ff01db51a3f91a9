//! `warpgrid:shim/signals`: requests to terminate or reload, for the guests
//! that asked to be told of them.

mod queue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::warpgrid::shim::signals;
use crate::bindings::warpgrid::shim::signals::SignalType;

use queue::Queue;

/// What an operator or a supervisor asks of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// To end: `SIGTERM`.
    Terminate,
    /// To read its configuration again: `SIGHUP`.
    Hangup,
    /// To end, from the keyboard: `SIGINT`.
    Interrupt,
}

/// What a guest that runs as a command may register for.
pub(crate) const TO_COMMANDS: &[Signal] = &[Signal::Terminate, Signal::Hangup, Signal::Interrupt];

/// What a guest that handles requests may register for. It is told when the
/// host stops; a new configuration is for the guests that come after it.
pub(crate) const TO_HANDLERS: &[Signal] = &[Signal::Terminate];

/// Defines the shim's imports.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    state: fn(&mut T) -> &mut SignalsState,
) -> wasmtime::Result<()> {
    signals::add_to_linker::<T, HasSelf<SignalsState>>(linker, state)
}

/// The guests of a deployment that registered for signals.
#[derive(Default)]
pub struct Receivers(Mutex<Vec<Arc<Queue>>>);

impl Receivers {
    /// Queues a signal with each guest that registered for it, and says how
    /// many those are.
    pub fn send(&self, signal: Signal) -> usize {
        let queues = self.queues();
        queues.iter().filter(|queue| queue.offer(signal)).count()
    }

    fn queues(&self) -> MutexGuard<'_, Vec<Arc<Queue>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One instance's signals.
pub struct SignalsState {
    receivers: Arc<Receivers>,
    deliverable: &'static [Signal],
    /// Among the receivers' from the first registration on.
    queue: Option<Arc<Queue>>,
}

impl SignalsState {
    /// State of an instance that may register for these.
    pub fn new(receivers: Arc<Receivers>, deliverable: &'static [Signal]) -> Self {
        Self {
            receivers,
            deliverable,
            queue: None,
        }
    }

    fn register(&mut self, signal: Signal) -> bool {
        if !self.deliverable.contains(&signal) {
            return false;
        }
        let queue = self.queue.get_or_insert_with(|| {
            let queue = Arc::new(Queue::default());
            self.receivers.queues().push(queue.clone());
            queue
        });
        queue.register(signal);
        true
    }
}

impl Drop for SignalsState {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            let mut queues = self.receivers.queues();
            queues.retain(|other| !Arc::ptr_eq(other, queue));
        }
    }
}

impl signals::Host for SignalsState {
    fn on_signal(&mut self, signal: SignalType) -> wasmtime::Result<bool> {
        Ok(self.register(signal.into()))
    }

    fn poll_signal(&mut self) -> wasmtime::Result<Option<SignalType>> {
        let taken = self.queue.as_ref().and_then(|queue| queue.take());
        Ok(taken.map(SignalType::from))
    }
}

impl From<SignalType> for Signal {
    fn from(signal: SignalType) -> Self {
        match signal {
            SignalType::Terminate => Self::Terminate,
            SignalType::Hangup => Self::Hangup,
            SignalType::Interrupt => Self::Interrupt,
        }
    }
}

impl From<Signal> for SignalType {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Terminate => Self::Terminate,
            Signal::Hangup => Self::Hangup,
            Signal::Interrupt => Self::Interrupt,
        }
    }
}

#[cfg(test)]
mod tests;
