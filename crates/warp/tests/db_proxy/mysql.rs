//! MariaDB: its own client programs.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use warpgrid_test_harness::mariadb::{DATABASE, Mariadb, NATIVE, PASSWORD};
use warpgrid_test_harness::process::{Finished, run};

use super::support::Project;
use super::{Proxy, bounds, until};

fn server() -> &'static Mariadb {
    static SERVER: LazyLock<Mariadb> = LazyLock::new(|| Mariadb::start().unwrap());
    &SERVER
}

/// To the shared server, with so many connections.
fn proxy(size: u32) -> Proxy {
    Proxy::start(&format!(
        "[[database]]\nprotocol = 'mysql'\nhost = 'db.warp.local'\nport = 3306\n\
         upstream = '127.0.0.1:{}'\ndatabase = '{DATABASE}'\nuser = '{NATIVE}'\n\
         password = '{PASSWORD}'\npool-size = {size}\n",
        server().port()
    ))
}

/// One of the server's client programs, with the proxy's address and without a
/// password.
fn client(proxy: &Proxy, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--no-defaults", "--protocol=tcp", "-h", "127.0.0.1"])
        .args(["-P", &proxy.address().port().to_string(), "-u", "whoever"])
        .stdin(Stdio::null());
    command
}

#[test]
fn a_script_goes_on_after_errors_and_changes_the_database() {
    let proxy = proxy(2);
    let script = "select 1;\nselect nonsense;\nuse other;\nselect database();\n\
        delimiter //\ncreate or replace procedure two() begin select 'a'; select 'b'; end//\n\
        call two()//\ndelimiter ;\nconnect app;\nselect database();\nselect 'last';\n";
    let project = Project::new(&[("script.sql", script)]);
    let mut command = client(&proxy, "mariadb");
    command
        .current_dir(project.path())
        .args(["-N", "-B", "--force", DATABASE])
        .stdin(std::fs::File::open(project.path().join("script.sql")).unwrap());
    // The harness gives its programs no input.
    let output = command.output().unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(stdout, "1\nother\na\nb\napp\nlast\n", "{stderr}");
    assert!(stderr.contains("ERROR 1054 (42S22) at line 2"), "{stderr}");
}

#[test]
fn ctrl_c_ends_the_query() {
    let proxy = proxy(2);
    let sleep = "select 'ctrl-c' from seq_1_to_2 where sleep(1000)";
    let client = client(&proxy, "mariadb")
        .args([DATABASE, "-e", sleep])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let runs = "select count(*) from information_schema.processlist where info like '%ctrl-c%' \
                and info like '%sleep(1000)%' and id <> connection_id()";
    until("it runs", || server().sql(runs).unwrap() == "1");
    let kill = Command::new("kill")
        .args(["-INT", &client.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = client.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("ERROR 1317 (70100)"), "{stderr}");
    assert_eq!(server().sql(runs).unwrap(), "0");
}

#[test]
fn a_dump_is_the_same_as_directly() {
    server()
        .sql(
            "create table dumped (n int primary key, s text, b blob); \
             insert into dumped select seq, repeat('é\\n', 100), unhex(repeat('00ff', 100)) \
             from seq_1_to_3000",
        )
        .unwrap();
    let proxy = proxy(1);
    let dump = |port: u16, user: &str| {
        let mut command = Command::new("mariadb-dump");
        command
            .args(["--no-defaults", "--protocol=tcp", "-h", "127.0.0.1"])
            .args(["-P", &port.to_string(), "-u", user])
            .env("MYSQL_PWD", PASSWORD)
            .args(["--single-transaction", "--routines", "--hex-blob"])
            .args(["--skip-dump-date", DATABASE, "dumped"]);
        proxy.prints(&mut command)
    };
    let directly = dump(server().port(), NATIVE);
    assert!(directly.len() > 1_000_000, "{}", directly.len());
    assert!(dump(proxy.address().port(), "whoever") == directly);
}

#[test]
fn many_clients_at_once_share_a_few_connections() {
    let proxy = proxy(4);
    let mut command = client(&proxy, "mariadb-slap");
    // One statement for each: they wait for their turn.
    command
        .args(["--create-schema", DATABASE, "--no-drop"])
        .args(["--query=select count(*) from seq_1_to_1000"])
        .args(["--concurrency=20", "--number-of-queries=200"]);
    let output = proxy.prints(&mut command);
    assert!(
        output.contains("Number of clients running queries: 20"),
        "{output}"
    );
}

#[test]
fn a_big_result_is_whole() {
    let proxy = proxy(1);
    let sql = "select repeat('x', 1000), seq from seq_1_to_50000";
    let finished = run(
        client(&proxy, "mariadb").args(["-N", "-B", "--quick", DATABASE, "-e", sql]),
        &bounds(),
    )
    .and_then(Finished::success)
    .unwrap();
    let lines: Vec<&[u8]> = finished.stdout.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 50_001);
    let last = [&[b'x'; 1000][..], b"\t50000"].concat();
    assert_eq!(lines[49_999], last);
}
