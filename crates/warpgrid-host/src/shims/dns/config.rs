//! What the deployment knows of names, in the order in which it is asked.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::canonical;
use super::made_up::MadeUpAddresses;
use super::resolver::SystemResolver;
use super::services::{SERVICE_DOMAIN, Services};
use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::config::{DatabaseConfig, Network, ShimConfig};

const LOOPBACK: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// The resolver of a deployment: the service registry, the overrides, the
/// proxied endpoints, then the system's resolver.
pub struct DnsConfig {
    services: Arc<Services>,
    /// Names of proxied endpoints that stand for another server.
    made_up: MadeUpAddresses,
    /// Names of endpoints that may be looked up, and what to look up for them:
    /// themselves, or their upstream where the host does not proxy.
    own: HashMap<String, String>,
    system: SystemResolver,
    /// What says whether that may be asked.
    network: Network,
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
        Self::with_services(config, Arc::new(Services::new(config)))
    }

    /// As [`DnsConfig::new`], with services that are there already.
    pub fn with_services(config: &ShimConfig, services: Arc<Services>) -> Self {
        let databases = || {
            let databases = config.databases.iter();
            databases.filter_map(|database| Some((canonical(database.host.as_ref())?, database)))
        };
        let made_up =
            |database: &DatabaseConfig| config.shims.database_proxy && database.upstream.is_some();
        let alone = databases().filter(|(_, database)| made_up(database));
        let own = databases().filter(|(_, database)| !made_up(database));
        Self {
            services,
            made_up: MadeUpAddresses::new(
                alone
                    .map(|(host, _)| host)
                    .filter(|host| host.parse::<IpAddr>().is_err()),
            ),
            own: own
                .filter_map(|(host, database)| Some((host, canonical(database.upstream().0)?)))
                .collect(),
            system: SystemResolver::new(&config.dns),
            network: config.network.clone(),
        }
    }

    /// The names that may change while guests run.
    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// The addresses of a name as a program says it: a numeric address, a
    /// complete name, or one without a dot that the search domains complete.
    /// The system's resolver is asked only where the guest may connect to what
    /// it would say, so that names tell nobody what they should not.
    ///
    /// # Errors
    /// Not found; where the system's resolver does not answer, its error; and
    /// internal where it would have to be asked and may not.
    pub async fn resolve(&self, question: &str) -> Result<Found, DnsError> {
        let name = canonical(question).ok_or(DnsError::NotFound)?;
        if let Ok(address) = name.parse() {
            return Ok(Found {
                name: None,
                addresses: vec![address],
            });
        }
        if self.services.silences().any() {
            return Err(DnsError::Timeout);
        }
        let found = |name: String, addresses: Vec<IpAddr>| {
            Ok(Found {
                name: Some(name),
                addresses: self.services.in_order(addresses),
            })
        };
        if let Some(addresses) = self.known(&name) {
            return found(name, addresses);
        }
        let complete = name.contains('.') || question.ends_with('.');
        let mut candidates = vec![];
        if !complete {
            let search = self.services.search();
            let completed = search.iter().map(|domain| format!("{name}.{domain}"));
            candidates.extend(completed.filter_map(|name| canonical(&name)));
        }
        candidates.push(name.clone());
        for candidate in candidates {
            let own = self.own.get(&candidate).cloned();
            let asked = own.as_ref().unwrap_or(&candidate);
            if let Ok(address) = asked.parse() {
                return found(candidate, vec![address]);
            }
            if let Some(addresses) = self.known(asked) {
                return found(candidate, addresses);
            }
            if asked.ends_with(SERVICE_DOMAIN) {
                continue;
            }
            if own.is_none() && !self.network.resolves(&candidate) {
                tracing::warn!(
                    name,
                    "the guest may not look this name up; add it to [services] in warp.toml, or with its port to [network] connect"
                );
                return Err(DnsError::Internal);
            }
            match self.system.resolve(asked).await {
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
        if self.services.silences().any() {
            return Err(DnsError::Timeout);
        }
        let mut names = self.services.names_of(address);
        names.extend(self.made_up.name(address).map(str::to_owned));
        if names.is_empty() && address.is_loopback() {
            names.push("localhost".to_owned());
        }
        if names.is_empty() && self.network.resolves_addresses() {
            names.push(self.system.name(address).await?);
        }
        if names.is_empty() {
            return Err(DnsError::NotFound);
        }
        Ok(names)
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

    /// Takes note of how a connection to an address ended.
    pub fn connected(&self, address: IpAddr, answered: bool) {
        self.services.connected(address, answered);
    }

    /// How many names the configuration itself knows.
    pub fn known_names(&self) -> usize {
        self.services.len() + self.made_up.len() + self.own.len()
    }

    fn known(&self, name: &str) -> Option<Vec<IpAddr>> {
        self.services
            .addresses(name)
            .or_else(|| self.made_up.address(name).map(|address| vec![address]))
            .or_else(|| is_loopback(name).then(|| LOOPBACK.to_vec()))
    }
}

/// `localhost` and the names below it, which are asked of nobody (RFC 6761, 6.3).
fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}
