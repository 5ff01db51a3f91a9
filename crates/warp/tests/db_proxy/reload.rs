//! SIGHUP: `warp.toml` is read again, for those that connect from then on.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio_postgres::Client;
use warpgrid_test_harness::postgres::{MD5, PASSWORD, Postgres, SCRAM};

use super::postgres::{connect, database, server};
use super::support::{Project, signalled_warp};
use super::{Proxy, until};

const READ: &str = "read again: the databases";
const KEPT: &str = "what was read before goes on";

impl Proxy {
    /// Has it read another configuration, and waits until it says this once
    /// more.
    fn reads(&self, configuration: &str, says: &str) {
        let count = || self.service.log().matches(says).count();
        let before = count();
        self.project.write("warp.toml", configuration);
        self.service.reload();
        until(says, || count() > before);
    }
}

/// The server that a client is at, and who it is there.
async fn place(client: &Client) -> (u16, String) {
    let sql = "select inet_server_port(), current_user::text";
    let row = client.query_one(sql, &[]).await.unwrap();
    let port: i32 = row.get(0);
    (port.try_into().unwrap(), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn new_clients_go_to_what_was_read_and_others_stay() {
    let other = Postgres::start().unwrap();
    let here = (server().port(), SCRAM.to_owned());
    let first = database(here.0, PASSWORD, "pool-size = 2");
    let proxy = Proxy::start(&first);
    let held = proxy.connect().await;
    assert_eq!(place(&held).await, here);

    proxy.reads("[[database]]\nprotocl = 'postgres'\n", KEPT);
    let log = proxy.service.log();
    assert!(
        log.contains("warp.toml:2") && log.contains("`protocl`"),
        "{log}"
    );
    proxy.reads("", KEPT);
    assert_eq!(place(&proxy.connect().await).await, here);

    // Another server, under a name that is another, too.
    let there = database(other.port(), PASSWORD, "").replace("db.warp", "other.warp");
    proxy.reads(&there, READ);
    let there = (other.port(), SCRAM.to_owned());
    assert_eq!(place(&proxy.connect().await).await, there);
    assert_eq!(place(&held).await, here, "it stays");

    // What is as it was has the pool that it had.
    proxy.reads(&first, READ);
    let pid = |client: Client| async move {
        let row = client.query_one("select pg_backend_pid()", &[]).await;
        row.unwrap().get::<_, i32>(0)
    };
    let held = pid(held).await;
    until("its connection is back", || {
        let state = format!("select query from pg_stat_activity where pid = {held}");
        server().sql(&state).unwrap() == "DISCARD ALL"
    });
    let pids = [
        pid(proxy.connect().await).await,
        pid(proxy.connect().await).await,
    ];
    assert!(pids.contains(&held), "{held} {pids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_fails_while_servers_and_users_change() {
    let other = Postgres::start().unwrap();
    let configurations = [
        database(server().port(), PASSWORD, ""),
        database(other.port(), PASSWORD, "").replace(SCRAM, MD5),
    ];
    let places = [
        (server().port(), SCRAM.to_owned()),
        (other.port(), MD5.to_owned()),
    ];
    let proxy = Arc::new(Proxy::start(&configurations[0]));
    let (over, served) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (proxy, places) = (proxy.clone(), places.clone());
            let (over, served) = (over.clone(), served.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let found = place(&proxy.connect().await).await;
                    assert!(places.contains(&found), "{found:?}");
                    served.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for round in 1..=6 {
        let before = served.load(Ordering::Relaxed);
        let (proxy, served) = (proxy.clone(), served.clone());
        let configuration = configurations[round % 2].clone();
        let place_now = places[round % 2].clone();
        let reloading = tokio::task::spawn_blocking(move || {
            until("clients are served", || {
                served.load(Ordering::Relaxed) > before + 10
            });
            proxy.reads(&configuration, READ);
            proxy
        });
        let proxy = reloading.await.unwrap();
        assert_eq!(place(&proxy.connect().await).await, place_now, "{round}");
    }
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_come_and_go() {
    let one = database(server().port(), PASSWORD, "");
    let two = one.replace("db.warp", "two.warp");
    let three = one.replace("db.warp", "three.warp");
    let project = Project::new(&[("warp.toml", &format!("{one}{two}"))]);
    let mut child = signalled_warp()
        .current_dir(project.path())
        .args(["db-proxy", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut addresses = || -> Vec<(String, SocketAddr)> {
        let line = said.next().unwrap().unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let all = said["databases"].as_array().unwrap().iter();
        all.map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            (text("database"), text("listen").parse().unwrap())
        })
        .collect()
    };
    let before = addresses();
    let held = connect(before[1].1).await;
    assert_eq!(place(&held).await.0, server().port());
    project.write("warp.toml", format!("{three}{one}"));
    hang_up(&child);
    let after = addresses();
    let names: Vec<_> = after.iter().map(|(name, _)| &name[..]).collect();
    assert_eq!(names, ["three.warp.local:5432", "db.warp.local:5432"]);
    assert_eq!(after[1].1, before[0].1, "it is where it was");
    assert_eq!(place(&connect(after[0].1).await).await.0, server().port());
    until("the other is gone", || {
        TcpStream::connect(before[1].1).is_err()
    });
    assert_eq!(place(&held).await.0, server().port(), "it stays");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn hang_up(child: &std::process::Child) {
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-HUP", &id])
        .status();
    assert!(sent.unwrap().success());
}
