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
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn questions(config: Dns) -> Questions<u8, u32> {
        Questions::new(&config)
    }

    /// Counts how often the system is asked.
    fn counting(
        asked: &Arc<AtomicU32>,
        answer: Result<u32, DnsError>,
    ) -> impl FnOnce() -> Result<u32, DnsError> + Send + 'static {
        let asked = asked.clone();
        move || {
            asked.fetch_add(1, Ordering::SeqCst);
            answer
        }
    }

    #[tokio::test]
    async fn many_that_ask_at_once_ask_the_system_once() {
        let questions = questions(Dns::default());
        let (threads, asked) = (Arc::new(Semaphore::new(1)), Arc::default());
        let held = threads.clone().acquire_owned().await.unwrap();
        let askers = (0..50).map(|_| questions.answer(1, counting(&asked, Ok(7)), &threads));
        let all = futures::future::join_all(askers);
        let (answers, ()) = tokio::join!(all, async {
            tokio::task::yield_now().await;
            drop(held);
        });
        assert!(answers.iter().all(|answer| matches!(answer, Ok(7))));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert!(questions.0.open().is_empty());
    }

    #[tokio::test]
    async fn that_there_is_no_answer_is_kept_for_its_own_time() {
        let threads = Arc::new(Semaphore::new(1));
        for (negative_ttl, times) in [(Duration::from_secs(3600), 1), (Duration::ZERO, 3)] {
            let questions = questions(Dns {
                negative_ttl,
                ..Dns::default()
            });
            let asked = Arc::default();
            for _ in 0..3 {
                let ask = counting(&asked, Err(DnsError::NotFound));
                let answer = questions.answer(1, ask, &threads).await;
                assert!(matches!(answer, Err(DnsError::NotFound)));
            }
            assert_eq!(asked.load(Ordering::SeqCst), times);
        }
    }

    #[tokio::test]
    async fn failures_are_not_kept() {
        let questions = questions(Dns::default());
        let (threads, asked) = (Arc::new(Semaphore::new(1)), Arc::default());
        for error in [DnsError::Timeout, DnsError::Internal] {
            let ask = counting(&asked, Err(error));
            assert!(questions.answer(1, ask, &threads).await.is_err());
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn an_answer_that_comes_too_late_is_kept_for_the_next_that_asks() {
        let questions = questions(Dns {
            timeout: Duration::from_millis(20),
            ..Dns::default()
        });
        let threads = Arc::new(Semaphore::new(1));
        let (answers, answer) = std::sync::mpsc::channel::<u32>();
        let late = move || answer.recv().map_err(|_| DnsError::Internal);
        let first = questions.answer(1, late, &threads).await;
        assert!(matches!(first, Err(DnsError::Timeout)));
        answers.send(7).unwrap();
        let asked = Arc::default();
        let again = async || questions.answer(1, counting(&asked, Ok(8)), &threads).await;
        while !matches!(again().await, Ok(7)) {}
        assert_eq!(asked.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn questions_do_not_pile_up() {
        let questions = questions(Dns {
            timeout: Duration::from_millis(50),
            ..Dns::default()
        });
        let many: Questions<u32, u32> = Questions::new(&Dns::default());
        let threads = Arc::new(Semaphore::new(0));
        let started = (0..MAX_WAITING as u32).map(|key| many.answer(key, || Ok(0), &threads));
        let mut started: Vec<_> = started.map(Box::pin).collect();
        for asker in &mut started {
            assert!(asker.now_or_never().is_none());
        }
        let one_more = many.answer(u32::MAX, || Ok(0), &threads).await;
        assert!(matches!(one_more, Err(DnsError::Timeout)));
        // Nor do they wait for a thread for ever.
        let waited = questions.answer(1, || Ok(0), &threads).await;
        assert!(matches!(waited, Err(DnsError::Timeout)));
        while !questions.0.open().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
