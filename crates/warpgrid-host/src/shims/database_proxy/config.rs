//! The endpoints of a deployment that are proxied.

use std::sync::Arc;

use warpgrid_db::Endpoint;

use crate::bindings::warpgrid::shim::database_proxy::{DbConfig, DbProtocol};
use crate::config::{DatabaseProtocol, ShimConfig};
use crate::shims::dns::{DnsConfig, canonical};

/// Every `[[database]]`, found by the host and port that a guest connects to.
pub struct Endpoints(Vec<ProxiedEndpoint>);

/// An endpoint as the guest sees it, and as the pools do.
pub struct ProxiedEndpoint {
    /// What the guest is told of it.
    pub config: DbConfig,
    /// Where the host connects, and how.
    pub endpoint: Arc<Endpoint>,
}

impl Endpoints {
    /// Reads `[[database]]`. A server's name is taken from the service registry
    /// where that has it.
    pub fn new(config: &ShimConfig, dns: &DnsConfig) -> Self {
        let endpoints = config.databases.iter().map(|database| {
            let (host, port) = database.upstream();
            let host = canonical(host)
                .and_then(|name| dns.fixed(&name))
                .and_then(|addresses| addresses.first().map(ToString::to_string))
                .unwrap_or_else(|| host.to_owned());
            ProxiedEndpoint {
                config: DbConfig {
                    protocol: match database.protocol {
                        DatabaseProtocol::Postgres => DbProtocol::Postgres,
                        DatabaseProtocol::Mysql => DbProtocol::Mysql,
                        DatabaseProtocol::Redis => DbProtocol::Redis,
                    },
                    host: database.host.as_ref().to_ascii_lowercase(),
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

    /// Every endpoint, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &ProxiedEndpoint> {
        self.0.iter()
    }
}
