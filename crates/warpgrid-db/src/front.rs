//! The same sessions over TCP: for tests, and for programs that are not
//! guests.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::pools::Pools;
use crate::postgres::link::Failure;
use crate::postgres::startup::{Event, Startup};
use crate::session::Session;

/// How much is read from a client at a time.
const CHUNK: usize = 64 * 1024;

/// A TCP listener whose every connection becomes a [`Session`].
pub struct Front {
    listener: TcpListener,
    pools: Pools,
    tenant: Tenant,
    endpoint: Arc<Endpoint>,
}

impl Front {
    /// Listens. Whoever can connect has the endpoint's credentials, so this
    /// should be an address of the loopback interface.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn bind(
        address: impl ToSocketAddrs,
        pools: Pools,
        tenant: Tenant,
        endpoint: Arc<Endpoint>,
    ) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            pools,
            tenant,
            endpoint,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until it is dropped, which ends its sessions.
    ///
    /// # Errors
    /// Where no more connections can be accepted.
    pub async fn run(self) -> io::Result<()> {
        let mut sessions = JoinSet::new();
        loop {
            let (client, address) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                // The client has gone already.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                Err(error) => return Err(error),
            };
            let (pools, tenant, endpoint) = (
                self.pools.clone(),
                self.tenant.clone(),
                self.endpoint.clone(),
            );
            sessions.spawn(async move {
                if let Err(error) = serve(client, &pools, &tenant, &endpoint).await {
                    tracing::debug!(%address, %error, "a client's connection broke");
                }
            });
            while sessions.try_join_next().is_some() {}
        }
    }
}

async fn serve(
    mut client: TcpStream,
    pools: &Pools,
    tenant: &Tenant,
    endpoint: &Arc<Endpoint>,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    match pools.connect(tenant, endpoint).await {
        Ok(session) => {
            let mut relay = Relay {
                session,
                up: BytesMut::with_capacity(CHUNK),
                down: Bytes::new(),
            };
            poll_fn(|cx| relay.poll(cx, &mut client)).await?;
        }
        Err(error) => {
            let limit = endpoint.limits.startup_timeout;
            timeout(limit, refuse(&mut client, error)).await??;
        }
    }
    client.shutdown().await
}

/// Tells a client why it gets no session, where it can be told: after its
/// StartupMessage.
async fn refuse(client: &mut TcpStream, error: Error) -> io::Result<()> {
    let (mut startup, mut buffer) = (Startup::default(), BytesMut::new());
    while client.read_buf(&mut buffer).await? > 0 {
        let mut data = &buffer[..];
        while let Some(event) = startup.feed(&mut data) {
            match event {
                Event::Answer(bytes) => client.write_all(bytes).await?,
                Event::Start(_) => {
                    return client.write_all(&Failure::Own(error).message()).await;
                }
                Event::Refuse(bytes) => return client.write_all(&bytes).await,
                Event::Cancel(_) => return Ok(()),
            }
        }
        buffer.clear();
    }
    Ok(())
}

/// Both directions of one connection.
struct Relay {
    session: Session,
    /// From the client, not taken by the session.
    up: BytesMut,
    /// From the session, not taken by the client.
    down: Bytes,
}

impl Relay {
    fn poll(&mut self, cx: &mut Context<'_>, client: &mut TcpStream) -> Poll<io::Result<()>> {
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
