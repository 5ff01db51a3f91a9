//! `bare_host FILE.wasm ADDRESS REUSE`: the least that serves a component by
//! wasmtime's own `ProxyHandler`, with pooled instances and without a shim, a
//! limit or a configuration. `cargo xtask bench host` measures the host beside
//! it.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use wasmtime::component::{Component, GuestTaskId, Linker, ResourceTable};
use wasmtime::error::Context as _;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store,
    StoreContextMut,
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView, p2,
};

struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    sends: Nothing,
}

/// Guests send no requests here.
struct Nothing;

type Trailing = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Nothing {
    fn send_request(
        &mut self,
        _request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Trailing,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Trailing), Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.sends,
        }
    }
}

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
        let guest = Guest {
            wasi: WasiCtx::builder().build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            sends: Nothing,
        };
        let mut store = Store::new(&self.engine, guest);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
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

fn engine() -> Result<Engine> {
    let mut pooling = PoolingAllocationConfig::new();
    pooling
        .total_component_instances(128)
        .total_core_instances(1024)
        .total_memories(256)
        .total_tables(512)
        .total_stacks(256)
        .max_memory_size(256 << 20);
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pooling));
    let engine = Engine::new(&config)?;
    let ticking = engine.clone();
    std::thread::spawn(move || {
        loop {
            ticking.increment_epoch();
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    Ok(engine)
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let mut next = || {
        args.next()
            .context("usage: bare_host FILE.wasm ADDRESS REUSE")
    };
    let (file, address, reuse) = (next()?, next()?, next()?);
    let address: SocketAddr = address.parse()?;
    let engine = engine()?;
    let component = Component::from_file(&engine, file)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    p2::add_only_http_to_linker_async(&mut linker)?;
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
