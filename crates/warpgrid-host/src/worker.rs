//! Instances as `ProxyHandler` keeps them: made on demand, reused as far as the
//! deployment allows, dropped when they time out.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

use crate::config::Limits;
use crate::deployment::Shared;
use crate::error::Error;
use crate::instance::handler_store;
use crate::state::GuestState;

/// Makes the instances of a deployment.
pub(crate) struct Workers {
    engine: Engine,
    proxy: ProxyPre<GuestState>,
    shared: Arc<Shared>,
}

impl Workers {
    pub(crate) fn new(engine: Engine, proxy: ProxyPre<GuestState>, shared: Arc<Shared>) -> Self {
        Self {
            engine,
            proxy,
            shared,
        }
    }
}

impl HandlerState for Workers {
    type StoreData = GuestState;
    type WorkerExpiration = Expiration;
    type WorkerState = Reuse;

    async fn instantiate(&self) -> wasmtime::Result<Instance<GuestState, Expiration, Reuse>> {
        let limits = &self.shared.config.limits;
        let fate = Arc::new(Fate::default());
        let mut store = handler_store(&self.engine, &self.shared)?;
        let instantiating = self.proxy.instantiate_async(&mut store);
        let proxy = tokio::time::timeout(limits.request_timeout, instantiating)
            .await
            .map_err(|_| wasmtime::format_err!("instantiation timed out"))??;
        Ok(Instance {
            store,
            proxy,
            view: GuestState::http,
            expiration: Expiration::new(limits, self.shared.retired.clone(), fate.clone()),
            state: Reuse {
                limits: limits.clone(),
                fate,
            },
        })
    }
}

/// What comes to a guest with its request.
pub(crate) struct Admitted {
    /// Told why the instance ended, where that leaves the request unanswered.
    pub(crate) unanswered: oneshot::Sender<Error>,
    /// Its place among the running ones, whether or not anybody still waits for
    /// the response.
    pub(crate) place: OwnedSemaphorePermit,
}

/// Why an instance ended, for the requests that it leaves unanswered. The
/// handler tells their callers only that no response came.
#[derive(Default)]
struct Fate {
    expired: AtomicBool,
    unanswered: Mutex<Vec<oneshot::Sender<Error>>>,
    places: Mutex<Vec<OwnedSemaphorePermit>>,
}

impl Fate {
    fn admit(&self, admitted: Admitted) {
        lock(&self.unanswered).push(admitted.unanswered);
        lock(&self.places).push(admitted.place);
    }

    fn take_unanswered(&self) -> Vec<oneshot::Sender<Error>> {
        std::mem::take(&mut lock(&self.unanswered))
    }

    fn give_places_back(&self) {
        lock(&self.places).clear();
    }

    fn error(&self, cause: &wasmtime::Error) -> Error {
        if self.expired.load(Ordering::Relaxed) {
            Error::TimedOut
        } else {
            Error::guest(cause)
        }
    }
}

/// How many requests an instance takes, and how long each may last.
pub(crate) struct Reuse {
    limits: Limits,
    fate: Arc<Fate>,
}

impl WorkerState for Reuse {
    type StoreData = GuestState;
    type RequestData = Admitted;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.limits.reuse as usize {
            ShouldAccept::Never
        } else if concurrent == 0 {
            ShouldAccept::Yes
        } else {
            ShouldAccept::No
        }
    }

    fn on_request_start(
        &self,
        _store: StoreContextMut<'_, GuestState>,
        admitted: Admitted,
        _task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        self.fate.admit(admitted);
        Box::pin(tokio::time::sleep(self.limits.request_timeout))
    }

    fn drop(&self, store: Store<GuestState>, result: wasmtime::Result<()>) {
        if let Err(error) = result {
            tracing::warn!("a guest was ended: {}", error.root_cause());
            tracing::debug!("{error:?}");
            for caller in self.fate.take_unanswered() {
                // A caller that has its response no longer listens.
                let _ = caller.send(self.fate.error(&error));
            }
        }
        drop(store);
        self.fate.give_places_back();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When an instance is dropped, whatever it is doing.
pub(crate) struct Expiration {
    request: Duration,
    response: Duration,
    idle: Duration,
    timer: Option<(Instant, Pin<Box<Sleep>>)>,
    retired: Pin<Box<WaitForCancellationFutureOwned>>,
    fate: Arc<Fate>,
}

impl Expiration {
    fn new(limits: &Limits, retired: CancellationToken, fate: Arc<Fate>) -> Self {
        let idle = if limits.reuse > 1 {
            limits.idle_timeout
        } else {
            Duration::ZERO
        };
        Self {
            request: limits.request_timeout,
            response: limits.response_timeout,
            idle,
            timer: None,
            retired: Box::pin(retired.cancelled_owned()),
            fate,
        }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        if status != WorkerStatus::Requests {
            // Whoever still has no response will get none from this instance.
            drop(self.fate.take_unanswered());
        }
        if status == WorkerStatus::Idle {
            self.fate.give_places_back();
        }
        if status == WorkerStatus::Idle && self.retired.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let allowed = match status {
            WorkerStatus::Idle => self.idle,
            WorkerStatus::Requests => self.request,
            WorkerStatus::PostReturn => self.response,
        };
        let deadline = start + allowed;
        if self.timer.as_ref().is_none_or(|(at, _)| *at != deadline) {
            let sleep = tokio::time::sleep_until(deadline.into());
            self.timer = Some((deadline, Box::pin(sleep)));
        }
        let expired = match &mut self.timer {
            Some((_, sleep)) => sleep.as_mut().poll(context),
            None => Poll::Pending,
        };
        if expired.is_ready() {
            self.fate.expired.store(true, Ordering::Relaxed);
        }
        expired
    }
}
