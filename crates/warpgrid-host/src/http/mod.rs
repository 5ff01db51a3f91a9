//! A deployment behind a listening socket.

mod body;
mod clients;
mod current;
mod refusal;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderValue, Request, Response, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime_wasi_http::WasiBody;

use crate::config::Limits;
use crate::error::Error;
use crate::shims::signals::Signal;

use clients::Clients;
pub use current::{Current, Pages};

/// How long a client may take to send a request's head, and how long its
/// connection is kept without a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a client that speaks HTTP/2 and is silent is asked for a sign of
/// life, and how long it may take to give it.
const PING: Duration = Duration::from_secs(30);
/// How long to pause when no connection can be accepted, for want of file
/// descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long requests that are under way to the host when it is asked to stop may
/// take to arrive. A client without one is then told to go.
const SETTLE: Duration = Duration::from_millis(100);

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
/// tells the guests to terminate and lets open requests finish, for at most
/// `[limits] shutdown-timeout`.
pub async fn serve(listener: TcpListener, current: Arc<Current>, stop: impl Future<Output = ()>) {
    let mut clients = Clients::default();
    let server = Server::new(current);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let limit = || server.limits().clients;
            let place = clients.place(limit).await;
            (listener.accept().await, place)
        };
        tokio::select! {
            () = &mut stop => break,
            accepted = accepted => match accepted {
                (Ok((stream, _)), place) => server.serve(stream, place),
                (Err(error), _) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    server.finish(listener).await;
}

struct Server {
    http: auto::Builder<TokioExecutor>,
    open: GracefulShutdown,
    current: Arc<Current>,
}

impl Server {
    fn new(current: Arc<Current>) -> Self {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING);
        Self {
            http,
            open: GracefulShutdown::new(),
            current,
        }
    }

    /// Answers a client's requests. It has its place until it is gone.
    fn serve(&self, stream: TcpStream, place: Option<OwnedSemaphorePermit>) {
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let current = self.current.clone();
        let service = service_fn(move |request| {
            let current = current.clone();
            async move { Ok::<_, Infallible>(respond(&current, request).await) }
        });
        let connection = self
            .http
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = self.open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended early");
            }
            drop(place);
        });
    }

    fn limits(&self) -> Limits {
        let deployment = self.current.get();
        deployment.map_or_else(Limits::default, |deployment| deployment.limits().clone())
    }

    async fn finish(self, listener: TcpListener) {
        if let Some(deployment) = self.current.get() {
            deployment.signal(Signal::Terminate);
        }
        let timeout = self.limits().shutdown_timeout;
        // Whoever is connected, as far as it knows, is answered.
        while let Some(Ok((stream, _))) = listener.accept().now_or_never() {
            self.serve(stream, None);
        }
        drop(listener);
        tokio::time::sleep(SETTLE).await;
        let finished = self.open.shutdown();
        if tokio::time::timeout(timeout, finished).await.is_err() {
            tracing::warn!(
                "requests that did not finish within [limits] shutdown-timeout were cut off"
            );
        }
    }
}

async fn respond(current: &Current, request: Request<Incoming>) -> Response<WasiBody> {
    let (mut head, body) = request.into_parts();
    if !names_host(&mut head) {
        return refusal::nameless();
    }
    let deployment = current.get();
    if let Some(page) = current.page(&head, deployment.is_some()) {
        return page.map(body::whole);
    }
    let Some(deployment) = deployment else {
        return refusal::empty();
    };
    let limit = deployment.limits().body.as_u64();
    let Some((body, exceeded)) = body::limited(body, limit) else {
        return refusal::too_large();
    };
    let answered = deployment.call_handler(Request::from_parts(head, body));
    match answered.await {
        Ok(response) => response,
        Err(_) if exceeded.get() => refusal::too_large(),
        Err(error) => {
            tracing::warn!("{error}");
            refusal::failed(&error)
        }
    }
}

/// Whether a request names the host that it is for, as HTTP/1.1 requires (RFC
/// 9112, 3.2). One of HTTP/1.0 need not, and is given a name.
fn names_host(head: &mut Parts) -> bool {
    if head.uri.authority().is_some() {
        return true;
    }
    if head.version == Version::HTTP_10 && !head.headers.contains_key(HOST) {
        head.headers
            .insert(HOST, HeaderValue::from_static("localhost"));
    }
    let host = head.headers.get(HOST);
    host.is_some_and(|host| host.to_str().is_ok())
}
