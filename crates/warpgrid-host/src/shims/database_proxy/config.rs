//! The endpoints of a deployment that are proxied.

use std::net::IpAddr;
use std::sync::Arc;

use warpgrid_db::Endpoint;

use crate::bindings::warpgrid::shim::database_proxy::{DbConfig, DbProtocol};
use crate::config::{DatabaseProtocol, ShimConfig};
use crate::shims::dns::{DnsConfig, ResolvedNames, canonical};

/// Every `[[database]]`, found by the host and port that a guest connects to.
pub struct Endpoints(Vec<ProxiedEndpoint>);

/// An endpoint as the guest sees it, and as the pools do.
pub struct ProxiedEndpoint {
    /// What the guest is told of it.
    pub config: DbConfig,
    /// Where the host connects, and how.
    pub endpoint: Arc<Endpoint>,
    /// The address that guests are told, where no machine has it.
    made_up: Option<IpAddr>,
}

impl Endpoints {
    /// Reads `[[database]]`.
    pub fn new(config: &ShimConfig, dns: &DnsConfig) -> Self {
        let endpoints = config.databases.iter().map(|database| {
            let (host, port) = database.upstream();
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            ProxiedEndpoint {
                made_up: canonical(database.host.as_ref()).and_then(|name| dns.made_up(&name)),
                config: DbConfig {
                    protocol: match database.protocol {
                        DatabaseProtocol::Postgres => DbProtocol::Postgres,
                        DatabaseProtocol::Mysql => DbProtocol::Mysql,
                        DatabaseProtocol::Redis => DbProtocol::Redis,
                    },
                    host: database
                        .host
                        .as_ref()
                        .trim_end_matches('.')
                        .to_ascii_lowercase(),
                    port: database.port,
                    database: database.database(),
                    pool_size: *database.pool_size.as_ref(),
                },
                endpoint: Arc::new(database.endpoint(host, port)),
            }
        });
        Self(endpoints.collect())
    }

    /// The endpoint behind a name, or an address in textual form, and a port.
    pub fn find(&self, host: &str, port: u16) -> Option<&ProxiedEndpoint> {
        let host = canonical(host)?;
        self.0
            .iter()
            .find(|known| known.config.port == port && known.config.host == host)
    }

    /// The endpoint behind an address, as a guest that resolved these names
    /// means it.
    pub fn at(
        &self,
        names: &ResolvedNames,
        address: IpAddr,
        port: u16,
    ) -> Option<&ProxiedEndpoint> {
        if self.0.is_empty() {
            return None;
        }
        let stands_for =
            |known: &&ProxiedEndpoint| known.config.port == port && known.made_up == Some(address);
        let named = || self.find(&names.name(address)?, port);
        self.0
            .iter()
            .find(stands_for)
            .or_else(named)
            .or_else(|| self.find(&address.to_string(), port))
    }

    /// Every endpoint, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &ProxiedEndpoint> {
        self.0.iter()
    }
}
