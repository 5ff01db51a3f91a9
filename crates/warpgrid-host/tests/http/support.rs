//! The guest, deployed, and clients of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use warpgrid_host::Deployment;
use warpgrid_host::http::{Current, listen, serve};

#[path = "../support/mod.rs"]
mod guests;

pub use guests::{call, deploy, deployed, hostile, text};

/// A deployment behind a socket.
pub struct Served {
    pub address: SocketAddr,
    pub current: Arc<Current>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Served {
    pub async fn start(deployment: Arc<Deployment>) -> Self {
        let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let current = Arc::new(Current::new(deployment));
        let (stop, stopped) = oneshot::channel();
        let stopped = async { _ = stopped.await };
        Self {
            address,
            current: current.clone(),
            stop: Some(stop),
            server: tokio::spawn(serve(listener, current, stopped)),
        }
    }

    /// Asks it to stop.
    pub fn stop(&mut self) {
        self.stop = None;
    }

    /// Stops it, and waits for its end.
    pub async fn stopped(mut self) {
        self.stop();
        tokio::time::timeout(Duration::from_secs(30), self.server)
            .await
            .expect("the server ends")
            .unwrap();
    }
}

/// A client with a connection of its own.
pub struct Client(SendRequest<Full<Bytes>>);

impl Client {
    pub async fn connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    pub async fn get(&mut self, path: &str) -> hyper::Result<(StatusCode, Bytes)> {
        self.0.ready().await?;
        let request = Request::get(path).header("host", "guest");
        let response = self.0.send_request(request.body(Full::default()).unwrap());
        let (head, body) = response.await?.into_parts();
        Ok((head.status, body.collect().await?.to_bytes()))
    }
}

/// A request over a connection of its own, which must be answered.
pub async fn get(address: SocketAddr, path: &str) -> (StatusCode, Bytes) {
    let mut client = Client::connect(address).await.unwrap();
    client.get(path).await.unwrap()
}
