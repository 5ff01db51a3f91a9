//! Programs in TypeScript that use one part of Node's, or of the Web's, for all it
//! has: what they answer in the host is what they answer under Node.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use support::{Project, signalled_warp};
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::npm;
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM};
use warpgrid_test_harness::process::{self, Bounds};
use warpgrid_test_harness::redis::{self, Redis};
use warpgrid_test_harness::service::Service;

fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(300))
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// The repository's own packages, which the programs are bundled by.
fn tests() -> PathBuf {
    npm::install(&root(), &bounds()).unwrap();
    root().join("crates/warpgrid-js/tests")
}

/// A program, and what both of its ways are told.
struct Program<'a> {
    name: &'a str,
    /// Of `warp.toml`, without `[package]`.
    configuration: &'a str,
    /// Variables that Node gets, and the component, if `configuration` has none.
    variables: &'a [(&'a str, &'a str)],
}

impl Program<'_> {
    fn entry(&self) -> PathBuf {
        tests().join(self.name).join("main.ts")
    }

    fn natively(&self) -> Value {
        let mut node = Command::new("node");
        node.arg(tests().join("natively.mjs")).arg(self.entry());
        node.envs(self.variables.iter().copied());
        let finished = process::run(&mut node, &bounds()).unwrap();
        let finished = finished.success().unwrap();
        serde_json::from_slice(&finished.stdout).unwrap()
    }

    fn serve(&self) -> (Project, Service) {
        let path = self.entry();
        let main = format!("import {path:?};\nexport * from {path:?};\n");
        let main = if self.has_default() {
            format!("{main}export {{ default }} from {path:?};\n")
        } else {
            main
        };
        let manifest = format!("[package]\nname = \"program\"\n{}", self.configuration);
        let project = Project::new(&[
            ("package.json", "{}"),
            ("index.ts", &main),
            ("warp.toml", &manifest),
        ]);
        let outcome = project.run(&["pack", "--lang", "ts"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        let service = serve(&project, "target/warp/program.wasm", self.variables);
        (project, service)
    }

    fn has_default(&self) -> bool {
        let text = std::fs::read_to_string(self.entry()).unwrap();
        text.contains("export default")
    }
}

fn serve(project: &Project, component: &str, variables: &[(&str, &str)]) -> Service {
    Service::start(&bounds(), |address| {
        let mut command = signalled_warp();
        command
            .current_dir(project.path())
            .args(["run", component, "--compiler", "winch"])
            .args(["--listen", &address.to_string()]);
        for (name, value) in variables {
            command.args(["--env", &format!("{name}={value}")]);
        }
        command
    })
    .unwrap()
}

fn answer(service: &Service) -> Value {
    answer_to(service, Request::Get("/"))
}

fn answer_to(service: &Service, request: Request<'_>) -> Value {
    let answer = Client::new(service.address()).send(request).unwrap();
    serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("{error}: {answer}\n{}", service.report()))
}

/// Where two answers differ, with both values.
fn differences(path: &str, node: &Value, here: &Value, found: &mut Vec<String>) {
    match (node, here) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a
                .keys()
                .chain(b.keys().filter(|name| !a.contains_key(*name)));
            for name in names {
                let of = |object: &serde_json::Map<String, Value>| {
                    object.get(name).cloned().unwrap_or(Value::Null)
                };
                differences(&format!("{path}.{name}"), &of(a), &of(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{index}]"), a, b, found);
            }
        }
        _ if node == here => {}
        _ => found.push(format!("{path}: Node {node:.200}, here {here:.200}")),
    }
}

fn expect_same(program: &Program<'_>, configured: &Program<'_>) {
    let expected = program.natively();
    let (_project, service) = configured.serve();
    expect_answer(&expected, &answer(&service), &service);
}

fn expect_answer(expected: &Value, given: &Value, service: &Service) {
    assert!(expected.is_object(), "{expected}");
    let mut found = Vec::new();
    differences("", expected, given, &mut found);
    assert!(
        found.is_empty(),
        "{}\n{}",
        found.join("\n"),
        service.report()
    );
}

/// The server that programs ask.
fn upstream() -> Service {
    let script = tests().join("http-client/upstream.mjs");
    let started = Service::start(&bounds(), |address| {
        let mut node = Command::new("node");
        node.arg(&script).arg(address.port().to_string());
        node
    });
    started.unwrap()
}

#[test]
fn stores_follow_what_awaits() {
    let upstream = upstream();
    let configuration = format!("[network]\nconnect = [\"{}\"]\n", upstream.address());
    let url = format!("http://{}", upstream.address());
    let program = Program {
        name: "async-local-storage",
        configuration: &configuration,
        variables: &[("UPSTREAM", &url)],
    };
    expect_same(&program, &program);
}

/// An address where nothing listens.
fn closed() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn requests_to_other_servers_go_as_nodes() {
    let server = upstream();
    let (upstream, closed) = (server.address(), closed());
    let configuration =
        format!("[network]\nconnect = [\"{upstream}\", \"{closed}\", \"nowhere.invalid:80\"]\n");
    let (upstream, closed) = (format!("http://{upstream}"), format!("http://{closed}/"));
    let program = Program {
        name: "http-client",
        configuration: &configuration,
        variables: &[("UPSTREAM", &upstream), ("CLOSED", &closed)],
    };
    expect_same(&program, &program);
}

#[test]
fn our_client_of_postgres_answers_as_pg_does() {
    let server = Postgres::start().unwrap();
    let schema = include_str!("../../../test-apps/t12-ts-drivers/schema.sql");
    server
        .sql(&format!("{schema}GRANT ALL ON users TO PUBLIC;"))
        .unwrap();
    let configuration = format!(
        "[[database]]\nprotocol = \"postgres\"\nhost = \"db.test.warp.local\"\nport = 5432\n\
         upstream = \"{}\"\ndatabase = \"{DATABASE}\"\nuser = \"{SCRAM}\"\n\
         password = \"{PASSWORD}\"\npool-size = 8\n[limits]\nrequest-timeout = \"120s\"\n",
        server.address()
    );
    let there = server.url(SCRAM);
    let here = format!("postgres://{SCRAM}@db.test.warp.local:5432/{DATABASE}");
    let program = |url| Program {
        name: "warpgrid-pg",
        configuration: &configuration,
        variables: url,
    };
    expect_same(
        &program(&[("DATABASE_URL", &there)]),
        &program(&[("DATABASE_URL", &here)]),
    );
}

#[test]
fn the_hosts_shims_are_globals() {
    let server = Redis::start().unwrap();
    let configuration = format!(
        "[[database]]\nprotocol = \"redis\"\nhost = \"cache.test.warp.local\"\nport = 6379\n\
         upstream = \"{}\"\npassword = \"{}\"\n\
         [filesystem.files]\n\"/etc/app/motd\" = {{ text = \"hello\\n\" }}\n",
        server.address(),
        redis::PASSWORD
    );
    let program = Program {
        name: "warpgrid-globals",
        configuration: &configuration,
        variables: &[("REDIS_URL", "redis://cache.test.warp.local:6379")],
    };
    let (_project, service) = program.serve();
    let given = answer(&service);
    assert_eq!(given["redis"]["ping"], "+PONG\r\n", "{given}");
    assert_eq!(given["redis"]["wrong"], "-ERR", "{given}");
    assert_eq!(given["redis"]["big"], (1 << 20) + 12, "{given}");
    assert_eq!(given["text"], "hello\n", "{given}");
    assert_eq!(given["bytes"], 6, "{given}");
    assert_eq!(given["address"], true, "{given}");
    // Which one depends on whether anybody can be asked.
    assert!(given["unknown"]["code"].is_string(), "{given}");
    assert_eq!(given["missing"]["code"], "ENOENT", "{given}");
}

#[test]
fn a_program_that_is_told_to_stop_answers_what_is_open() {
    let program = Program {
        name: "signals",
        configuration: "[limits]\ninstances = 1\nreuse = 100\n",
        variables: &[],
    };
    let (_project, mut service) = program.serve();
    let address = service.address();
    let text = |path: &'static str| {
        let answer = Client::new(address).send(Request::Get(path)).unwrap();
        String::from_utf8(answer.body).unwrap()
    };
    assert_eq!(text("/"), "ready");
    assert_eq!(text("/raise"), "[\"SIGINT\",0]");
    let open = std::thread::spawn(move || {
        let client = Client::new(address);
        client.send(Request::Get("/wait")).unwrap()
    });
    std::thread::sleep(Duration::from_millis(500));
    service.terminate();
    let told = String::from_utf8(open.join().unwrap().body).unwrap();
    assert!(told.contains("SIGTERM 15"), "{told}\n{}", service.report());
    assert!(service.ended(&bounds()).unwrap().success());
}

fn crypto<'a>(variables: &'a [(&'a str, &'a str)]) -> Program<'a> {
    Program {
        name: "crypto",
        configuration: "[limits]\nrequest-timeout = \"120s\"\n",
        variables,
    }
}

/// Byte for byte; and what random numbers are part of, each side checks of the other.
#[test]
fn keys_ciphers_and_signatures_are_nodes() {
    let (_project, service) = crypto(&[]).serve();
    for part in [
        "ciphers",
        "keyObjects",
        "generation",
        "signatures",
        "certificates",
        "web",
    ] {
        let expected = crypto(&[("PART", part)]).natively();
        let given = answer_to(&service, Request::Get(&format!("/{part}")));
        expect_answer(&expected, &given, &service);
    }
    let ours = answer_to(&service, Request::Get("/signed")).to_string();
    let theirs = crypto(&[("PART", "signed")]).natively().to_string();
    all_right(&crypto(&[("SIGNED", &ours)]).natively());
    all_right(&answer_to(&service, Request::PostJson("/", &theirs)));
}

fn all_right(answer: &Value) {
    let verified = answer["verified"].as_array().unwrap();
    assert!(verified.len() > 20, "{answer}");
    let wrong: Vec<_> = verified.iter().filter(|it| it["right"] != true).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Written after the standards: nothing that the engine passes alone fails with
/// Node's modules.
#[test]
fn the_webs_interfaces_lose_nothing() {
    let program = Program {
        name: "web-platform",
        configuration: "",
        variables: &[],
    };
    let (project, service) = program.serve();
    let ours = answer(&service);
    let component = project.path().join("engine.wasm");
    let mut node = Command::new("node");
    node.arg(tests().join("pack-engine.mjs"))
        .arg(tests().join("web-platform/engine.ts"))
        .arg(&component);
    process::run(&mut node, &bounds())
        .and_then(process::Finished::success)
        .unwrap();
    let alone = answer(&serve(&project, "engine.wasm", &[]));
    let passes = |outcome: &Value| outcome.as_object().unwrap().clone();
    let failing: Vec<_> = passes(&ours)
        .into_iter()
        .filter(|(_, outcome)| outcome != "pass")
        .collect();
    assert!(failing.is_empty(), "{failing:?}");
    let engines = passes(&alone).values().filter(|it| *it == "pass").count();
    let all = passes(&ours).len();
    assert!(engines > all / 2 && engines < all, "{engines} of {all}");
}
