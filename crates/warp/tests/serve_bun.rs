//! Programs for Bun that use one part of what it brings for all it has: what they
//! answer in the host is what they answer under Bun.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use support::{Project, signalled_warp};
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::mariadb::{self, Mariadb};
use warpgrid_test_harness::npm;
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

fn tests() -> PathBuf {
    root().join("crates/warpgrid-bun/tests")
}

/// A program, and what both of its ways are told.
struct Program<'a> {
    name: &'a str,
    /// Of `warp.toml`, without `[package]`.
    configuration: &'a str,
    /// A variable as Bun gets it, and as the component does.
    variable: Option<(&'a str, &'a str, &'a str)>,
}

impl Program<'_> {
    fn entry(&self) -> PathBuf {
        tests().join(self.name).join("main.ts")
    }

    fn natively(&self, bun: &Path) -> Value {
        let mut command = Command::new(bun);
        command.arg(tests().join("natively.mjs")).arg(self.entry());
        command.envs(self.variable.map(|(name, there, _)| (name, there)));
        let finished = process::run(&mut command, &bounds()).unwrap();
        let finished = finished.success().unwrap();
        serde_json::from_slice(&finished.stdout).unwrap()
    }

    fn serve(&self, bun: &Path) -> (Project, Service) {
        let main = format!("export {{ default }} from {:?};\n", self.entry());
        let manifest = format!("[package]\nname = \"program\"\n{}", self.configuration);
        let project = Project::new(&[
            ("package.json", "{}"),
            ("index.ts", &main),
            ("warp.toml", &manifest),
        ]);
        let mut warp = project.warp();
        warp.args(["pack", "--lang", "bun"]);
        let outcome = project.outcome(warp.env("PATH", npm::path_with(bun).unwrap()));
        assert_eq!(outcome.code, Some(0), "{}", outcome.account);
        let service = Service::start(&bounds(), |address| {
            let mut command = signalled_warp();
            command
                .current_dir(project.path())
                .args(["run", "target/warp/program.wasm", "--compiler", "winch"])
                .args(["--listen", &address.to_string()]);
            if let Some((name, _, here)) = self.variable {
                command.args(["--env", &format!("{name}={here}")]);
            }
            command
        });
        (project, service.unwrap())
    }

    /// Both answers agree in all that they name; asked twice, of one instance.
    fn expect_same(&self) {
        let bun = npm::bun(&root(), &bounds()).unwrap();
        let (_project, service) = self.serve(&bun);
        for _ in 0..2 {
            let expected = self.natively(&bun);
            let answer = Client::new(service.address())
                .send(Request::Get("/"))
                .unwrap();
            let given: Value = serde_json::from_slice(&answer.body)
                .unwrap_or_else(|error| panic!("{error}: {answer}\n{}", service.report()));
            let names = expected.as_object().unwrap().keys();
            let different: Vec<_> = names
                .filter(|name| expected[*name] != given[*name])
                .map(|name| {
                    format!(
                        "{name}: Bun {:.300}, here {:.300}",
                        expected[name], given[name]
                    )
                })
                .collect();
            assert!(
                different.is_empty(),
                "{}\n{}",
                different.join("\n"),
                service.report()
            );
        }
    }
}

const ONE: &str = "[limits]\ninstances = 1\nreuse = 1000\nrequest-timeout = \"120s\"\n";

#[test]
fn small_interfaces_are_buns() {
    let program = Program {
        name: "interfaces",
        configuration: ONE,
        variable: None,
    };
    program.expect_same();
}

#[test]
fn statements_of_mysql_answer_as_under_bun() {
    let server = Mariadb::start().unwrap();
    let (user, password) = (mariadb::NATIVE, mariadb::PASSWORD);
    let database = mariadb::DATABASE;
    let configuration = format!(
        "[[database]]\nprotocol = \"mysql\"\nhost = \"db.test.warp.local\"\nport = 3306\n\
         upstream = \"{}\"\ndatabase = \"{database}\"\nuser = \"{user}\"\n\
         password = \"{password}\"\npool-size = 8\n{ONE}",
        server.address()
    );
    let there = format!("mysql://{user}:{password}@{}/{database}", server.address());
    let here = format!("mysql://{user}@db.test.warp.local:3306/{database}");
    let program = Program {
        name: "mysql",
        configuration: &configuration,
        variable: Some(("MYSQL_URL", &there, &here)),
    };
    program.expect_same();
}

#[test]
fn commands_of_redis_answer_as_under_bun() {
    let server = Redis::start().unwrap();
    let password = redis::PASSWORD;
    let configuration = format!(
        "[[database]]\nprotocol = \"redis\"\nhost = \"cache.test.warp.local\"\nport = 6379\n\
         upstream = \"{}\"\npassword = \"{password}\"\npool-size = 8\n{ONE}",
        server.address()
    );
    let there = format!("redis://:{password}@{}", server.address());
    let program = Program {
        name: "redis",
        configuration: &configuration,
        variable: Some(("REDIS_URL", &there, "redis://cache.test.warp.local:6379")),
    };
    program.expect_same();
}
