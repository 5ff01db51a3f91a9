//! Redis: its own client programs.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use warpgrid_test_harness::redis::{PASSWORD, Redis};

use super::support::Project;
use super::{Proxy, until};

fn server() -> &'static Redis {
    static SERVER: LazyLock<Redis> = LazyLock::new(|| Redis::start().unwrap());
    &SERVER
}

/// To the shared server, with so many connections.
fn proxy(size: u32) -> Proxy {
    Proxy::start(&format!(
        "[[database]]\nprotocol = 'redis'\nhost = 'cache.warp.local'\nport = 6379\n\
         upstream = '127.0.0.1:{}'\ndatabase = '0'\npassword = '{PASSWORD}'\n\
         pool-size = {size}\n",
        server().port()
    ))
}

/// One of the server's client programs, with the proxy's address and without a
/// password.
fn client(proxy: &Proxy, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(["-h", "127.0.0.1"])
        .args(["-p", &proxy.address().port().to_string()])
        .stdin(Stdio::null());
    command
}

/// What `redis-cli` prints that reads its commands from a file.
fn script(proxy: &Proxy, arguments: &[&str], script: &str) -> String {
    let project = Project::new(&[("script", script)]);
    let input = std::fs::File::open(project.path().join("script")).unwrap();
    let output = client(proxy, "redis-cli")
        .args(arguments)
        .stdin(input)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_script_goes_on_after_errors() {
    let proxy = proxy(1);
    let said = script(
        &proxy,
        &[],
        "SET script 1\nNOSUCH x\nSET script\nMULTI\nINCR script\nEXEC\nSELECT 3\nSELECT 0\n\
         EVAL \"return {1,{2}}\" 0\nHELLO 3\nGET script\n",
    );
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines[0], "OK");
    assert!(
        lines[1].starts_with("ERR unknown command 'NOSUCH'"),
        "{said}"
    );
    assert!(
        lines[2].starts_with("ERR wrong number of arguments"),
        "{said}"
    );
    assert_eq!(lines[3..6], ["OK", "QUEUED", "2"]);
    assert!(lines[6].contains("SELECT (refused"), "{said}");
    assert_eq!(lines[7..10], ["OK", "1", "2"]);
    assert_eq!(lines.last(), Some(&"2"));
}

#[test]
fn a_pipe_of_commands_is_answered_to_the_last() {
    let proxy = proxy(1);
    let commands: String = (0..20_000).map(|n| format!("SET pipe:{n} {n}\n")).collect();
    let said = script(&proxy, &["--pipe"], &commands);
    assert!(said.contains("errors: 0, replies: 20000"), "{said}");
    let scan = &["--scan", "--pattern", "pipe:1999?"];
    let found = proxy.prints(client(&proxy, "redis-cli").args(scan));
    assert_eq!(found.lines().count(), 10, "{found}");
}

#[test]
fn redis_benchmark_pipelines_with_fifty_clients() {
    let proxy = proxy(50);
    let mut command = client(&proxy, "redis-benchmark");
    command.args(["-P", "16", "-c", "50", "-n", "5000", "-q", "--csv"]);
    let output = proxy.prints(command.args(["-t", "ping,set,get,incr,lpush,mset"]));
    // A heading, and a line for each; PING is tried in two forms.
    assert_eq!(output.lines().count(), 8, "{output}");
    assert!(!output.contains("rror"), "{output}");
}

#[test]
fn a_client_that_is_ended_frees_the_connection_it_blocks() {
    let proxy = proxy(1);
    let blocked = || {
        let clients = server().run(&["CLIENT", "LIST"]).unwrap();
        clients.matches("cmd=blpop").count()
    };
    let cli = client(&proxy, "redis-cli")
        .args(["BLPOP", "nothing", "0"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("it blocks", || blocked() == 1);
    // It ends by this as by SIGINT, which is ignored where a shell runs the tests
    // in the background.
    let kill = Command::new("kill")
        .args(["-TERM", &cli.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    cli.wait_with_output().unwrap();
    let said = proxy.prints(client(&proxy, "redis-cli").arg("PING"));
    assert_eq!(said, "PONG\n");
    until("the server knows", || blocked() == 0);
}
