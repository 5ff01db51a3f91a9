//! The system's resolver, with a bounded cache before it.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::bindings::warpgrid::shim::dns::DnsError;

/// The most answers that are kept.
const MAX_CACHED: usize = 4096;
/// The most questions that are open at once: each occupies a thread.
const MAX_OPEN: usize = 32;
/// The most addresses of one answer that are passed on.
const MAX_ADDRESSES: usize = 64;

pub(super) struct SystemResolver {
    ttl: Duration,
    timeout: Duration,
    open: Arc<Semaphore>,
    addresses: Cache<String, Vec<IpAddr>>,
    names: Cache<IpAddr, String>,
}

impl SystemResolver {
    pub(super) fn new(ttl: Duration, timeout: Duration) -> Self {
        Self {
            ttl,
            timeout,
            open: Arc::new(Semaphore::new(MAX_OPEN)),
            addresses: Cache::default(),
            names: Cache::default(),
        }
    }

    pub(super) async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        if let Some(addresses) = self.addresses.get(name) {
            return Ok(addresses);
        }
        let question = (name.to_owned(), 0);
        let addresses = self
            .ask(move || Ok(distinct(question.to_socket_addrs()?)))
            .await?;
        if addresses.is_empty() {
            return Err(DnsError::NotFound);
        }
        self.addresses
            .keep(name.to_owned(), addresses.clone(), self.ttl);
        Ok(addresses)
    }

    pub(super) async fn name(&self, address: IpAddr) -> Result<String, DnsError> {
        if let Some(name) = self.names.get(&address) {
            return Ok(name);
        }
        let name = self
            .ask(move || Ok(dns_lookup::lookup_addr(&address)?))
            .await?;
        self.names.keep(address, name.clone(), self.ttl);
        Ok(name)
    }

    /// Puts a question to the system on a thread, when there is a place for it.
    /// The place is free again when the system has answered, though nobody may
    /// wait for it any more.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, DnsError> {
        let answer = async {
            let place = self.open.clone().acquire_owned().await;
            let place = place.map_err(|_| DnsError::Internal)?;
            let answer = tokio::task::spawn_blocking(move || {
                let _place = place;
                question()
            });
            answer
                .await
                .map_err(|_| DnsError::Internal)?
                .map_err(|error| {
                    tracing::debug!(%error, "the system's resolver has no answer");
                    DnsError::NotFound
                })
        };
        tokio::time::timeout(self.timeout, answer)
            .await
            .unwrap_or(Err(DnsError::Timeout))
    }
}

/// Answers for as long as they hold, and not too many of them.
struct Cache<K, V>(Mutex<HashMap<K, Answer<V>>>);

struct Answer<V> {
    value: V,
    expires: Instant,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let mut answers = self.0.lock().ok()?;
        let answer = answers.get(key)?;
        if answer.expires > Instant::now() {
            return Some(answer.value.clone());
        }
        answers.remove(key);
        None
    }

    fn keep(&self, key: K, value: V, ttl: Duration) {
        let Ok(mut answers) = self.0.lock() else {
            return;
        };
        let now = Instant::now();
        if answers.len() >= MAX_CACHED {
            answers.retain(|_, answer| answer.expires > now);
        }
        if answers.len() >= MAX_CACHED {
            answers.clear();
        }
        let expires = now + ttl;
        answers.insert(key, Answer { value, expires });
    }
}

fn distinct(sockets: impl Iterator<Item = SocketAddr>) -> Vec<IpAddr> {
    let mut seen = Vec::new();
    for address in sockets.map(|socket| socket.ip()) {
        if !seen.contains(&address) && seen.len() < MAX_ADDRESSES {
            seen.push(address);
        }
    }
    seen
}
