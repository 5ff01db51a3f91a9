//! Names with configured addresses, handed out in turn.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::Addresses;

/// Names and their addresses. Each question for a name starts the list at the
/// next address, so that clients that take the first one are spread evenly.
pub(super) struct Registry {
    names: BTreeMap<String, Service>,
}

struct Service {
    addresses: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Registry {
    pub(super) fn new(names: &BTreeMap<String, Addresses>) -> Self {
        let names = names.iter().map(|(name, addresses)| {
            let service = Service {
                addresses: addresses.as_slice().to_vec(),
                asked: AtomicUsize::new(0),
            };
            (name.trim_end_matches('.').to_ascii_lowercase(), service)
        });
        Self {
            names: names.collect(),
        }
    }

    pub(super) fn next(&self, name: &str) -> Option<Vec<IpAddr>> {
        let service = self.names.get(name)?;
        let mut addresses = service.addresses.clone();
        let turn = service.asked.fetch_add(1, Ordering::Relaxed);
        let turn = turn.checked_rem(addresses.len())?;
        addresses.rotate_left(turn);
        Some(addresses)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Whether an address is one of a name's; nothing of a name that is not here.
    pub(super) fn is_at(&self, name: &str, address: IpAddr) -> Option<bool> {
        let service = self.names.get(name)?;
        Some(service.addresses.contains(&address))
    }

    pub(super) fn has_address(&self, address: IpAddr) -> bool {
        let mut services = self.names.values();
        services.any(|service| service.addresses.contains(&address))
    }

    /// Appends lines of hosts(5), in lexical order of the names.
    pub(super) fn write_hosts(&self, text: &mut String) {
        for (name, service) in &self.names {
            for address in &service.addresses {
                let _ = writeln!(text, "{address}\t{name}");
            }
        }
    }

    /// In lexical order.
    pub(super) fn names_of(&self, address: IpAddr) -> Vec<String> {
        let has = |service: &Service| service.addresses.contains(&address);
        let names = self.names.iter().filter(|(_, service)| has(service));
        names.map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}
