//! What the store of one instance holds.

use warpgrid_db::Pools;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::budget::Allowance;
use crate::deployment::Shared;
use crate::outgoing::OutgoingHooks;
use crate::shims::database_proxy::DatabaseProxyState;
use crate::shims::dns::{DnsState, ResolvedNames};
use crate::shims::filesystem::{FilesystemState, Process};
use crate::shims::signals::{Signal, SignalsState};
use crate::shims::sockets::SocketsView;
use crate::shims::threading::ThreadingState;

/// The state of one guest: WASI's, and each shim's.
pub(crate) struct GuestState {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing: OutgoingHooks,
    table: ResourceTable,
    names: ResolvedNames,
    pub(crate) allowance: Allowance,
    pub(crate) filesystem: FilesystemState,
    pub(crate) dns: DnsState,
    pub(crate) database_proxy: DatabaseProxyState,
    pub(crate) signals: SignalsState,
    pub(crate) threading: ThreadingState,
}

impl GuestState {
    /// A fresh guest of a deployment, which may register for these signals.
    pub(crate) fn new(
        wasi: WasiCtx,
        process: Process,
        shared: &Shared,
        pools: Pools,
        signals: &'static [Signal],
    ) -> Self {
        let names = ResolvedNames::default();
        let limits = &shared.config.limits;
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles as usize);
        Self {
            wasi,
            http: WasiHttpCtx::new(),
            outgoing: OutgoingHooks::new(shared.outgoing.clone()),
            table,
            allowance: Allowance::new(shared.budget.clone(), limits),
            filesystem: FilesystemState::new(shared.filesystem.clone(), process),
            dns: DnsState::new(shared.dns.clone(), names.clone()),
            database_proxy: DatabaseProxyState::new(
                pools,
                shared.tenant.clone(),
                shared.endpoints.clone(),
                limits.connections,
                shared.connections.clone(),
            ),
            signals: SignalsState::new(shared.signals.clone(), signals),
            threading: ThreadingState::new(shared.threading.clone()),
            names,
        }
    }

    pub(crate) fn sockets(&mut self) -> SocketsView<'_> {
        SocketsView {
            endpoints: &self.database_proxy.endpoints,
            names: &self.names,
            connections: &mut self.database_proxy.connections,
            table: &mut self.table,
        }
    }
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.outgoing,
        }
    }
}
