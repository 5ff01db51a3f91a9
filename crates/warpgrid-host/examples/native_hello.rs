//! `native_hello ADDRESS`: hyper that says hello, without a guest. `cargo xtask
//! bench host` measures the host beside it.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let address = address.ok_or("usage: native_hello ADDRESS")?;
    let listener = TcpListener::bind(&address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let service = service_fn(|_: Request<Incoming>| async {
                let body = Full::new(Bytes::from_static(b"hello\n"));
                Ok::<_, Infallible>(Response::new(body))
            });
            let server = auto::Builder::new(TokioExecutor::new());
            // A client that leaves is no concern of this program's.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
