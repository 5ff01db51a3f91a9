//! `[limits]`: what a guest may use up.

use std::time::Duration;

use bytesize::ByteSize;
use schemars::JsonSchema;
use serde::Deserialize;

use super::diagnostic::Problem;

/// What a guest may use up. Beyond a limit it meets backpressure or a clear
/// error, never a hang.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Limits {
    /// The most linear memory of one instance.
    #[schemars(with = "crate::config::schema::Bytes")]
    pub memory: ByteSize,
    /// The most linear memory of all instances together; what each may have
    /// times their number if absent.
    #[schemars(with = "Option<crate::config::schema::Bytes>")]
    pub total_memory: Option<ByteSize>,
    /// The most instances that run at once.
    pub instances: u32,
    /// The most requests that wait for an instance; more are answered with 503.
    pub queue: u32,
    /// The most clients that are connected at once; more wait to be accepted.
    pub clients: u32,
    /// The most database connections that one instance holds.
    pub connections: u32,
    /// The most database connections that all instances hold together; what
    /// each may hold times their number if absent.
    pub total_connections: Option<u32>,
    /// The most sockets, streams, files and other handles of WASI that one
    /// instance holds.
    pub handles: u32,
    /// The largest body of a request; larger ones are answered with 413.
    #[schemars(with = "crate::config::schema::Bytes")]
    pub body: ByteSize,
    /// How long a request may take until its response begins.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub request_timeout: Duration,
    /// How long a guest may go on once its response has begun.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub response_timeout: Duration,
    /// How long requests may go on once the host is asked to stop.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub shutdown_timeout: Duration,
    /// How many requests one instance serves before a fresh one takes over.
    /// More than one carries the guest's state from request to request.
    pub reuse: u32,
    /// How long an instance that may be reused is kept without a request.
    #[serde(deserialize_with = "super::duration::deserialize")]
    #[schemars(with = "crate::config::schema::Time")]
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: ByteSize::mib(256),
            total_memory: None,
            instances: 64,
            queue: 1024,
            clients: 4096,
            connections: 64,
            total_connections: None,
            handles: 4096,
            body: ByteSize::mib(64),
            request_timeout: Duration::from_secs(30),
            response_timeout: Duration::from_secs(300),
            shutdown_timeout: Duration::from_secs(10),
            reuse: 1,
            idle_timeout: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// The most linear memory of one instance, in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        usize::try_from(self.memory.as_u64()).unwrap_or(usize::MAX)
    }

    /// The most linear memory of all instances together, in bytes.
    pub(crate) fn total_memory_bytes(&self) -> usize {
        let all = || self.memory.as_u64().saturating_mul(self.instances.into());
        let bytes = self.total_memory.map_or_else(all, |total| total.as_u64());
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// The most database connections of all instances together.
    pub(crate) fn total_connections(&self) -> u32 {
        let all = || self.connections.saturating_mul(self.instances);
        self.total_connections.unwrap_or_else(all)
    }

    /// Whether instances by these limits fit where those by others run.
    pub(crate) fn has_same_slots(&self, other: &Self) -> bool {
        (self.instances, self.memory) == (other.instances, other.memory)
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let zero = [
            ("memory", self.memory.as_u64() == 0),
            ("instances", self.instances == 0),
            ("clients", self.clients == 0),
            ("reuse", self.reuse == 0),
            ("request-timeout", self.request_timeout.is_zero()),
            ("response-timeout", self.response_timeout.is_zero()),
        ];
        match zero.iter().find(|(_, is_zero)| *is_zero) {
            Some((name, _)) => Err(Problem::unlocated(
                format!("[limits] {name} is zero, so that no guest could run"),
                format!("give {name} a positive value, or remove it for the default"),
            )),
            None => Ok(()),
        }
    }
}
