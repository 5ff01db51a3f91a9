//! What the deployment knows of names, in the order in which it is asked.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use super::canonical;
use super::failed::FailedAddresses;
use super::made_up::MadeUpAddresses;
use super::registry::Registry;
use super::resolver::SystemResolver;
use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::config::ShimConfig;

/// The domain whose names only the service registry knows. They are never
/// asked of the system's resolver, so that none leaks to the outside.
const SERVICE_DOMAIN: &str = ".warp.local";

/// The resolver of a deployment: the service registry, the overrides, the
/// proxied endpoints, then the system's resolver.
pub struct DnsConfig {
    live: RwLock<Arc<Live>>,
    /// Names of proxied endpoints that stand for another server.
    made_up: MadeUpAddresses,
    /// Names of proxied endpoints that are the server's own.
    own: Vec<String>,
    failed: FailedAddresses,
    system: SystemResolver,
}

/// What may be replaced while guests run.
struct Live {
    registry: Registry,
    hosts: Registry,
    search: Vec<String>,
}

/// A name, as it was found, and its addresses, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The name, canonical and complete; none of a numeric address.
    pub name: Option<String>,
    /// At least one.
    pub addresses: Vec<IpAddr>,
}

impl DnsConfig {
    /// Reads `[services]`, `[dns]` and the names of `[[database]]`.
    pub fn new(config: &ShimConfig) -> Self {
        let named = |has_upstream: bool| {
            let databases = config.databases.iter();
            databases
                .filter(move |database| database.upstream.is_some() == has_upstream)
                .filter_map(|database| canonical(database.host.as_ref()))
                .filter(|host| host.parse::<IpAddr>().is_err())
        };
        Self {
            live: RwLock::new(Arc::new(Live::new(config))),
            made_up: MadeUpAddresses::new(named(true)),
            own: named(false).collect(),
            failed: FailedAddresses::new(config.dns.failed_ttl),
            system: SystemResolver::new(&config.dns),
        }
    }

    /// Takes `[services]` and `[dns]` `hosts` and `search` of another
    /// configuration in place of those it has. Every later look-up sees them.
    pub fn replace(&self, config: &ShimConfig) {
        let live = Arc::new(Live::new(config));
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
    }

    /// The addresses of a name as a program says it: a numeric address, a
    /// complete name, or one without a dot that the search domains complete.
    /// Only what the configuration itself knows, unless `beyond` it the system's
    /// resolver may be asked, too.
    ///
    /// # Errors
    /// Not found; where the system's resolver does not answer, its error; and
    /// internal where it would have to be asked and may not.
    pub async fn resolve(&self, question: &str, beyond: bool) -> Result<Found, DnsError> {
        let name = canonical(question).ok_or(DnsError::NotFound)?;
        if let Ok(address) = name.parse() {
            return Ok(Found {
                name: None,
                addresses: vec![address],
            });
        }
        let live = self.live();
        let found = |name: String, mut addresses: Vec<IpAddr>| {
            self.failed.order(&mut addresses);
            Ok(Found {
                name: Some(name),
                addresses,
            })
        };
        if let Some(addresses) = self.known(&live, &name) {
            return found(name, addresses);
        }
        let complete = name.contains('.') || question.ends_with('.');
        let search: &[String] = if complete { &[] } else { &live.search };
        let candidates = search
            .iter()
            .filter_map(|domain| canonical(&format!("{name}.{domain}")));
        let candidates: Vec<String> = candidates.chain([name.clone()]).collect();
        for candidate in candidates {
            if let Some(addresses) = self.known(&live, &candidate) {
                return found(candidate, addresses);
            }
            if candidate.ends_with(SERVICE_DOMAIN) {
                continue;
            }
            if !beyond && !self.own.contains(&candidate) {
                tracing::warn!(
                    name,
                    "the guest may not look this name up; add it to [services] in warp.toml, or where it stands to [network] connect"
                );
                return Err(DnsError::Internal);
            }
            match self.system.resolve(&candidate).await {
                Err(DnsError::NotFound) => {}
                Err(error) => return Err(error),
                Ok(addresses) => return found(candidate, addresses),
            }
        }
        if name.ends_with(SERVICE_DOMAIN) {
            tracing::warn!(name, "no such service; add it to [services] in warp.toml");
        }
        Err(DnsError::NotFound)
    }

    /// The names of an address, best first.
    pub async fn names(&self, address: IpAddr) -> Result<Vec<String>, DnsError> {
        let live = self.live();
        let mut names = live.registry.names_of(address);
        names.extend(live.hosts.names_of(address));
        names.extend(self.made_up.name(address).map(str::to_owned));
        if names.is_empty() && address.is_loopback() {
            names.push("localhost".to_owned());
        }
        if names.is_empty() {
            names.push(self.system.name(address).await?);
        }
        Ok(names)
    }

    /// The addresses that `[services]` or `[dns] hosts` give a canonical name,
    /// in turn, those last to which no connection could be made.
    pub fn fixed(&self, name: &str) -> Option<Vec<IpAddr>> {
        let mut addresses = self.live().fixed(name)?;
        self.failed.order(&mut addresses);
        Some(addresses)
    }

    /// Whether a canonical name is for the registry to know, now or later.
    pub fn is_service(&self, name: &str) -> bool {
        name.ends_with(SERVICE_DOMAIN) || self.live().has(name)
    }

    /// The address that stands for a proxied endpoint, where its name has none.
    pub fn made_up(&self, name: &str) -> Option<IpAddr> {
        self.made_up.address(name)
    }

    /// Whether no machine is behind an address, only this deployment's
    /// endpoints.
    pub fn is_made_up(&self, address: IpAddr) -> bool {
        self.made_up.name(address).is_some()
    }

    /// Whether the registry has an address, so that it matters how connections
    /// to it end.
    pub fn has_address(&self, address: IpAddr) -> bool {
        let live = self.live();
        live.registry.has_address(address) || live.hosts.has_address(address)
    }

    /// Takes note of how a connection to an address ended.
    pub fn connected(&self, address: IpAddr, answered: bool) {
        if answered {
            self.failed.forgive(address);
        } else {
            self.failed.note(address);
        }
    }

    /// hosts(5): every name whose addresses the configuration gives.
    pub fn hosts_file(&self) -> String {
        let live = self.live();
        let mut text = "127.0.0.1\tlocalhost\n::1\tlocalhost\n".to_owned();
        live.registry.write_hosts(&mut text);
        live.hosts.write_hosts(&mut text);
        text
    }

    /// The domains that complete a name without a dot, in their order.
    pub fn search(&self) -> Vec<String> {
        self.live().search.clone()
    }

    /// How many names the configuration itself knows.
    pub fn known_names(&self) -> usize {
        let live = self.live();
        live.registry.len() + live.hosts.len() + self.made_up.len() + self.own.len()
    }

    fn known(&self, live: &Live, name: &str) -> Option<Vec<IpAddr>> {
        live.fixed(name)
            .or_else(|| self.made_up.address(name).map(|address| vec![address]))
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
        Self {
            registry: Registry::new(&config.services),
            hosts: Registry::new(&config.dns.hosts),
            search: config
                .dns
                .search
                .iter()
                .filter_map(|domain| canonical(domain.as_ref()))
                .collect(),
        }
    }

    fn fixed(&self, name: &str) -> Option<Vec<IpAddr>> {
        self.registry.next(name).or_else(|| self.hosts.next(name))
    }

    fn has(&self, name: &str) -> bool {
        self.registry.has(name) || self.hosts.has(name)
    }
}
