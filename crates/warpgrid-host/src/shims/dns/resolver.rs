//! The system's resolver, with a bounded cache before it.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind, SockType};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::sync::Semaphore;

use super::cache::Cache;
use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::config::Dns;

/// The most questions that are with the system at once: each occupies a thread.
const MAX_OPEN: usize = 32;
/// The most questions that are open or wait for a thread.
const MAX_WAITING: usize = 1024;
/// The most addresses of one answer that are passed on.
const MAX_ADDRESSES: usize = 64;

pub(super) struct SystemResolver {
    addresses: Questions<String, Vec<IpAddr>>,
    names: Questions<IpAddr, String>,
    threads: Arc<Semaphore>,
}

impl SystemResolver {
    pub(super) fn new(config: &Dns) -> Self {
        Self {
            addresses: Questions::new(config),
            names: Questions::new(config),
            threads: Arc::new(Semaphore::new(MAX_OPEN)),
        }
    }

    pub(super) async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        let ask = |name: String| move || addresses_of(&name);
        self.addresses
            .answer(name.to_owned(), ask(name.to_owned()), &self.threads)
            .await
    }

    pub(super) async fn name(&self, address: IpAddr) -> Result<String, DnsError> {
        let ask = move || name_of(address);
        self.names.answer(address, ask, &self.threads).await
    }
}

/// Questions of one kind: answered before, being answered, or new.
struct Questions<K, V>(Arc<Inner<K, V>>);

struct Inner<K, V> {
    ttl: Duration,
    negative_ttl: Duration,
    timeout: Duration,
    /// Nothing: there is none.
    answers: Cache<K, Option<V>>,
    open: Mutex<HashMap<K, Answer<V>>>,
}

type Answer<V> = Shared<BoxFuture<'static, Result<V, DnsError>>>;

impl<K, V> Questions<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn new(config: &Dns) -> Self {
        Self(Arc::new(Inner {
            ttl: config.ttl,
            negative_ttl: config.negative_ttl,
            timeout: config.timeout,
            answers: Cache::default(),
            open: Mutex::default(),
        }))
    }

    /// The answer to a question. The system is asked once, however many ask at
    /// the same time, and an answer that comes too late for them is kept.
    async fn answer(
        &self,
        key: K,
        ask: impl FnOnce() -> Result<V, DnsError> + Send + 'static,
        threads: &Arc<Semaphore>,
    ) -> Result<V, DnsError> {
        let timeout = self.0.timeout;
        let answer = {
            let mut open = self.0.open();
            if let Some(known) = self.0.answers.get(&key) {
                return known.ok_or(DnsError::NotFound);
            }
            match open.get(&key) {
                Some(answer) => answer.clone(),
                None if open.len() >= MAX_WAITING => return Err(DnsError::Timeout),
                None => {
                    let answer = self.0.clone().put(key.clone(), ask, threads.clone());
                    open.insert(key, answer.clone());
                    answer
                }
            }
        };
        let answered = tokio::time::timeout(timeout, answer).await;
        answered.unwrap_or(Err(DnsError::Timeout))
    }
}

impl<K, V> Inner<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Puts a question to the system on a thread, when there is a place for it.
    fn put(
        self: Arc<Self>,
        key: K,
        ask: impl FnOnce() -> Result<V, DnsError> + Send + 'static,
        threads: Arc<Semaphore>,
    ) -> Answer<V> {
        let asked = tokio::spawn(async move {
            let answer = match tokio::time::timeout(self.timeout, threads.acquire_owned()).await {
                Ok(Ok(place)) => {
                    let question = tokio::task::spawn_blocking(move || {
                        let _place = place;
                        ask()
                    });
                    question.await.unwrap_or(Err(DnsError::Internal))
                }
                Ok(Err(_)) | Err(_) => Err(DnsError::Timeout),
            };
            match &answer {
                Ok(value) => self
                    .answers
                    .keep(key.clone(), Some(value.clone()), self.ttl),
                Err(DnsError::NotFound) => self.answers.keep(key.clone(), None, self.negative_ttl),
                Err(_) => {}
            }
            self.open().remove(&key);
            answer
        });
        asked
            .map(|asked| asked.unwrap_or(Err(DnsError::Internal)))
            .boxed()
            .shared()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<K, Answer<V>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// getaddrinfo(3): IPv4 and IPv6, in the system's order.
fn addresses_of(name: &str) -> Result<Vec<IpAddr>, DnsError> {
    let hints = AddrInfoHints {
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let answers = dns_lookup::getaddrinfo(Some(name), None, Some(hints)).map_err(error_of)?;
    let mut addresses = Vec::new();
    for address in answers.flatten().map(|answer| answer.sockaddr.ip()) {
        if !addresses.contains(&address) && addresses.len() < MAX_ADDRESSES {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(DnsError::NotFound);
    }
    Ok(addresses)
}

fn name_of(address: IpAddr) -> Result<String, DnsError> {
    // It gives a name, or an error that does not say which.
    dns_lookup::lookup_addr(&address).map_err(|error| {
        tracing::debug!(%error, "the system's resolver has no name");
        DnsError::NotFound
    })
}

fn error_of(error: LookupError) -> DnsError {
    tracing::debug!(?error, "the system's resolver has no answer");
    match error.kind() {
        LookupErrorKind::Again => DnsError::Timeout,
        LookupErrorKind::Fail | LookupErrorKind::Memory | LookupErrorKind::System => {
            DnsError::Internal
        }
        _ => DnsError::NotFound,
    }
}

#[cfg(test)]
mod tests;
