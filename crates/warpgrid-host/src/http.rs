//! A deployment behind a listening socket.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use wasmtime_wasi_http::WasiBody;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::shims::signals::Signal;

/// How long a client may take to send a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long open requests may go on once the server is asked to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to pause when no connection can be accepted, for want of file
/// descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens on an address.
///
/// # Errors
/// When the address is in use or not the machine's.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| Error::Listen {
            address: address.to_string(),
            cause,
        })
}

/// Serves HTTP/1.1 and HTTP/2 (with prior knowledge) until `stop` is done, then
/// tells the guests to terminate and lets open requests finish.
pub async fn serve(
    listener: TcpListener,
    deployment: Arc<Deployment>,
    stop: impl Future<Output = ()>,
) {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    server.http2().timer(TokioTimer::new());
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let deployment = deployment.clone();
        let service = service_fn(move |request| {
            let deployment = deployment.clone();
            async move { Ok::<_, Infallible>(respond(&deployment, request).await) }
        });
        let connection = server
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    deployment.signal(Signal::Terminate);
    if tokio::time::timeout(DRAIN_TIMEOUT, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests that did not finish in time were cut off");
    }
}

async fn respond(deployment: &Deployment, request: Request<Incoming>) -> Response<WasiBody> {
    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
    match deployment.call_handler(request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!("{error}");
            refusal(&error)
        }
    }
}

/// What a client is told: the kind of the failure, nothing of the inside.
fn refusal(error: &Error) -> Response<WasiBody> {
    let (status, text) = match error {
        Error::Overloaded { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "too many requests are waiting\n",
        ),
        Error::TimedOut => (
            StatusCode::GATEWAY_TIMEOUT,
            "the service did not answer in time\n",
        ),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "the service failed\n"),
    };
    let body = Full::new(Bytes::from_static(text.as_bytes()))
        .map_err(Into::into)
        .boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
