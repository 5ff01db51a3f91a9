//! `warpgrid:shim/sockets`: which endpoints are proxied, and readiness.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::database_proxy::{Endpoints, Handles, MAX_RECV, SharedSession, reported};
use super::dns::ResolvedNames;
use crate::bindings::warpgrid::shim::database_proxy::{Connection, DbConfig, DbError};
use crate::bindings::warpgrid::shim::sockets;

/// The most connections that one `wait` may name.
const MAX_WAIT: usize = 4096;

/// Defines the shim's imports.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> SocketsView<'_>,
) -> wasmtime::Result<()> {
    sockets::add_to_linker::<T, Sockets>(linker, view)
}

/// Names [`SocketsView`] to the linker.
pub struct Sockets;

impl HasData for Sockets {
    type Data<'a> = SocketsView<'a>;
}

/// What the shim uses of other shims' instance state.
pub struct SocketsView<'a> {
    /// The endpoints that are proxied.
    pub endpoints: &'a Arc<Endpoints>,
    /// The names that this instance resolved.
    pub names: &'a ResolvedNames,
    /// The connections that this instance holds.
    pub connections: &'a mut Handles<SharedSession>,
    /// Where pollables are kept.
    pub table: &'a mut ResourceTable,
}

impl sockets::Host for SocketsView<'_> {
    fn route(&mut self, host: String, port: u16) -> wasmtime::Result<Option<DbConfig>> {
        let endpoint = match host.parse() {
            Ok(address) => self.endpoints.at(self.names, address, port),
            Err(_) => self.endpoints.find(&host, port),
        };
        Ok(endpoint.map(|endpoint| endpoint.config.clone()))
    }

    fn try_recv(
        &mut self,
        connection: Connection,
        max_bytes: u32,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, DbError>> {
        let Some(session) = self.connections.get(connection) else {
            return Ok(Err(DbError::Closed));
        };
        let received = session.lock().try_recv((max_bytes as usize).min(MAX_RECV));
        Ok(received
            .map(|bytes| bytes.map(Vec::from))
            .map_err(|error| reported(&error)))
    }

    async fn wait(
        &mut self,
        connections: Vec<Connection>,
        timeout_ns: Option<u64>,
    ) -> wasmtime::Result<u32> {
        if connections.len() > MAX_WAIT {
            wasmtime::bail!(
                "a wait on {} connections; at most {MAX_WAIT} are allowed",
                connections.len()
            );
        }
        let sessions: Vec<Option<SharedSession>> = connections
            .iter()
            .map(|connection| self.connections.get(*connection).cloned())
            .collect();
        let readable = poll_fn(|context| {
            let ready = sessions.iter().position(|session| match session {
                Some(session) => session.lock().poll_readable(context).is_ready(),
                None => true,
            });
            ready.map_or(Poll::Pending, Poll::Ready)
        });
        let ready = match timeout_ns {
            Some(timeout) => tokio::time::timeout(Duration::from_nanos(timeout), readable)
                .await
                .ok(),
            None if sessions.is_empty() => None,
            None => Some(readable.await),
        };
        Ok(u32::try_from(ready.unwrap_or(sessions.len())).unwrap_or(u32::MAX))
    }

    fn subscribe(&mut self, connection: Connection) -> wasmtime::Result<Resource<DynPollable>> {
        let session = self.connections.get(connection).cloned();
        let readiness = self.table.push(Readiness(session))?;
        subscribe(self.table, readiness)
    }
}

/// Ready when the session can be read without blocking, or is no more.
struct Readiness(Option<SharedSession>);

#[wasmtime_wasi::async_trait]
impl Pollable for Readiness {
    async fn ready(&mut self) {
        if let Some(session) = &self.0 {
            poll_fn(|context| session.lock().poll_readable(context)).await;
        }
    }
}
