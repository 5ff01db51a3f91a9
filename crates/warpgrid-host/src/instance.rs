//! What an instance is made with: its store, and WASI's part of it.

use std::net::SocketAddr;

use wasmtime::{Engine, Store};
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::config::{Network, ShimConfig};
use crate::deployment::Shared;
use crate::error::Error;
use crate::shims::dns::ResolvedNames;
use crate::shims::filesystem::Process;
use crate::shims::signals::{self, Signal};
use crate::shims::wasi_sockets;
use crate::state::GuestState;

/// What a guest whose instructions are counted starts with: more than it can
/// use up. Fuel only counts; time is limited from outside.
pub(crate) const FUEL: u64 = u64::MAX;

/// A store for an instance that handles requests.
pub(crate) fn handler_store(engine: &Engine, shared: &Shared) -> Result<Store<GuestState>, Error> {
    let wasi = wasi(&shared.config)?;
    let process = shared.process(shared.program.clone());
    Ok(new_store(
        engine,
        wasi,
        process,
        shared,
        signals::TO_HANDLERS,
    ))
}

pub(crate) fn new_store(
    engine: &Engine,
    mut wasi: WasiCtxBuilder,
    process: Process,
    shared: &Shared,
    signals: &'static [Signal],
) -> Store<GuestState> {
    wasi.stderr(shared.errors.clone());
    let state = GuestState::new(wasi, process, shared, signals);
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.allowance);
    // Each epoch a guest that computes lets others run; deadlines are enforced
    // from outside, where the guest cannot prevent it.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    if shared.counts_instructions
        && let Err(error) = store.set_fuel(FUEL)
    {
        tracing::warn!(%error, "instructions are not counted");
    }
    store
}

/// WASI's part of an instance: the environment and the directories of
/// `warp.toml`, output to the host's own. Its sockets reach nothing yet, and
/// nobody sees its errors.
pub(crate) fn wasi(config: &ShimConfig) -> Result<WasiCtxBuilder, Error> {
    let mut builder = WasiCtxBuilder::new();
    for (name, value) in config.variables() {
        builder.env(name, value);
    }
    builder.inherit_stdout();
    for (name, path) in &config.directories {
        builder
            .preopened_dir(path, name, FsPerms::ReadWrite)
            .map_err(|error| Error::Directory {
                path: path.clone(),
                cause: error.downcast().unwrap_or_else(std::io::Error::other),
            })?;
    }
    Ok(builder)
}

/// Lets the sockets of an instance reach what `[network]` grants, by the names
/// that it resolved.
pub(crate) fn grant_sockets(builder: &mut WasiCtxBuilder, network: &Network, names: ResolvedNames) {
    // A guest makes its socket before it says where to: a proxied one, too.
    // What a socket may reach is decided address by address.
    builder.allow_tcp(true);
    builder
        .allow_udp(!network.connect.is_empty() || !network.listen.is_empty())
        .allow_ip_name_lookup(!network.connect.is_empty());
    let network = network.clone();
    builder.socket_addr_check(move |address: SocketAddr, usage| {
        if let Some(opening) = wasi_sockets::opening_of(usage) {
            return opening;
        }
        let names = names.all(address.ip());
        let granted = network.grants(address, &names, usage);
        if !granted {
            let key = match usage {
                SocketAddrUse::TcpBind | SocketAddrUse::TcpListen | SocketAddrUse::UdpBind => {
                    "listen"
                }
                _ => "connect",
            };
            let names = (!names.is_empty()).then(|| names.join(" "));
            tracing::warn!(%address, names, "the guest may not use this address; add it to [network] {key} in warp.toml");
        }
        Box::pin(async move { granted })
    });
}
