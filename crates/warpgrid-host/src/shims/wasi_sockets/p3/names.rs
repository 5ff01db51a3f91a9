//! `wasi:sockets/ip-name-lookup` 0.3, answered by the dns shim.

use wasmtime::component::{Accessor, Linker};
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup::ErrorCode;
use wasmtime_wasi::p3::bindings::sockets::types::IpAddress;

use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::shims::dns::canonical;
use crate::shims::wasi_sockets::NamesView;

/// As wasmtime-wasi names it, so that this takes its place.
const INTERFACE: &str = "wasi:sockets/ip-name-lookup@0.3.0";

/// Defines `resolve-addresses` again.
pub(in super::super) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> NamesView<'_>,
) -> wasmtime::Result<()> {
    linker.instance(INTERFACE)?.func_wrap_concurrent(
        "resolve-addresses",
        move |store: &Accessor<T>, (name,): (String,)| {
            Box::pin(async move { Ok((resolve(store, view, name).await,)) })
        },
    )
}

async fn resolve<T: Send>(
    store: &Accessor<T>,
    view: fn(&mut T) -> NamesView<'_>,
    name: String,
) -> Result<Vec<IpAddress>, ErrorCode> {
    if canonical(&name).is_none() {
        return Err(ErrorCode::InvalidArgument);
    }
    let looking = store.with(|mut store| view(store.get()).look_up(name));
    match looking.await {
        Ok(addresses) => Ok(addresses.into_iter().map(IpAddress::from).collect()),
        Err(DnsError::NotFound) => Err(ErrorCode::NameUnresolvable),
        Err(DnsError::Timeout) => Err(ErrorCode::TemporaryResolverFailure),
        Err(DnsError::Internal) => Err(ErrorCode::PermanentResolverFailure),
    }
}
