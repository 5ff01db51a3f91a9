//! `warp dev`: what is saved is served, and nobody notices but by the answer.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod running;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use running::{Dev, WITHIN};
use support::{Project, expect_toolchain};
use warpgrid_test_harness::http::{Client, Request};

const MAIN: &str = "import { version } from \"./version.js\";\n\
    export default {\n  \
      async fetch(request: Request): Promise<Response> {\n    \
        if (new URL(request.url).pathname === \"/throw\") throw new Error(\"as asked\");\n    \
        const before = version();\n    \
        await new Promise((done) => setTimeout(done, 5));\n    \
        return new Response(`${before} ${version()}\\n`);\n  \
      },\n};\n";

fn version(number: usize) -> String {
    format!("export const version = (): string => \"v{number}\";\n")
}

/// A service in a language whose programs are bundled.
fn service(lang: &str) -> Project {
    Project::new(&[
        ("package.json", "{\"type\":\"module\"}"),
        (
            "warp.toml",
            &format!("[package]\nname = \"app\"\nlang = \"{lang}\"\n"),
        ),
        ("src/main.ts", MAIN),
        ("src/version.ts", &version(1)),
        (".gitignore", "node_modules\n/target\n"),
    ])
}

#[test]
fn what_is_saved_is_served_and_what_is_broken_is_shown() {
    shown("ts");
}

#[test]
fn what_is_saved_for_bun_is_served_and_what_is_broken_is_shown() {
    shown("bun");
}

fn shown(lang: &str) {
    let project = service(lang);
    let mut dev = Dev::start(&project, &[]);
    assert_eq!(dev.event("built")["build"], 1);
    assert_eq!(dev.text("/"), "v1 v1\n");

    project.write("src/version.ts", version(2));
    assert_eq!(dev.event("built")["build"], 2);
    assert_eq!(dev.text("/"), "v2 v2\n");

    // The last good build goes on, and the page says what is wrong, and where.
    project.write("src/version.ts", "\nexport const version = () => \"<b>;\n");
    let failed = dev.event("failed");
    assert_eq!(failed["file"], "src/version.ts", "{failed}");
    assert_eq!(failed["line"], 2, "{failed}");
    assert_eq!(failed["serving"], true);
    assert_eq!(dev.text("/"), "v2 v2\n");
    let page = dev.text("/__warp");
    assert!(page.contains("src/version.ts:2"), "{page}");
    assert!(page.contains(">    2 | export const version"), "{page}");

    project.write("src/version.ts", version(3));
    dev.event("built");
    assert_eq!(dev.text("/"), "v3 v3\n");
    assert_eq!(dev.text("/__warp"), "build 3 serves\n");

    // What is saved as it is builds nothing new.
    project.write("src/version.ts", version(3));
    assert_eq!(dev.event("built")["build"], 3, "{}", dev.account());

    // Stack traces name the sources.
    assert_eq!(dev.get("/throw").status, 500);
    dev.errs("src/main.ts:4:");

    assert_eq!(dev.stop("-INT"), Some(0));
}

#[test]
fn without_a_good_build_every_path_says_why() {
    let project = service("ts");
    project.write(
        "src/version.ts",
        "import \"child_process\";\nexport const version = 1\n",
    );
    let mut dev = Dev::start(&project, &[]);
    let failed = dev.event("failed");
    assert_eq!(failed["serving"], false);
    let answer = dev.get("/anything");
    assert_eq!(answer.status, 503);
    let text = String::from_utf8(answer.body).unwrap();
    for words in [
        "child_process is not there in a component",
        "  --> src/version.ts:1",
        "help: ",
    ] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
    project.write("src/version.ts", version(1));
    dev.event("built");
    assert_eq!(dev.text("/anything"), "v1 v1\n");

    // The configuration is read when it changes, and a mistake there is shown, too.
    project.write("warp.toml", "[limits]\ninstances = 0\n");
    let failed = dev.event("failed");
    assert!(
        failed["message"]
            .as_str()
            .unwrap()
            .contains("instances is zero"),
        "{failed}"
    );
    project.write(
        "warp.toml",
        "[package]\nname = \"app\"\nlang = \"ts\"\n[shims]\nthreading = false\n[limits]\ninstances = 4\n",
    );
    dev.event("built");
    assert_eq!(dev.text("/anything"), "v1 v1\n");
    // A shim that is off stays off, though the loader could use it.
    project.write(
        "src/version.ts",
        "import { declareThreadingModel } from \"warpgrid:shim/threading\";\n\
         declareThreadingModel(\"single-threaded\");\nexport const version = () => \"x\";\n",
    );
    let failed = dev.event("failed");
    let message = failed["message"].as_str().unwrap();
    assert!(
        message.contains("turned off by [shims] threading"),
        "{failed}"
    );
    assert_eq!(dev.stop("-TERM"), Some(0));
}

#[test]
fn no_request_is_dropped_and_no_answer_is_mixed() {
    edited("ts", 20);
}

#[test]
#[ignore = "takes minutes: `cargo xtask test-all --filter dev` runs it"]
fn five_hundred_edits_drop_nothing_and_leave_nothing_behind() {
    edited("bun", 500);
}

/// Saves another version so many times, while clients ask.
fn edited(lang: &str, count: usize) {
    let project = service(lang);
    let mut dev = Dev::start(&project, &[]);
    dev.event("built");
    let (address, stop) = (dev.address, Arc::new(AtomicBool::new(false)));
    let newest = Arc::new(AtomicUsize::new(1));
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let (stop, newest) = (stop.clone(), newest.clone());
            std::thread::spawn(move || {
                let kept = Client::new(address);
                let mut answered = 0;
                while !stop.load(Ordering::SeqCst) {
                    let known = newest.load(Ordering::SeqCst);
                    // On connections that stay, and on new ones.
                    let answer = if number % 2 == 0 {
                        kept.send(Request::Get("/"))
                    } else {
                        Client::new(address).send(Request::Get("/"))
                    };
                    let answer = answer.unwrap();
                    assert_eq!(answer.status, 200, "{answer}");
                    let text = String::from_utf8(answer.body).unwrap();
                    let (before, after) = text.trim().split_once(' ').unwrap();
                    assert_eq!(before, after, "mixed");
                    let seen: usize = before.strip_prefix('v').unwrap().parse().unwrap();
                    assert!(seen >= known, "v{seen} after v{known} was announced");
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let mut times = Vec::new();
    let mut early = 0;
    for number in 2..count + 2 {
        let saved = Instant::now();
        project.write("src/version.ts", version(number));
        dev.event("built");
        newest.store(number, Ordering::SeqCst);
        assert_eq!(dev.text("/"), format!("v{number} v{number}\n"));
        times.push(saved.elapsed());
        if number == count / 2 {
            early = dev.memory();
        }
    }
    let late = dev.memory();
    stop.store(true, Ordering::SeqCst);
    let answered: usize = clients
        .into_iter()
        .map(|client| client.join().unwrap())
        .sum();
    times.sort();
    println!(
        "{count} edits, {answered} requests; from save to answer {:?} median, {:?} most; memory {early} KiB, then {late} KiB",
        times[times.len() / 2],
        times[times.len() - 1]
    );
    assert!(answered > count, "{answered}");
    // What each edit leaves behind would be megabytes: a program, its map, its linker.
    assert!(
        late < early + early / 2 + (64 << 10),
        "{early} KiB, then {late} KiB"
    );
}

#[test]
fn a_component_takes_over_from_another_and_a_compilers_error_is_shown() {
    expect_toolchain();
    let greeting = |text: &str| {
        format!(
            "#include <stdio.h>\n#include <unistd.h>\n\
             int main(void) {{ fprintf(stderr, \"{text}\\n\"); for (;;) pause(); }}\n"
        )
    };
    let project = Project::new(&[
        ("warp.toml", "[package]\nname = \"hello\"\nlang = \"c\"\n"),
        ("main.c", &greeting("one")),
    ]);
    let mut dev = Dev::start(&project, &[]);
    assert_eq!(dev.event("built")["restarted"], true);
    dev.errs("one");
    project.write("main.c", "int main(void) {\n    return nothing;\n}\n");
    let failed = dev.event("failed");
    assert_eq!(failed["file"], "main.c", "{failed}");
    assert_eq!(failed["line"], 2, "{failed}");
    assert_eq!(failed["serving"], true, "{failed}");
    assert!(
        failed["message"].as_str().unwrap().contains("nothing"),
        "{failed}"
    );
    project.write("main.c", greeting("two"));
    assert_eq!(dev.event("built")["build"], 2);
    dev.errs("two");
    // One that ends is started again when it changes.
    project.write("main.c", "int main(void) { return 1; }\n");
    assert_eq!(dev.event("ended")["code"], 1);
    assert_eq!(dev.stop("-INT"), Some(0));
}

/// A program for `wasi:http` that answers with a text.
fn rust(text: &str) -> String {
    format!(
        "use wasip2::exports::http::incoming_handler::Guest;\n\
         use wasip2::http::types::{{Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam}};\n\
         struct Service;\n\
         wasip2::http::proxy::export!(Service);\n\
         impl Guest for Service {{\n\
             fn handle(_: IncomingRequest, out: ResponseOutparam) {{\n\
                 let text: &str = {text};\n\
                 let response = OutgoingResponse::new(Fields::new());\n\
                 let body = response.body().unwrap();\n\
                 ResponseOutparam::set(out, Ok(response));\n\
                 let stream = body.write().unwrap();\n\
                 stream.blocking_write_and_flush(text.as_bytes()).unwrap();\n\
                 drop(stream);\n\
                 OutgoingBody::finish(body, None).unwrap();\n\
             }}\n\
         }}\n"
    )
}

#[test]
fn a_handler_in_rust_takes_over_from_another() {
    expect_toolchain();
    let project = Project::new(&[
        ("warp.toml", "[package]\nname = \"app\"\nlang = \"rust\"\n"),
        (
            "Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [lib]\ncrate-type = [\"cdylib\"]\n[dependencies]\nwasip2 = \"2.0\"\n[workspace]\n",
        ),
        ("src/lib.rs", &rust("\"one\"")),
    ]);
    takes_over(&project, "src/lib.rs", 7, rust);
}

/// A program for `net/http` that answers with a text.
fn go(text: &str) -> String {
    format!(
        "package main\n\nimport (\n\t\"io\"\n\t\"net/http\"\n\t\"os\"\n)\n\n\
         func main() {{\n\
         \thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) {{\n\
         \t\tvar text string = {text}\n\
         \t\tio.WriteString(w, text)\n\
         \t}})\n\
         \thttp.ListenAndServe(os.Getenv(\"LISTEN\"), nil)\n}}\n"
    )
}

fn go_project() -> Project {
    Project::new(&[
        ("warp.toml", "[package]\nname = \"app\"\nlang = \"go\"\n"),
        ("go.mod", "module app\n\ngo 1.24\n"),
        ("main.go", &go("\"one\"")),
    ])
}

#[test]
fn a_handler_in_go_takes_over_from_another() {
    takes_over(&go_project(), "main.go", 11, go);
}

/// A project that answers "one", and what it is made of in `file`; the text is in
/// this line of it.
fn takes_over(project: &Project, file: &str, line: usize, source: impl Fn(&str) -> String) {
    let mut dev = Dev::start(project, &[]);
    assert_eq!(dev.event("built")["build"], 1);
    assert_eq!(dev.text("/"), "one");
    let (address, stop) = (dev.address, Arc::new(AtomicBool::new(false)));
    let asking = stop.clone();
    let client = std::thread::spawn(move || {
        let kept = Client::new(address);
        let mut texts = BTreeSet::new();
        while !asking.load(Ordering::SeqCst) {
            let answer = kept.send(Request::Get("/")).unwrap();
            assert_eq!(answer.status, 200, "{answer}");
            texts.insert(String::from_utf8(answer.body).unwrap());
        }
        texts
    });
    let saved = Instant::now();
    project.write(file, source("\"two\""));
    assert_eq!(dev.event("built")["restarted"], false);
    assert_eq!(dev.text("/"), "two");
    println!("from save to answer: {:?}", saved.elapsed());

    project.write(file, source("2"));
    let failed = dev.event("failed");
    assert_eq!(failed["file"], file, "{failed}");
    assert_eq!(failed["line"], line, "{failed}");
    assert_eq!(failed["serving"], true, "{failed}");
    assert_eq!(dev.text("/"), "two");

    project.write(file, source("\"three\""));
    dev.event("built");
    assert_eq!(dev.text("/"), "three");
    stop.store(true, Ordering::SeqCst);
    let texts = client.join().unwrap();
    let known = ["one", "two", "three"].map(str::to_owned).into();
    assert!(texts.is_subset(&known), "{texts:?}");
    assert_eq!(dev.stop("-INT"), Some(0));
}

const QUERY: &str = "import pg from \"warpgrid/pg\";\n\
    import dns from \"node:dns/promises\";\n\
    const options = { host: \"db.warp.local\", port: 5432, user: \"app\", database: \"app\" };\n\
    export default { async fetch(request: Request) {\n  \
      if (new URL(request.url).pathname === \"/name\") {\n    \
        const found = await dns.lookup(\"named.warp.local\").catch((error) => ({ address: error.code }));\n    \
        return new Response(found.address);\n  \
      }\n  \
      const client = new pg.Client(options);\n  \
      try {\n    \
        await client.connect();\n    \
        const { rows } = await client.query(\"select current_user || '/' || current_database() as who\");\n    \
        await client.end();\n    \
        return new Response(rows[0].who);\n  \
      } catch (error) {\n    \
        return new Response(String(error), { status: 502 });\n  \
      }\n\
    } };\n";

#[test]
fn a_database_is_started_and_faults_are_made_and_mended() {
    let configuration = "[package]\nname = \"app\"\nlang = \"ts\"\n\
        [[database]]\nprotocol = \"postgres\"\nhost = \"db.warp.local\"\nport = 5432\n\
        user = \"app\"\ndatabase = \"app\"\ndev = \"auto\"\npool-size = 2\n\
        wait-timeout = \"300ms\"\npassword-env = \"NOT_SET_HERE\"\n\
        [services]\n\"named.warp.local\" = [\"192.0.2.7\"]\n";
    let project = Project::new(&[
        ("package.json", "{\"type\":\"module\"}"),
        ("warp.toml", configuration),
        ("src/main.ts", QUERY),
    ]);
    // The server runs as another user where this is root.
    std::fs::set_permissions(project.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut dev = Dev::start(&project, &[]);
    let database = dev.event("database");
    assert_eq!(database["endpoint"], "db.warp.local:5432");
    dev.event("built");
    assert_eq!(dev.text("/"), "app/app");
    assert_eq!(dev.text("/name"), "192.0.2.7");

    assert!(dev.say("db down").starts_with("databases are down"));
    assert_eq!(dev.get("/").status, 502);
    assert_eq!(dev.say("status"), "databases are down");
    assert_eq!(dev.say("db up"), "databases are up");
    assert_eq!(dev.text("/"), "app/app");

    dev.say("pool full");
    let answer = dev.get("/");
    assert_eq!(answer.status, 502, "{answer}");
    // A build that takes over finds it as it was.
    project.write(
        "src/main.ts",
        format!("{QUERY}// another\nglobalThis.x = 1;\n"),
    );
    dev.event("built");
    assert_eq!(dev.get("/").status, 502);
    assert_eq!(dev.say("restore"), "all is as it was");
    assert_eq!(dev.text("/"), "app/app");

    dev.say("dns down");
    assert_ne!(dev.text("/name"), "192.0.2.7");
    dev.say("dns up");
    assert_eq!(dev.text("/name"), "192.0.2.7");
    dev.say("dns down 0.05");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(dev.text("/name"), "192.0.2.7");
    dev.say("dns flap 0.02");
    let (mut found, mut lost) = (0, 0);
    let deadline = Instant::now() + WITHIN;
    while found == 0 || lost == 0 {
        assert!(Instant::now() < deadline, "{found} found, {lost} lost");
        if dev.text("/name") == "192.0.2.7" {
            found += 1;
        } else {
            lost += 1;
        }
    }
    dev.say("restore");

    assert!(dev.say("signal hangup").starts_with("Hangup was sent"));
    assert!(dev.say("nonsense").contains("`help`"));
    let address: SocketAddr = database["address"].as_str().unwrap().parse().unwrap();
    assert_eq!(dev.stop("-INT"), Some(0));
    assert!(
        std::net::TcpStream::connect(address).is_err(),
        "the server still runs"
    );

    // The next time it is the same server, with the same data.
    let mut dev = Dev::start(&project, &[]);
    assert_eq!(dev.event("database")["address"], address.to_string());
    dev.event("built");
    assert_eq!(dev.text("/"), "app/app");
    drop(dev.input.take());
    dev.child.kill().unwrap();
    dev.child.wait().unwrap();
    // Even where nobody could end it in order.
    let deadline = Instant::now() + WITHIN;
    while std::net::TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the server still runs");
        std::thread::sleep(Duration::from_millis(50));
    }
    let ignored = std::fs::read_to_string(project.path().join(".warp/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}

#[test]
fn natively_the_same_program_runs_under_node() {
    natively("ts");
}

#[test]
fn natively_the_same_program_runs_under_bun() {
    natively("bun");
}

fn natively(lang: &str) {
    let project = service(lang);
    run_natively(&project, &[], "v1 v1\n", || {
        project.write("src/version.ts", version(2));
        "v2 v2\n"
    });
}

#[test]
fn natively_a_program_in_go_listens_itself() {
    let project = go_project();
    run_natively(&project, &["LISTEN"], "one", || {
        project.write("main.go", go("\"two\""));
        "two"
    });
}

/// `variables` say to the program where to listen.
fn run_natively(
    project: &Project,
    variables: &[&str],
    first: &str,
    change: impl FnOnce() -> &'static str,
) {
    let port = warpgrid_servers::port::free().unwrap();
    let listen = format!("127.0.0.1:{port}");
    let set: Vec<String> = variables
        .iter()
        .map(|name| format!("--env={name}={listen}"))
        .collect();
    let mut arguments = vec!["--native", "--listen", &listen];
    arguments.extend(set.iter().map(String::as_str));
    let mut dev = Dev::start(project, &arguments);
    dev.address = listen.parse().unwrap();
    let answered = |dev: &Dev, expected: &str| {
        let deadline = Instant::now() + WITHIN;
        loop {
            let answer = Client::new(dev.address).send(Request::Get("/"));
            if answer.is_ok_and(|answer| answer.body == expected.as_bytes()) {
                return;
            }
            assert!(Instant::now() < deadline, "{}", dev.account());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    dev.event("built");
    answered(&dev, first);
    let second = change();
    dev.event("built");
    answered(&dev, second);
    let address = dev.address;
    assert_eq!(dev.stop("-INT"), Some(0));
    assert!(
        std::net::TcpStream::connect(address).is_err(),
        "the program still runs"
    );
}
