//! `[dns]`, and the addresses that `[services]` and it give names.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;

use super::diagnostic::Problem;
use crate::shims::dns::canonical;

/// The most search domains (resolv.conf(5), before glibc 2.26).
const MAX_SEARCH: usize = 6;

/// How names outside the service registry are resolved.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dns {
    /// How long an answer of the system's resolver is kept.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub ttl: Duration,
    /// How long it is kept that the system's resolver knows no such name
    /// (RFC 2308).
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub negative_ttl: Duration,
    /// How long an address goes last in answers after a connection to it
    /// failed.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub failed_ttl: Duration,
    /// How long the system's resolver may take before the guest is told so.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub timeout: Duration,
    /// The domains that complete a name without a dot, tried in this order.
    #[schemars(with = "Vec<String>")]
    pub search: Vec<Spanned<String>>,
    /// Names whose addresses are fixed, before the system's resolver is asked.
    pub hosts: BTreeMap<String, Addresses>,
}

impl Default for Dns {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(30),
            negative_ttl: Duration::from_secs(5),
            failed_ttl: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            search: Vec::new(),
            hosts: BTreeMap::new(),
        }
    }
}

impl Dns {
    pub(super) fn check(&self) -> Result<(), Problem> {
        if let Some(wrong) = self
            .search
            .iter()
            .find(|domain| canonical(domain.as_ref()).is_none())
        {
            return Err(Problem::new(
                wrong.span(),
                format!("`{}` is not a domain", wrong.as_ref()),
                "write it as production.warp.local",
            ));
        }
        match self.search.get(MAX_SEARCH) {
            Some(extra) => Err(Problem::new(
                extra.span(),
                format!("{} search domains", self.search.len()),
                format!("keep at most {MAX_SEARCH}"),
            )),
            None => Ok(()),
        }
    }
}

/// One address or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Addresses {
    /// A single address.
    One(IpAddr),
    /// Several, handed out in turn.
    Many(Vec<IpAddr>),
}

impl Addresses {
    /// The addresses in the order they are written.
    pub fn as_slice(&self) -> &[IpAddr] {
        match self {
            Self::One(address) => std::slice::from_ref(address),
            Self::Many(addresses) => addresses,
        }
    }
}
