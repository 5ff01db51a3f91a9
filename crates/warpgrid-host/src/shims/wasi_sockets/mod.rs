//! `wasi:sockets` as this host has it, 0.2 here and 0.3 in [`p3`], for
//! components whose toolchain knows nothing of `warpgrid:shim`: names are those
//! of the [dns](super::dns) shim, and connections to `[[database]]` endpoints
//! are sessions of the [database-proxy](super::database_proxy) shim. All else is
//! wasmtime-wasi's.

mod channel;
mod gate;
mod names;
mod options;
mod p3;
mod proxied;
mod tcp;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime_wasi::p2::bindings::sockets;
use wasmtime_wasi::sockets::{WasiSocketsCtxView, WasiSocketsView};

use super::database_proxy::DatabaseProxyState;
use super::dns::{DnsConfig, ResolvedNames};

pub(crate) use gate::opening_of;
pub use names::NamesView;
pub use tcp::TcpView;

/// Defines `wasi:sockets/ip-name-lookup` again, over the dns shim, in both
/// versions.
pub fn add_names_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> NamesView<'_>,
) -> wasmtime::Result<()> {
    names::add_to_linker(linker, view)?;
    p3::add_names_to_linker(linker, view)
}

/// Defines `wasi:sockets/tcp` again, with proxied endpoints, in both versions.
pub fn add_tcp_to_linker<T: WasiSocketsView + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> TcpView<'_>,
) -> wasmtime::Result<()> {
    sockets::tcp::add_to_linker::<T, tcp::Tcp>(linker, view)?;
    p3::add_tcp_to_linker(linker, view)
}

/// One instance's sockets, as far as they are not wasmtime-wasi's own affair,
/// by their resource's number.
#[derive(Default)]
pub struct WasiSocketsState {
    proxied: HashMap<u32, proxied::Proxied>,
    /// Those of 0.3.
    connections: HashMap<u32, p3::Connection>,
    /// Connections that are being made to addresses of the registry.
    watched: HashMap<u32, IpAddr>,
}

impl WasiSocketsState {
    /// The view of `wasi:sockets/tcp`.
    pub fn tcp<'a>(
        &'a mut self,
        wasi: WasiSocketsCtxView<'a>,
        database: &'a DatabaseProxyState,
        dns: &'a Arc<DnsConfig>,
        names: &'a ResolvedNames,
    ) -> TcpView<'a> {
        TcpView {
            wasi,
            sockets: self,
            database,
            dns,
            names,
        }
    }
}
