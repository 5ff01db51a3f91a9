//! `warpgrid:shim/database-proxy`: byte streams onto pooled sessions.

mod config;
mod handles;
mod session;

use std::future::poll_fn;
use std::sync::Arc;

use tokio::sync::Semaphore;
use warpgrid_db::{Error, Pools, Tenant};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::warpgrid::shim::database_proxy::{self, Connection, DbConfig, DbError};
use crate::faults::OpenSessions;

pub use config::{Endpoints, ProxiedEndpoint};
pub use handles::Handles;
pub use session::{SharedSession, WeakSession};

/// The most bytes that one `recv` gives, whatever the guest asks for.
pub(crate) const MAX_RECV: usize = 256 * 1024;

/// Defines the shim's imports.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    state: fn(&mut T) -> &mut DatabaseProxyState,
) -> wasmtime::Result<()> {
    database_proxy::add_to_linker::<T, HasSelf<DatabaseProxyState>>(linker, state)
}

/// One instance's connections, and the endpoints it may open more to.
pub struct DatabaseProxyState {
    pools: Pools,
    tenant: Tenant,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) connections: Handles<SharedSession>,
    /// A place for each connection that the instance may have.
    places: Arc<Semaphore>,
    /// A permit for each connection that guests of the deployment may open.
    permits: Arc<Semaphore>,
    /// Where faults find what is open.
    sessions: Option<Arc<OpenSessions>>,
}

impl DatabaseProxyState {
    /// State without a connection; at most `limit` may be open at once, and each
    /// takes one of the permits.
    pub fn new(
        pools: Pools,
        tenant: Tenant,
        endpoints: Arc<Endpoints>,
        limit: u32,
        permits: Arc<Semaphore>,
        sessions: Option<Arc<OpenSessions>>,
    ) -> Self {
        Self {
            pools,
            tenant,
            endpoints,
            connections: Handles::default(),
            places: Arc::new(Semaphore::new(limit as usize)),
            permits,
            sessions,
        }
    }

    /// Opens a session with an endpoint, whichever way the guest asks for it.
    /// Nothing where the instance, or all together, have as many as they may.
    pub(crate) fn open(
        &self,
        endpoint: &ProxiedEndpoint,
    ) -> Option<impl Future<Output = Result<SharedSession, Error>> + Send + use<>> {
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            tracing::warn!(
                "the guest holds as many connections as [limits] connections in warp.toml allows"
            );
            return None;
        };
        let Ok(permit) = self.permits.clone().try_acquire_owned() else {
            tracing::warn!(
                "guests hold as many connections as [limits] total-connections in warp.toml allows"
            );
            return None;
        };
        let (pools, tenant) = (self.pools.clone(), self.tenant.clone());
        let (endpoint, sessions) = (endpoint.endpoint.clone(), self.sessions.clone());
        Some(async move {
            let session = pools.connect(&tenant, &endpoint).await?;
            let session = SharedSession::new(session, [place, permit]);
            if let Some(sessions) = sessions {
                sessions.add(&session);
            }
            Ok(session)
        })
    }

    fn session(&self, connection: Connection) -> Result<SharedSession, DbError> {
        self.connections
            .get(connection)
            .cloned()
            .ok_or(DbError::Closed)
    }
}

impl database_proxy::Host for DatabaseProxyState {
    async fn connect(&mut self, wanted: DbConfig) -> wasmtime::Result<Result<Connection, DbError>> {
        let Some(endpoint) = self.endpoints.find(&wanted.host, wanted.port) else {
            tracing::warn!(
                host = wanted.host,
                port = wanted.port,
                "the guest may not connect there; add a [[database]] with this host and port to warp.toml"
            );
            return Ok(Err(DbError::ConnectionRefused));
        };
        if endpoint.config.protocol != wanted.protocol {
            tracing::warn!(
                host = wanted.host,
                port = wanted.port,
                "the guest asks for another protocol than warp.toml gives"
            );
            return Ok(Err(DbError::ProtocolError));
        }
        let Some(opening) = self.open(endpoint) else {
            return Ok(Err(DbError::PoolExhausted));
        };
        Ok(match opening.await {
            Ok(session) => self
                .connections
                .insert(session)
                .ok_or(DbError::PoolExhausted),
            Err(error) => Err(reported(&error)),
        })
    }

    async fn send(
        &mut self,
        connection: Connection,
        data: Vec<u8>,
    ) -> wasmtime::Result<Result<u32, DbError>> {
        let session = match self.session(connection) {
            Ok(session) => session,
            Err(error) => return Ok(Err(error)),
        };
        let taken = poll_fn(|context| session.lock().poll_send(context, &data)).await;
        Ok(taken
            .map(|taken| u32::try_from(taken).unwrap_or(u32::MAX))
            .map_err(|error| reported(&error)))
    }

    async fn recv(
        &mut self,
        connection: Connection,
        max_bytes: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, DbError>> {
        let session = match self.session(connection) {
            Ok(session) => session,
            Err(error) => return Ok(Err(error)),
        };
        let max = (max_bytes as usize).min(MAX_RECV);
        let received = poll_fn(|context| session.lock().poll_recv(context, max)).await;
        Ok(received.map(Vec::from).map_err(|error| reported(&error)))
    }

    fn close(&mut self, connection: Connection) -> wasmtime::Result<()> {
        self.connections.remove(connection);
        Ok(())
    }
}

/// The guest's view of an error; the operator's goes to the log.
pub(crate) fn reported(error: &Error) -> DbError {
    tracing::warn!(%error, "database");
    match error {
        Error::ConnectionRefused { .. } => DbError::ConnectionRefused,
        Error::Timeout { .. } => DbError::Timeout,
        Error::PoolExhausted { .. } => DbError::PoolExhausted,
        Error::Closed => DbError::Closed,
        _ => DbError::ProtocolError,
    }
}
