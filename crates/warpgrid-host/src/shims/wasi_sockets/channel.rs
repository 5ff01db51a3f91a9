//! The two streams of a proxied connection.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

use crate::shims::database_proxy::{MAX_RECV, SharedSession, reported};

/// The most bytes that a guest may write before they are with the session.
const PERMIT: usize = 64 * 1024;

/// A session as two streams. Bytes that the session does not take at once wait
/// here, and go on whenever the guest does anything with either stream.
#[derive(Clone)]
pub(super) struct Channel(Arc<Mutex<State>>);

struct State {
    /// None once both directions are shut down.
    session: Option<SharedSession>,
    pending: Bytes,
    /// What the guest was last told that it may write.
    permit: usize,
    reads: bool,
    writes: bool,
    /// Waits until the guest has read what makes room.
    stalled: Option<Waker>,
}

impl Channel {
    pub(super) fn new(session: SharedSession) -> Self {
        Self(Arc::new(Mutex::new(State {
            session: Some(session),
            pending: Bytes::new(),
            permit: 0,
            reads: true,
            writes: true,
            stalled: None,
        })))
    }

    pub(super) fn input(&self) -> Input {
        Input(self.clone())
    }

    pub(super) fn output(&self) -> Output {
        Output(self.clone())
    }

    /// A session cannot be closed by halves: shutting down the sending side
    /// alone keeps the guest from sending, and the server does not learn of it.
    pub(super) fn shut_down(&self, receive: bool, send: bool) {
        let mut state = self.state();
        state.flush_now();
        state.reads &= !receive;
        state.writes &= !send;
        if !state.reads && !state.writes {
            state.session = None;
            state.pending.clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the written bytes have got.
enum Flushed {
    All,
    /// The session takes no more before the guest has read.
    Stalled,
}

impl State {
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Flushed> {
        while let Some(session) = &self.session
            && !self.pending.is_empty()
        {
            match session.lock().poll_send(context, &self.pending) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Flushed::Stalled),
                Poll::Ready(Ok(taken)) => self.pending.advance(taken),
                Poll::Ready(Err(error)) => {
                    reported(&error);
                    self.writes = false;
                    self.pending.clear();
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Flushed::All)
    }

    fn flush_now(&mut self) {
        let _ = self.poll_flush(&mut Context::from_waker(Waker::noop()));
    }

    fn poll_writable(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self.poll_flush(context) {
            Poll::Ready(Flushed::All) => Poll::Ready(()),
            Poll::Ready(Flushed::Stalled) => {
                self.stalled = Some(context.waker().clone());
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn poll_readable(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let _ = self.poll_flush(context);
        match &self.session {
            Some(session) if self.reads => session.lock().poll_readable(context),
            _ => Poll::Ready(()),
        }
    }

    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let Some(session) = self.session.as_ref().filter(|_| self.reads).cloned() else {
            return Err(StreamError::Closed);
        };
        if size == 0 {
            return Ok(Bytes::new());
        }
        self.flush_now();
        let received = session.lock().try_recv(size.min(MAX_RECV));
        match received {
            Ok(None) => Ok(Bytes::new()),
            Ok(Some(bytes)) if bytes.is_empty() => {
                self.reads = false;
                Err(StreamError::Closed)
            }
            Ok(Some(bytes)) => {
                if let Some(writer) = self.stalled.take() {
                    writer.wake();
                }
                Ok(bytes)
            }
            Err(error) => {
                reported(&error);
                self.reads = false;
                let reset = io::Error::from(io::ErrorKind::ConnectionReset);
                Err(StreamError::LastOperationFailed(reset.into()))
            }
        }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.flush_now();
        if !self.writes {
            return Err(StreamError::Closed);
        }
        self.permit = if self.pending.is_empty() { PERMIT } else { 0 };
        Ok(self.permit)
    }

    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if !self.writes {
            return Err(StreamError::Closed);
        }
        if bytes.len() > self.permit {
            return Err(StreamError::Trap(wasmtime::format_err!(
                "a write of {} bytes where {} are permitted",
                bytes.len(),
                self.permit
            )));
        }
        self.permit = 0;
        self.pending = bytes;
        self.flush_now();
        Ok(())
    }
}

/// What the server sends.
pub(super) struct Input(Channel);

#[async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {
        poll_fn(|context| self.0.state().poll_readable(context)).await;
    }
}

impl InputStream for Input {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.0.state().read(size)
    }
}

/// What the guest sends.
pub(super) struct Output(Channel);

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {
        poll_fn(|context| self.0.state().poll_writable(context)).await;
    }
}

#[async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.0.state().write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        let mut state = self.0.state();
        state.flush_now();
        if state.writes {
            Ok(())
        } else {
            Err(StreamError::Closed)
        }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.0.state().check_write()
    }

    /// What was written goes on without the guest.
    async fn cancel(&mut self) {
        if !self.0.state().pending.is_empty() {
            let channel = self.0.clone();
            let sent = poll_fn(move |context| channel.state().poll_flush(context).map(drop));
            tokio::spawn(sent);
        }
    }
}
