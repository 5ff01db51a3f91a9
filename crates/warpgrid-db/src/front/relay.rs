//! Both directions between a client's socket and its session.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;

use crate::session::Session;

/// How much is read from a client at a time.
const CHUNK: usize = 64 * 1024;

/// Both directions of one connection.
pub(super) struct Relay {
    pub(super) session: Session,
    /// From the client, not taken by the session.
    up: BytesMut,
    /// From the session, not taken by the client.
    down: Bytes,
}

impl Relay {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            up: BytesMut::with_capacity(CHUNK),
            down: Bytes::new(),
        }
    }

    /// Ready when the session is at its end and the client has all of it, or
    /// the client is gone.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut TcpStream,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut moved = false;
            if self.up.is_empty() {
                self.up.reserve(CHUNK);
                match poll_read(client, cx, &mut self.up) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                    Poll::Ready(Ok(_)) => moved = true,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => {}
                }
            }
            if !self.up.is_empty() {
                match self.session.poll_send(cx, &self.up) {
                    Poll::Ready(Ok(taken)) => {
                        self.up.advance(taken);
                        moved |= taken > 0;
                    }
                    // What is left to read says why; nothing more can be sent.
                    Poll::Ready(Err(_)) => self.up.clear(),
                    Poll::Pending => {}
                }
            }
            if self.down.is_empty() {
                match self.session.poll_recv(cx, CHUNK) {
                    Poll::Ready(Ok(bytes)) if bytes.is_empty() => return Poll::Ready(Ok(())),
                    Poll::Ready(Ok(bytes)) => {
                        self.down = bytes;
                        moved = true;
                    }
                    Poll::Ready(Err(error)) => {
                        return Poll::Ready(Err(io::Error::other(error)));
                    }
                    Poll::Pending => {}
                }
            }
            while !self.down.is_empty() {
                match Pin::new(&mut *client).poll_write(cx, &self.down) {
                    Poll::Ready(Ok(count)) => {
                        self.down.advance(count);
                        moved = true;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => break,
                }
            }
            if !moved {
                return Poll::Pending;
            }
        }
    }
}

fn poll_read(
    client: &TcpStream,
    cx: &mut Context<'_>,
    buffer: &mut BytesMut,
) -> Poll<io::Result<usize>> {
    loop {
        match client.try_read_buf(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                ready!(client.poll_read_ready(cx))?;
            }
            read => return Poll::Ready(read),
        }
    }
}
