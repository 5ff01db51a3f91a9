//! Addresses for names that have none: those of proxied endpoints.

use std::net::{IpAddr, Ipv4Addr};

/// Of 198.18.0.0/15, which is set apart for tests of networks (RFC 2544) and
/// leads to no machine.
const FIRST: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const COUNT: u32 = 1 << 17;

/// An address for each name. It depends on the name alone, unless two meet: so
/// what a program has kept stays right when `warp.toml` changes.
pub(super) struct MadeUpAddresses(Vec<(String, IpAddr)>);

impl MadeUpAddresses {
    pub(super) fn new(names: impl Iterator<Item = String>) -> Self {
        let mut addresses: Vec<(String, IpAddr)> = Vec::new();
        for name in names {
            if addresses.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let free = candidates(&name)
                .find(|address| addresses.iter().all(|(_, taken)| taken != address));
            addresses.extend(free.map(|address| (name, address)));
        }
        Self(addresses)
    }

    pub(super) fn address(&self, name: &str) -> Option<IpAddr> {
        let entry = self.0.iter().find(|(known, _)| known == name)?;
        Some(entry.1)
    }

    pub(super) fn name(&self, address: IpAddr) -> Option<&str> {
        let entry = self.0.iter().find(|(_, known)| *known == address)?;
        Some(&entry.0)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn candidates(name: &str) -> impl Iterator<Item = IpAddr> {
    let hash = blake3::hash(name.as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    let start = u32::from_be_bytes([a, b, c, d]);
    // Neither the first nor the last, which some take for a network's own.
    (0..COUNT - 2).map(move |step| {
        let offset = start.wrapping_add(step) % (COUNT - 2) + 1;
        IpAddr::V4(Ipv4Addr::from_bits(FIRST + offset))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_one_address_of_its_own_whatever_stands_beside_it() {
        let names = || (0..2000).map(|index| format!("db-{index}.warp.local"));
        let addresses = MadeUpAddresses::new(names().chain(names()));
        assert_eq!(addresses.len(), 2000);
        for name in names() {
            let address = addresses.address(&name).unwrap();
            assert_eq!(addresses.name(address), Some(name.as_str()));
            let IpAddr::V4(v4) = address else {
                panic!("{address} is no IPv4 address")
            };
            assert!(matches!(v4.octets(), [198, 18 | 19, ..]), "{v4}");
        }
        let alone = MadeUpAddresses::new(["db-7.warp.local".to_owned()].into_iter());
        assert_eq!(
            alone.address("db-7.warp.local"),
            addresses.address("db-7.warp.local")
        );
    }
}
