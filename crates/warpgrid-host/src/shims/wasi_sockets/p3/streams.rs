//! The two streams of a proxied connection.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::oneshot;
use warpgrid_db::Error;
use wasmtime::component::{
    Destination, Source, StreamConsumer, StreamProducer, StreamResult, VecBuffer,
};
use wasmtime::{AsContextMut as _, StoreContextMut};
use wasmtime_wasi::p3::bindings::sockets::types::ErrorCode;

use super::code_of;
use crate::shims::database_proxy::{SharedSession, reported};

/// The most bytes that are received at once.
const CHUNK: usize = 64 * 1024;

/// A session that two streams share.
#[derive(Clone)]
pub(super) struct Channel {
    session: SharedSession,
    /// Waits until the guest has read what makes room.
    stalled: Arc<Mutex<Option<Waker>>>,
}

impl Channel {
    pub(super) fn new(session: SharedSession) -> Self {
        Self {
            session,
            stalled: Arc::default(),
        }
    }

    fn stall(&self, waker: Option<Waker>) -> Option<Waker> {
        let mut stalled = self.stalled.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut stalled, waker)
    }
}

/// How a stream ended, told once.
pub(super) type Ended = oneshot::Sender<Result<(), ErrorCode>>;

/// One direction, until it ends.
pub(super) struct Direction(Option<(Channel, Ended)>);

impl Direction {
    pub(super) fn new(channel: Channel, ended: Ended) -> Self {
        Self(Some((channel, ended)))
    }

    fn end(&mut self, how: Result<(), Error>) {
        if let Some((_, ended)) = self.0.take() {
            // A guest that has dropped the other end does not ask.
            let _ = ended.send(how.map_err(|error| code_of(reported(&error))));
        }
    }
}

impl Drop for Direction {
    fn drop(&mut self) {
        self.end(Ok(()));
    }
}

/// What is not ready yet.
fn not_yet(finish: bool) -> Poll<wasmtime::Result<StreamResult>> {
    if finish {
        Poll::Ready(Ok(StreamResult::Cancelled))
    } else {
        Poll::Pending
    }
}

/// What the server sends.
pub(super) struct Received(pub(super) Direction);

impl<D> StreamProducer<D> for Received {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let Some((channel, _)) = &self.0.0 else {
            return Poll::Ready(Ok(StreamResult::Dropped));
        };
        let room = destination.remaining(store.as_context_mut());
        if room == Some(0) {
            return match channel.session.lock().poll_readable(context) {
                Poll::Ready(()) => Poll::Ready(Ok(StreamResult::Completed)),
                Poll::Pending => not_yet(finish),
            };
        }
        let most = room.unwrap_or(CHUNK).min(CHUNK);
        let received = channel.session.lock().poll_recv(context, most);
        let end = match received {
            Poll::Ready(Ok(bytes)) if !bytes.is_empty() => {
                if let Some(writer) = channel.stall(None) {
                    writer.wake();
                }
                destination.set_buffer(Vec::from(bytes).into());
                return Poll::Ready(Ok(StreamResult::Completed));
            }
            Poll::Ready(Ok(_)) => Ok(()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => return not_yet(finish),
        };
        self.0.end(end);
        Poll::Ready(Ok(StreamResult::Dropped))
    }
}

/// What the guest sends.
pub(super) struct Sent(pub(super) Direction);

impl<D> StreamConsumer<D> for Sent {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<D>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let Some((channel, _)) = &self.0.0 else {
            return Poll::Ready(Ok(StreamResult::Dropped));
        };
        let mut source = source.as_direct(store);
        if source.remaining().is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let sent = channel
            .session
            .lock()
            .poll_send(context, source.remaining());
        match sent {
            Poll::Ready(Ok(0)) => {
                channel.stall(Some(context.waker().clone()));
                not_yet(finish)
            }
            Poll::Ready(Ok(taken)) => {
                source.mark_read(taken);
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(Err(error)) => {
                self.0.end(Err(error));
                Poll::Ready(Ok(StreamResult::Dropped))
            }
            Poll::Pending => not_yet(finish),
        }
    }
}
