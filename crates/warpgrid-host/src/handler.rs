//! How requests get their instances: a fresh one each, or one that is used again.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use wasmtime::component::InstancePre;
use wasmtime_wasi_http::handler::{ProxyHandler, ProxyPre, Request, Response};
use wasmtime_wasi_http::{p2, p3};

use crate::deployment::Shared;
use crate::engine::WarpGridEngine;
use crate::error::Error;
use crate::fresh::Fresh;
use crate::state::GuestState;
use crate::worker::{Admitted, Workers};

/// How requests get their instances.
pub(crate) enum Handler {
    Fresh(Fresh),
    Reused(ProxyHandler<Workers>),
}

impl Handler {
    /// None for a component that handles no requests.
    pub(crate) fn new(
        host: &WarpGridEngine,
        pre: &InstancePre<GuestState>,
        shared: &Arc<Shared>,
    ) -> Option<Self> {
        let (engine, shared) = (host.engine.clone(), shared.clone());
        let proxy = match p3::bindings::ServicePre::new(pre.clone()) {
            Ok(proxy) => ProxyPre::P3(proxy),
            Err(_) => ProxyPre::P2(p2::bindings::ProxyPre::new(pre.clone()).ok()?),
        };
        Some(match proxy {
            ProxyPre::P2(proxy) if shared.config.limits.reuse <= 1 => {
                Self::Fresh(Fresh::new(engine, proxy, shared))
            }
            proxy => Self::Reused(ProxyHandler::new(Workers::new(engine, proxy, shared))),
        })
    }

    pub(crate) async fn handle(
        &self,
        place: OwnedSemaphorePermit,
        request: Request,
    ) -> Result<Response, Error> {
        match self {
            Self::Fresh(fresh) => fresh.handle(place, request).await,
            Self::Reused(workers) => {
                let (unanswered, cause) = oneshot::channel();
                let admitted = Admitted { unanswered, place };
                match workers.handle(admitted, request).await {
                    Ok(response) => Ok(response),
                    Err(error) => {
                        tracing::debug!("{error:?}");
                        Err(cause.await.unwrap_or_else(|_| Error::guest(&error)))
                    }
                }
            }
        }
    }
}
