//! What a component may import.

use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi_http::{p2, p3};

use crate::config::ShimConfig;
use crate::shims::{database_proxy, dns, filesystem, signals, sockets, threading, wasi_sockets};
use crate::state::GuestState;

/// WASI 0.2 and 0.3, wasi:http, and the shims that are on.
pub(crate) fn linker(engine: &Engine, config: &ShimConfig) -> wasmtime::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    p2::add_only_http_to_linker_async(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
    // Components of toolchains that know nothing of the shims have them, too.
    linker.allow_shadowing(true);
    if config.shims.dns {
        wasi_sockets::add_names_to_linker(&mut linker, GuestState::wasi_names)?;
    }
    if config.shims.database_proxy {
        wasi_sockets::add_tcp_to_linker(&mut linker, GuestState::wasi_tcp)?;
    }
    linker.allow_shadowing(false);
    if config.shims.filesystem {
        filesystem::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.filesystem)?;
    }
    if config.shims.dns {
        dns::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.dns)?;
    }
    if config.shims.database_proxy {
        database_proxy::add_to_linker(&mut linker, |state: &mut GuestState| {
            &mut state.database_proxy
        })?;
        sockets::add_to_linker(&mut linker, GuestState::sockets)?;
    }
    if config.shims.signals {
        signals::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.signals)?;
    }
    if config.shims.threading {
        threading::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.threading)?;
    }
    Ok(linker)
}
