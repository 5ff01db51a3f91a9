//! A connection to where a guest may connect.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi_http::Error;

use crate::bindings::warpgrid::shim::dns::DnsError;
use crate::config::Network;
use crate::shims::dns::{DnsConfig, Found};

/// How long each address may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Resolves names as the dns shim does and connects to the addresses that
/// `[network] connect` grants, whatever a name's addresses were before.
#[derive(Clone)]
pub(super) struct Connector {
    dns: Arc<DnsConfig>,
    network: Arc<Network>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("it names no host")]
    NoHost,
    #[error("the name is not known")]
    UnknownName,
    #[error("the name is not resolved in time")]
    SlowName,
    #[error("warp.toml does not grant it")]
    NotGranted,
    #[error("no address answers in time")]
    Slow,
    #[error("{0}")]
    Refused(io::Error),
}

impl From<&Refusal> for Error {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NoHost => Self::HttpRequestUriInvalid,
            Refusal::UnknownName => Self::DnsError {
                rcode: Some("NXDOMAIN".to_owned()),
                info_code: None,
            },
            Refusal::SlowName => Self::DnsTimeout,
            Refusal::NotGranted => Self::HttpRequestDenied,
            Refusal::Slow => Self::ConnectionTimeout,
            Refusal::Refused(_) => Self::ConnectionRefused,
        }
    }
}

impl Connector {
    pub(super) fn new(dns: Arc<DnsConfig>, network: Network) -> Self {
        Self {
            dns,
            network: Arc::new(network),
        }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, Refusal> {
        let host = uri.host().ok_or(Refusal::NoHost)?;
        let default = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => 443,
            _ => 80,
        };
        let port = uri.port_u16().unwrap_or(default);
        let found = self.find(host).await?;
        let granted = self.granted(&found, port);
        if granted.is_empty() {
            tracing::warn!(
                host,
                port,
                addresses = ?found.addresses,
                "the guest may not send requests there; add host:port to [network] connect in warp.toml"
            );
            return Err(Refusal::NotGranted);
        }
        let mut last = Refusal::Slow;
        for address in granted {
            let connected = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await;
            let answered = matches!(connected, Ok(Ok(_)));
            self.dns.connected(address.ip(), answered);
            match connected {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(TokioIo::new(stream));
                }
                Ok(Err(error)) => last = Refusal::Refused(error),
                Err(_) => {}
            }
        }
        Err(last)
    }

    fn granted(&self, found: &Found, port: u16) -> Vec<SocketAddr> {
        let usage = SocketAddrUse::TcpConnect;
        let sockets = found
            .addresses
            .iter()
            .map(|address| (*address, port).into());
        sockets
            .filter(|address| self.network.grants(*address, found.name.as_slice(), usage))
            .collect()
    }

    async fn find(&self, host: &str) -> Result<Found, Refusal> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.dns.resolve(host).await.map_err(|error| match error {
            DnsError::NotFound => Refusal::UnknownName,
            DnsError::Timeout | DnsError::Internal => Refusal::SlowName,
        })
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Refusal>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
