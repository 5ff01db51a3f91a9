//! A component linked with its shims.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http_body_util::BodyExt;
use tokio::sync::{Semaphore, oneshot};
use warpgrid_db::{Pools, Tenant};
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};
use wasmtime_wasi_http::handler::{ProxyHandler, ProxyPre, Request, Response};
use wasmtime_wasi_http::{p2, p3};

use crate::config::ShimConfig;
use crate::engine::Module;
use crate::error::Error;
use crate::imports;
use crate::shims::database_proxy::{self, Endpoints};
use crate::shims::dns::{self, DnsConfig};
use crate::shims::filesystem::{self, FilesystemConfig, Process};
use crate::shims::signals::{self, Receivers, Signal};
use crate::shims::sockets;
use crate::shims::threading::{self, Declared, ThreadingModel};
use crate::state::GuestState;
use crate::worker::Workers;

/// A component linked with the shims of its configuration.
pub struct Deployment {
    engine: Engine,
    pub(crate) module: Module,
    pub(crate) pre: InstancePre<GuestState>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) pools: Pools,
    handler: Option<ProxyHandler<Workers>>,
    instances: Arc<Semaphore>,
    waiting: AtomicU32,
}

/// What all instances of a deployment share.
pub(crate) struct Shared {
    pub(crate) config: ShimConfig,
    pub(crate) tenant: Tenant,
    pub(crate) filesystem: Arc<FilesystemConfig>,
    pub(crate) dns: Arc<DnsConfig>,
    /// What `/proc/self` shows of an instance that is given no arguments.
    pub(crate) program: Arc<[String]>,
    environment: Arc<[String]>,
    /// Whether guests need fuel, which the engine counts with.
    counts_instructions: bool,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) signals: Arc<Receivers>,
    pub(crate) threading: Arc<Declared>,
}

impl Shared {
    /// How an instance sees itself.
    pub(crate) fn process(&self, arguments: Arc<[String]>) -> Process {
        Process {
            arguments,
            environment: self.environment.clone(),
            memory: self.config.limits.memory_bytes(),
        }
    }
}

impl Deployment {
    pub(crate) fn new(
        engine: &Engine,
        module: &Module,
        config: &ShimConfig,
        counts_instructions: bool,
        pools: Pools,
    ) -> Result<Self, Error> {
        imports::check(engine, &module.component, &module.path, config.shims)?;
        // Once for its errors, before anything is served.
        wasi(config)?;
        let dns = Arc::new(DnsConfig::new(config));
        let endpoints = Arc::new(Endpoints::new(config, &dns));
        let shared = Arc::new(Shared {
            config: config.clone(),
            tenant: Tenant::new(module.path.display().to_string()),
            filesystem: Arc::new(FilesystemConfig::new(config)),
            dns,
            program: [program_name(module)].into(),
            environment: environment(config),
            counts_instructions,
            endpoints,
            signals: Arc::default(),
            threading: Arc::new(Declared::new(module.path.display().to_string())),
        });
        let pre = linker(engine, config)
            .and_then(|linker| linker.instantiate_pre(&module.component))
            .map_err(|error| {
                Error::component(
                    &module.path,
                    format!("cannot be linked: {error:#}"),
                    "build it again with the toolchain of this release",
                )
            })?;
        let handler = proxy_pre(&pre).map(|proxy| {
            ProxyHandler::new(Workers::new(
                engine.clone(),
                proxy,
                shared.clone(),
                pools.clone(),
            ))
        });
        let deployment = Self {
            engine: engine.clone(),
            module: module.clone(),
            pre,
            pools,
            handler,
            instances: Arc::new(Semaphore::new(config.limits.instances as usize)),
            waiting: AtomicU32::new(0),
            shared,
        };
        deployment.log_shims();
        Ok(deployment)
    }

    /// Whether the component answers HTTP requests (`wasi:http`, 0.2 or 0.3).
    pub fn is_handler(&self) -> bool {
        self.handler.is_some()
    }

    /// Queues a signal with each running instance that registered for it, and
    /// says how many those are.
    pub fn signal(&self, signal: Signal) -> usize {
        self.shared.signals.send(signal)
    }

    /// What the component's instances have declared to assume of threads, the
    /// most demanding of it.
    pub fn threading_model(&self) -> Option<ThreadingModel> {
        self.shared.threading.model()
    }

    /// Gives a request to an instance. At most `[limits] instances` requests
    /// are with the guest at once, and at most `[limits] queue` wait.
    ///
    /// # Errors
    /// When the guest traps, exceeds its limits or gives no response, or when
    /// too many requests wait.
    pub async fn call_handler(&self, request: Request) -> Result<Response, Error> {
        let handler = self.handler.as_ref().ok_or_else(|| Error::Export {
            path: self.module.path.clone(),
            export: "wasi:http/incoming-handler".to_owned(),
            remedy: "run it as a command, or export a wasi:http handler".to_owned(),
        })?;
        let place = self.admit().await?;
        let (unanswered, cause) = oneshot::channel();
        let response = match handler.handle(unanswered, request).await {
            Ok(response) => response,
            Err(error) => {
                tracing::debug!("{error:?}");
                return Err(cause.await.unwrap_or_else(|_| Error::guest(&error)));
            }
        };
        Ok(response.map(|body| {
            // The place is given back when the whole body is sent, or dropped.
            let held = move |frame| {
                let _ = &place;
                frame
            };
            body.map_frame(held).boxed_unsync()
        }))
    }

    /// A place among the running requests, held until the response is complete.
    async fn admit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        if let Ok(place) = self.instances.clone().try_acquire_owned() {
            return Ok(place);
        }
        let limits = &self.shared.config.limits;
        let _waiting = Waiting::enter(&self.waiting, limits.queue).ok_or(Error::Overloaded {
            waiting: limits.queue,
            instances: limits.instances,
        })?;
        let place = self.instances.clone().acquire_owned();
        match tokio::time::timeout(limits.request_timeout, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Error::Overloaded {
                waiting: self.waiting.load(Ordering::Relaxed),
                instances: limits.instances,
            }),
        }
    }

    /// A store for one command, which runs with these arguments.
    pub(crate) fn store(&self, wasi: WasiCtx, arguments: &[String]) -> Store<GuestState> {
        let process = self.shared.process(arguments.into());
        new_store(
            &self.engine,
            wasi,
            process,
            &self.shared,
            self.pools.clone(),
            signals::TO_COMMANDS,
        )
    }

    /// Says which shims are active and what each of them intercepts.
    fn log_shims(&self) {
        let config = &self.shared.config;
        if config.shims.filesystem {
            tracing::info!(
                files = self.shared.filesystem.known_files(),
                "shim filesystem: active; open and stat ask for devices, /etc, /proc/self, time zones and [filesystem] files"
            );
        } else {
            tracing::info!("shim filesystem: off");
        }
        if config.shims.dns {
            tracing::info!(
                names = self.shared.dns.known_names(),
                "shim dns: active; getaddrinfo and getnameinfo ask [services], [dns] hosts, then the system"
            );
        } else {
            tracing::info!("shim dns: off");
        }
        if config.shims.signals {
            tracing::info!(
                "shim signals: active; handlers of SIGTERM, SIGINT and SIGHUP are told what the host receives"
            );
        } else {
            tracing::info!("shim signals: off");
        }
        if config.shims.threading {
            tracing::info!("shim threading: active; a program that needs threads is reported");
        } else {
            tracing::info!("shim threading: off");
        }
        if !config.shims.database_proxy {
            tracing::info!("shim database-proxy: off");
            return;
        }
        tracing::info!(
            "shim database-proxy: active; intercepts connections to [[database]] endpoints"
        );
        for endpoint in self.shared.endpoints.iter() {
            tracing::info!(
                protocol = ?endpoint.config.protocol,
                guest = format!("{}:{}", endpoint.config.host, endpoint.config.port),
                upstream = format!("{}:{}", endpoint.endpoint.host, endpoint.endpoint.port),
                pool = endpoint.config.pool_size,
                "proxied endpoint"
            );
        }
    }
}

/// Counts a waiting request for as long as it waits.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicU32, limit: u32) -> Option<Self> {
        let entered = waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            (now < limit).then_some(now + 1)
        });
        entered.ok().map(|_| Self(waiting))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// WASI 0.2 and 0.3, wasi:http, and the shims that are on.
fn linker(engine: &Engine, config: &ShimConfig) -> wasmtime::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    p2::add_only_http_to_linker_async(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
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

fn proxy_pre(pre: &InstancePre<GuestState>) -> Option<ProxyPre<GuestState>> {
    if let Ok(proxy) = p3::bindings::ServicePre::new(pre.clone()) {
        return Some(ProxyPre::P3(proxy));
    }
    p2::bindings::ProxyPre::new(pre.clone())
        .ok()
        .map(ProxyPre::P2)
}

/// What a guest whose instructions are counted starts with: more than it can
/// use up. Fuel only counts; time is limited from outside.
pub(crate) const FUEL: u64 = u64::MAX;

pub(crate) fn new_store(
    engine: &Engine,
    wasi: WasiCtx,
    process: Process,
    shared: &Shared,
    pools: Pools,
    signals: &'static [Signal],
) -> Store<GuestState> {
    let state = GuestState::new(wasi, process, shared, pools, signals);
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limits);
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

fn program_name(module: &Module) -> String {
    let name = module.path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn environment(config: &ShimConfig) -> Arc<[String]> {
    config
        .variables()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// WASI's part of an instance: the environment, the sockets and the directories
/// of `warp.toml`, output to the host's own.
pub(crate) fn wasi(config: &ShimConfig) -> Result<WasiCtxBuilder, Error> {
    let mut builder = WasiCtxBuilder::new();
    for (name, value) in config.variables() {
        builder.env(name, value);
    }
    builder.inherit_stdout().inherit_stderr();
    // A guest makes its socket before it says where to: a proxied one, too.
    // What a socket may reach is decided address by address.
    builder.allow_tcp(true);
    let network = config.network.clone();
    builder
        .allow_udp(!network.connect.is_empty() || !network.listen.is_empty())
        .allow_ip_name_lookup(!network.connect.is_empty());
    builder.socket_addr_check(move |address: SocketAddr, usage| {
        let granted = network.grants(address, usage);
        if !granted {
            let key = match usage {
                SocketAddrUse::TcpBind | SocketAddrUse::TcpListen | SocketAddrUse::UdpBind => {
                    "listen"
                }
                _ => "connect",
            };
            tracing::warn!(%address, "the guest may not use this address; add it to [network] {key} in warp.toml");
        }
        Box::pin(async move { granted })
    });
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
