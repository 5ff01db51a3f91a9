//! A password that is changed at the server and in its file, while sessions
//! run.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use warpgrid_db::{Credentials, Endpoint, Password, Pools};
use warpgrid_test_harness::mariadb::{Mariadb, NATIVE};
use warpgrid_test_harness::postgres::{PASSWORD, Postgres, SCRAM};
use warpgrid_test_harness::redis::{Redis, USER};

use crate::wire::{Wire, endpoint, error, limits, tenant, until, within};
use crate::{mysql, redis};

const RENEWED: &str = "renewed";

/// The endpoint with a password from a file.
fn with_file(endpoint: &Endpoint, user: &str, path: &Path) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        credentials: Some(Credentials {
            user: user.into(),
            password: Some(Password::file(path).unwrap()),
        }),
        ..endpoint.clone()
    })
}

fn password_file() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), format!("{PASSWORD}\n")).unwrap();
    file
}

/// What a session that only asks who it is comes to; the server's own refusal
/// of a login is nothing.
async fn ask(pools: &Pools, endpoint: &Arc<Endpoint>) -> Option<String> {
    let mut wire = Wire::over(pools.connect(&tenant("t"), endpoint).await.unwrap());
    let greeting = wire.start(&[("user", "guest")]).await;
    if greeting.iter().any(|message| message.tag == b'E') {
        assert_eq!(error(&greeting).field(b'C'), "28P01", "{greeting:?}");
        return None;
    }
    let user = wire.rows("select current_user").await.remove(0);
    wire.terminate().await;
    Some(user)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_of_postgres_is_changed_while_sessions_run() {
    let server = Postgres::start().unwrap();
    let file = password_file();
    let endpoint = endpoint(server.port(), SCRAM, limits(4));
    let endpoint = with_file(&endpoint, SCRAM, file.path());
    let pools = Pools::new();
    let mut held = Wire::open(&pools, &endpoint).await;
    let old = held.backend().await;

    let over = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU32::new(0));
    let guests: Vec<_> = (0..3)
        .map(|_| {
            let (pools, endpoint) = (pools.clone(), endpoint.clone());
            let (over, done) = (over.clone(), done.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    if let Some(user) = ask(&pools, &endpoint).await {
                        assert_eq!(user, SCRAM);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    let more = || {
        let before = done.load(Ordering::Relaxed);
        let done = done.clone();
        move || done.load(Ordering::Relaxed) > before + 20
    };
    until("guests are served", more()).await;
    let sql = format!("alter role {SCRAM} password '{RENEWED}'");
    server.sql(&sql).unwrap();
    until("guests are served by what is open", more()).await;
    fs::write(file.path(), RENEWED).unwrap();
    // From here on nothing is refused: the next login has the new password.
    assert_eq!(ask(&pools, &endpoint).await.as_deref(), Some(SCRAM));
    until("guests are served by new connections", more()).await;
    over.store(true, Ordering::Relaxed);
    for guest in guests {
        within(guest).await.unwrap();
    }

    // The session that began before goes on to its end, and its connection
    // goes to nobody else.
    assert_eq!(held.backend().await, old);
    held.terminate().await;
    let there = format!("select count(*) from pg_stat_activity where pid = {old}");
    until("it is closed", || server.sql(&there).unwrap() == "0").await;
    assert_eq!(ask(&pools, &endpoint).await.as_deref(), Some(SCRAM));
}

#[tokio::test]
async fn idle_connections_of_an_old_password_are_closed() {
    let server = Postgres::start().unwrap();
    let file = password_file();
    let endpoint = endpoint(server.port(), SCRAM, limits(4));
    let endpoint = with_file(&endpoint, SCRAM, file.path());
    let pools = Pools::new();
    let mut wires = vec![];
    for _ in 0..3 {
        wires.push(Wire::open(&pools, &endpoint).await);
    }
    for wire in wires {
        wire.terminate().await;
    }
    until("they are back", || pools.stats()[0].idle == 3).await;
    let sql = format!("alter role {SCRAM} password '{RENEWED}'");
    server.sql(&sql).unwrap();
    fs::write(file.path(), RENEWED).unwrap();
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
    assert_eq!((pools.stats()[0].live, pools.stats()[0].opened), (1, 4));
    // A file that is gone changes nothing, and the connection is kept.
    fs::remove_file(file.path()).unwrap();
    wire.terminate().await;
    until("it is back", || pools.stats()[0].idle == 1).await;
    assert_eq!(ask(&pools, &endpoint).await.as_deref(), Some(SCRAM));
    assert_eq!(pools.stats()[0].opened, 4);
}

#[tokio::test]
async fn who_waits_while_the_password_changes_logs_in_with_the_new_one() {
    let server = Postgres::start().unwrap();
    let file = password_file();
    let endpoint = endpoint(server.port(), SCRAM, limits(1));
    let endpoint = with_file(&endpoint, SCRAM, file.path());
    let pools = Pools::new();
    let held = Wire::open(&pools, &endpoint).await;
    let waiting = tokio::spawn({
        let (pools, endpoint) = (pools.clone(), endpoint.clone());
        async move { ask(&pools, &endpoint).await }
    });
    until("it waits", || pools.stats()[0].waiting == 1).await;
    let sql = format!("alter role {SCRAM} password '{RENEWED}'");
    server.sql(&sql).unwrap();
    fs::write(file.path(), RENEWED).unwrap();
    held.terminate().await;
    let served = within(waiting).await.unwrap();
    assert_eq!(served.as_deref(), Some(SCRAM));
    assert_eq!(pools.stats()[0].opened, 2);
}

#[tokio::test]
async fn a_password_of_mysql_is_changed_while_sessions_run() {
    use mysql::wire::{COM_QUERY, Wire, command, endpoint};

    let server = Mariadb::start().unwrap();
    let file = password_file();
    let endpoint = with_file(
        &endpoint(server.port(), NATIVE, limits(2)),
        NATIVE,
        file.path(),
    );
    let pools = Pools::new();
    let mut held = Wire::open(&pools, &endpoint).await;
    let mut busy = Wire::open(&pools, &endpoint).await;
    let (old, left) = (held.id().await, busy.id().await);
    busy.send(&command(COM_QUERY, "select sleep(1000)")).await;
    // The last that is asked with the old password; the rest asks by the pool.
    server
        .sql(&format!(
            "set password for {NATIVE}@'%' = password('{RENEWED}')"
        ))
        .unwrap();
    fs::write(file.path(), RENEWED).unwrap();
    assert_eq!(held.rows("select 1").await, ["1"]);
    held.quit().await;
    // What one has left is ended by another connection, with the new password.
    drop(busy);
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_ne!(wire.id().await, old);
    let there =
        format!("select count(*) from information_schema.processlist where id in ({old}, {left})");
    let deadline = std::time::Instant::now() + crate::wire::HANGS;
    while wire.rows(&there).await != ["0"] {
        assert!(std::time::Instant::now() < deadline, "they are not closed");
    }
    assert_eq!(pools.stats()[0].returned, 0);
}

#[tokio::test]
async fn a_password_of_redis_is_changed_while_sessions_run() {
    use redis::wire::{Wire, endpoint};

    let server = Redis::start().unwrap();
    let file = password_file();
    let endpoint = with_file(&endpoint(server.port(), USER, limits(2)), USER, file.path());
    let pools = Pools::new();
    let mut held = Wire::open(&pools, &endpoint).await;
    let old = held.id().await;
    let idle = {
        let mut wire = Wire::open(&pools, &endpoint).await;
        wire.id().await
    };
    until("it is back", || pools.stats()[0].idle == 1).await;
    // One that has not spoken yet takes what is true when it does.
    let mut silent = Wire::open(&pools, &endpoint).await;
    // Those that are logged in stay so.
    let renewed = format!(">{RENEWED}");
    server
        .run(&["ACL", "SETUSER", USER, "resetpass", &renewed])
        .unwrap();
    fs::write(file.path(), RENEWED).unwrap();
    assert_eq!(held.run(&["ACL", "WHOAMI"]).await, USER);
    let new = silent.id().await;
    assert!(new != old && new != idle);
    drop(held);
    until("both old ones are closed", || {
        let clients = server.run(&["CLIENT", "LIST"]).unwrap();
        let there = |id: &str| clients.contains(&format!("id={id} "));
        !there(&old) && !there(&idle) && there(&new)
    })
    .await;
    drop(silent);
    until("it is back", || pools.stats()[0].idle == 1).await;
    let mut again = Wire::open(&pools, &endpoint).await;
    assert_eq!(again.id().await, new);
}
