//! Which name an address was handed out for.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use super::Found;

/// The most addresses that one instance's memory holds.
const MAX_REMEMBERED: usize = 1024;

/// What one instance resolved, so that a connection to an address finds the
/// endpoint that its name stands for. The name resolved last wins.
#[derive(Clone, Default)]
pub struct ResolvedNames(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    names: HashMap<IpAddr, String>,
    order: VecDeque<IpAddr>,
}

impl ResolvedNames {
    /// Remembers what a look-up found.
    pub fn remember_all(&self, found: &Found) {
        if let Some(name) = &found.name {
            for address in &found.addresses {
                self.remember(*address, name);
            }
        }
    }

    /// Remembers that `address` was handed out for `name`.
    fn remember(&self, address: IpAddr, name: &str) {
        let Ok(mut memory) = self.0.lock() else {
            return;
        };
        if memory.names.insert(address, name.to_owned()).is_none() {
            memory.order.push_back(address);
            if memory.order.len() > MAX_REMEMBERED
                && let Some(oldest) = memory.order.pop_front()
            {
                memory.names.remove(&oldest);
            }
        }
    }

    /// The name that `address` was last handed out for.
    pub fn name(&self, address: IpAddr) -> Option<String> {
        self.0.lock().ok()?.names.get(&address).cloned()
    }
}
