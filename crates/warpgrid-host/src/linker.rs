//! What a component may import.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi_http::{p2, p3};

use crate::config::Shims;
use crate::shims::{database_proxy, dns, filesystem, signals, sockets, threading, wasi_sockets};
use crate::state::GuestState;

/// The linkers of an engine, one for each choice of shims: to make one takes
/// longer than to link with it.
#[derive(Default)]
pub(crate) struct Linkers {
    made: Mutex<HashMap<Shims, Arc<Linker<GuestState>>>>,
}

impl Linkers {
    pub(crate) fn get(
        &self,
        engine: &Engine,
        shims: Shims,
    ) -> wasmtime::Result<Arc<Linker<GuestState>>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(linker) = made.get(&shims) {
            return Ok(linker.clone());
        }
        let linker = Arc::new(linker(engine, shims)?);
        made.insert(shims, linker.clone());
        Ok(linker)
    }
}

/// WASI 0.2 and 0.3, wasi:http, and the shims that are on.
fn linker(engine: &Engine, shims: Shims) -> wasmtime::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    p2::add_only_http_to_linker_async(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
    // Components of toolchains that know nothing of the shims have them, too.
    linker.allow_shadowing(true);
    if shims.dns {
        wasi_sockets::add_names_to_linker(&mut linker, GuestState::wasi_names)?;
    }
    if shims.database_proxy {
        wasi_sockets::add_tcp_to_linker(&mut linker, GuestState::wasi_tcp)?;
    }
    linker.allow_shadowing(false);
    if shims.filesystem {
        filesystem::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.filesystem)?;
    }
    if shims.dns {
        dns::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.dns)?;
    }
    if shims.database_proxy {
        database_proxy::add_to_linker(&mut linker, |state: &mut GuestState| {
            &mut state.database_proxy
        })?;
        sockets::add_to_linker(&mut linker, GuestState::sockets)?;
    }
    if shims.signals {
        signals::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.signals)?;
    }
    if shims.threading {
        threading::add_to_linker(&mut linker, |state: &mut GuestState| &mut state.threading)?;
    }
    Ok(linker)
}
