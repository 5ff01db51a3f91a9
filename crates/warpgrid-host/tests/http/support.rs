//! The guest, deployed, and clients of it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use warpgrid_host::http::{Current, listen, serve};
use warpgrid_host::{Deployment, EngineConfig, Error, ShimConfig, WarpGridEngine};

/// The guest of `tests/guest`, built once by stock cargo.
pub fn guest() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest");
        let output = Command::new(env!("CARGO"))
            .args([
                "build",
                "--release",
                "--locked",
                "--target",
                "wasm32-wasip2",
            ])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest"))
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_BUILD_BUILD_DIR", &target)
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "the guest does not build; run `cargo xtask setup` for its target\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        target.join("wasm32-wasip2/release/probe.wasm")
    })
}

pub fn deploy(config: &str) -> Arc<Deployment> {
    let config = ShimConfig::from_toml("warp.toml", config).unwrap();
    let engine = WarpGridEngine::new(EngineConfig::for_limits(&config.limits)).unwrap();
    let module = engine.load_module(guest()).unwrap();
    engine.instantiate(&module, &config).unwrap()
}

pub async fn call(
    deployment: &Deployment,
    path: &str,
    body: &[u8],
) -> Result<Response<Bytes>, Error> {
    let body = Full::new(Bytes::copy_from_slice(body)).map_err(|never| match never {});
    let request = Request::post(format!("http://guest{path}"))
        .body(body.boxed_unsync())
        .unwrap();
    let (head, body) = deployment.call_handler(request).await?.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    Ok(Response::from_parts(head, body))
}

pub async fn text(deployment: &Deployment, path: &str) -> String {
    let response = call(deployment, path, b"").await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    String::from_utf8(response.into_body().to_vec()).unwrap()
}

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
