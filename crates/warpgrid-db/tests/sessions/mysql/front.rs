//! Unmodified drivers and programs, over the loopback front.

use std::net::SocketAddr;
use std::sync::Arc;

use mysql::prelude::Queryable;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use warpgrid_db::{Endpoint, Front, PoolLimits, Pools};
use warpgrid_test_harness::mariadb::{DATABASE, NATIVE, mariadb};

use super::wire::{endpoint, server, without_credentials};
use crate::wire::{limits, tenant, until, within};

async fn front(pools: &Pools, endpoint: Arc<Endpoint>) -> SocketAddr {
    let any = ([127, 0, 0, 1], 0).into();
    let front = Front::bind(any, pools.clone(), tenant("t"), endpoint).await;
    let front = front.unwrap();
    let address = front.local_addr().unwrap();
    tokio::spawn(front.serve(std::future::pending()));
    address
}

/// What the client prints, errors included.
async fn client(
    address: SocketAddr,
    user: &'static str,
    arguments: &'static [&'static str],
) -> String {
    let run = tokio::task::spawn_blocking(move || mariadb(address, user, arguments).unwrap());
    let output = within(run).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).trim_end().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mariadb_client_runs_unmodified() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), NATIVE, limits(1))).await;
    let sql = &[
        "-e",
        "select current_user(), count(*) from seq_1_to_100000; select 'more'",
    ];
    assert_eq!(
        client(address, "whoever", sql).await,
        "app_native@%\t100000\nmore"
    );
    until("it is back", || pools.stats()[0].returned == 1).await;
    let sql = &["-e", "select database(); select no_such_column"];
    let told = client(address, "whoever", sql).await;
    assert!(
        told.starts_with("app\n") && told.contains("ERROR 1054 (42S22)"),
        "{told}"
    );
    until("it is back", || pools.stats()[0].returned == 2).await;
    assert_eq!(pools.stats()[0].opened, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mariadb_client_is_asked_for_its_password_where_the_host_has_none() {
    let address = front(&Pools::new(), without_credentials()).await;
    let sql = &["-e", "select current_user()"];
    assert_eq!(client(address, NATIVE, sql).await, "app_native@%");
    let told = client(address, "nobody", sql).await;
    assert!(told.contains("ERROR 1045 (28000)"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mysql_crate_runs_unmodified() {
    let pools = Pools::new();
    let address = front(&pools, endpoint(server().port(), NATIVE, limits(1))).await;
    for round in 0..2 {
        let run = tokio::task::spawn_blocking(move || {
            let url = format!("mysql://me:whatever@{address}/{DATABASE}");
            let mut client = mysql::Conn::new(mysql::Opts::from_url(&url).unwrap()).unwrap();
            let user: Option<(String, i64)> = client
                .exec_first("select current_user(), cast(? as signed) + 1", (41,))
                .unwrap();
            assert_eq!(user, Some(("app_native@%".to_owned(), 42)));
            client
                .query_drop("create temporary table t (n int, s text)")
                .unwrap();
            let mut transaction = client.start_transaction(mysql::TxOpts::default()).unwrap();
            let rows = (0..100).map(|n| (n, "x".repeat(n)));
            transaction
                .exec_batch("insert into t values (?, ?)", rows)
                .unwrap();
            transaction.commit().unwrap();
            let all: Vec<(usize, String)> = client.query("select n, s from t order by n").unwrap();
            assert_eq!(all.len(), 100);
            assert!(all.iter().all(|(n, s)| *n == s.len()), "{round}");
            let failed = client.query_drop("select no_such_column").unwrap_err();
            assert!(failed.to_string().contains("1054"), "{failed}");
        });
        within(run).await.unwrap();
    }
    until("both are back", || pools.stats()[0].returned == 2).await;
    assert_eq!(pools.stats()[0].opened, 1);
}

async fn rest(mut client: TcpStream) -> String {
    let mut bytes = Vec::new();
    within(client.read_to_end(&mut bytes)).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_beyond_the_most_and_those_at_the_end_are_told() {
    let pools = Pools::new();
    let limits = PoolLimits {
        max_waiting: 0,
        ..limits(1)
    };
    let endpoint = endpoint(server().port(), NATIVE, limits);
    let any = ([127, 0, 0, 1], 0).into();
    let front = Front::bind(any, pools.clone(), tenant("t"), endpoint).await;
    let front = front.unwrap();
    let address = front.local_addr().unwrap();
    let (end, ended) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(front.serve(async {
        let _: Result<(), _> = ended.await;
    }));
    let mut first = TcpStream::connect(address).await.unwrap();
    let mut header = [0; 5];
    within(first.read_exact(&mut header)).await.unwrap();
    assert_eq!(header[3..], [0, 10]);
    let told = client(address, "x", &["-e", "select 1"]).await;
    assert!(
        told.contains("1040") && told.contains("raise the pool size"),
        "{told}"
    );
    end.send(()).unwrap();
    within(serving).await.unwrap();
    let told = rest(first).await;
    assert!(told.contains("shutting down"), "{told:?}");
}
