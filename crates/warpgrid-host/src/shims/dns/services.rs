//! The names that `warp.toml` gives addresses, which may change at any time.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use warpgrid_db::Addresses;

use super::canonical;
use super::failed::FailedAddresses;
use super::registry::Registry;
use crate::config::ShimConfig;
use crate::faults::Silences;

/// The domain whose names only the service registry knows. They are never
/// asked of the system's resolver, so that none leaks to the outside.
pub(super) const SERVICE_DOMAIN: &str = ".warp.local";

/// `[services]`, `[dns] hosts` and `[dns] search`, and how connections to
/// addresses have ended. Guests and pools see a change at their next look-up.
pub struct Services {
    live: RwLock<Arc<Live>>,
    failed: FailedAddresses,
    silences: Silences,
}

struct Live {
    registry: Registry,
    hosts: Registry,
    search: Vec<String>,
    failed_ttl: Duration,
}

impl Services {
    /// Reads the configuration.
    pub fn new(config: &ShimConfig) -> Self {
        Self {
            live: RwLock::new(Arc::new(Live::new(config))),
            failed: FailedAddresses::default(),
            silences: Silences::default(),
        }
    }

    /// Takes another configuration's names in place of those there are.
    pub fn replace(&self, config: &ShimConfig) {
        let live = Arc::new(Live::new(config));
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
    }

    /// What keeps names from being resolved, if anything does.
    pub(crate) fn silences(&self) -> &Silences {
        &self.silences
    }

    /// The addresses of a canonical name, in turn, those last to which no
    /// connection could be made.
    pub fn addresses(&self, name: &str) -> Option<Vec<IpAddr>> {
        let live = self.live();
        let addresses = live.registry.next(name).or_else(|| live.hosts.next(name))?;
        Some(self.in_order(addresses))
    }

    /// The domains that complete a name without a dot, in their order.
    pub fn search(&self) -> Vec<String> {
        self.live().search.clone()
    }

    /// Whether any name has this address, so that it matters how connections to
    /// it end.
    pub fn has_address(&self, address: IpAddr) -> bool {
        let live = self.live();
        live.registry.has_address(address) || live.hosts.has_address(address)
    }

    /// hosts(5): every name and its addresses.
    pub fn hosts_file(&self) -> String {
        let live = self.live();
        let mut text = "127.0.0.1\tlocalhost\n::1\tlocalhost\n".to_owned();
        live.registry.write_hosts(&mut text);
        live.hosts.write_hosts(&mut text);
        text
    }

    /// Takes note of how a connection to an address ended.
    pub fn connected(&self, address: IpAddr, answered: bool) {
        if answered {
            self.failed.forgive(address);
        } else {
            self.failed.note(address, self.live().failed_ttl);
        }
    }

    /// Puts addresses last to which no connection could be made.
    pub(super) fn in_order(&self, mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        self.failed.order(&mut addresses);
        addresses
    }

    pub(super) fn names_of(&self, address: IpAddr) -> Vec<String> {
        let live = self.live();
        let mut names = live.registry.names_of(address);
        names.extend(live.hosts.names_of(address));
        names
    }

    pub(super) fn len(&self) -> usize {
        let live = self.live();
        live.registry.len() + live.hosts.len()
    }

    fn live(&self) -> Arc<Live> {
        self.live
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Live {
    fn new(config: &ShimConfig) -> Self {
        let search = config.dns.search.iter();
        Self {
            registry: Registry::new(&config.services),
            hosts: Registry::new(&config.dns.hosts),
            search: search
                .filter_map(|domain| canonical(domain.as_ref()))
                .collect(),
            failed_ttl: config.dns.failed_ttl,
        }
    }
}

/// Pools find servers that are services here, anew for each connection.
impl Addresses for Services {
    fn has(&self, host: &str) -> bool {
        let live = self.live();
        host.ends_with(SERVICE_DOMAIN) || live.registry.has(host) || live.hosts.has(host)
    }

    fn of(&self, host: &str) -> Vec<IpAddr> {
        if self.silences.any() {
            return Vec::new();
        }
        self.addresses(host).unwrap_or_default()
    }

    fn is_at(&self, host: &str, address: IpAddr) -> bool {
        let live = self.live();
        let at = live.registry.is_at(host, address);
        at.or_else(|| live.hosts.is_at(host, address)) == Some(true)
    }

    fn tried(&self, address: IpAddr, answered: bool) {
        self.connected(address, answered);
    }
}
