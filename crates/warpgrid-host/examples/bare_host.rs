//! `bare_host FILE.wasm ADDRESS REUSE INSTANCES`: the least that serves a component by
//! wasmtime's own `ProxyHandler`, with pooled instances and without a shim, a
//! limit or a configuration. `cargo xtask bench host` measures the host beside
//! it.

mod bare;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bare::Guest;
use http::Request;
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use wasmtime::component::{Component, GuestTaskId};
use wasmtime::error::Context as _;
use wasmtime::{Engine, Result, Store, StoreContextMut};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::{WasiHttpView, p2};

struct Host {
    engine: Engine,
    proxy: ProxyPre<Guest>,
    reuse: usize,
}

impl HandlerState for Host {
    type StoreData = Guest;
    type WorkerExpiration = Idle;
    type WorkerState = Reuse;

    async fn instantiate(&self) -> Result<Instance<Guest, Idle, Reuse>> {
        let mut store = bare::store(&self.engine);
        let proxy = self.proxy.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy,
            view: Guest::http,
            expiration: Idle(None),
            state: Reuse(self.reuse),
        })
    }
}

struct Reuse(usize);

impl WorkerState for Reuse {
    type StoreData = Guest;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        match (total >= self.0, concurrent) {
            (true, _) => ShouldAccept::Never,
            (false, 0) => ShouldAccept::Yes,
            (false, _) => ShouldAccept::No,
        }
    }

    fn on_request_start(
        &self,
        _store: StoreContextMut<'_, Guest>,
        (): (),
        _task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(tokio::time::sleep(Duration::from_secs(30)))
    }

    fn drop(&self, _store: Store<Guest>, _result: Result<()>) {}
}

/// An idle instance ends after ten seconds.
struct Idle(Option<(Instant, Pin<Box<tokio::time::Sleep>>)>);

impl WorkerExpiration for Idle {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        if status != WorkerStatus::Idle {
            return Poll::Pending;
        }
        let at = start + Duration::from_secs(10);
        if self.0.as_ref().is_none_or(|(set, _)| *set != at) {
            self.0 = Some((at, Box::pin(tokio::time::sleep_until(at.into()))));
        }
        match &mut self.0 {
            Some((_, sleep)) => sleep.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let mut next = || {
        args.next()
            .context("usage: bare_host FILE.wasm ADDRESS REUSE INSTANCES")
    };
    let (file, address, reuse, instances) = (next()?, next()?, next()?, next()?);
    let address: SocketAddr = address.parse()?;
    let engine = bare::engine(instances.parse()?)?;
    let component = Component::from_file(&engine, file)?;
    let linker = bare::linker(&engine)?;
    let pre = p2::bindings::ProxyPre::new(linker.instantiate_pre(&component)?)?;
    let handler = Arc::new(ProxyHandler::new(Host {
        engine,
        proxy: ProxyPre::P2(pre),
        reuse: reuse.parse()?,
    }));
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let handler = handler.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let handler = handler.clone();
                let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
                async move { handler.handle((), request).await }
            });
            let server = auto::Builder::new(TokioExecutor::new());
            // A client that leaves is no concern of this program's.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
