//! Where the servers behind a name are, for names that the system's resolver
//! does not know.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::endpoint::Endpoint;

/// A registry of servers, which may change at any time. It must not block.
pub trait Addresses: Send + Sync + 'static {
    /// Whether the registry, and not the system's resolver, has this name.
    fn has(&self, host: &str) -> bool;

    /// The addresses of a name, the one to try first first.
    fn of(&self, host: &str) -> Vec<IpAddr>;

    /// Whether an address is one of a name's. Connections to others are used by
    /// the sessions that have them, and by none after those.
    fn is_at(&self, host: &str, address: IpAddr) -> bool;

    /// Told how trying an address ended.
    fn tried(&self, address: IpAddr, answered: bool);
}

/// A registry, or none.
pub(crate) type Registry = Option<Arc<dyn Addresses>>;

/// The addresses of an endpoint's host, at least one.
pub(crate) async fn find(endpoint: &Endpoint, registry: &Registry) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = match registry {
        Some(registry) => {
            let addresses = registry.of(&endpoint.host).into_iter();
            addresses
                .map(|address| SocketAddr::new(address, endpoint.port))
                .collect()
        }
        None => tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))
            .await?
            .collect(),
    };
    if found.is_empty() {
        let text = "the name has no address";
        return Err(io::Error::new(io::ErrorKind::NotFound, text));
    }
    Ok(found)
}
