//! PostgreSQL: its own client programs, and a driver.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM, program};

use super::support::Project;
use super::{Proxy, until};

pub fn server() -> &'static Postgres {
    static SERVER: LazyLock<Postgres> =
        LazyLock::new(|| Postgres::start_with("log_connections = on\n").unwrap());
    &SERVER
}

pub fn database(port: u16, password: &str, more: &str) -> String {
    format!(
        "[[database]]\nprotocol = 'postgres'\nhost = 'db.warp.local'\nport = 5432\n\
         upstream = '127.0.0.1:{port}'\ndatabase = '{DATABASE}'\nuser = '{SCRAM}'\n\
         password = '{password}'\n{more}\n"
    )
}

impl Proxy {
    /// To the shared server, with so many connections.
    pub fn of_size(size: u32) -> Self {
        let size = format!("pool-size = {size}");
        Self::start(&database(server().port(), PASSWORD, &size))
    }
    /// `psql` or `pgbench` with the proxy's address, without a password.
    pub fn client(&self, name: &str) -> Command {
        let mut command = program(name).unwrap();
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.address().port().to_string())
            .env("PGUSER", "whoever")
            .env("PGDATABASE", DATABASE)
            .env("PSQLRC", "/dev/null");
        command
    }
    /// What a script of `psql`'s prints, and what goes to standard error.
    pub fn psql(&self, script: &str) -> (String, String) {
        let project = Project::new(&[("script.sql", script)]);
        let mut command = self.client("psql");
        command
            .current_dir(project.path())
            .args(["-A", "-t", "-q", "-f", "script.sql"]);
        let finished = self.run(&mut command);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(finished.stdout), text(finished.stderr))
    }

    pub async fn connect(&self) -> tokio_postgres::Client {
        connect(self.address()).await
    }
}

pub async fn connect(address: SocketAddr) -> tokio_postgres::Client {
    let config = format!(
        "host=127.0.0.1 port={} user=whoever dbname={DATABASE}",
        address.port()
    );
    let (client, connection) = tokio_postgres::connect(&config, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// How often an application of this name was logged in at the server.
fn logins(application: &str) -> usize {
    let lines = format!("user={SCRAM} database={DATABASE} application_name={application}\n");
    server().log().matches(&lines).count()
}
/// A query that nobody waits the end of.
pub fn sleeper(mark: &str) -> String {
    format!("select pg_sleep(1000), '{mark}'")
}

pub fn until_it_sleeps(mark: &str) {
    let runs = format!(
        "select count(*) from pg_stat_activity where state = 'active' and usename = '{SCRAM}' \
         and query like '%pg_sleep(1000), ''{mark}''%'"
    );
    until("it runs", || server().sql(&runs).unwrap() == "1");
}
#[test]
fn psql_copies_fails_goes_on_and_is_notified() {
    let proxy = Proxy::of_size(2);
    let (stdout, stderr) = proxy.psql(
        r"select current_user;
          create temp table t (n int, s text);
          \copy t from program 'printf ''1\tone\n2\ttwo\n'''
          \copy (select * from t order by n) to 'copy.txt'
          \! cat copy.txt
          select 1/0;
          select 'goes on';
          listen news;
          notify news, 'extra';
          select 'after';",
    );
    assert!(
        stdout.starts_with(&format!("{SCRAM}\n1\tone\n2\ttwo\ngoes on\n")),
        "{stdout}"
    );
    assert!(
        stdout.contains("\"news\" with payload \"extra\""),
        "{stdout}"
    );
    assert!(stdout.contains("after\n"), "{stdout}");
    assert!(stderr.contains("ERROR:  division by zero"), "{stderr}");
}

#[test]
fn startup_parameters_reach_the_server_and_stay_with_who_sent_them() {
    let proxy = Proxy::of_size(1);
    let show = |options: &str| {
        let mut command = proxy.client("psql");
        command
            .env("PGOPTIONS", options)
            .args(["-A", "-t", "-c", "show work_mem"]);
        String::from_utf8(proxy.run(&mut command).stdout).unwrap()
    };
    assert_eq!(show("-c work_mem=7MB"), "7MB\n");
    assert_eq!(show(""), "4MB\n");
}

#[test]
fn psql_cancels() {
    let proxy = Proxy::of_size(1);
    let psql = proxy
        .client("psql")
        .args(["-c", &sleeper("psql")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until_it_sleeps("psql");
    let kill = Command::new("kill")
        .args(["-INT", &psql.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = psql.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("canceling statement due to user request"),
        "{text}"
    );
}

#[test]
fn pgbench_runs_and_the_server_sees_the_pool() {
    let proxy = Proxy::of_size(8);
    let pgbench = |args: &[&str]| {
        let mut command = proxy.client("pgbench");
        let finished = proxy.run(command.env("PGAPPNAME", "bench").args(args));
        String::from_utf8(finished.stdout).unwrap()
    };
    let processed = |output: &str, count: &str| {
        assert!(
            output.contains(&format!("actually processed: {count}"))
                && output.contains("failed transactions: 0 "),
            "{output}"
        );
    };
    pgbench(&["-i", "-q"]);
    for protocol in ["simple", "extended", "prepared"] {
        let output = pgbench(&["-n", "-S", "-c", "8", "-t", "50", "-M", protocol]);
        processed(&output, "400/400");
    }
    // A connection for each transaction.
    processed(
        &pgbench(&["-n", "-S", "-C", "-c", "8", "-t", "10"]),
        "80/80",
    );
    processed(&pgbench(&["-n", "-c", "8", "-t", "5"]), "40/40");
    let logins = logins("bench");
    assert!((1..=8).contains(&logins), "{logins}\n{}", server().log());
}

#[test]
fn clients_beyond_the_pool_wait_for_their_turn() {
    let proxy = Proxy::of_size(2);
    let script = Project::new(&[("one.sql", "select 1;\n")]);
    let mut command = proxy.client("pgbench");
    command.current_dir(script.path()).env("PGAPPNAME", "turns");
    command.args([
        "-n", "-C", "-c", "8", "-j", "8", "-t", "10", "-f", "one.sql",
    ]);
    let output = String::from_utf8(proxy.run(&mut command).stdout).unwrap();
    assert!(output.contains("actually processed: 80/80"), "{output}");
    let logins = logins("turns");
    assert!((1..=2).contains(&logins), "{logins}\n{}", server().log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tokio_postgres_prepares_pipelines_and_cancels() {
    let proxy = Proxy::of_size(2);
    let client = proxy.connect().await;
    let statement = client
        .prepare("select $1::int + 1, $2::text")
        .await
        .unwrap();
    for n in 0..3 {
        let row = client.query_one(&statement, &[&n, &"x"]).await.unwrap();
        assert_eq!((row.get(0), row.get(1)), (n + 1, "x"));
    }
    let (first, second) = tokio::join!(
        client.query_one("select $1::int8", &[&1_i64]),
        client.query_one("select $1::int8", &[&2_i64])
    );
    let sum = first.unwrap().get::<_, i64>(0) + second.unwrap().get::<_, i64>(0);
    assert_eq!(sum, 3);
    let error = client.query("select nothing", &[]).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::UNDEFINED_COLUMN));

    let (token, query) = (client.cancel_token(), sleeper("tokio"));
    let cancel = async {
        tokio::task::spawn_blocking(|| until_it_sleeps("tokio"))
            .await
            .unwrap();
        token.cancel_query(NoTls).await.unwrap();
    };
    let (slept, ()) = tokio::join!(client.simple_query(&query), cancel);
    assert_eq!(slept.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED));
    assert_eq!(
        client
            .query_one("select 1", &[])
            .await
            .unwrap()
            .get::<_, i32>(0),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn clients_do_not_see_each_others_state() {
    let proxy = Proxy::of_size(1);
    let backend = "select pg_backend_pid()";
    let first = proxy.connect().await;
    let pid: i32 = first.query_one(backend, &[]).await.unwrap().get(0);
    first
        .batch_execute("set work_mem = '7MB'; create temp table mine (); prepare p as select 1")
        .await
        .unwrap();
    drop(first);
    // The only connection that there is.
    let second = proxy.connect().await;
    let row = second
        .query_one(
            "select pg_backend_pid(), current_setting('work_mem'), to_regclass('mine')::text, \
             (select count(*) from pg_prepared_statements where name = 'p')",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, i32>(0), pid);
    assert_eq!(row.get::<_, &str>(1), "4MB");
    assert_eq!(row.get::<_, Option<&str>>(2), None);
    assert_eq!(row.get::<_, i64>(3), 0);
}
