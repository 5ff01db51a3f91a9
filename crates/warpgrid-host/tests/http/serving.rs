//! A deployment behind a socket: clients, limits, reload, and the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use warpgrid_host::{ShimConfig, Signal};

use crate::support::{Client, Served, deploy, get, text};

#[tokio::test(flavor = "multi_thread")]
async fn guests_that_ask_are_told_when_the_server_stops() {
    let deployment = deploy("");
    let served = Served::start(deployment.clone()).await;
    let address = served.address;
    let waiting = tokio::spawn(async move { get(address, "/two-signals").await });
    // The guest registers at some time after the request is sent.
    while deployment.signal(Signal::Terminate) == 0 {
        tokio::task::yield_now().await;
    }
    served.stopped().await;
    assert_eq!(
        waiting.await.unwrap().1,
        "[true, false] [SignalType::Terminate, SignalType::Terminate]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_socket_failures_are_status_codes() {
    let served = Served::start(deploy("[limits]\nrequest-timeout = '300ms'")).await;
    let error = warpgrid_host::http::listen(served.address)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(&served.address.to_string()),
        "{error}"
    );
    for (path, status) in [
        ("/hello", 200),
        ("/trap", 500),
        ("/spin", 504),
        ("/silent", 500),
    ] {
        let (answered, _) = get(served.address, path).await;
        assert_eq!(answered.as_u16(), status, "{path}");
    }
    served.stopped().await;
}

/// Clients that ask without a pause, each on new connections and on a kept one.
struct Load {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicU32>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(address: SocketAddr) -> Self {
        let (over, answered) = (Arc::default(), Arc::default());
        let clients = (0..16)
            .map(|number| {
                let (over, answered) = (Arc::clone(&over), Arc::clone(&answered));
                tokio::spawn(client(address, number % 2 == 0, over, answered))
            })
            .collect();
        Self {
            over,
            answered,
            clients,
        }
    }

    async fn until_answered(&self, count: u32) {
        let wanted = self.answered.load(Ordering::Relaxed) + count;
        while self.answered.load(Ordering::Relaxed) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn finish(self) -> u32 {
        self.over.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        self.answered.load(Ordering::Relaxed)
    }
}

/// Every request that reaches the server must be answered. Once the server is
/// over, a connection may be refused, and a kept one be closed between requests.
async fn client(address: SocketAddr, keeps: bool, over: Arc<AtomicBool>, answered: Arc<AtomicU32>) {
    let mut kept = None;
    while !over.load(Ordering::Relaxed) {
        let (mut client, fresh) = match kept.take() {
            Some(client) => (client, false),
            None => match Client::connect(address).await {
                Ok(client) => (client, true),
                Err(_) if over.load(Ordering::Relaxed) => return,
                Err(error) => panic!("{error}"),
            },
        };
        match client.get("/env").await {
            Ok((status, _)) => assert_eq!(status, 200),
            Err(_) if over.load(Ordering::Relaxed) && !fresh => return,
            Err(error) => panic!("{error:?}, fresh: {fresh}"),
        }
        answered.fetch_add(1, Ordering::Relaxed);
        kept = keeps.then_some(client);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_answers_whatever_has_reached_the_server() {
    let mut served = Served::start(deploy("")).await;
    let load = Load::start(served.address);
    load.until_answered(200).await;
    let address = served.address;
    let slow = tokio::spawn(async move { get(address, "/sleep").await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    load.over.store(true, Ordering::Relaxed);
    served.stop();
    load.finish().await;
    assert_eq!(slow.await.unwrap().1, "slept\n");
    served.stopped().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_that_do_not_end_are_cut_off_in_time() {
    let served = Served::start(deploy("[limits]\nshutdown-timeout = '300ms'")).await;
    let mut client = Client::connect(served.address).await.unwrap();
    let asked = tokio::spawn(async move { client.get("/sleep-long").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = Instant::now();
    served.stopped().await;
    assert!(before.elapsed() < Duration::from_secs(10));
    asked.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_takes_over_without_losing_a_request() {
    let served = Served::start(deploy("[env]\nGREETING = 'first'")).await;
    let load = Load::start(served.address);
    let mut kept = Client::connect(served.address).await.unwrap();
    assert_eq!(kept.get("/env").await.unwrap().1, "first");
    let mut slow = Client::connect(served.address).await.unwrap();
    let slow = tokio::spawn(async move { slow.get("/sleep").await.unwrap().1 });
    for greeting in ["second", "third", "fourth"] {
        load.until_answered(50).await;
        let config = format!("[env]\nGREETING = '{greeting}'\n[limits]\ninstances = 3");
        let config = ShimConfig::from_toml("warp.toml", &config).unwrap();
        let successor = served.current.get().unwrap().successor(&config).unwrap();
        served.current.replace(successor);
        assert_eq!(kept.get("/env").await.unwrap().1, greeting);
    }
    load.until_answered(50).await;
    load.finish().await;
    assert_eq!(slow.await.unwrap(), "slept\n");
    served.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_its_limit_is_refused() {
    let served = Served::start(deploy("[limits]\nbody = '1 KiB'")).await;
    let exactly = vec![b'x'; 1024];
    let beyond = vec![b'x'; 1025];
    let length = |body: &[u8]| format!("content-length: {}\r\n\r\n", body.len()).into_bytes();
    let chunked = |body: &[u8]| {
        let mut text = b"transfer-encoding: chunked\r\n\r\n".to_vec();
        for chunk in body.chunks(500) {
            text.extend(format!("{:x}\r\n", chunk.len()).bytes());
            text.extend(chunk);
            text.extend(b"\r\n");
        }
        text.extend(b"0\r\n\r\n");
        text
    };
    for (sent, status) in [
        ([length(&exactly), exactly.clone()].concat(), "200 OK"),
        (chunked(&exactly), "200 OK"),
        (length(&beyond), "413 Payload Too Large"),
        (
            b"content-length: 9223372036854775807\r\n\r\n".to_vec(),
            "413",
        ),
    ] {
        let answer = raw(served.address, "/echo", &sent).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    // The guest sees that the body ends early, and may answer or fail.
    let answer = raw(served.address, "/echo", &chunked(&beyond)).await;
    assert!(!answer.contains(&"x".repeat(1025)), "{answer}");
    assert_eq!(get(served.address, "/hello").await.1, "hello\n");
    served.stopped().await;
}

/// The whole answer to a request whose head ends with this, and its body.
async fn raw(address: SocketAddr, path: &str, rest: &[u8]) -> String {
    let head = format!("POST {path} HTTP/1.1\r\nhost: guest\r\nconnection: close\r\n");
    exchanged(address, &[head.as_bytes(), rest].concat()).await
}

/// The whole answer to these bytes.
async fn exchanged(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A server that has refused may reset what is left of the request.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_its_host_or_is_of_http_1_0() {
    let served = Served::start(deploy("")).await;
    for (head, status) in [
        (&b"GET /hello HTTP/1.0\r\n"[..], "200"),
        (b"GET /hello HTTP/1.1\r\nconnection: close\r\n", "400"),
        (
            b"GET /hello HTTP/1.1\r\nhost: \xff\r\nconnection: close\r\n",
            "400",
        ),
        (
            b"GET http://a/hello HTTP/1.1\r\nconnection: close\r\n",
            "200",
        ),
    ] {
        let answer = exchanged(served.address, &[head, b"\r\n"].concat()).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }
    served.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_beyond_the_limit_wait_for_those_before_them() {
    let served = Served::start(deploy("[limits]\nclients = 2")).await;
    let silent = TcpStream::connect(served.address).await.unwrap();
    let mut kept = Client::connect(served.address).await.unwrap();
    assert_eq!(kept.get("/hello").await.unwrap().0, 200);
    let address = served.address;
    let waiting = tokio::spawn(async move { get(address, "/hello").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    assert_eq!(kept.get("/hello").await.unwrap().0, 200);
    drop(silent);
    assert_eq!(waiting.await.unwrap().0, 200);
    served.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_leave_do_not_make_room_for_more_guests() {
    let deployment = deploy("[limits]\ninstances = 2\nrequest-timeout = '2s'");
    let served = Served::start(deployment.clone()).await;
    for _ in 0..20 {
        let mut client = Client::connect(served.address).await.unwrap();
        let asked = client.get("/spin");
        let _ = tokio::time::timeout(Duration::from_millis(20), asked).await;
    }
    // Only the guests that still compute are waited for.
    assert_eq!(get(served.address, "/hello").await.0, 200);
    served.stopped().await;
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_instances_together_have_a_limit_and_give_back_what_they_had() {
    let deployment = deploy("[limits]\nmemory = '64 MiB'\ntotal-memory = '24 MiB'");
    let served = Served::start(deployment.clone()).await;
    let mut big = Vec::new();
    for _ in 0..4 {
        let address = served.address;
        big.push(tokio::spawn(async move { get(address, "/big").await.0 }));
    }
    let mut statuses = Vec::new();
    for answer in big {
        statuses.push(answer.await.unwrap().as_u16());
    }
    assert!(
        statuses.iter().all(|status| [200, 500].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(get(served.address, "/big").await.0, 200);
    served.stopped().await;
    drained(|| deployment.memory_in_use() == 0).await;
}

/// Waits for what an instance's end brings about.
async fn drained(is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it stays so");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
