//! Names and databases as one configuration has them, for whoever connects: the
//! guests of a deployment, and clients of the loopback proxy.

use std::sync::Arc;

use warpgrid_db::Pools;

use crate::config::ShimConfig;
use crate::faults::OpenSessions;
use crate::shims::database_proxy::Endpoints;
use crate::shims::dns::{DnsConfig, Services};

/// What a configuration says, and the pools that go by it. Clones are the same.
#[derive(Clone)]
pub(crate) struct Upstreams {
    pub(crate) dns: Arc<DnsConfig>,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) pools: Pools,
    /// What is open, where faults may cut it.
    pub(crate) sessions: Option<Arc<OpenSessions>>,
}

impl Upstreams {
    /// Of the first configuration.
    pub(crate) fn new(config: &ShimConfig, pools: &Pools) -> Self {
        Self::with(config, pools, Arc::new(Services::new(config)))
    }

    /// The same, whose sessions faults may cut.
    pub(crate) fn with_faults(self) -> Self {
        Self {
            sessions: Some(Arc::default()),
            ..self
        }
    }

    /// Of the next one. It shares pools and names with this one, so that pools
    /// are kept as far as their `[[database]]` is the same.
    pub(crate) fn successor(&self, config: &ShimConfig) -> Self {
        Self {
            sessions: self.sessions.clone(),
            ..Self::with(config, &self.pools, self.dns.services().clone())
        }
    }

    fn with(config: &ShimConfig, pools: &Pools, services: Arc<Services>) -> Self {
        let dns = Arc::new(DnsConfig::with_services(config, services.clone()));
        Self {
            endpoints: Arc::new(Endpoints::new(config, &dns)),
            pools: pools.with_addresses(services),
            dns,
            sessions: None,
        }
    }

    /// Once nothing can fail any more: those before it have its names, too.
    pub(crate) fn take_over(&self, config: &ShimConfig) {
        self.dns.services().replace(config);
    }
}
