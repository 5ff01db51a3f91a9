//! `warp pack` of TypeScript and JavaScript: what a user reads when a program cannot
//! be packed, and what each kind of program answers that was.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::Duration;

use support::{Project, shims, signalled_warp};
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

const PACKAGE: &str = r#"{ "name": "program", "type": "module" }"#;
const MANIFEST: &str =
    "[package]\nname = \"program\"\nlang = \"ts\"\n[limits]\ninstances = 1\nreuse = 1000\n";
const FETCH: &str = "export default { fetch: () => new Response(\"hello\") };\n";

fn project(files: &[(&str, &str)]) -> Project {
    let own = [("package.json", PACKAGE), ("warp.toml", MANIFEST)];
    Project::new(&[&own, files].concat())
}

/// The project fails to be packed, with these words.
fn refused(files: &[(&str, &str)], words: &[&str]) {
    let project = project(files);
    project.run(&["pack"]).expect_failure(words);
    let left = project.files();
    assert!(
        !left.iter().any(|file| file.ends_with("program.wasm")),
        "{left:?}"
    );
}

#[test]
fn without_node_it_says_how_to_get_it() {
    let project = project(&[("index.ts", FETCH)]);
    let outcome = project.outcome(project.warp().arg("pack").env("PATH", "/nowhere"));
    outcome.expect_failure(&["`node` was not found on PATH", "install Node 20"]);
    project.write("bin/node", "#!/bin/sh\necho v18.20.4\n");
    support::executable(&project.path().join("bin/node"));
    let path = format!("{}:/usr/bin:/bin", project.path().join("bin").display());
    let outcome = project.outcome(project.warp().arg("pack").env("PATH", path));
    outcome.expect_failure(&["says `v18.20.4`, which is too old", "install Node 20"]);
}

#[test]
fn a_project_without_a_program_is_told_how_to_name_it() {
    let words = &["says which file is the program", "entry = \"src/main.ts\""];
    refused(&[("lib/serve.ts", FETCH)], words);
    let project = project(&[]);
    let manifest = "[package]\nlang = \"ts\"\nentry = \"src/main.ts\"\n";
    project.write("warp.toml", manifest);
    let outcome = project.run(&["pack"]);
    outcome.expect_failure(&["there is no file", "src/main.ts", "warp.toml:3"]);
}

#[test]
fn choices_of_other_languages_are_refused() {
    let project = project(&[("index.ts", FETCH)]);
    for arguments in [&["--bin", "a"][..], &["--lib"], &["--package", "a"]] {
        let outcome = project.run(&[&["pack"], arguments].concat());
        outcome.expect_failure(&[arguments[0], "entry = "]);
    }
}

#[test]
fn what_does_not_compile_is_named_with_its_place() {
    refused(
        &[("src/index.ts", "const a = 1;\nconst b = ;\n")],
        &["src/index.ts:2: Unexpected \";\""],
    );
    refused(
        &[("src/index.ts", "\nimport pad from \"left-pad\";\npad();\n")],
        &[
            "src/index.ts:2: Could not resolve \"left-pad\"",
            "npm install left-pad",
        ],
    );
}

#[test]
fn what_a_component_cannot_have_is_named_with_its_place() {
    let exec = "import { execSync } from \"node:child_process\";\nexecSync(\"ls\");\n";
    refused(
        &[("index.ts", exec)],
        &[
            "index.ts:1: child_process is not there",
            "allow = [\"child_process\"]",
        ],
    );
    let project = project(&[("index.ts", &format!("{exec}{FETCH}"))]);
    let allowed = MANIFEST.replace("[limits]", "allow = [\"child_process\"]\n[limits]");
    project.write("warp.toml", allowed);
    let outcome = project.run(&["pack"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let threads = "\nimport { Worker } from \"worker_threads\";\nnew Worker(\"./a.js\");\n";
    refused(
        &[("index.ts", threads)],
        &["index.ts:2: worker_threads is not there", "one thread"],
    );
    let intl = "export const format = (n: number) =>\n  new Intl.NumberFormat().format(n);\n";
    refused(
        &[("index.ts", intl)],
        &["index.ts:2: the engine has no Intl"],
    );
}

#[test]
fn packages_of_machine_code_are_named_with_what_to_use() {
    let main = ("index.js", "import * as b from \"bcrypt\";\nb.hash();\n");
    let loads = "exports.hash = require(\"./build/bcrypt.node\").hash;\n";
    let addon = [
        main,
        ("node_modules/bcrypt/index.js", loads),
        ("node_modules/bcrypt/build/bcrypt.node", "\u{7f}ELF"),
    ];
    let words = &["bcrypt is machine code", "use bcryptjs"];
    refused(&addon, words);
    let finds = "exports.hash = require(\"node-gyp-build\")(__dirname).hash;\n";
    let found = [
        main,
        ("node_modules/bcrypt/index.js", finds),
        (
            "node_modules/node-gyp-build/index.js",
            "module.exports = () => ({});\n",
        ),
    ];
    refused(&found, words);
    // By a name that nobody can follow.
    let hidden = [
        ("index.js", "import sharp from \"sharp\";\nsharp();\n"),
        (
            "node_modules/sharp/index.js",
            "module.exports = require(`./${process.platform}.node`);\n",
        ),
    ];
    refused(&hidden, &["sharp is machine code", "send the images"]);
}

#[test]
fn a_program_that_fails_at_once_says_where() {
    let main = "import \"broken\";\nexport default { fetch: () => new Response(\"hello\") };\n";
    let project = project(&[
        ("index.ts", main),
        (
            "node_modules/broken/index.js",
            "require(\"fs\").statSync(\"/x\");\n",
        ),
    ]);
    // It needs the host at once: each instance evaluates it then.
    let outcome = project.run(&["pack"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    assert!(
        outcome
            .stderr
            .contains("packages are evaluated by each instance"),
        "{}",
        outcome.account
    );
}

#[test]
fn what_is_not_followed_is_said() {
    let main = "const name = process.env.NAME;\nexport const part = require(name!);\n";
    let project = project(&[("index.ts", &format!("{main}{FETCH}"))]);
    let outcome = project.run(&["pack"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    assert!(
        outcome.stderr.contains("index.ts:2: "),
        "{}",
        outcome.account
    );
}

/// Packs a program and serves it by one instance.
fn served(files: &[(&str, &str)]) -> (Project, Service, Vec<String>) {
    let project = project(files);
    let outcome = project.run(&["pack", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let packed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let bounds = Bounds::within(Duration::from_secs(300));
    let service = Service::start(&bounds, |address| {
        let mut command = signalled_warp();
        command
            .current_dir(project.path())
            .args(["run", "target/warp/program.wasm", "--compiler", "winch"])
            .args(["--listen", &address.to_string()]);
        command
    });
    let shims = shims(&packed).into_iter().map(str::to_owned).collect();
    (project, service.unwrap(), shims)
}

/// Asks three times on one connection: the instance is used again.
fn expect(service: &Service, request: Request<'_>, body: &str) {
    let client = Client::new(service.address());
    for _ in 0..3 {
        let answer = client.send(request).unwrap();
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!((answer.status, &*text), (200, body), "{}", service.report());
    }
}

#[test]
fn an_object_with_fetch_answers_and_imports_no_shim() {
    let main = "export default {\n  async fetch(request: Request): Promise<Response> {\n    \
                return new Response((await request.text()) + new URL(request.url).pathname);\n  },\n};\n";
    let (_project, service, shims) = served(&[("src/index.ts", main)]);
    assert_eq!(shims, Vec::<String>::new());
    expect(&service, Request::PostJson("/a", "{}"), "{}/a");
}

#[test]
fn a_listener_for_fetch_answers() {
    let main = "addEventListener(\"fetch\", (event: any) => event.respondWith(new Response(\"listened\")));\n";
    let (_project, service, _) = served(&[("src/index.ts", main)]);
    expect(&service, Request::Get("/"), "listened");
}

#[test]
fn a_server_of_nodes_answers() {
    let main = "import { createServer } from \"node:http\";\n\
                createServer((request, response) => {\n  \
                  request.on(\"data\", (part) => response.write(part));\n  \
                  request.on(\"end\", () => response.end(request.url));\n\
                }).listen(8080);\n";
    let (_project, service, _) = served(&[("src/index.ts", main)]);
    expect(&service, Request::PostJson("/b", "{}"), "{}/b");
}

#[test]
fn a_stack_trace_names_the_sources() {
    let main = "const broken = (): Response => {\n  throw new Error(\"on purpose\");\n};\n\
                export default { fetch: () => broken() };\n";
    let (_project, mut service, _) = served(&[("src/index.ts", main)]);
    let answer = Client::new(service.address())
        .send(Request::Get("/"))
        .unwrap();
    assert_eq!(answer.status, 500, "{}", service.report());
    let bounds = Bounds::within(Duration::from_secs(60));
    service.says("Error: on purpose", &bounds).unwrap();
    service.says("src/index.ts:2:9", &bounds).unwrap();
}

/// What a program finds of its system, by Node's modules.
#[test]
fn files_and_names_are_the_hosts() {
    let main = "import { readFileSync } from \"node:fs\";\n\
                import { lookup } from \"node:dns/promises\";\n\
                export default {\n  async fetch() {\n    \
                  const { address } = await lookup(\"db.test.warp.local\");\n    \
                  return new Response(address + readFileSync(\"/etc/greeting\", \"utf8\"));\n  },\n};\n";
    let manifest = format!(
        "{MANIFEST}[dns.hosts]\n\"db.test.warp.local\" = \"10.0.0.7\"\n\
         [filesystem.files]\n\"/etc/greeting\" = {{ text = \" hello\" }}\n"
    );
    let (_project, service, shims) = served(&[("index.ts", main), ("warp.toml", &manifest)]);
    assert_eq!(shims, ["dns-reverse", "dns", "filesystem"]);
    expect(&service, Request::Get("/"), "10.0.0.7 hello");
}
