//! Cancel requests: guests hold keys with a made-up secret, and only the tenant
//! that was given one can use it.
//!
//! Source: PostgreSQL 15 documentation, 55.2.8 "Canceling Requests in
//! Progress".

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::link::Peer;
use super::{BackendKey, encryption};
use crate::endpoint::{Endpoint, Tenant};
use crate::error::Error;
use crate::protocol;
use crate::stream::Stream;

/// Requests for one session that are under way at a time. The server needs
/// one; a guest that sends many gets no more connections out of it.
const MOST_AT_A_TIME: u32 = 2;

/// The keys that live sessions were given.
#[derive(Default)]
pub(crate) struct Cancels(Mutex<HashMap<BackendKey, Arc<Target>>>);

impl Cancels {
    /// Makes up a key for a session. The process is the server's own: drivers
    /// compare it with that of a notification, and with `pg_backend_pid()`.
    pub(crate) fn register(self: &Arc<Self>, target: Target) -> Registration {
        let target = Arc::new(target);
        let mut keys = self.keys();
        loop {
            // A process id is positive.
            let made_up = || (rand::random::<u32>() >> 1).max(1) as i32;
            let key = BackendKey {
                process: target.key.map_or_else(made_up, |key| key.process),
                secret: rand::random(),
            };
            if let Entry::Vacant(free) = keys.entry(key) {
                free.insert(target.clone());
                return Registration {
                    cancels: self.clone(),
                    key,
                    target,
                };
            }
        }
    }

    /// The session that a tenant means by a key.
    pub(crate) fn find(&self, tenant: &Tenant, key: BackendKey) -> Option<Arc<Target>> {
        self.keys()
            .get(&key)
            .filter(|target| target.tenant == *tenant)
            .cloned()
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<BackendKey, Arc<Target>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key as long as its session lives.
pub(crate) struct Registration {
    cancels: Arc<Cancels>,
    pub(crate) key: BackendKey,
    pub(crate) target: Arc<Target>,
}

impl protocol::Registration for Registration {
    /// A cancel request that is under way must have ended, and none be lost.
    fn close(self) -> Option<Pin<Box<dyn Future<Output = bool> + Send>>> {
        let target = self.target.clone();
        drop(self);
        (!target.close()).then(|| Box::pin(async move { target.settled().await }) as _)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.cancels.keys().remove(&self.key);
    }
}

/// What a cancel request for one session reaches.
pub(crate) struct Target {
    tenant: Tenant,
    endpoint: Arc<Endpoint>,
    peer: Peer,
    /// The server's key; a server may give none.
    key: Option<BackendKey>,
    requests: Mutex<Requests>,
    finished: Notify,
}

#[derive(Default)]
struct Requests {
    under_way: u32,
    /// The session is over: what still came would hit the next one.
    closed: bool,
    /// One was not seen to end, and may have its effect at any time.
    lost: bool,
}

impl Target {
    pub(crate) fn new(
        tenant: Tenant,
        endpoint: Arc<Endpoint>,
        peer: Peer,
        key: Option<BackendKey>,
    ) -> Self {
        let (requests, finished) = Default::default();
        Self {
            tenant,
            endpoint,
            peer,
            key,
            requests,
            finished,
        }
    }

    /// Passes a cancel request on, and waits until the server has seen it.
    pub(crate) async fn cancel(&self) {
        let Some(key) = self.key else { return };
        let Some(_under_way) = UnderWay::begin(self) else {
            return;
        };
        let limit = self.endpoint.limits.connect_timeout;
        let seen = timeout(limit, send(&self.endpoint, self.peer, key)).await;
        if !matches!(seen, Ok(Ok(()))) {
            tracing::debug!(endpoint = %self.endpoint, ?seen, "a cancel request was not seen to end");
            self.requests().lost = true;
        }
    }

    /// Takes no more requests. True if none is under way and none was lost, so
    /// that the connection may go to another session.
    pub(crate) fn close(&self) -> bool {
        let mut requests = self.requests();
        requests.closed = true;
        requests.under_way == 0 && !requests.lost
    }

    /// Waits until the requests under way have ended. False if one was lost.
    pub(crate) async fn settled(&self) -> bool {
        loop {
            let finished = self.finished.notified();
            {
                let requests = self.requests();
                if requests.under_way == 0 {
                    return !requests.lost;
                }
            }
            finished.await;
        }
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct UnderWay<'a>(&'a Target);

impl<'a> UnderWay<'a> {
    fn begin(target: &'a Target) -> Option<Self> {
        let mut requests = target.requests();
        if requests.closed || requests.under_way >= MOST_AT_A_TIME {
            return None;
        }
        requests.under_way += 1;
        Some(Self(target))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.requests().under_way -= 1;
        self.0.finished.notify_waiters();
    }
}

/// Sends a cancel request, encrypted as the connection is that it is for. The
/// server closes the connection once it has signalled the process, so the end
/// of the stream says that it took effect, or that there was nothing to cancel.
pub(crate) async fn send(endpoint: &Endpoint, peer: Peer, key: BackendKey) -> Result<(), Error> {
    let lost = |source| Error::lost(endpoint, source);
    let stream = TcpStream::connect(peer.address).await.map_err(lost)?;
    let mut stream = Stream::Tcp(stream);
    if peer.encrypted {
        stream = encryption::begin(stream, endpoint).await?;
        if stream.encrypted().is_none() {
            return Err(Error::no_tls(endpoint));
        }
    }
    let mut request = BytesMut::new();
    frontend::cancel_request(key.process, key.secret, &mut request);
    stream.write_all(&request).await.map_err(lost)?;
    // It never answers; a server that does is not one.
    match poll_fn(|cx| stream.poll_read(cx, &mut request)).await {
        Ok(0) => Ok(()),
        Ok(_) => Err(lost(io::ErrorKind::InvalidData.into())),
        Err(error) => Err(lost(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;
    use crate::endpoint::{PoolLimits, Protocol};
    use crate::tls::Tls;

    fn target(tenant: &str, address: SocketAddr) -> Target {
        let key = BackendKey {
            process: 77,
            secret: 88,
        };
        let endpoint = Arc::new(Endpoint {
            protocol: Protocol::Postgres,
            host: address.ip().to_string(),
            port: address.port(),
            database: None,
            credentials: None,
            tls: Tls::default(),
            limits: PoolLimits::default(),
        });
        let peer = Peer {
            address,
            encrypted: false,
        };
        Target::new(Tenant::new(tenant), endpoint, peer, Some(key))
    }

    #[test]
    fn a_key_is_good_for_its_tenant_while_its_session_lives() {
        let cancels = Arc::new(Cancels::default());
        let address = ([127, 0, 0, 1], 1).into();
        let registered = cancels.register(target("a", address));
        let key = registered.key;
        assert_eq!(key.process, 77);
        assert_ne!(key.secret, 88);
        assert!(cancels.find(&Tenant::new("a"), key).is_some());
        assert!(cancels.find(&Tenant::new("b"), key).is_none());
        let other = BackendKey {
            secret: key.secret.wrapping_add(1),
            ..key
        };
        assert!(cancels.find(&Tenant::new("a"), other).is_none());
        drop(registered);
        assert!(cancels.find(&Tenant::new("a"), key).is_none());
    }

    #[tokio::test]
    async fn the_server_gets_its_own_key_and_the_session_waits_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Arc::new(target("a", listener.local_addr().unwrap()));
        let cancelling = tokio::spawn({
            let target = target.clone();
            async move { target.cancel().await }
        });
        let (mut server, _) = listener.accept().await.unwrap();
        let mut request = [0; 16];
        server.read_exact(&mut request).await.unwrap();
        assert_eq!(
            request,
            [0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 77, 0, 0, 0, 88]
        );
        assert!(!target.close());
        drop(server);
        assert!(target.settled().await);
        cancelling.await.unwrap();
        // And none comes after the end.
        target.cancel().await;
        let late = timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(late.is_err());
    }

    #[tokio::test]
    async fn a_lost_request_spoils_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let target = target("a", address);
        target.cancel().await;
        assert!(!target.close());
        assert!(!target.settled().await);
    }

    #[tokio::test]
    async fn a_guest_that_sends_many_gets_few() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Arc::new(target("a", listener.local_addr().unwrap()));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let target = target.clone();
                tokio::spawn(async move { target.cancel().await })
            })
            .collect();
        let mut servers = vec![];
        for _ in 0..MOST_AT_A_TIME {
            servers.push(listener.accept().await.unwrap());
        }
        assert_eq!(target.requests().under_way, MOST_AT_A_TIME);
        drop(servers);
        for task in tasks {
            task.await.unwrap();
        }
    }
}
