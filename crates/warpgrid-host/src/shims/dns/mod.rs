//! `warpgrid:shim/dns` and `warpgrid:shim/dns-reverse`: names resolved by the
//! host.

mod cache;
mod config;
mod failed;
mod made_up;
mod names;
mod registry;
mod resolver;
mod reverse;
mod services;

use std::net::IpAddr;
use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::warpgrid::shim::dns::{self, DnsError, IpAddress};
use crate::bindings::warpgrid::shim::dns_reverse;

pub use config::{DnsConfig, Found};
pub use names::ResolvedNames;
pub use services::Services;

/// The longest host name, in octets of its textual form (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;

/// Defines the shim's imports.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    state: fn(&mut T) -> &mut DnsState,
) -> wasmtime::Result<()> {
    dns::add_to_linker::<T, HasSelf<DnsState>>(linker, state)?;
    dns_reverse::add_to_linker::<T, HasSelf<DnsState>>(linker, state)
}

/// One instance's view of the resolver.
pub struct DnsState {
    config: Arc<DnsConfig>,
    names: ResolvedNames,
}

impl DnsState {
    /// State that remembers in `names` what it resolves.
    pub fn new(config: Arc<DnsConfig>, names: ResolvedNames) -> Self {
        Self { config, names }
    }
}

impl dns::Host for DnsState {
    async fn resolve(
        &mut self,
        hostname: String,
    ) -> wasmtime::Result<Result<Vec<IpAddress>, DnsError>> {
        Ok(match self.config.resolve(&hostname).await {
            Ok(found) => {
                self.names.remember_all(&found);
                Ok(found.addresses.into_iter().map(IpAddress::from).collect())
            }
            Err(error) => Err(error),
        })
    }
}

impl From<IpAddr> for IpAddress {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self {
                octets: address.octets().into(),
                is_v6: false,
            },
            IpAddr::V6(address) => Self {
                octets: address.octets().into(),
                is_v6: true,
            },
        }
    }
}

/// A name in the form in which names are compared: lower case, without the root
/// label's dot. None for what cannot be a name.
pub fn canonical(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let plausible = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    plausible.then(|| name.to_ascii_lowercase())
}
