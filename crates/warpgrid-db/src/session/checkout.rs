//! From a guest's identity to a server connection: at once where one is idle,
//! else by a task, so that a guest with several sessions can go on with the
//! others.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::link::Link;
use crate::pool::{Checkout, Grant, Lease, Refused};
use crate::pools::{ResetPolicy, refusal};
use crate::protocol::{Backend, Failure, Protocol, Raw, WAITING};

pub(super) enum Begun<P: Protocol> {
    Lease(Lease<Link<P>>),
    Pending(Pending<P>),
}

/// Starts a checkout.
pub(super) fn begin<P: Protocol>(
    backend: &Arc<Backend<P>>,
    identity: P::Identity,
) -> Result<Begun<P>, Error> {
    let Backend { endpoint, pool, .. } = &**backend;
    backend.follow_password();
    let identity = backend.renewed(&identity).unwrap_or(identity);
    let first = pool
        .checkout(&P::key(&identity))
        .map_err(|refused| refusal(endpoint, refused))?;
    let first = match first {
        Checkout::Granted(Grant::Idle(mut lease, _)) if backend.reset == ResetPolicy::Never => {
            lease.connection().buffer.clear();
            return Ok(Begun::Lease(lease));
        }
        Checkout::Granted(Grant::Idle(mut lease, idle)) => {
            if !backend.may_use(&mut lease.connection().stream) {
                Checkout::Granted(Grant::Open(lease.renew(), None))
            } else if idle < endpoint.limits.check_after {
                return Ok(Begun::Lease(lease));
            } else {
                Checkout::Granted(Grant::Idle(lease, idle))
            }
        }
        other => other,
    };
    let task = checkout(backend.clone(), identity, first);
    Ok(Begun::Pending(Pending(Some(pool.runtime().spawn(task)))))
}

async fn checkout<P: Protocol>(
    backend: Arc<Backend<P>>,
    identity: P::Identity,
    first: Checkout<Link<P>>,
) -> Result<Lease<Link<P>>, Failure> {
    let endpoint = &backend.endpoint;
    let grant = match first {
        Checkout::Granted(grant) => grant,
        Checkout::Queued(ticket) => {
            let limit = endpoint.limits.wait_timeout;
            let remedy = "raise the pool size, or close sessions earlier";
            timeout(limit, ticket)
                .await
                .map_err(|_| Error::timeout(endpoint, WAITING, limit, remedy))?
                .ok_or_else(|| refusal(endpoint, Refused::Draining))?
        }
    };
    let (place, raw) = match grant {
        Grant::Idle(mut lease, idle) => {
            // One that was waited for may have come back before it changed, and
            // may have ended on its way.
            if backend.is_outdated(lease.key()) {
                tracing::debug!(%endpoint, "the password has changed since the login");
            } else if !backend.may_use(&mut lease.connection().stream) {
                // The same.
            } else if idle < endpoint.limits.check_after
                || answers(lease.connection(), endpoint).await
            {
                return Ok(lease);
            }
            (lease.renew(), None)
        }
        Grant::Open(place, raw) => {
            let usable = |raw: &mut P::Raw| backend.may_use(raw.stream());
            (
                place,
                raw.and_then(|mut raw| usable(&mut raw).then_some(raw)),
            )
        }
    };
    let reused = raw.is_some();
    let raw = match raw {
        Some(raw) => raw,
        None => backend.open().await?,
    };
    let mut identity = backend.renewed(&identity).unwrap_or(identity);
    let mut link = Link::login(raw, endpoint, &identity).await;
    if reused && matches!(link, Err(Failure::Own(Error::Lost { .. }))) {
        // The server gave up on a transport that had waited for its login.
        link = Link::login(backend.open().await?, endpoint, &identity).await;
    }
    if let Err(Failure::Own(error)) = &link
        && backend.does_without(error)
    {
        link = Link::login(backend.attempt(false).await?, endpoint, &identity).await;
    }
    if matches!(link, Err(Failure::Server(_)))
        && let Some(newer) = backend.renewed(&identity)
    {
        // It has changed while the server looked at what it was.
        identity = newer;
        link = Link::login(backend.open().await?, endpoint, &identity).await;
    }
    Ok(place.opened(link?, P::key(&identity)))
}

/// Whether the server still answers on a connection.
async fn answers<P: Protocol>(link: &mut Link<P>, endpoint: &Endpoint) -> bool {
    let (exchange, requests) = P::ping(&link.server);
    let answer = timeout(
        endpoint.limits.connect_timeout,
        link.finish(requests, exchange),
    )
    .await;
    matches!(answer, Ok(Ok(())))
}

/// A checkout under way. Dropping it gives everything back.
pub(super) struct Pending<P: Protocol>(Option<JoinHandle<Result<Lease<Link<P>>, Failure>>>);

impl<P: Protocol> Future for Pending<P> {
    type Output = Result<Lease<Link<P>>, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = match &mut self.0 {
            Some(task) => ready!(Pin::new(task).poll(cx)),
            None => return Poll::Ready(Err(Failure::Own(Error::Closed))),
        };
        self.0 = None;
        // A task that does not end by itself went down with the runtime.
        Poll::Ready(joined.unwrap_or_else(|_| Err(Failure::Own(Error::Closed))))
    }
}

impl<P: Protocol> Drop for Pending<P> {
    fn drop(&mut self) {
        let Some(mut task) = self.0.take() else {
            return;
        };
        task.abort();
        if task.is_finished() {
            let cx = &mut Context::from_waker(Waker::noop());
            if let Poll::Ready(Ok(Ok(lease))) = Pin::new(&mut task).poll(cx) {
                // Nobody has used it.
                lease.park();
            }
        }
    }
}
