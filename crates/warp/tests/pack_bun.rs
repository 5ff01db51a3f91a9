//! `warp pack` of programs for Bun: what a user reads when a program cannot be
//! packed, and what each kind of program answers that was.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::Duration;

use support::{Outcome, Project, path_with_bun, shims, signalled_warp};
use warpgrid_test_harness::http::{Client, Request};
use warpgrid_test_harness::process::Bounds;
use warpgrid_test_harness::service::Service;

const PACKAGE: &str = r#"{ "name": "program", "type": "module" }"#;
const MANIFEST: &str = "[package]\nname = \"program\"\n[limits]\ninstances = 1\nreuse = 1000\n";
const SERVE: &str = "Bun.serve({ fetch: () => new Response(\"hello\") });\n";

fn bounds() -> Bounds {
    Bounds::within(Duration::from_secs(300))
}

/// A project that its lock file says is for Bun.
fn project(files: &[(&str, &str)]) -> Project {
    let own = [
        ("package.json", PACKAGE),
        ("bun.lock", "{}"),
        ("warp.toml", MANIFEST),
    ];
    Project::new(&[&own, files].concat())
}

fn pack(project: &Project, arguments: &[&str]) -> Outcome {
    let mut warp = project.warp();
    warp.arg("pack")
        .args(arguments)
        .env("PATH", path_with_bun());
    project.outcome(&mut warp)
}

/// The project fails to be packed, with these words.
fn refused(files: &[(&str, &str)], words: &[&str]) {
    let project = project(files);
    pack(&project, &[]).expect_failure(words);
    let left = project.files();
    assert!(
        !left.iter().any(|file| file.ends_with("program.wasm")),
        "{left:?}"
    );
}

#[test]
fn without_bun_it_says_how_to_get_it() {
    let project = project(&[("index.ts", SERVE)]);
    let words = &["`bun` was not found on PATH", "install Bun 1.4"];
    project
        .outcome(project.warp().arg("pack").env("PATH", "/nowhere"))
        .expect_failure(words);
    project.write("bin/bun", "#!/bin/sh\necho 1.2.23\n");
    support::executable(&project.path().join("bin/bun"));
    let path = format!("{}:/usr/bin:/bin", project.path().join("bin").display());
    project
        .outcome(project.warp().arg("pack").env("PATH", path))
        .expect_failure(&["says `1.2.23`, which is too old", "install Bun 1.4"]);
}

#[test]
fn what_does_not_compile_is_named_with_its_place() {
    refused(
        &[("src/index.ts", "const a = 1;\nconst b = ;\n")],
        &["src/index.ts:2: "],
    );
    refused(
        &[("src/index.ts", "\nimport pad from \"left-pad\";\npad();\n")],
        &[
            "src/index.ts:2: Could not resolve \"left-pad\"",
            "bun add left-pad",
        ],
    );
    refused(
        &[
            (
                "index.ts",
                "import query from \"./a.sql\";\nexport default query;\n",
            ),
            ("a.sql", "SELECT 1"),
        ],
        &[
            "index.ts:1: a.sql would be a file beside the program",
            "with { type: \"text\" }",
        ],
    );
}

#[test]
fn what_a_component_cannot_have_is_named_with_its_place() {
    let sqlite = "import { Database } from \"bun:sqlite\";\nnew Database(\":memory:\");\n";
    refused(
        &[("index.ts", sqlite)],
        &[
            "index.ts:1: bun:sqlite is not there",
            "by `sql` of bun",
            "allow = [\"bun:sqlite\"]",
        ],
    );
    let exec = "import { execSync } from \"node:child_process\";\nexecSync(\"ls\");\n";
    refused(
        &[("index.ts", exec)],
        &["index.ts:1: child_process is not there"],
    );
    refused(
        &[("index.ts", "import \"bun:nothing\";\n")],
        &["index.ts:1: there is no bun:nothing in a component"],
    );
    let allowed = MANIFEST.replace("[limits]", "allow = [\"bun:sqlite\"]\n[limits]");
    let main = format!("{sqlite}{SERVE}")
        .replace("new Database", "export const open = () => new Database");
    let project = project(&[("index.ts", &main)]);
    project.write("warp.toml", allowed);
    let outcome = pack(&project, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
}

#[test]
fn what_is_not_followed_is_said() {
    let main = "const name = process.env.NAME;\nexport const part = () => require(name!);\n";
    let project = project(&[("index.ts", &format!("{main}{SERVE}"))]);
    let outcome = pack(&project, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let words = "index.ts:2: require() asks for a name that is not written out";
    assert!(outcome.stderr.contains(words), "{}", outcome.account);
}

/// Packs a program and serves it by one instance.
fn served(files: &[(&str, &str)]) -> (Project, Service, Vec<String>) {
    let project = project(files);
    let outcome = pack(&project, &["--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    let packed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(packed["lang"], "bun", "{packed}");
    let service = Service::start(&bounds(), |address| {
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
fn a_server_of_buns_answers_and_imports_no_shim() {
    let main = "import { escapeHTML, type BunRequest } from \"bun\";\n\
                const server = Bun.serve({\n  port: Bun.env.PORT ?? 0,\n  routes: {\n    \
                \"/hello/:name\": (request: BunRequest<\"/hello/:name\">) => new Response(escapeHTML(request.params.name)),\n    \
                \"/static\": new Response(\"static\"),\n  },\n  \
                async fetch(request) { return new Response((await request.text()) + new URL(request.url).pathname); },\n});\n\
                console.log(server.url.href);\n";
    let (_project, service, shims) = served(&[("src/index.ts", main)]);
    assert_eq!(shims, Vec::<String>::new());
    expect(&service, Request::Get("/hello/%3Cb%3E"), "&lt;b&gt;");
    expect(&service, Request::Get("/static"), "static");
    expect(&service, Request::PostJson("/a", "{}"), "{}/a");
}

#[test]
fn what_is_exported_by_default_is_served_with_the_server() {
    let main = "export default {\n  port: 3000,\n  fetch: (request: Request, server: any) => \
                new Response(`${server.port} ${import.meta.main} ${typeof Bun.version} ${import.meta.dir}`),\n};\n";
    let (_project, service, _) = served(&[("index.ts", main)]);
    expect(&service, Request::Get("/"), "3000 true string /");
}

#[test]
fn a_server_of_nodes_answers_too() {
    let main = "import { createServer } from \"node:http\";\n\
                createServer((request, response) => response.end(request.url)).listen(8080);\n";
    let (_project, service, _) = served(&[("index.ts", main)]);
    expect(&service, Request::Get("/b"), "/b");
}

#[test]
fn a_stack_trace_names_the_sources_and_the_program_goes_on() {
    let main = "const broken = (): Response => {\n  throw new Error(\"on purpose\");\n};\n\
                Bun.serve({ fetch: (request) => (request.url.endsWith(\"/ok\") ? new Response(\"ok\") : broken()) });\n";
    let (_project, mut service, _) = served(&[("src/index.ts", main)]);
    let client = Client::new(service.address());
    let answer = client.send(Request::Get("/")).unwrap();
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!((answer.status, &*text), (500, "Something went wrong!"));
    expect(&service, Request::Get("/ok"), "ok");
    service.says("Error: on purpose", &bounds()).unwrap();
    service.says("src/index.ts:2:9", &bounds()).unwrap();
}

#[test]
fn files_are_the_hosts_and_what_is_absent_says_so() {
    let main = "Bun.serve({ async fetch(request) {\n  \
                if (request.url.endsWith(\"/file\")) return new Response(Bun.file(\"/etc/greeting.txt\"));\n  \
                try { Bun.spawnSync([\"ls\"]); } catch (error) { return new Response((error as Error).message); }\n  \
                return new Response(\"spawned\");\n} });\n";
    let manifest =
        format!("{MANIFEST}[filesystem.files]\n\"/etc/greeting.txt\" = {{ text = \"hello\" }}\n");
    let (_project, service, shims) = served(&[("index.ts", main), ("warp.toml", &manifest)]);
    assert_eq!(shims, ["filesystem"]);
    expect(&service, Request::Get("/file"), "hello");
    let words =
        "Bun.spawnSync does not exist in a component: docs/domains/bun.md says what there is";
    expect(&service, Request::Get("/"), words);
}
