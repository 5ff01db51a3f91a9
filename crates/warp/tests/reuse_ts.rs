//! An instance of a program in TypeScript that answers one request after the other.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use support::Project;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use warpgrid_host::http::{self, Current};
use warpgrid_host::{Compiler, Deployment, EngineConfig, ShimConfig, WarpGridEngine};
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::npm;
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, SCRAM};
use warpgrid_test_harness::process::Bounds;

const FIRST: usize = 100;
const ALL: usize = 1000;

/// How much more memory than after the first requests there may be in the end, in
/// percent.
const GROWTH: usize = 10;

fn pack() -> Project {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().unwrap();
    npm::install(&root, &Bounds::within(Duration::from_secs(300))).unwrap();
    let program = root.join("crates/warpgrid-js/tests/reuse/main.ts");
    let project = Project::new(&[
        ("package.json", "{}"),
        (
            "index.ts",
            &format!("export {{ default }} from {program:?};\n"),
        ),
        ("warp.toml", "[package]\nname = \"program\"\n"),
    ]);
    let outcome = project.run(&["pack", "--lang", "ts"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    project
}

/// One instance of the program in this process.
fn deploy(project: &Project, server: &Postgres) -> Arc<Deployment> {
    let text = format!(
        "[[database]]\nprotocol = \"postgres\"\nhost = \"db.test.warp.local\"\nport = 5432\n\
         upstream = \"{}\"\ndatabase = \"{DATABASE}\"\nuser = \"{SCRAM}\"\n\
         password = \"{PASSWORD}\"\n[limits]\ninstances = 1\nreuse = {}\n\
         [env]\nDATABASE_URL = \"postgres://{SCRAM}@db.test.warp.local:5432/{DATABASE}\"\n",
        server.address(),
        2 * ALL
    );
    let config = ShimConfig::from_toml("warp.toml", &text).unwrap();
    let engine = WarpGridEngine::new(EngineConfig {
        compiler: Compiler::Winch,
        ..EngineConfig::for_limits(&config.limits)
    });
    let engine = engine.unwrap();
    let component = project.path().join("target/warp/program.wasm");
    let module = engine.load_module(&component).unwrap();
    engine.instantiate(&module, &config).unwrap()
}

/// What is asked and answered of each, once it is served.
fn ask(client: &Client, number: usize) {
    let id = format!("r{number}");
    let words = json!([id, number.to_string().repeat(number % 50)]);
    let body = json!({ "words": words }).to_string();
    let path = format!("/?id={id}");
    let answer = client.send(Request::PostJson(&path, &body)).unwrap();
    let answered: Value = serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("request {number}: {error}: {answer}"));
    let text = id.repeat(20);
    let rows: Vec<_> = (1..=5)
        .map(|n| json!({ "id": id, "text": text, "n": n }))
        .collect();
    let expected = json!({ "id": id, "words": words, "rows": rows, "store": id, "served": number });
    assert_eq!(answered, expected);
}

#[test]
fn an_instance_does_not_grow_and_mixes_nothing_up() {
    let server = Postgres::start().unwrap();
    let project = pack();
    let deployment = deploy(&project, &server);
    let runtime = Runtime::new().unwrap();
    let listener = runtime
        .block_on(http::listen(SocketAddr::from(([127, 0, 0, 1], 0))))
        .unwrap();
    let client = Client::new(listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let current = Arc::new(Current::new(deployment.clone()));
    let served = runtime.spawn(http::serve(listener, current, async move {
        _ = stopped.await;
    }));
    (1..=FIRST).for_each(|number| ask(&client, number));
    let first = deployment.memory_in_use();
    (FIRST + 1..=ALL).for_each(|number| ask(&client, number));
    let all = deployment.memory_in_use();
    eprintln!("{first} bytes after {FIRST} requests, {all} after {ALL}");
    assert!(
        all * 100 <= first * (100 + GROWTH),
        "{first} bytes after {FIRST} requests, {all} after {ALL}"
    );
    drop(stop);
    runtime.block_on(served).unwrap();
}
