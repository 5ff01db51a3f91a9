//! The same sessions over TCP: for tests, and for programs that are not
//! guests.

mod relay;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::endpoint::{Endpoint, PoolLimits, Tenant};
use crate::error::Error;
use crate::pools::{Pools, each};
use crate::protocol::{Backend, Event, Opening, Protocol};
use relay::Relay;

/// How many clients beyond the most are heard at a time: they are told that
/// they are too many, and may still send a cancel request.
const MOST_TURNED_AWAY: usize = 32;
/// How long one of those may take to say what it wants.
const HEARING: Duration = Duration::from_secs(5);
/// How long a client may take to read why its session ended.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long to pause when no connection can be accepted, for want of file
/// descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A TCP listener whose every connection becomes a [`Session`](crate::Session).
pub struct Front {
    listener: TcpListener,
    doors: Doors,
}

/// Where a [`Front`] leads, which may be changed while it serves. Clones are of
/// the same front.
#[derive(Clone)]
pub struct Doors(watch::Sender<Option<Arc<Door>>>);

impl Doors {
    /// Leads those that connect from now on to another endpoint. Clients that
    /// are there stay where they are.
    pub fn lead_to(&self, endpoint: Arc<Endpoint>) {
        self.0.send_modify(|door| {
            if let Some(other) = door.take_if(|door| door.endpoint != endpoint) {
                let Door { pools, tenant, .. } = &*other;
                *door = Some(Door::new(pools.clone(), tenant.clone(), endpoint));
            }
        });
    }

    /// Lets nobody in any more, for good. Clients that are there stay.
    pub fn close(&self) {
        self.0.send_replace(None);
    }
}

/// What the clients of an endpoint share.
struct Door {
    pools: Pools,
    tenant: Tenant,
    endpoint: Arc<Endpoint>,
    places: Semaphore,
    turned_away: Semaphore,
}

impl Front {
    /// Listens. At most as many clients are let in as the endpoint's pool can
    /// serve and keep waiting.
    ///
    /// # Errors
    /// Where the address cannot be listened on, and for any address that other
    /// machines can reach: whoever can connect has the endpoint's credentials.
    pub async fn bind(
        address: SocketAddr,
        pools: Pools,
        tenant: Tenant,
        endpoint: Arc<Endpoint>,
    ) -> io::Result<Self> {
        if !address.ip().to_canonical().is_loopback() {
            let text = "clients are not authenticated: only a loopback address will do";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        let door = Door::new(pools, tenant, endpoint);
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            doors: Doors(watch::Sender::new(Some(door))),
        })
    }

    /// What changes where it leads.
    #[must_use]
    pub fn doors(&self) -> Doors {
        self.doors.clone()
    }

    /// Where it listens.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `end` is done, then tells the clients that are left so and
    /// returns; or until it is [closed](Doors::close) and the last client has
    /// gone. Dropping it ends their sessions without a word.
    pub async fn serve(self, end: impl Future<Output = ()>) {
        let (over, watched) = watch::channel(false);
        let mut clients = JoinSet::new();
        let mut end = std::pin::pin!(end);
        let mut door = self.doors.0.subscribe();
        let mut listener = Some(self.listener);
        loop {
            let Some(open) = &listener else {
                tokio::select! {
                    () = &mut end => break,
                    more = clients.join_next() => match more {
                        Some(_) => continue,
                        None => return,
                    },
                }
            };
            let accepted = tokio::select! {
                () = &mut end => break,
                Some(_) = clients.join_next() => continue,
                _ = door.wait_for(Option::is_none) => {
                    listener = None;
                    continue;
                }
                accepted = open.accept() => accepted,
            };
            match accepted {
                Ok((client, address)) => {
                    let Some(door) = door.borrow().clone() else {
                        continue;
                    };
                    let over = watched.clone();
                    clients.spawn(async move {
                        if let Err(error) = door.admit(client, over).await {
                            tracing::debug!(%address, %error, "a client's connection broke");
                        }
                    });
                }
                // The client has gone already.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        over.send_replace(true);
        while clients.join_next().await.is_some() {}
    }
}

impl Door {
    fn new(pools: Pools, tenant: Tenant, endpoint: Arc<Endpoint>) -> Arc<Self> {
        let PoolLimits {
            size, max_waiting, ..
        } = endpoint.limits;
        let most = size.max(1).saturating_add(max_waiting) as usize;
        Arc::new(Self {
            pools,
            tenant,
            endpoint,
            places: Semaphore::new(most.min(Semaphore::MAX_PERMITS)),
            turned_away: Semaphore::new(MOST_TURNED_AWAY),
        })
    }

    async fn admit(&self, mut client: TcpStream, over: watch::Receiver<bool>) -> io::Result<()> {
        client.set_nodelay(true)?;
        if let Ok(_place) = self.places.try_acquire() {
            self.serve(&mut client, over).await?;
        } else if let Ok(_place) = self.turned_away.try_acquire() {
            let error = Error::PoolExhausted {
                endpoint: self.endpoint.to_string(),
                size: self.endpoint.limits.size.max(1),
                waiting: self.endpoint.limits.max_waiting,
            };
            self.turn_away(&mut client, error, HEARING).await?;
        }
        client.shutdown().await
    }

    async fn serve(&self, client: &mut TcpStream, over: watch::Receiver<bool>) -> io::Result<()> {
        let session = match self.pools.connect(&self.tenant, &self.endpoint).await {
            Ok(session) => session,
            Err(error) => {
                let limit = self.endpoint.limits.startup_timeout;
                let refused = self.turn_away(client, error, limit);
                return tokio::select! {
                    refused = refused => refused,
                    () = ended(over) => Ok(()),
                };
            }
        };
        let mut relay = Relay::new(session);
        tokio::select! {
            done = poll_fn(|cx| relay.poll(cx, client)) => return done,
            () = ended(over) => {}
        }
        relay.session.shut_down();
        timeout(FAREWELL, poll_fn(|cx| relay.poll(cx, client))).await?
    }

    /// Tells a client why it gets no session, and the operator.
    async fn turn_away(
        &self,
        client: &mut TcpStream,
        error: Error,
        limit: Duration,
    ) -> io::Result<()> {
        if !matches!(error, Error::Draining { .. }) {
            tracing::warn!(%error, "no session for a client");
        }
        each!(self.pools.backend(&self.endpoint), backend => {
            timeout(limit, refuse(&backend, &self.tenant, client, error)).await?
        })
    }
}

/// A client can be told when it would be greeted, or else once it has spoken.
/// Another session's request can be cancelled even where there is no room for
/// one more.
async fn refuse<P: Protocol>(
    backend: &Backend<P>,
    tenant: &Tenant,
    client: &mut TcpStream,
    error: Error,
) -> io::Result<()> {
    let mut opening = P::refusing(&backend.endpoint);
    if P::SERVER_SPEAKS_FIRST {
        return client.write_all(&opening.refusal(error.into())).await;
    }
    let mut buffer = BytesMut::new();
    while client.read_buf(&mut buffer).await? > 0 {
        let mut data = &buffer[..];
        while let Some(event) = opening.feed(&mut data) {
            match event {
                Event::Answer(bytes) => client.write_all(&bytes).await?,
                Event::Start(_) => {
                    return client.write_all(&opening.refusal(error.into())).await;
                }
                Event::Refuse(bytes) => return client.write_all(&bytes).await,
                Event::Cancel(cancel) => {
                    if let Some(seen) = P::cancel(backend, tenant, cancel) {
                        seen.await;
                    }
                    return Ok(());
                }
            }
        }
        buffer.clear();
    }
    Ok(())
}

/// Done when the front is at its end.
async fn ended(mut over: watch::Receiver<bool>) {
    // Without a sender the front is gone, and this task with it.
    if over.wait_for(|over| *over).await.is_err() {
        std::future::pending().await
    }
}
