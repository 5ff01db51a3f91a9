//! The byte stream to a server, and how one is opened.

use std::future::{Future, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::addresses::{self, Registry};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::tls::Encrypted;

/// A connection to a server, over whichever transport.
pub(crate) enum Stream {
    Tcp(TcpStream),
    Tls(Encrypted),
}

impl Stream {
    /// Connects to the first of the host's addresses that answers.
    pub(crate) async fn open(endpoint: &Endpoint, registry: &Registry) -> Result<Self, Error> {
        let deadline = Instant::now() + endpoint.limits.connect_timeout;
        let addresses = timeout_at(deadline, addresses::find(endpoint, registry))
            .await
            .map_err(|_| late(endpoint))?
            .map_err(|source| Error::Resolve {
                endpoint: endpoint.to_string(),
                source,
            })?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        for address in addresses {
            // An address that does not answer must leave time for the others.
            let share = deadline.saturating_duration_since(Instant::now()) / left.max(1);
            left = left.saturating_sub(1);
            let tried = connect(address, share).await;
            if let Some(registry) = registry {
                registry.tried(address.ip(), tried.is_ok());
            }
            match tried {
                Ok(stream) => return Self::over(stream, endpoint),
                Err(error) => last = error,
            }
        }
        Err(unreachable(endpoint, last))
    }

    /// Connects to one server of the endpoint's, which answered before.
    pub(crate) async fn open_at(endpoint: &Endpoint, address: SocketAddr) -> Result<Self, Error> {
        match connect(address, endpoint.limits.connect_timeout).await {
            Ok(stream) => Self::over(stream, endpoint),
            Err(error) => Err(unreachable(endpoint, error)),
        }
    }

    fn over(stream: TcpStream, endpoint: &Endpoint) -> Result<Self, Error> {
        configure(&stream).map_err(|source| Error::lost(endpoint, source))?;
        Ok(Self::Tcp(stream))
    }

    /// Appends what has arrived to `buffer`. Zero is the end of the stream.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream) => pin!(stream.read_buf(buffer)).poll(cx),
            Self::Tls(stream) => stream.poll_read(cx, buffer),
        }
    }

    /// Writes what the transport takes. Reading goes on writing what it took
    /// and could not send yet; who does not read flushes.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, data),
            Self::Tls(stream) => stream.poll_write(cx, data),
        }
    }

    /// Writes what the transport takes at once, perhaps nothing.
    pub(crate) fn write_now(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.poll_write(&mut Context::from_waker(Waker::noop()), data) {
            Poll::Ready(written) => written,
            Poll::Pending => Ok(0),
        }
    }

    /// Takes leave of the server, without waiting. One that does not take it
    /// sees the end anyway.
    pub(crate) fn close(mut self, goodbye: &[u8]) {
        let _ = self.write_now(goodbye);
        if let Self::Tls(stream) = &mut self {
            stream.say_close();
        }
    }

    /// The TLS handshake, which the server expects next, on a transport that
    /// has none.
    pub(crate) async fn encrypt(self, endpoint: &Endpoint) -> Result<Self, Error> {
        match self {
            Self::Tcp(stream) => endpoint.tls.connect(stream, endpoint).await.map(Self::Tls),
            encrypted @ Self::Tls(_) => Ok(encrypted),
        }
    }

    /// Whether what passes is encrypted.
    pub(crate) fn encrypted(&self) -> Option<&Encrypted> {
        match self {
            Self::Tcp(_) => None,
            Self::Tls(stream) => Some(stream),
        }
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream.socket(),
        }
    }

    /// The address that really answered: where a cancel request must go.
    pub(crate) fn peer(&self) -> io::Result<SocketAddr> {
        self.socket().peer_addr()
    }

    /// Whether an unused connection is still open and silent. A server that
    /// went away has closed it; one that speaks unasked cannot be trusted to
    /// be where the pool believes it is. This asks the kernel: what the
    /// runtime has heard of may be old.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let stream = match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => return stream.is_quiet(),
        };
        let peeked = SockRef::from(&*stream).peek(&mut [MaybeUninit::uninit(); 1]);
        matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads at least one byte, or gives an error at the end of the stream.
    pub(crate) async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        buffer.reserve(1024);
        match poll_fn(|cx| self.poll_read(cx, buffer)).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }

    /// Writes all of it, and sees it off.
    pub(crate) async fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        match self.write_out(data).await {
            // A server that refuses us says why before it closes.
            Err(error) if self.encrypted().is_some() => {
                let cx = &mut Context::from_waker(Waker::noop());
                match self.poll_read(cx, &mut BytesMut::new()) {
                    Poll::Ready(Err(why)) => Err(why),
                    _ => Err(error),
                }
            }
            other => other,
        }
    }

    async fn write_out(&mut self, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            let written = poll_fn(|cx| self.poll_write(cx, data)).await?;
            data = &data[written..];
        }
        match self {
            Self::Tcp(_) => Ok(()),
            Self::Tls(stream) => poll_fn(|cx| stream.poll_flush(cx)).await,
        }
    }
}

async fn connect(address: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    timeout(limit, TcpStream::connect(address))
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn unreachable(endpoint: &Endpoint, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => late(endpoint),
        _ => Error::ConnectionRefused {
            endpoint: endpoint.to_string(),
            source,
        },
    }
}

fn late(endpoint: &Endpoint) -> Error {
    Error::timeout(
        endpoint,
        "connecting",
        endpoint.limits.connect_timeout,
        "check that the server can be reached from this host, or raise connect_timeout",
    )
}

/// How long what was sent may go without an acknowledgement: a peer that
/// vanished is found by then, whether the session waits or sends (tcp(7)).
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Keepalive finds a peer that vanished while the session only waits, the user
/// timeout one that vanished while something is under way.
fn configure(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(UNACKNOWLEDGED)
        .with_interval(Duration::from_secs(10))
        .with_retries(3);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(any(target_os = "android", target_os = "linux"))]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}
