//! `warp run` of a Go program that serves `net/http`: it answers as it does
//! natively, but for what has no place in `wasi:http`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use support::{Project, signalled_warp};
use warpgrid_test_harness::components::Packing;
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::service::Service;

/// Requests whose answers are compared. The connection's end is the answer's.
const REQUESTS: &[&str] = &[
    "GET /see/a/b?q=1&q=%20x HTTP/1.1\r\nHost: a.example:80\r\nX-Twice: 1\r\nX-Twice: 2\r\n",
    "DELETE /see/ HTTP/1.1\r\nHost: a\r\n",
    "POST /see/ HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
    "POST /see/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\n, \r\n0\r\n\r\n",
    "POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\na=1&b=2",
    "POST /limited HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /limited HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\nhello and more.",
    "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 2\r\n\r\n",
    "GET /page HTTP/1.1\r\nHost: a\r\n",
    "HEAD /page HTTP/1.1\r\nHost: a\r\n",
    "GET /large HTTP/1.1\r\nHost: a\r\n",
    "GET /parts HTTP/1.1\r\nHost: a\r\n",
    "GET /nothing HTTP/1.1\r\nHost: a\r\n",
    "GET /silent HTTP/1.1\r\nHost: a\r\n",
    "GET /unchanged HTTP/1.1\r\nHost: a\r\n",
    "GET /elsewhere HTTP/1.1\r\nHost: a\r\n",
    "GET /cookies HTTP/1.1\r\nHost: a\r\n",
    "GET /sums HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n",
    "GET /late HTTP/1.1\r\nHost: a\r\n",
    "GET /controls HTTP/1.1\r\nHost: a\r\n",
    "GET /itself HTTP/1.1\r\nHost: a\r\n",
    "GET /nowhere HTTP/1.1\r\nHost: a\r\n",
    "GET /form HTTP/1.1\r\nHost: a\r\n",
];

/// Header fields that each server writes in its own way.
const OWN: &[&str] = &["connection", "date", "transfer-encoding"];

fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(600))
}

/// What can be told of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: String,
    fields: BTreeSet<String>,
    body: String,
    trailers: BTreeSet<String>,
}

/// Sends a request as it stands, with a field that has the connection closed.
fn exchange(address: SocketAddr, request: &str) -> Vec<u8> {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(bounds().limit)).unwrap();
    let (head, body) = request
        .split_once("\r\n\r\n")
        .unwrap_or((request.trim_end(), ""));
    let request = format!("{head}\r\nConnection: close\r\n\r\n{body}");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // One that is cut off is told by what is there.
    let _ = connection.read_to_end(&mut answer);
    answer
}

fn ask(address: SocketAddr, request: &str) -> Answer {
    let bytes = exchange(address, request);
    let text = String::from_utf8(bytes).unwrap();
    let (head, mut rest) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("{request}: {text}"));
    let (status, fields) = head.split_once("\r\n").unwrap_or((head, ""));
    let chunked = fields
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked");
    let (mut body, mut trailers) = (String::new(), BTreeSet::new());
    while chunked && !rest.is_empty() {
        let (size, after) = rest.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            trailers = named(after);
            break;
        }
        body.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    Answer {
        // The phrase after the code is each server's own.
        status: status.split(' ').nth(1).unwrap_or_default().to_owned(),
        fields: named(fields),
        body: if chunked { body } else { rest.to_owned() },
        trailers,
    }
}

fn named(fields: &str) -> BTreeSet<String> {
    let lines = fields.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect()
}

fn guest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/go-handler")
}

fn native(folder: &Path) -> Service {
    let program = folder.join("native");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg(".");
    process::run(build.current_dir(guest()), &bounds())
        .and_then(process::Finished::success)
        .unwrap();
    Service::start(&bounds(), |address| {
        let mut command = Command::new(&program);
        command.env("LISTEN", address.to_string());
        command
    })
    .unwrap()
}

/// The program by one of the compilers, in one instance.
fn component(compiler: &str) -> (Project, Service) {
    let project = Project::new(&[(
        "warp.toml",
        "[package]\nname = 'handler'\nlang = 'go'\n[limits]\ninstances = 1\nreuse = 100000\n",
    )]);
    for file in std::fs::read_dir(guest()).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        project.write(&name, std::fs::read(file.path()).unwrap());
    }
    let packing = Packing::with(env!("CARGO_BIN_EXE_warp").into());
    let packed = packing
        .pack_with(&project.path(), &["--compiler", compiler], &bounds())
        .unwrap();
    assert_eq!(
        packed.shims,
        ["database-proxy", "dns", "filesystem", "sockets"]
    );
    let service = Service::start(&bounds(), |address| {
        let mut command = signalled_warp();
        command
            .current_dir(project.path())
            .arg("run")
            .arg(&packed.component)
            .args(["--listen", &address.to_string()]);
        command
    });
    (project, service.unwrap())
}

#[test]
fn a_handler_answers_as_the_same_program_does_natively() {
    let (project, service) = component("go");
    expect_native_answers(&project, &service);
    let address = service.address();
    expect_own_answers(address);
    expect_streaming(address);
    expect_to_notice_who_goes(address);
}

/// But for a panic, which ends an instance of TinyGo's.
#[test]
fn a_handler_of_tinygo_answers_as_the_same_program_does_natively() {
    let (project, service) = component("tinygo");
    expect_native_answers(&project, &service);
    let address = service.address();
    expect_streaming(address);
    expect_to_notice_who_goes(address);
    let panicked = ask(address, "GET /panic HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(panicked.status, "500");
    let next = ask(address, "GET /page HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(next.status, "200");
    let gone = ask(address, "GET /gone HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(gone.body, "0\n", "another instance answers");
}

fn expect_native_answers(project: &Project, service: &Service) {
    let native = native(&project.path());
    let mut different = Vec::new();
    for request in REQUESTS {
        let expected = ask(native.address(), request);
        let given = ask(service.address(), request);
        if given != expected {
            different.push(format!(
                "{request}\n native    {expected:?}\n component {given:?}"
            ));
        }
    }
    assert!(
        different.is_empty(),
        "{}\n{}",
        different.join("\n"),
        service.report()
    );
}

/// What has no place in `wasi:http`, or is the host's to say.
fn expect_own_answers(address: SocketAddr) {
    let refused = ask(address, "GET /hijack HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(refused.body, "true feature not supported\n");
    let panicked = ask(address, "GET /panic HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(panicked.status, "500");
    let broken = exchange(address, "GET /break HTTP/1.1\r\nHost: a\r\n");
    let broken = String::from_utf8(broken).unwrap();
    assert!(broken.contains("half of"), "{broken}");
    assert!(!broken.ends_with("0\r\n\r\n"), "it looks whole: {broken}");
    // The instance lives on.
    let next = ask(address, "GET /page HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(next.status, "200");
}

/// What is flushed comes while the handler goes on.
fn expect_streaming(address: SocketAddr) {
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .write_all(b"GET /slowly HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .unwrap();
    let (mut all, mut part, mut first) = (Vec::new(), [0; 1000], None);
    loop {
        let count = connection.read(&mut part).unwrap();
        if count == 0 {
            break;
        }
        all.extend_from_slice(&part[..count]);
        let came = all.windows(5).any(|five| five == b"first");
        first = first.or(came.then(Instant::now));
    }
    let between = first.expect("the first part").elapsed();
    assert!(between > Duration::from_millis(500), "{between:?}");
    assert!(String::from_utf8_lossy(&all).contains("last"));
}

/// A handler whose client has gone is told by its context.
fn expect_to_notice_who_goes(address: SocketAddr) {
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .write_all(b"GET /forever HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut part = [0; 1000];
    assert!(connection.read(&mut part).unwrap() > 0, "the header");
    drop(connection);
    let gone = ask(address, "GET /gone HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(gone.body, "1\n");
}
