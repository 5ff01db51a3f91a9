//! Unmodified drivers and programs, over the loopback front.

use std::net::SocketAddr;
use std::sync::Arc;

use redis::Commands;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use warpgrid_db::{Endpoint, Front, PoolLimits, Pools};
use warpgrid_test_harness::redis::{PASSWORD, USER, redis_cli};

use super::wire::{command, endpoint, server, without_credentials};
use crate::wire::{limits, tenant, until, within};

async fn front(pools: &Pools, endpoint: Arc<Endpoint>) -> SocketAddr {
    let any = ([127, 0, 0, 1], 0).into();
    let front = Front::bind(any, pools.clone(), tenant("t"), endpoint).await;
    let front = front.unwrap();
    let address = front.local_addr().unwrap();
    tokio::spawn(front.serve(std::future::pending()));
    address
}

async fn cli(address: SocketAddr, arguments: &'static [&'static str]) -> String {
    let run = tokio::task::spawn_blocking(move || redis_cli(address, arguments).unwrap());
    let output = within(run).await.unwrap();
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_cli_runs_unmodified() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), USER, limits(1))).await;
    assert_eq!(cli(address, &["ACL", "WHOAMI"]).await, USER);
    assert_eq!(cli(address, &["-3", "-n", "4", "INCR", "cli"]).await, "1");
    assert_eq!(
        cli(
            address,
            &["-n", "4", "-a", "any", "--no-auth-warning", "DEL", "cli"]
        )
        .await,
        "1"
    );
    until("all are back", || pools.stats()[0].returned == 3).await;
    assert_eq!(pools.stats()[0].opened, 1);
    let address = front(&pools, without_credentials()).await;
    let own = &[
        "--user",
        USER,
        "-a",
        PASSWORD,
        "--no-auth-warning",
        "ACL",
        "WHOAMI",
    ];
    assert_eq!(cli(address, own).await, USER);
    assert!(cli(address, &["PING"]).await.starts_with("NOAUTH"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_redis_crate_runs_unmodified() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), USER, limits(1))).await;
    for query in ["", "?protocol=resp3"] {
        let run = tokio::task::spawn_blocking(move || {
            let url = format!("redis://me:whatever@{address}/2{query}");
            let client = redis::Client::open(url).unwrap();
            let mut connection = client.get_connection().unwrap();
            let key = format!("driver{query}");
            let (): () = connection.set(&key, 41).unwrap();
            let (old, new): (i64, i64) = redis::pipe()
                .atomic()
                .get(&key)
                .incr(&key, 1)
                .query(&mut connection)
                .unwrap();
            assert_eq!((old, new), (41, 42));
            let failed: redis::RedisResult<()> = connection.lpush(&key, 1);
            assert!(failed.unwrap_err().to_string().contains("WRONGTYPE"));
            let many: Vec<i64> = {
                let mut pipe = redis::pipe();
                (0..1000).for_each(|_| _ = pipe.incr(&key, 1));
                pipe.query(&mut connection).unwrap()
            };
            assert_eq!(many.last(), Some(&1042));
            let _: () = connection.del(&key).unwrap();
        });
        within(run).await.unwrap();
    }
    until("both are back", || pools.stats()[0].returned == 2).await;
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscribers_get_their_messages() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), USER, limits(2))).await;
    let run = tokio::task::spawn_blocking(move || {
        let client = redis::Client::open(format!("redis://{address}/")).unwrap();
        let mut connection = client.get_connection().unwrap();
        let mut listener = connection.as_pubsub();
        listener.subscribe("front-news").unwrap();
        let mut other = client.get_connection().unwrap();
        let heard: i64 = other.publish("front-news", "hello").unwrap();
        assert_eq!(heard, 1);
        let message: String = listener.get_message().unwrap().get_payload().unwrap();
        assert_eq!(message, "hello");
    });
    within(run).await.unwrap();
    until("the publisher's is back", || pools.stats()[0].idle == 1).await;
    assert_eq!(pools.stats()[0].returned, 1);
}

async fn rest(mut client: TcpStream) -> String {
    let mut bytes = Vec::new();
    within(client.read_to_end(&mut bytes)).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn clients_beyond_the_most_and_those_at_the_end_are_told() {
    let pools = Pools::new();
    let limits = PoolLimits {
        max_waiting: 0,
        ..limits(1)
    };
    let endpoint = endpoint(server().port(), USER, limits);
    let any = ([127, 0, 0, 1], 0).into();
    let front = Front::bind(any, pools.clone(), tenant("t"), endpoint).await;
    let front = front.unwrap();
    let address = front.local_addr().unwrap();
    let (end, ended) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(front.serve(async {
        let _: Result<(), _> = ended.await;
    }));
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(&command(&["PING"])).await.unwrap();
    let mut pong = [0; 7];
    within(first.read_exact(&mut pong)).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(&command(&["PING"])).await.unwrap();
    let told = rest(second).await;
    assert!(
        told.starts_with("-ERR max number of clients reached"),
        "{told}"
    );
    end.send(()).unwrap();
    within(serving).await.unwrap();
    assert!(rest(first).await.contains("shutting down"));
}
