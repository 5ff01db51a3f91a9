//! What the deployment knows of names, in the order in which it is asked.

use std::net::IpAddr;

use super::registry::Registry;
use super::resolver::SystemResolver;
use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::config::ShimConfig;

/// The domain whose names only the service registry knows. They are never
/// asked of the system's resolver, so that none leaks to the outside.
const SERVICE_DOMAIN: &str = ".warp.local";

/// The resolver of a deployment: the service registry, the overrides, then the
/// system's resolver.
pub struct DnsConfig {
    registry: Registry,
    hosts: Registry,
    /// Names of proxied endpoints and where those really are.
    endpoints: Vec<(String, String)>,
    system: SystemResolver,
}

impl DnsConfig {
    /// Reads `[services]`, `[dns]` and the names of `[[database]]`.
    pub fn new(config: &ShimConfig) -> Self {
        let endpoints = config.databases.iter().map(|database| {
            (
                database.host.as_ref().to_ascii_lowercase(),
                database.upstream().0.to_ascii_lowercase(),
            )
        });
        Self {
            registry: Registry::new(&config.services),
            hosts: Registry::new(&config.dns.hosts),
            endpoints: endpoints.collect(),
            system: SystemResolver::new(config.dns.ttl, config.dns.timeout),
        }
    }

    /// The addresses of a canonical name, best first.
    pub async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        if let Some(addresses) = self.fixed(name) {
            return Ok(addresses);
        }
        let upstream = self
            .endpoints
            .iter()
            .find(|(host, _)| host == name)
            .map(|(_, upstream)| upstream);
        let name = match upstream {
            Some(upstream) => {
                if let Some(addresses) = self.fixed(upstream) {
                    return Ok(addresses);
                }
                upstream.as_str()
            }
            None => name,
        };
        if let Ok(address) = name.parse() {
            return Ok(vec![address]);
        }
        if name.ends_with(SERVICE_DOMAIN) {
            tracing::warn!(name, "no such service; add it to [services] in warp.toml");
            return Err(DnsError::NotFound);
        }
        self.system.resolve(name).await
    }

    /// The names of an address, best first.
    pub async fn names(&self, address: IpAddr) -> Result<Vec<String>, DnsError> {
        let mut names = self.registry.names_of(address);
        names.extend(self.hosts.names_of(address));
        if names.is_empty() && address.is_loopback() {
            names.push("localhost".to_owned());
        }
        if names.is_empty() {
            names.push(self.system.name(address).await?);
        }
        Ok(names)
    }

    /// An address that the configuration itself gives the name, if it does.
    pub fn fixed(&self, name: &str) -> Option<Vec<IpAddr>> {
        self.registry.next(name).or_else(|| self.hosts.next(name))
    }

    /// How many names the configuration itself knows.
    pub fn known_names(&self) -> usize {
        self.registry.len() + self.hosts.len() + self.endpoints.len()
    }
}
