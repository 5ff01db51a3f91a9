//! A TLS connection as a [`Stream`](crate::stream::Stream) has it.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use rustls::ClientConnection;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::end_point;

/// The most that a server may say unasked and still be silent: some tickets.
const MOST_TICKETS: usize = 64 * 1024;

pub(crate) struct Encrypted(Box<TlsStream<TcpStream>>);

impl Encrypted {
    pub(super) fn new(stream: TlsStream<TcpStream>) -> Self {
        Self(Box::new(stream))
    }

    /// The transport below.
    pub(crate) fn socket(&self) -> &TcpStream {
        self.0.get_ref().0
    }

    /// What binds a login to this connection, if the certificate allows it.
    pub(crate) fn end_point(&self) -> Option<Vec<u8>> {
        let (_, session) = self.0.get_ref();
        end_point(session.peer_certificates()?.first()?)
    }

    /// Reads what is decrypted, after writing what is encrypted: what
    /// [`Self::poll_write`] took may wait for room, and nobody asks again.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        // A server that takes no more may have said why.
        let _ = self.poll_flush(cx);
        pin!(self.0.read_buf(buffer)).poll(cx)
    }

    /// Takes what there is room for to encrypt, and writes of that what the
    /// transport takes. The rest goes with the next read, write or flush.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, data)
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    /// Says that nothing more comes, as far as the transport takes it at once.
    pub(crate) fn say_close(&mut self) {
        self.0.get_mut().1.send_close_notify();
        let _ = self.poll_flush(&mut Context::from_waker(Waker::noop()));
    }

    /// Whether the server has said nothing but what TLS itself says unasked:
    /// session tickets (RFC 8446, section 4.6.1) come after the handshake and
    /// lie in the kernel until somebody reads.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let (socket, session) = self.0.get_mut();
        let silent = |session: &mut ClientConnection| {
            let state = session.process_new_packets();
            state
                .is_ok_and(|state| state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed())
        };
        // This asks the kernel: what the runtime has heard of may be old.
        let socket = SockRef::from(&*socket);
        let mut left = MOST_TICKETS;
        while silent(session) {
            match session.read_tls(&mut &*socket) {
                Ok(0) => return false,
                Ok(count) if count < left => left -= count,
                Ok(_) => return false,
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
        false
    }
}
