//! Which names an address was handed out for.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Found;

/// The most addresses that one instance's memory holds.
const MAX_REMEMBERED: usize = 1024;
/// The most names of one address: those that were resolved last.
const MAX_NAMES: usize = 8;

/// What one instance resolved, so that a connection to an address finds what
/// its names stand for: an endpoint, or a rule of `[network] connect`.
#[derive(Clone, Default)]
pub struct ResolvedNames(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// The name that was resolved last is the last.
    names: HashMap<IpAddr, Vec<String>>,
    order: VecDeque<IpAddr>,
}

impl ResolvedNames {
    /// Remembers what a look-up found.
    pub fn remember_all(&self, found: &Found) {
        if let Some(name) = &found.name {
            for address in &found.addresses {
                self.memory().remember(*address, name);
            }
        }
    }

    /// The name that `address` was last handed out for.
    pub fn name(&self, address: IpAddr) -> Option<String> {
        self.memory().names.get(&address)?.last().cloned()
    }

    /// All names that `address` was handed out for, the last one last.
    pub fn all(&self, address: IpAddr) -> Vec<String> {
        let memory = self.memory();
        memory.names.get(&address).cloned().unwrap_or_default()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Remembers that `address` was handed out for `name`.
    fn remember(&mut self, address: IpAddr, name: &str) {
        let names = self.names.entry(address).or_default();
        let is_new = names.is_empty();
        if names.last().is_some_and(|last| last == name) {
            return;
        }
        names.retain(|known| known != name);
        if names.len() == MAX_NAMES {
            names.remove(0);
        }
        names.push(name.to_owned());
        if is_new {
            self.order.push_back(address);
            if self.order.len() > MAX_REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.names.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_names_of_the_last_addresses_are_known() {
        let names = ResolvedNames::default();
        let address = IpAddr::from([192, 0, 2, 1]);
        let look_up = |name: &str, address: IpAddr| {
            names.remember_all(&Found {
                name: Some(name.to_owned()),
                addresses: vec![address],
            });
        };
        for name in ["a", "b", "a"] {
            look_up(name, address);
        }
        assert_eq!(names.name(address).as_deref(), Some("a"));
        assert_eq!(names.all(address), ["b", "a"]);
        for number in 0..MAX_NAMES {
            look_up(&number.to_string(), address);
        }
        assert_eq!(names.all(address).len(), MAX_NAMES);
        assert!(!names.all(address).contains(&"a".to_owned()));
        for number in 0..MAX_REMEMBERED as u32 {
            look_up("other", IpAddr::from(number.to_be_bytes()));
        }
        assert!(names.all(address).is_empty());
    }
}
