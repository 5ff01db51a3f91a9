//! How TLS begins.
//!
//! Source: PostgreSQL 15 documentation, 55.2.10 "SSL Session Encryption".

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::stream::Stream;

/// Asks the server for TLS, and has the handshake if it agrees. Gives the
/// stream as it is where the server has none, and there needs be none.
pub(super) async fn begin(mut stream: Stream, endpoint: &Endpoint) -> Result<Stream, Error> {
    let lost = |source| Error::lost(endpoint, source);
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.write_all(&request).await.map_err(lost)?;
    let mut answer = BytesMut::new();
    stream.read(&mut answer).await.map_err(lost)?;
    match &answer[..] {
        b"S" => stream.encrypt(endpoint).await,
        b"N" if endpoint.tls.is_optional() => Ok(stream),
        b"N" => Err(Error::no_tls(endpoint)),
        // Somebody between has put them there, to be taken for what the server
        // said under TLS (CVE-2021-23222).
        [b'S' | b'N', ..] => {
            let what = "bytes in clear came after the answer to SSLRequest";
            Err(Error::protocol(endpoint, what))
        }
        // One that cannot even serve says so; the documentation tells not to
        // believe it, since nothing vouches for it.
        [b'E', ..] => Err(Error::Tls {
            endpoint: endpoint.to_string(),
            what: "the server answers SSLRequest with an error".into(),
            remedy: "look into the server's log for it".into(),
        }),
        _ => {
            let what = "the answer to SSLRequest is neither S nor N";
            Err(Error::protocol(endpoint, what))
        }
    }
}
