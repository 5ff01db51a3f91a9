//! `[network]`: which plain sockets a guest may open, and where it may listen.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use wasmtime_wasi::sockets::SocketAddrUse;

use super::Shims;
use super::diagnostic::Problem;
use crate::shims::dns::canonical;

/// The longest label of a name, in octets (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;

/// Plain sockets that a guest may open beside the proxied ones. None unless
/// they are granted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Network {
    /// Where a guest may connect.
    pub connect: Vec<Rule>,
    /// Where a guest may listen for TCP connections, and which UDP ports it may
    /// have.
    pub listen: Vec<Rule>,
}

impl Network {
    /// Whether a guest may use an address so that it knows by these names.
    pub(crate) fn grants(
        &self,
        address: SocketAddr,
        names: &[String],
        usage: SocketAddrUse,
    ) -> bool {
        let granted = |rules: &[Rule]| rules.iter().any(|rule| rule.grants(address, names));
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

impl Network {
    /// Whether a guest may have the system's resolver asked for a name: where it
    /// could connect to what the answer says.
    pub(crate) fn resolves(&self, name: &str) -> bool {
        self.connect.iter().any(|rule| match rule {
            Rule::Name(granted, _) => granted.covers(name),
            Rule::Any | Rule::Port(_) | Rule::Address(_) => true,
        })
    }

    /// As [`Network::resolves`], for the names of any address.
    pub(crate) fn resolves_addresses(&self) -> bool {
        let mut rules = self.connect.iter();
        rules.any(|rule| !matches!(rule, Rule::Name(..)))
    }

    /// Refuses names where they mean nothing.
    pub(super) fn check(&self, shims: &Shims) -> Result<(), Problem> {
        let named = |rules: &[Rule]| {
            let rule = rules.iter().find(|rule| matches!(rule, Rule::Name(..)));
            rule.map(ToString::to_string)
        };
        if let Some(rule) = named(&self.listen) {
            return Err(Problem::unlocated(
                format!("[network] listen has `{rule}`, which is no address"),
                "write address:port or *:port",
            ));
        }
        if let (Some(rule), false) = (named(&self.connect), shims.dns) {
            return Err(Problem::unlocated(
                format!("[network] connect has `{rule}`, but [shims] dns is off"),
                "names are granted by the dns shim: turn it on, or write address:port",
            ));
        }
        Ok(())
    }
}

/// An endpoint as `name:port`, `*.domain:port`, `address:port`, `*:port` or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Every endpoint.
    Any,
    /// One port of every host.
    Port(u16),
    /// One port of one address.
    Address(SocketAddr),
    /// One port of whatever addresses the host resolves a name to.
    Name(GrantedName, u16),
}

/// Names that a rule grants, in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantedName {
    /// This one.
    Exact(String),
    /// All below this domain, but not the domain itself.
    Below(String),
}

impl GrantedName {
    fn parse(text: &str) -> Option<Self> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (text, false),
        };
        let name = canonical(name)?;
        let labels = name.split('.');
        let plausible = labels.into_iter().all(|label| {
            !label.is_empty()
                && label.len() <= MAX_LABEL
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        });
        // What looks like an address is one that is wrong.
        let numeric = name
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        (plausible && !numeric).then_some(if below {
            Self::Below(name)
        } else {
            Self::Exact(name)
        })
    }

    /// Whether a name in canonical form is one of them.
    fn covers(&self, name: &str) -> bool {
        match self {
            Self::Exact(granted) => name == granted,
            Self::Below(domain) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|above| above.len() > 1 && above.ends_with('.')),
        }
    }
}

impl Rule {
    /// Whether the rule grants this endpoint, which the guest knows by these
    /// names, in canonical form.
    pub fn grants(&self, endpoint: SocketAddr, names: &[String]) -> bool {
        match self {
            Self::Any => true,
            Self::Port(port) => endpoint.port() == *port,
            Self::Address(address) => *address == endpoint,
            Self::Name(granted, port) => {
                endpoint.port() == *port && names.iter().any(|name| granted.covers(name))
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Port(port) => write!(f, "*:{port}"),
            Self::Address(address) => write!(f, "{address}"),
            Self::Name(GrantedName::Exact(name), port) => write!(f, "{name}:{port}"),
            Self::Name(GrantedName::Below(domain), port) => write!(f, "*.{domain}:{port}"),
        }
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = || {
            if text == "*" {
                return Some(Self::Any);
            }
            if let Ok(address) = text.parse() {
                return Some(Self::Address(address));
            }
            let (name, port) = text.rsplit_once(':')?;
            let port = port.parse().ok()?;
            match name {
                "*" => Some(Self::Port(port)),
                name => Some(Self::Name(GrantedName::parse(name)?, port)),
            }
        };
        parsed().ok_or_else(|| {
            format!(
                "{text} is not a rule; write name:port, *.domain:port, address:port, *:port or *"
            )
        })
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
