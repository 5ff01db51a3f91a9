//! `warpgrid:shim/dns-reverse`: the names of an address.

use std::net::IpAddr;

use super::DnsState;
use crate::bindings::warpgrid::shim::dns::{DnsError, IpAddress};
use crate::bindings::warpgrid::shim::dns_reverse;

impl dns_reverse::Host for DnsState {
    async fn lookup(
        &mut self,
        address: IpAddress,
    ) -> wasmtime::Result<Result<Vec<String>, DnsError>> {
        Ok(match IpAddr::try_from(address) {
            Ok(address) => self.config.names(address.to_canonical()).await,
            Err(error) => Err(error),
        })
    }
}

impl TryFrom<IpAddress> for IpAddr {
    type Error = DnsError;

    fn try_from(address: IpAddress) -> Result<Self, DnsError> {
        let IpAddress { octets, is_v6 } = address;
        let parsed = match is_v6 {
            false => <[u8; 4]>::try_from(octets).map(IpAddr::from),
            true => <[u8; 16]>::try_from(octets).map(IpAddr::from),
        };
        parsed.map_err(|_| DnsError::NotFound)
    }
}
