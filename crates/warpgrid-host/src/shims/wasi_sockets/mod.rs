//! `wasi:sockets` 0.2 as this host has it, for components whose toolchain knows
//! nothing of `warpgrid:shim`: names are those of the [dns](super::dns) shim,
//! and connections to `[[database]]` endpoints are sessions of the
//! [database-proxy](super::database_proxy) shim. All else is wasmtime-wasi's.

mod channel;
mod gate;
mod names;
mod options;
mod proxied;
mod tcp;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime_wasi::p2::bindings::sockets;
use wasmtime_wasi::sockets::WasiSocketsCtxView;

use super::database_proxy::DatabaseProxyState;
use super::dns::{DnsConfig, ResolvedNames};

pub(crate) use gate::opening_of;
pub use names::NamesView;
pub use tcp::TcpView;

/// Defines `wasi:sockets/ip-name-lookup` again, over the dns shim.
pub fn add_names_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> NamesView<'_>,
) -> wasmtime::Result<()> {
    names::add_to_linker(linker, view)
}

/// Defines `wasi:sockets/tcp` again, with proxied endpoints.
pub fn add_tcp_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> TcpView<'_>,
) -> wasmtime::Result<()> {
    sockets::tcp::add_to_linker::<T, tcp::Tcp>(linker, view)
}

/// One instance's sockets, as far as they are not wasmtime-wasi's own affair,
/// by their resource's number.
#[derive(Default)]
pub struct WasiSocketsState {
    proxied: HashMap<u32, proxied::Proxied>,
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
