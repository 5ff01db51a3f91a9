//! A handler that misbehaves on demand: each path is one way to use up a host.

mod hostile;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam,
    Scheme,
};

mod network;

mod signals {
    wit_bindgen::generate!({
        path: "../../../../wit/signals.wit",
        inline: "package probe:signals; world imports { import warpgrid:shim/signals@0.1.0; }",
        generate_all,
    });
    pub use self::warpgrid::shim::signals::{SignalType, on_signal, poll_signal};
}

mod threading {
    wit_bindgen::generate!({
        path: "../../../../wit/threading.wit",
        inline: "package probe:threading; world imports { import warpgrid:shim/threading@0.1.0; }",
        generate_all,
    });
    pub use self::warpgrid::shim::threading::{ThreadingModel, declare_threading_model};
}

struct Probe;

wasip2::http::proxy::export!(Probe);

static REQUESTS: AtomicU32 = AtomicU32::new(0);
static RUNNING: AtomicU32 = AtomicU32::new(0);

impl Guest for Probe {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let answer = match path.as_str() {
            "/hello" => b"hello\n".to_vec(),
            "/count" => (REQUESTS.fetch_add(1, Ordering::Relaxed) + 1)
                .to_string()
                .into_bytes(),
            "/trap" => core::arch::wasm32::unreachable(),
            "/spin" => loop {
                std::hint::black_box(());
            },
            "/sleep" => {
                std::thread::sleep(Duration::from_millis(200));
                b"slept\n".to_vec()
            }
            "/sleep-long" => {
                std::thread::sleep(Duration::from_secs(3600));
                Vec::new()
            }
            "/grow" => vec![1_u8; 1 << 30],
            "/silent" => return,
            "/two-signals" => take_two_signals(),
            "/cooperative" => {
                threading::declare_threading_model(threading::ThreadingModel::Cooperative);
                let others = RUNNING.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
                RUNNING.fetch_sub(1, Ordering::Relaxed);
                others.to_string().into_bytes()
            }
            "/env" => std::env::var("GREETING").unwrap_or_default().into_bytes(),
            "/echo" => read(&request),
            "/connect" => match std::net::TcpStream::connect("127.0.0.1:9") {
                Ok(_) => b"connected".to_vec(),
                Err(error) => error.to_string().into_bytes(),
            },
            "/big" => vec![b'x'; 10 << 20],
            other => match other[1..].split_once('/') {
                Some(("fetch", authority)) => fetch(authority),
                Some(("hostile", what)) => hostile::run(what).into_bytes(),
                _ => network::answer(other).unwrap_or_else(|| b"?".to_vec()),
            },
        };
        respond(out, &answer);
    }
}

fn take_two_signals() -> Vec<u8> {
    use signals::SignalType::{Hangup, Terminate};
    let told = [Terminate, Hangup].map(signals::on_signal);
    let mut taken = Vec::new();
    while taken.len() < 2 {
        taken.extend(signals::poll_signal());
        std::thread::sleep(Duration::from_millis(10));
    }
    format!("{told:?} {taken:?}").into_bytes()
}

fn read(request: &IncomingRequest) -> Vec<u8> {
    let body = request.consume().expect("the body is consumed once");
    let stream = body.stream().expect("the stream is taken once");
    let mut bytes = Vec::new();
    while let Ok(chunk) = stream.blocking_read(64 * 1024) {
        bytes.extend(chunk);
    }
    bytes
}

/// What `http://AUTHORITY/hello` answers.
fn fetch(authority: &str) -> Vec<u8> {
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).expect("a scheme");
    request
        .set_authority(Some(authority))
        .expect("an authority");
    request.set_path_with_query(Some("/hello")).expect("a path");
    let future = match outgoing_handler::handle(request, None) {
        Ok(future) => future,
        Err(error) => return format!("{error:?}").into_bytes(),
    };
    future.subscribe().block();
    let response = match future.get().expect("ready").expect("taken once") {
        Ok(response) => response,
        Err(error) => return format!("{error:?}").into_bytes(),
    };
    let body = response.consume().expect("consumed once");
    let stream = body.stream().expect("taken once");
    let mut bytes = Vec::new();
    while let Ok(chunk) = stream.blocking_read(64 * 1024) {
        bytes.extend(chunk);
    }
    bytes
}

fn respond(out: ResponseOutparam, bytes: &[u8]) {
    let response = OutgoingResponse::new(Fields::new());
    let body = response.body().expect("the body is taken once");
    ResponseOutparam::set(out, Ok(response));
    let stream = body.write().expect("the stream is taken once");
    for chunk in bytes.chunks(4096) {
        if stream.blocking_write_and_flush(chunk).is_err() {
            return;
        }
    }
    drop(stream);
    let _ = OutgoingBody::finish(body, None);
}
