//! A fresh instance for each request, of a component that exports
//! `wasi:http/incoming-handler` 0.2. It runs in its caller's task until it
//! responds, so that a caller that gives up ends it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use wasmtime::Engine;
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{Request, Response};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};

use crate::deployment::Shared;
use crate::error::Error;
use crate::instance::handler_store;
use crate::state::GuestState;

/// Makes an instance for each request.
pub(crate) struct Fresh {
    engine: Engine,
    proxy: ProxyPre<GuestState>,
    shared: Arc<Shared>,
}

type Given = Result<Response, ErrorCode>;
type Run = Pin<Box<dyn Future<Output = wasmtime::Result<()>> + Send>>;

impl Fresh {
    pub(crate) fn new(engine: Engine, proxy: ProxyPre<GuestState>, shared: Arc<Shared>) -> Self {
        Self {
            engine,
            proxy,
            shared,
        }
    }

    /// The guest has its place until it is done, which may be after it has
    /// responded.
    pub(crate) async fn handle(
        &self,
        place: OwnedSemaphorePermit,
        request: Request,
    ) -> Result<Response, Error> {
        let limits = &self.shared.config.limits;
        let (give, mut given) = oneshot::channel();
        let mut run = self.run(place, request, give);
        let deadline = tokio::time::sleep(limits.request_timeout);
        tokio::select! {
            biased;
            ended = &mut run => match given.try_recv() {
                Ok(given) => responded(given),
                Err(_) => Err(unanswered(ended)),
            },
            given = &mut given => match given {
                Ok(given) => {
                    tokio::spawn(finish(run, limits.response_timeout));
                    responded(given)
                }
                // It has thrown away what it responds by.
                Err(_) => Err(unanswered(Ok(()))),
            },
            () = deadline => Err(Error::TimedOut),
        }
    }

    fn run(
        &self,
        place: OwnedSemaphorePermit,
        request: Request,
        give: oneshot::Sender<Given>,
    ) -> Run {
        let (engine, proxy) = (self.engine.clone(), self.proxy.clone());
        let shared = self.shared.clone();
        Box::pin(async move {
            // Given back when the store is gone.
            let _place = place;
            let mut store = handler_store(&engine, &shared)?;
            let request = store
                .data_mut()
                .http()
                .new_incoming_request(Scheme::Http, request)?;
            let out = store.data_mut().http().new_response_outparam(give)?;
            let proxy = proxy.instantiate_async(&mut store).await?;
            proxy
                .wasi_http_incoming_handler()
                .call_handle(&mut store, request, out)
                .await
        })
    }
}

/// Lets a guest that has responded end: it may have to send the rest.
async fn finish(run: Run, timeout: Duration) {
    match tokio::time::timeout(timeout, run).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!("a guest was ended: {}", error.root_cause());
            tracing::debug!("{error:?}");
        }
        Err(_) => tracing::warn!(
            "a guest went on for longer than [limits] response-timeout in warp.toml allows"
        ),
    }
}

fn responded(given: Given) -> Result<Response, Error> {
    given.map_err(|code| Error::guest(&code.into()))
}

fn unanswered(ended: wasmtime::Result<()>) -> Error {
    let error = match ended {
        Ok(()) => wasmtime::format_err!("it gave no response"),
        Err(error) => {
            tracing::debug!("{error:?}");
            error
        }
    };
    Error::guest(&error)
}
