//! A component linked with its shims.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use warpgrid_db::Tenant;
use wasmtime::Store;
use wasmtime::component::InstancePre;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::handler::{Request, Response};

use crate::budget::Budget;
use crate::config::{Limits, ShimConfig};
use crate::engine::{Module, WarpGridEngine};
use crate::error::Error;
use crate::handler::Handler;
use crate::imports;
use crate::instance::{new_store, wasi};
use crate::outgoing::Outgoing;
use crate::program::{self, Program};
use crate::shims::filesystem::{FilesystemConfig, Process};
use crate::shims::signals::{self, Receivers, Signal};
use crate::shims::threading::{Declared, ThreadingModel};
use crate::stack_traces::{GuestErrors, StackTraces};
use crate::state::GuestState;
use crate::upstreams::Upstreams;

/// A component linked with the shims of its configuration.
pub struct Deployment {
    pub(crate) host: WarpGridEngine,
    pub(crate) module: Module,
    pub(crate) pre: InstancePre<GuestState>,
    pub(crate) shared: Arc<Shared>,
    handler: Option<Handler>,
    places: Arc<Semaphore>,
    waiting: AtomicU32,
}

/// What a deployment has of the one before it.
pub(crate) struct Inherited {
    pub(crate) signals: Arc<Receivers>,
    pub(crate) upstreams: Upstreams,
    /// Of the requests that run, where both have the same slots.
    pub(crate) places: Option<Arc<Semaphore>>,
}

/// What all instances of a deployment share.
pub(crate) struct Shared {
    pub(crate) config: ShimConfig,
    pub(crate) tenant: Tenant,
    pub(crate) upstreams: Upstreams,
    pub(crate) filesystem: Arc<FilesystemConfig>,
    pub(crate) outgoing: Arc<Outgoing>,
    /// What `/proc/self` shows of an instance that is given no arguments.
    pub(crate) program: Arc<[String]>,
    environment: Arc<[String]>,
    /// Whether guests need fuel, which the engine counts with.
    pub(crate) counts_instructions: bool,
    pub(crate) signals: Arc<Receivers>,
    /// What guests write to standard error.
    pub(crate) errors: GuestErrors,
    pub(crate) threading: Arc<Declared>,
    pub(crate) budget: Arc<Budget>,
    /// A permit for each database connection that guests may open.
    pub(crate) connections: Arc<Semaphore>,
    /// No further request comes: an idle instance need not be kept.
    pub(crate) retired: CancellationToken,
}

impl Shared {
    /// What instances of the component at this path share, by a configuration.
    pub(crate) fn new(
        config: &ShimConfig,
        path: &Path,
        upstreams: Upstreams,
        signals: Arc<Receivers>,
        program: Option<Program>,
    ) -> Self {
        let outgoing = Outgoing::new(upstreams.dns.clone(), config.network.clone());
        let services = upstreams.dns.services().clone();
        let name = path.display().to_string();
        let mut filesystem = FilesystemConfig::new(config, services);
        let mut traces = StackTraces::of(path);
        if let Some(given) = program {
            traces = StackTraces::by(&given.source_map);
            filesystem = filesystem.with(program::PATH, given.code);
        }
        Self {
            config: config.clone(),
            tenant: Tenant::new(name.clone()),
            filesystem: Arc::new(filesystem),
            outgoing: Arc::new(outgoing),
            program: [program_name(path)].into(),
            environment: environment(config),
            counts_instructions: false,
            errors: GuestErrors(Arc::new(traces)),
            upstreams,
            signals,
            budget: Arc::new(Budget::new(&config.limits)),
            connections: Arc::new(Semaphore::new(config.limits.total_connections() as usize)),
            threading: Arc::new(Declared::new(name)),
            retired: CancellationToken::new(),
        }
    }

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
        host: &WarpGridEngine,
        module: &Module,
        config: &ShimConfig,
        inherited: Inherited,
        program: Option<Program>,
    ) -> Result<Self, Error> {
        let engine = &host.engine;
        imports::check(engine, &module.component, &module.path, config.shims)?;
        // Once for its errors, before anything is served.
        wasi(config)?;
        let Inherited {
            signals,
            upstreams,
            places,
        } = inherited;
        let mut shared = Shared::new(config, &module.path, upstreams, signals, program);
        shared.counts_instructions = host.count_instructions;
        let shared = Arc::new(shared);
        let pre = host
            .linkers
            .get(engine, config.shims)
            .and_then(|linker| linker.instantiate_pre(&module.component))
            .map_err(|error| {
                Error::component(
                    &module.path,
                    format!("cannot be linked: {error:#}"),
                    "build it again with the toolchain of this release",
                )
            })?;
        let handler = Handler::new(host, &pre, &shared);
        let deployment = Self {
            host: host.clone(),
            module: module.clone(),
            pre,
            handler,
            places: places
                .unwrap_or_else(|| Arc::new(Semaphore::new(config.limits.instances as usize))),
            waiting: AtomicU32::new(0),
            shared,
        };
        deployment.shared.upstreams.take_over(config);
        deployment.log_shims();
        Ok(deployment)
    }

    /// What takes over from this deployment: the component as its file is now,
    /// with another configuration. It shares this one's database pools, and this
    /// one has its names from now on; requests that are with this one stay there.
    ///
    /// # Errors
    /// When the file cannot be read or does not fit the configuration. This
    /// deployment can go on.
    pub fn successor(&self, config: &ShimConfig) -> Result<Arc<Self>, Error> {
        self.successor_of(&self.module.path, config)
    }

    /// As [`Deployment::successor`], of the component in another file.
    ///
    /// # Errors
    /// As [`Deployment::successor`].
    pub fn successor_of(&self, component: &Path, config: &ShimConfig) -> Result<Arc<Self>, Error> {
        let engine = self.host.for_limits(&config.limits)?;
        let module = engine.load_module(component)?;
        Self::new(&engine, &module, config, self.heritage(config), None).map(Arc::new)
    }

    /// As [`Deployment::successor`], where the component is a loader and only its
    /// program is another. Nothing is compiled and no memory reserved: both use the
    /// same slots, and share the places of running requests.
    ///
    /// # Errors
    /// When the program cannot have what it needs by this configuration. This
    /// deployment can go on.
    pub fn successor_with(
        &self,
        program: Program,
        config: &ShimConfig,
    ) -> Result<Arc<Self>, Error> {
        let mut inherited = self.heritage(config);
        if self.shared.config.limits.has_same_slots(&config.limits) {
            inherited.places = Some(self.places.clone());
            return Self::new(&self.host, &self.module, config, inherited, Some(program))
                .map(Arc::new);
        }
        let engine = self.host.for_limits(&config.limits)?;
        let module = engine.load_module(&self.module.path)?;
        Self::new(&engine, &module, config, inherited, Some(program)).map(Arc::new)
    }

    fn heritage(&self, config: &ShimConfig) -> Inherited {
        Inherited {
            signals: self.shared.signals.clone(),
            upstreams: self.shared.upstreams.successor(config),
            places: None,
        }
    }

    /// Ends instances as soon as they are idle: no further request comes.
    pub(crate) fn retire(&self) {
        self.shared.retired.cancel();
    }

    /// What guests may use up.
    pub fn limits(&self) -> &Limits {
        &self.shared.config.limits
    }

    /// The linear memory that its instances have, in bytes.
    pub fn memory_in_use(&self) -> usize {
        self.shared.budget.used()
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

    /// Takes `[services]` and `[dns]` `hosts` and `search` of another
    /// configuration in place of those it has. Guests that run see them at their
    /// next look-up, pools at their next connection.
    pub fn replace_names(&self, config: &ShimConfig) {
        self.shared.upstreams.take_over(config);
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
        handler.handle(place, request).await
    }

    /// A place among the running requests, held until the guest is done with it.
    async fn admit(&self) -> Result<OwnedSemaphorePermit, Error> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let limits = &self.shared.config.limits;
        let _waiting = Waiting::enter(&self.waiting, limits.queue).ok_or(Error::Overloaded {
            waiting: limits.queue,
            instances: limits.instances,
        })?;
        let place = self.places.clone().acquire_owned();
        match tokio::time::timeout(limits.request_timeout, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Error::Overloaded {
                waiting: self.waiting.load(Ordering::Relaxed),
                instances: limits.instances,
            }),
        }
    }

    /// A store for one command, which runs with these arguments.
    pub(crate) fn store(&self, wasi: WasiCtxBuilder, arguments: &[String]) -> Store<GuestState> {
        let process = self.shared.process(arguments.into());
        new_store(
            &self.host.engine,
            wasi,
            process,
            &self.shared,
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
                names = self.shared.upstreams.dns.known_names(),
                "shim dns: active; getaddrinfo, getnameinfo and wasi:sockets/ip-name-lookup ask [services], [dns] hosts, [[database]], then the system"
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
            "shim database-proxy: active; intercepts connections to [[database]] endpoints, those by wasi:sockets/tcp, too"
        );
        for endpoint in self.shared.upstreams.endpoints.iter() {
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

fn program_name(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn environment(config: &ShimConfig) -> Arc<[String]> {
    config
        .variables()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}
