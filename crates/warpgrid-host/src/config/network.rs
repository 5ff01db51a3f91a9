//! `[network]`: which plain sockets a guest may open, and where it may listen.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, de};
use wasmtime_wasi::sockets::SocketAddrUse;

/// Plain sockets that a guest may open beside the proxied ones. None unless
/// they are granted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Network {
    /// Where a guest may connect.
    pub connect: Vec<Rule>,
    /// Where a guest may listen for TCP connections, and which UDP ports it may
    /// have.
    pub listen: Vec<Rule>,
}

impl Network {
    /// Whether a guest may use an address so.
    pub(crate) fn grants(&self, address: SocketAddr, usage: SocketAddrUse) -> bool {
        let granted = |rules: &[Rule]| rules.iter().any(|rule| rule.grants(address));
        match usage {
            SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
                granted(&self.connect)
            }
            SocketAddrUse::TcpListen => granted(&self.listen),
            // Sockets that connect or send are bound first, to any port. What
            // comes after is asked for by itself.
            SocketAddrUse::TcpBind => address.port() == 0 || granted(&self.listen),
            SocketAddrUse::UdpBind => {
                address.port() == 0 && !self.connect.is_empty() || granted(&self.listen)
            }
            // Whoever may listen may be connected to.
            SocketAddrUse::TcpAccept => !self.listen.is_empty(),
        }
    }
}

/// An endpoint as `address:port`, `*:port` or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Every endpoint.
    Any,
    /// One port of every host.
    Port(u16),
    /// One port of one address.
    Address(SocketAddr),
}

impl Rule {
    /// Whether the rule grants this endpoint.
    pub fn grants(&self, endpoint: SocketAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Port(port) => endpoint.port() == *port,
            Self::Address(address) => *address == endpoint,
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "*" {
            return Ok(Self::Any);
        }
        let parsed = match text.strip_prefix("*:") {
            Some(port) => port.parse().map(Self::Port).ok(),
            None => text.parse().map(Self::Address).ok(),
        };
        parsed.ok_or_else(|| {
            de::Error::custom(format!(
                "{text} is not a rule; write address:port, *:port or *"
            ))
        })
    }
}
