//! A handler of WASI 0.3: each path names what to do with names and sockets,
//! and where.

use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::sockets::ip_name_lookup::resolve_addresses;
use wasip3::sockets::types::{
    IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket,
};
use wasip3::{wit_bindgen, wit_future, wit_stream};

wasip3::http::service::export!(Service);

struct Service;

impl wasip3::exports::http::handler::Guest for Service {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        let text = answer(&path).await.unwrap_or_else(|error| error);
        let (mut body, body_read) = wit_stream::new();
        let (trailers, trailers_read) = wit_future::new(|| Ok(None));
        let (response, _) = Response::new(Fields::new(), Some(body_read), trailers_read);
        drop(trailers);
        wit_bindgen::spawn_local(async move {
            body.write_all(text.into_bytes()).await;
        });
        Ok(response)
    }
}

/// What was done, or what went wrong.
type Said = Result<String, String>;

async fn answer(path: &str) -> Said {
    let mut parts = path.trim_start_matches('/').split('/');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (what, endpoint) = (part(), part());
    let (name, port) = endpoint.rsplit_once(':').unwrap_or((&endpoint, "0"));
    let found = resolve_addresses(name.to_owned()).await.map_err(said)?;
    if what == "look-up" {
        return Ok(format!("{found:?}"));
    }
    let Some(IpAddress::Ipv4(address)) = found.first() else {
        return Err("no address".to_owned());
    };
    let port = port.parse().map_err(said)?;
    let remote = IpSocketAddress::Ipv4(Ipv4SocketAddress {
        port,
        address: *address,
    });
    talk(&what, remote).await
}

/// Sends a line, or a long text, and gives what comes back.
async fn talk(what: &str, remote: IpSocketAddress) -> Said {
    let socket = TcpSocket::create(IpAddressFamily::Ipv4).map_err(said)?;
    socket.set_keep_alive_enabled(true).map_err(said)?;
    socket.connect(remote).await.map_err(said)?;
    let kept = socket.get_keep_alive_enabled().map_err(said)?;
    let peer = socket.get_remote_address().map_err(said)?;
    let same = format!("{peer:?}") == format!("{remote:?}");
    let (mut sender, sending) = wit_stream::new();
    let sent = socket.send(sending);
    let (mut receiver, _received) = socket.receive();
    let long = what == "long";
    let text = vec![b'x'; 1 << 20];
    let request = match long {
        true => [b"*2\r\n$4\r\nECHO\r\n$1048576\r\n", &*text, b"\r\n"].concat(),
        false => b"PING\r\n".to_vec(),
    };
    wit_bindgen::spawn_local(async move {
        sender.write_all(request).await;
    });
    let mut answer = Vec::new();
    let whole = |answer: &[u8]| match long {
        true => answer.len() == text.len() + 12,
        false => answer.ends_with(b"\r\n"),
    };
    while !whole(&answer) {
        let Some(byte) = receiver.next().await else {
            let why = sent.await;
            return Err(format!("the stream ended: {} {why:?}", text_of(&answer)));
        };
        answer.push(byte);
    }
    let start = answer.iter().position(|byte| *byte == b'\r').unwrap_or(0);
    Ok(format!(
        "{} {} {kept} {same}",
        text_of(&answer[..start]),
        answer.len()
    ))
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn said(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
