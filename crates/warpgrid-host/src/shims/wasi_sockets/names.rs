//! `wasi:sockets/ip-name-lookup`, answered by the dns shim.

use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::vec;

use wasmtime::component::{Linker, Resource, ResourceTable, ResourceType};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress};
use wasmtime_wasi::p2::{DynPollable, Network, Pollable, subscribe};
use wasmtime_wasi::runtime;

use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::shims::dns::{DnsConfig, ResolvedNames, canonical};

/// As wasmtime-wasi names it, so that this takes its place.
const INTERFACE: &str = "wasi:sockets/ip-name-lookup@0.2.12";

/// What look-ups use of an instance.
pub struct NamesView<'a> {
    /// The resolver.
    pub dns: &'a Arc<DnsConfig>,
    /// The names that this instance resolved.
    pub names: &'a ResolvedNames,
    /// Where look-ups are kept.
    pub table: &'a mut ResourceTable,
}

pub(super) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> NamesView<'_>,
) -> wasmtime::Result<()> {
    let mut interface = linker.instance(INTERFACE)?;
    interface.resource(
        "resolve-address-stream",
        ResourceType::host::<Lookup>(),
        move |mut store, lookup| {
            let table = view(store.data_mut()).table;
            table.delete(Resource::<Lookup>::new_own(lookup))?;
            Ok(())
        },
    )?;
    interface.func_wrap(
        "resolve-addresses",
        move |mut store, (network, name): (Resource<Network>, String)| {
            let view = view(store.data_mut());
            view.table.get(&network)?;
            let lookup = match view.begin(name) {
                Ok(lookup) => Ok(view.table.push(lookup)?),
                Err(error) => Err(error),
            };
            Ok((lookup,))
        },
    )?;
    interface.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        move |mut store, (lookup,): (Resource<Lookup>,)| {
            let lookup = view(store.data_mut()).table.get_mut(&lookup)?;
            Ok((lookup.next(),))
        },
    )?;
    interface.func_wrap(
        "[method]resolve-address-stream.subscribe",
        move |mut store,
              (lookup,): (Resource<Lookup>,)|
              -> wasmtime::Result<(Resource<DynPollable>,)> {
            Ok((subscribe(view(store.data_mut()).table, lookup)?,))
        },
    )
}

impl NamesView<'_> {
    /// Looks a name up.
    pub(super) fn look_up(
        &self,
        name: String,
    ) -> impl Future<Output = Result<Vec<IpAddr>, DnsError>> + Send + use<> {
        let (dns, names) = (self.dns.clone(), self.names.clone());
        async move {
            let found = dns.resolve(&name).await?;
            names.remember_all(&found);
            Ok(found.addresses)
        }
    }

    fn begin(&self, name: String) -> Result<Lookup, ErrorCode> {
        if canonical(&name).is_none() {
            return Err(ErrorCode::InvalidArgument);
        }
        let looking = self.look_up(name);
        let mut looking = Box::pin(async {
            let addresses = looking.await.map_err(error_of)?;
            Ok(addresses.into_iter())
        });
        // What the configuration knows, and what is cached, needs no task.
        let mut now = Context::from_waker(Waker::noop());
        match looking.as_mut().poll(&mut now) {
            Poll::Ready(answer) => Ok(Lookup::Answered(Ok(answer?))),
            Poll::Pending => Ok(Lookup::Open(Box::pin(runtime::spawn(looking)))),
        }
    }
}

fn error_of(error: DnsError) -> ErrorCode {
    match error {
        DnsError::NotFound => ErrorCode::NameUnresolvable,
        DnsError::Timeout => ErrorCode::TemporaryResolverFailure,
        DnsError::Internal => ErrorCode::PermanentResolverFailure,
    }
}

type Answer = Result<vec::IntoIter<IpAddr>, ErrorCode>;

/// A look-up, as a resource.
enum Lookup {
    Open(Pin<Box<dyn Future<Output = Answer> + Send>>),
    Answered(Answer),
}

impl Lookup {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<&mut Answer> {
        if let Self::Open(looking) = self {
            match looking.as_mut().poll(context) {
                Poll::Ready(answer) => *self = Self::Answered(answer),
                Poll::Pending => return Poll::Pending,
            }
        }
        match self {
            Self::Answered(answer) => Poll::Ready(answer),
            Self::Open(_) => Poll::Pending,
        }
    }

    fn next(&mut self) -> Result<Option<IpAddress>, ErrorCode> {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(addresses)) => Ok(addresses.next().map(IpAddress::from)),
            Poll::Ready(Err(error)) => Err(*error),
            Poll::Pending => Err(ErrorCode::WouldBlock),
        }
    }
}

#[async_trait]
impl Pollable for Lookup {
    async fn ready(&mut self) {
        poll_fn(|context| self.poll(context).map(drop)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_the_place_of_wasmtimes() {
        let engine = wasmtime::Engine::default();
        let mut linker = Linker::<crate::state::GuestState>::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        let view = crate::state::GuestState::wasi_names;
        let clash = add_to_linker(&mut linker, view).unwrap_err();
        assert!(
            clash.to_string().contains("resolve-address-stream"),
            "{clash}"
        );
        linker.allow_shadowing(true);
        add_to_linker(&mut linker, view).unwrap();
    }
}
