//! A handler that has PostgreSQL write a number down for each request, and
//! answers with it. It has no driver: this is all of the protocol that it needs.
//! And it looks no name up, which of `warp run` would call for the dns shim.

use std::io::{Error, Read, Write};
use std::net::{SocketAddr, TcpStream};

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

struct Ledger;

wasip2::http::proxy::export!(Ledger);

impl Guest for Ledger {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let (status, text) = match write(path.trim_start_matches('/')) {
            Ok(number) => (200, number),
            Err(error) => (502, error.to_string()),
        };
        let response = OutgoingResponse::new(Fields::new());
        let _ = response.set_status_code(status);
        let body = response.body().expect("the body is taken once");
        ResponseOutparam::set(out, Ok(response));
        let stream = body.write().expect("the stream is taken once");
        let _ = stream.blocking_write_and_flush(text.as_bytes());
        drop(stream);
        let _ = OutgoingBody::finish(body, None);
    }
}

/// Has PostgreSQL write the next number down, and says which that is once it is
/// committed.
fn write(endpoint: &str) -> std::io::Result<String> {
    let address: SocketAddr = endpoint.parse().map_err(Error::other)?;
    let mut stream = TcpStream::connect(address)?;
    // A StartupMessage of version 3.0, with a user.
    stream.write_all(b"\0\0\0\x14\0\x03\0\0user\0guest\0\0")?;
    until_ready(&mut stream)?;
    let sql = b"insert into ledger default values returning n\0";
    let length = u32::try_from(sql.len() + 4).map_err(Error::other)?;
    stream.write_all(&[b"Q", &length.to_be_bytes()[..], sql].concat())?;
    until_ready(&mut stream)?.ok_or_else(|| Error::other("nothing is returned"))
}

/// The one field of the last DataRow before ReadyForQuery.
fn until_ready(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut field = None;
    loop {
        let mut header = [0; 5];
        stream.read_exact(&mut header)?;
        let [tag, a, b, c, d] = header;
        let mut body = vec![0; u32::from_be_bytes([a, b, c, d]) as usize - 4];
        stream.read_exact(&mut body)?;
        match tag {
            b'D' => field = Some(String::from_utf8_lossy(&body[6..]).into_owned()),
            b'E' => return Err(Error::other(String::from_utf8_lossy(&body).into_owned())),
            b'Z' => return Ok(field),
            _ => {}
        }
    }
}
