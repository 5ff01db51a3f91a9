//! What becomes of a TLS connection between two sessions, and what fits
//! through it.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::server::TlsStream;
use warpgrid_db::{Endpoint, Pools, TlsMode, TlsSettings};
use warpgrid_test_harness::mariadb::NATIVE;
use warpgrid_test_harness::postgres::{SCRAM, TRUST};
use warpgrid_test_harness::redis::USER;

use super::files::{HERE, authority, blind, file, knowing, with};
use super::middle::acceptor;
use super::{mysql, postgres, redis};
use crate::mysql::wire as my;
use crate::redis::wire as re;
use crate::wire::{Wire, endpoint, limits, query, until};

const LARGE: usize = 10 << 20;

fn postgres(user: &str) -> Arc<Endpoint> {
    let endpoint = endpoint(postgres::server().port(), user, limits(1));
    with(&endpoint, &knowing(TlsMode::VerifyFull))
}

fn mysql() -> Arc<Endpoint> {
    let endpoint = my::endpoint(mysql::server().port(), NATIVE, limits(1));
    with(&endpoint, &knowing(TlsMode::VerifyFull))
}

fn redis() -> Arc<Endpoint> {
    let endpoint = re::endpoint(redis::server().port(), USER, limits(1));
    with(&endpoint, &knowing(TlsMode::VerifyFull))
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let pools = Pools::new();
    let (postgres, mysql, redis) = (postgres(SCRAM), mysql(), redis());
    for n in 1..=3 {
        let mut wire = Wire::open(&pools, &postgres).await;
        assert_eq!(wire.rows("select 1").await, ["1"]);
        wire.terminate().await;
        let mut wire = my::Wire::open(&pools, &mysql).await;
        assert_eq!(wire.rows("select 1").await, ["1"]);
        wire.quit().await;
        let mut wire = re::Wire::open(&pools, &redis).await;
        assert_eq!(wire.run(&["PING"]).await, "PONG");
        drop(wire);
        let back = || pools.stats().iter().all(|pool| pool.returned == n);
        until("they are back", back).await;
    }
    let stats = pools.stats();
    assert_eq!(stats.len(), 3);
    assert!(stats.iter().all(|pool| pool.opened == 1), "{stats:?}");
}

#[tokio::test]
async fn large_results_and_requests_pass_through_postgres() {
    let pools = Pools::new();
    let endpoint = postgres(TRUST);
    let mut wire = Wire::open(&pools, &endpoint).await;
    let sql = format!("select repeat('x', {LARGE})");
    assert_eq!(wire.rows(&sql).await[0].len(), LARGE);
    let sql = format!("select md5('{}')", "y".repeat(LARGE));
    let same = format!("select md5(repeat('y', {LARGE}))");
    assert_eq!(wire.rows(&sql).await, wire.rows(&same).await);
    // Both at once: a server that waits for its answers to be read takes
    // nothing.
    let each = 100;
    let sql = format!(
        "/*{}*/ select repeat('z', {})",
        "c".repeat(LARGE / each),
        LARGE / each
    );
    wire.send(&query(&sql).repeat(each)).await;
    for _ in 0..each {
        let answer = wire.answer().await;
        let row = answer.iter().find(|message| message.tag == b'D').unwrap();
        assert_eq!(row.row()[0].len(), LARGE / each);
    }
    wire.terminate().await;
    until("it is back", || pools.stats()[0].returned == 1).await;
}

#[tokio::test]
async fn large_results_and_requests_pass_through_mysql() {
    let mut wire = my::Wire::open(&Pools::new(), &mysql()).await;
    let sql = format!("select repeat('x', {LARGE})");
    wire.send(&my::command(my::COM_QUERY, &sql)).await;
    // The number of columns, the column, EOF.
    for _ in 0..3 {
        wire.packet().await.unwrap();
    }
    let (_, row) = wire.packet().await.unwrap();
    // Its length is said in four bytes.
    assert_eq!(row.len(), LARGE + 4);
    wire.packet().await.unwrap();
    let sql = format!("select md5('{}')", "y".repeat(LARGE));
    let same = format!("select md5(repeat('y', {LARGE}))");
    assert_eq!(wire.rows(&sql).await, wire.rows(&same).await);
}

#[tokio::test]
async fn large_results_and_requests_pass_through_redis() {
    let mut wire = re::Wire::open(&Pools::new(), &redis()).await;
    let value = "v".repeat(LARGE);
    assert_eq!(wire.run(&["SET", "large", &value]).await, "OK");
    assert!(wire.run(&["GET", "large"]).await == value);
}

#[tokio::test]
async fn sessions_with_different_tls_never_share_a_connection() {
    let pools = Pools::new();
    let plain = endpoint(postgres::server().port(), TRUST, limits(1));
    let other = TlsSettings {
        server_name: Some("db.internal".into()),
        ..knowing(TlsMode::VerifyFull)
    };
    let both = format!("{0}{0}", authority().certificate());
    let more = TlsSettings {
        ca: Some(file(&both)),
        ..knowing(TlsMode::VerifyFull)
    };
    let client = authority().client("host").unwrap();
    let all = [
        blind(TlsMode::Disable),
        blind(TlsMode::Prefer),
        blind(TlsMode::Require),
        knowing(TlsMode::Require),
        knowing(TlsMode::VerifyCa),
        knowing(TlsMode::VerifyFull),
        other,
        more,
        super::files::showing(&client, knowing(TlsMode::VerifyFull)),
    ];
    let mut seen = vec![];
    for (index, settings) in all.iter().enumerate() {
        let mut wire = Wire::open(&pools, &with(&plain, settings)).await;
        seen.push(wire.backend().await);
        wire.terminate().await;
        let back = || pools.stats().iter().map(|pool| pool.idle).sum::<u32>();
        until("it is back", || back() as usize == index + 1).await;
    }
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), pools.stats().len()), (all.len(), all.len()));
    // The same file by another name makes no other pool.
    Wire::open(&pools, &with(&plain, &knowing(TlsMode::VerifyFull))).await;
    let stats = pools.stats();
    assert_eq!(stats.len(), all.len());
    assert!(stats.iter().all(|pool| pool.opened == 1), "{stats:?}");
}

/// What a server does that nobody has asked for.
#[derive(Clone, Copy, Debug)]
enum Unasked {
    /// What TLS has to say of itself.
    NewKeys,
    Data,
    /// TLS ends, and the connection below does not.
    Close,
}

type Orders = Arc<Mutex<Vec<mpsc::Sender<(Unasked, oneshot::Sender<()>)>>>>;

/// A server that speaks Redis as far as sessions begin and end, and does more
/// when it is told to.
async fn fake() -> (Arc<Endpoint>, Orders) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = re::endpoint(listener.local_addr().unwrap().port(), "app", limits(1));
    let endpoint = with(&endpoint, &knowing(TlsMode::VerifyFull));
    let acceptor = acceptor(&authority().server(&[HERE]).unwrap());
    let orders = Orders::default();
    let all = orders.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // Once this is done its tickets are sent.
            let stream = acceptor.accept(stream).await.unwrap();
            let (order, ordered) = mpsc::channel(1);
            all.lock().unwrap().push(order);
            tokio::spawn(serve(stream, ordered));
        }
    });
    (endpoint, orders)
}

async fn serve(
    mut stream: TlsStream<TcpStream>,
    mut ordered: mpsc::Receiver<(Unasked, oneshot::Sender<()>)>,
) {
    let mut said = vec![];
    loop {
        tokio::select! {
            read = stream.read_buf(&mut said) => {
                if !matches!(read, Ok(1..)) {
                    return;
                }
            }
            Some((what, done)) = ordered.recv() => {
                match what {
                    Unasked::NewKeys => stream.get_mut().1.refresh_traffic_keys().unwrap(),
                    Unasked::Data => stream.write_all(b"+unasked\r\n").await.unwrap(),
                    Unasked::Close => stream.get_mut().1.send_close_notify(),
                }
                stream.flush().await.unwrap();
                done.send(()).unwrap();
            }
        }
        while let Some(end) = said.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = said.drain(..=end).collect();
            let answer = match &line[..] {
                b"PING\r\n" => "+PONG\r\n",
                b"AUTH\r\n" => "+OK\r\n",
                b"RESET\r\n" => "+RESET\r\n",
                _ => continue,
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_tls_says_unasked_keeps_no_connection_from_being_used_again() {
    let pools = Pools::new();
    let (endpoint, orders) = fake().await;
    let connections = || orders.lock().unwrap().len();
    for (round, (unasked, kept)) in [
        (Unasked::NewKeys, true),
        (Unasked::NewKeys, true),
        (Unasked::Data, false),
        (Unasked::Close, false),
        (Unasked::NewKeys, true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut wire = re::Wire::open(&pools, &endpoint).await;
        // The first is opened ahead of its login, and by now its tickets are
        // there, unread.
        until("it is there", || connections() > 0).await;
        assert_eq!(wire.run(&["PING"]).await, "PONG", "{round}");
        let before = connections();
        assert!(round > 0 || before == 1, "the tickets made it open another");
        drop(wire);
        until("it is back", || pools.stats()[0].idle == 1).await;
        let order = orders.lock().unwrap().last().unwrap().clone();
        let (done, is_done) = oneshot::channel();
        order.send((unasked, done)).await.unwrap();
        is_done.await.unwrap();
        let mut wire = re::Wire::open(&pools, &endpoint).await;
        assert_eq!(wire.run(&["PING"]).await, "PONG", "{round}");
        let expected = if kept { before } else { before + 1 };
        assert_eq!(connections(), expected, "{unasked:?}");
        drop(wire);
        until("it is back", || pools.stats()[0].idle == 1).await;
    }
}
