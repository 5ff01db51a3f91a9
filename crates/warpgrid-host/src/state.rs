//! What the store of one instance holds.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::sockets::WasiSocketsView as _;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::budget::Allowance;
use crate::deployment::Shared;
use crate::instance::grant_sockets;
use crate::outgoing::OutgoingHooks;
use crate::shims::database_proxy::DatabaseProxyState;
use crate::shims::dns::{DnsConfig, DnsState, ResolvedNames};
use crate::shims::filesystem::{FilesystemState, Process};
use crate::shims::signals::{Signal, SignalsState};
use crate::shims::sockets::SocketsView;
use crate::shims::threading::ThreadingState;
use crate::shims::wasi_sockets::{NamesView, TcpView, WasiSocketsState};

/// WASI's state, and the resources of all.
struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Wasi {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.ctx,
            table: &mut self.table,
        }
    }
}

/// The state of one guest: WASI's, and each shim's.
pub(crate) struct GuestState {
    wasi: Wasi,
    http: WasiHttpCtx,
    outgoing: OutgoingHooks,
    names: ResolvedNames,
    resolver: Arc<DnsConfig>,
    wasi_sockets: WasiSocketsState,
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
        mut wasi: WasiCtxBuilder,
        process: Process,
        shared: &Shared,
        signals: &'static [Signal],
    ) -> Self {
        let names = ResolvedNames::default();
        grant_sockets(&mut wasi, &shared.config.network, names.clone());
        let limits = &shared.config.limits;
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles as usize);
        Self {
            wasi: Wasi {
                ctx: wasi.build(),
                table,
            },
            http: WasiHttpCtx::new(),
            outgoing: OutgoingHooks::new(shared.outgoing.clone()),
            allowance: Allowance::new(shared.budget.clone(), limits),
            filesystem: FilesystemState::new(shared.filesystem.clone(), process),
            dns: DnsState::new(shared.upstreams.dns.clone(), names.clone()),
            database_proxy: DatabaseProxyState::new(
                shared.upstreams.pools.clone(),
                shared.tenant.clone(),
                shared.upstreams.endpoints.clone(),
                limits.connections,
                shared.connections.clone(),
                shared.upstreams.sessions.clone(),
            ),
            signals: SignalsState::new(shared.signals.clone(), signals),
            threading: ThreadingState::new(shared.threading.clone()),
            names,
            resolver: shared.upstreams.dns.clone(),
            wasi_sockets: WasiSocketsState::default(),
        }
    }

    pub(crate) fn sockets(&mut self) -> SocketsView<'_> {
        SocketsView {
            endpoints: &self.database_proxy.endpoints,
            names: &self.names,
            connections: &mut self.database_proxy.connections,
            table: &mut self.wasi.table,
        }
    }
}

impl GuestState {
    pub(crate) fn wasi_names(&mut self) -> NamesView<'_> {
        NamesView {
            dns: &self.resolver,
            names: &self.names,
            table: &mut self.wasi.table,
        }
    }

    /// Sockets as wasmtime-wasi has them.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn sockets_of_wasi(&mut self) -> wasmtime_wasi::sockets::WasiSocketsCtxView<'_> {
        self.wasi.sockets()
    }

    pub(crate) fn wasi_tcp(&mut self) -> TcpView<'_> {
        self.wasi_sockets.tcp(
            self.wasi.sockets(),
            &self.database_proxy,
            &self.resolver,
            &self.names,
        )
    }
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.wasi.table,
            hooks: &mut self.outgoing,
        }
    }
}
