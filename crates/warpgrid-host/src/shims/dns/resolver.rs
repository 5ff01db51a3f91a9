//! The system's resolver, with a bounded cache before it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
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
    open: Semaphore,
    cache: Mutex<HashMap<String, Answer>>,
}

struct Answer {
    addresses: Vec<IpAddr>,
    expires: Instant,
}

impl SystemResolver {
    pub(super) fn new(ttl: Duration, timeout: Duration) -> Self {
        Self {
            ttl,
            timeout,
            open: Semaphore::new(MAX_OPEN),
            cache: Mutex::default(),
        }
    }

    pub(super) async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        if let Some(addresses) = self.cached(name) {
            return Ok(addresses);
        }
        let question = async {
            let _place = self.open.acquire().await.map_err(|_| DnsError::Internal)?;
            match tokio::net::lookup_host((name, 0)).await {
                Ok(answer) => Ok(distinct(answer.map(|socket| socket.ip()))),
                Err(error) => {
                    tracing::debug!(name, %error, "the system's resolver has no answer");
                    Err(DnsError::NotFound)
                }
            }
        };
        let addresses = tokio::time::timeout(self.timeout, question)
            .await
            .unwrap_or(Err(DnsError::Timeout))?;
        if addresses.is_empty() {
            return Err(DnsError::NotFound);
        }
        self.keep(name, &addresses);
        Ok(addresses)
    }

    fn cached(&self, name: &str) -> Option<Vec<IpAddr>> {
        let mut cache = self.cache.lock().ok()?;
        let answer = cache.get(name)?;
        if answer.expires > Instant::now() {
            return Some(answer.addresses.clone());
        }
        cache.remove(name);
        None
    }

    fn keep(&self, name: &str, addresses: &[IpAddr]) {
        let Ok(mut cache) = self.cache.lock() else {
            return;
        };
        let now = Instant::now();
        if cache.len() >= MAX_CACHED {
            cache.retain(|_, answer| answer.expires > now);
        }
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        let answer = Answer {
            addresses: addresses.to_vec(),
            expires: now + self.ttl,
        };
        cache.insert(name.to_owned(), answer);
    }
}

fn distinct(addresses: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut seen = Vec::new();
    for address in addresses {
        if !seen.contains(&address) && seen.len() < MAX_ADDRESSES {
            seen.push(address);
        }
    }
    seen
}
