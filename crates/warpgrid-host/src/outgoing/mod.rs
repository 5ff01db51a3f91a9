//! HTTP requests that a guest sends by `wasi:http`: to what `[network] connect`
//! grants, by names as the dns shim resolves them.

mod connector;
mod paced;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::config::Network;
use crate::shims::dns::DnsConfig;
use connector::{Connector, Refusal};
use paced::Paced;

/// How long a response may take to begin, and pause, where the guest says
/// nothing of it. Its own deadline is usually nearer.
const TIMEOUT: Duration = Duration::from_secs(600);
/// How long a connection is kept for the next request to the same server.
const IDLE: Duration = Duration::from_secs(30);
/// How many of them are kept for each server.
const MAX_IDLE: usize = 16;

type Https = Client<HttpsConnector<Connector>, WasiBody>;
type Trailing = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answered = Result<(Response<WasiBody>, Trailing), Error>;

/// The client of a deployment. Its guests share the connections.
pub(crate) struct Outgoing {
    connector: Connector,
    client: OnceLock<Option<Https>>,
}

impl Outgoing {
    pub(crate) fn new(dns: Arc<DnsConfig>, network: Network) -> Self {
        Self {
            connector: Connector::new(dns, network),
            client: OnceLock::new(),
        }
    }

    /// Made when the first guest sends: reading the system's roots takes time.
    fn client(&self) -> Option<&Https> {
        let made = self.client.get_or_init(|| {
            let provider = rustls::crypto::ring::default_provider();
            let https = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(provider)
                .inspect_err(|error| {
                    tracing::warn!(%error, "guests cannot send requests: the system has no certificates; install its package ca-certificates");
                })
                .ok()?
                .https_or_http()
                .enable_http1()
                .enable_http2()
                .wrap_connector(self.connector.clone());
            let client = Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(MAX_IDLE)
                .build(https);
            Some(client)
        });
        made.as_ref()
    }
}

/// One instance's use of the deployment's client.
pub(crate) struct OutgoingHooks(Arc<Outgoing>);

impl OutgoingHooks {
    pub(crate) fn new(outgoing: Arc<Outgoing>) -> Self {
        Self(outgoing)
    }
}

impl WasiHttpHooks for OutgoingHooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answered> + Send> {
        let outgoing = self.0.clone();
        Box::new(async move { send(&outgoing, request, options.unwrap_or_default()).await })
    }
}

async fn send(
    outgoing: &Outgoing,
    request: Request<WasiBody>,
    options: RequestOptions,
) -> Answered {
    let client = outgoing.client().ok_or(Error::ConfigurationError)?;
    let connect = options.connect_timeout.unwrap_or_default();
    let first = options.first_byte_timeout.unwrap_or(TIMEOUT);
    let pause = options.between_bytes_timeout.unwrap_or(TIMEOUT);
    let response = tokio::time::timeout(connect.saturating_add(first), client.request(request))
        .await
        .map_err(|_| Error::ConnectionReadTimeout)?
        .map_err(|error| sorted(&error))?;
    let response = response.map(|body| Paced::new(body, pause).boxed_unsync());
    Ok((response, Box::new(async { Ok(()) })))
}

/// What the guest is told. The causes stand in a chain.
fn sorted(error: &legacy::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(refusal) = one.downcast_ref::<Refusal>() {
            return refusal.into();
        }
        if let Some(tls) = one.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_) => Error::TlsCertificateError,
                _ => Error::TlsProtocolError,
            };
        }
        if let Some(error) = one.downcast_ref::<Error>() {
            // The guest's own body ended so.
            tracing::debug!(%error, "a request's body");
            return Error::HttpProtocolError;
        }
        cause = match one.downcast_ref::<std::io::Error>() {
            // An io::Error's source leaves out what it was made of.
            Some(io) => io
                .get_ref()
                .map(|inner| inner as &(dyn std::error::Error + 'static)),
            None => one.source(),
        };
    }
    tracing::debug!(?error, "a guest's request failed");
    if error.is_connect() {
        Error::ConnectionRefused
    } else {
        Error::HttpProtocolError
    }
}
