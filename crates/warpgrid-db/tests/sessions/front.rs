//! Unmodified drivers and programs, over the loopback front.

use std::net::SocketAddr;
use std::sync::Arc;

use futures::{SinkExt, TryStreamExt, pin_mut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use warpgrid_db::{Endpoint, Front, PoolLimits, Pools};
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, SCRAM, psql};

use crate::wire::{endpoint, limits, server, startup, tenant, until, within};

async fn bound(pools: &Pools, endpoint: Arc<Endpoint>) -> Front {
    let any_port = ([127, 0, 0, 1], 0).into();
    Front::bind(any_port, pools.clone(), tenant("t"), endpoint)
        .await
        .unwrap()
}

async fn front(pools: &Pools, endpoint: Arc<Endpoint>) -> SocketAddr {
    let front = bound(pools, endpoint).await;
    let address = front.local_addr().unwrap();
    tokio::spawn(front.serve(std::future::pending()));
    address
}

async fn client(address: SocketAddr) -> tokio_postgres::Client {
    let config = format!(
        "host=127.0.0.1 port={} user=whoever dbname={DATABASE} password=unused",
        address.port()
    );
    let (client, connection) = within(tokio_postgres::connect(&config, NoTls))
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn tokio_postgres_runs_unmodified() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), SCRAM, limits(2))).await;
    let mut client = client(address).await;
    let row = within(client.query_one("select current_user::text, $1::int + 1", &[&41])).await;
    let row = row.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, i32>(1)), (SCRAM, 42));

    let transaction = client.transaction().await.unwrap();
    transaction
        .batch_execute("create temp table t (n int) on commit drop")
        .await
        .unwrap();
    let sink = transaction.copy_in("copy t from stdin").await.unwrap();
    pin_mut!(sink);
    for n in 0..1000 {
        sink.send(bytes::Bytes::from(format!("{n}\n")))
            .await
            .unwrap();
    }
    assert_eq!(sink.finish().await.unwrap(), 1000);
    let out = transaction.copy_out("copy t to stdout").await.unwrap();
    let pieces: Vec<_> = out.try_collect().await.unwrap();
    assert_eq!(
        pieces
            .concat()
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count(),
        1000
    );
    transaction.commit().await.unwrap();

    let failed = client.query("select 1/0", &[]).await.unwrap_err();
    assert_eq!(failed.code(), Some(&SqlState::DIVISION_BY_ZERO));

    // A pipeline.
    let queries = (0..50).map(|n| {
        let client = &client;
        async move {
            client
                .query_one("select $1::int", &[&n])
                .await
                .unwrap()
                .get::<_, i32>(0)
        }
    });
    let answers = within(futures::future::join_all(queries)).await;
    assert_eq!(answers, (0..50).collect::<Vec<_>>());

    // COPY counted right, so the connection is worth keeping.
    drop(client);
    until("it is back", || pools.stats()[0].returned == 1).await;
}

#[tokio::test]
async fn tokio_postgres_cancels() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), SCRAM, limits(2))).await;
    let client = client(address).await;
    let token = client.cancel_token();
    let sleeping = client.simple_query("select pg_sleep(1000)");
    let cancelling = async {
        let runs = "select count(*) > 0 from pg_stat_activity where query = 'select pg_sleep(1000)' and state = 'active' and usename = 'app_scram'";
        until("it runs", || server().sql(runs).unwrap() == "t").await;
        token.cancel_query(NoTls).await.unwrap();
    };
    let (slept, ()) = within(async { tokio::join!(sleeping, cancelling) }).await;
    assert_eq!(slept.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn psql_runs_unmodified() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), SCRAM, limits(2))).await;
    let run = |sql: &'static str| {
        tokio::task::spawn_blocking(move || psql(address, "whoever", sql).unwrap())
    };
    let output = within(run(
        "select current_user, count(*) from generate_series(1, 100000)",
    ))
    .await;
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "app_scram|100000"
    );
    until("it is back", || pools.stats()[0].returned == 1).await;
    let output = within(run("copy (select generate_series(1, 3)) to stdout"))
        .await
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n2\n3\n");
    until("it is back", || pools.stats()[0].returned == 2).await;
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn psql_is_asked_for_its_password_where_the_host_has_none() {
    let mut endpoint = Endpoint::clone(&endpoint(server().port(), SCRAM, limits(2)));
    endpoint.credentials = None;
    let address = front(&Pools::new(), Arc::new(endpoint)).await;
    let run = |user: &'static str| {
        tokio::task::spawn_blocking(move || psql(address, user, "select current_user").unwrap())
    };
    let output = within(run(SCRAM)).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        SCRAM,
        "{output:?}"
    );
    let output = within(run("nobody")).await.unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("no pg_hba.conf entry"), "{text}");
    assert!(!text.contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_psql_is_told_what_to_do() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = front(&Pools::new(), endpoint(free, SCRAM, limits(2))).await;
    let run = tokio::task::spawn_blocking(move || psql(address, "x", "select 1").unwrap());
    let output = within(run).await.unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        text.contains("refuses connections") && text.contains("check that"),
        "{text}"
    );
}

/// A client that has sent its StartupMessage.
async fn greeted(address: SocketAddr) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(&startup(&[("user", "x")])).await.unwrap();
    client
}

async fn rest(mut client: TcpStream) -> String {
    let mut bytes = Vec::new();
    within(client.read_to_end(&mut bytes)).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One session works, one waits, and there is room for no third.
fn crowded() -> PoolLimits {
    PoolLimits {
        max_waiting: 1,
        ..limits(1)
    }
}

#[tokio::test]
async fn clients_beyond_the_most_are_told_and_can_still_cancel() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), SCRAM, crowded())).await;
    let client = client(address).await;
    let _waiting = greeted(address).await;
    until("it waits", || pools.stats()[0].waiting == 1).await;
    let answer = rest(greeted(address).await).await;
    assert!(answer.contains("C53300\0"), "{answer:?}");

    let token = client.cancel_token();
    let query = "select pg_sleep(1000), 'crowded'";
    let cancelling = async {
        let runs = "select count(*) > 0 from pg_stat_activity where state = 'active' and usename = 'app_scram' and query = 'select pg_sleep(1000), ''crowded'''";
        until("it runs", || server().sql(runs).unwrap() == "t").await;
        token.cancel_query(NoTls).await.unwrap();
    };
    let (slept, ()) = within(async { tokio::join!(client.simple_query(query), cancelling) }).await;
    assert_eq!(slept.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED));
}

#[tokio::test]
async fn silent_clients_take_no_more_than_their_places() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), SCRAM, crowded())).await;
    let mut silent = vec![];
    for _ in 0..100 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    // What is beyond all bounds is closed at once.
    assert_eq!(rest(silent.pop().unwrap()).await, "");
}

#[tokio::test]
async fn at_the_end_clients_are_told() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), SCRAM, limits(1));
    let front = bound(&pools, endpoint).await;
    let address = front.local_addr().unwrap();
    let (end, ended) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(front.serve(async {
        let _: Result<(), _> = ended.await;
    }));
    let idle = greeted(address).await;
    until("it is in", || {
        pools
            .stats()
            .first()
            .is_some_and(|pool| pool.checkouts == 1)
    })
    .await;
    let waiting = greeted(address).await;
    until("it waits", || pools.stats()[0].waiting == 1).await;
    end.send(()).unwrap();
    within(serving).await.unwrap();
    for client in [idle, waiting] {
        let answer = rest(client).await;
        assert!(answer.contains("C57P01\0"), "{answer:?}");
    }
    until("nothing is left in use", || {
        let stats = &pools.stats()[0];
        stats.live == stats.idle
    })
    .await;
}

#[tokio::test]
async fn only_this_machine_may_connect() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let endpoint = endpoint(1, SCRAM, limits(1));
        let bound = Front::bind(
            address.parse().unwrap(),
            Pools::new(),
            tenant("t"),
            endpoint,
        )
        .await;
        let error = bound.err().unwrap();
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}
