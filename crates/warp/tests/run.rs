//! `warp run`: what a program gets, and what a user reads when it cannot run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use support::{Project, component};

/// Prints its arguments and a variable, and fails.
const PROGRAM: &str = r#"
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) puts(argv[i]);
    puts(getenv("GREETING"));
    return 7; // WASI 0.2 tells success and failure apart, no more
}
"#;

/// Connects to the endpoint of warp.toml, and says how that went.
const CLIENT: &str = r#"
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
int main(void) {
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
    int code = getaddrinfo("db.production.warp.local", "5432", &hints, &found);
    if (code) { puts(gai_strerror(code)); return 1; }
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen)) { puts(strerror(errno)); return 1; }
    puts("connected");
    return 0;
}
"#;

/// Looks at the system that the host shows it.
const SYSTEM: &str = r#"
#include <arpa/inet.h>
#include <dirent.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
static void print(const char *path) {
    char text[200] = "";
    FILE *file = fopen(path, "r");
    if (!file) { perror(path); exit(1); }
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    for (size_t i = 0; i < length; i++) putchar(text[i] ? text[i] : ' ');
    fclose(file);
}
int main(void) {
    print("/etc/hosts");
    print("/etc/timezone");
    print("/etc/app/motd");
    print("/proc/self/cmdline");
    puts("");
    time_t time = 1751328000;
    char text[50];
    strftime(text, sizeof(text), "%F %T %Z", localtime(&time));
    puts(text);
    setenv("TZ", "America/New_York", 1);
    strftime(text, sizeof(text), "%F %T %Z", localtime(&time));
    puts(text);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(443) };
    inet_pton(AF_INET, "10.0.0.6", &address.sin_addr);
    char host[300], service[50];
    getnameinfo((struct sockaddr *)&address, sizeof(address), host, 300, service, 50, 0);
    printf("%s %s\n", host, service);
    int zones = 0;
    DIR *directory = opendir("/usr/share/zoneinfo/Europe");
    while (readdir(directory)) zones++;
    puts(zones > 40 ? "many zones" : "few zones");
    struct stat status;
    puts(stat("/etc/passwd", &status) ? "no /etc/passwd" : "/etc/passwd");
    return 0;
}
"#;

/// Waits for signals: its argument says how it takes SIGTERM.
const WAITING: &str = r#"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static volatile sig_atomic_t stopped;
static void stop(int signal) { stopped = signal; }
int main(int argc, char **argv) {
    const int reads = argc > 1 && !strcmp(argv[1], "read");
    if (reads || (argc > 1 && !strcmp(argv[1], "handle"))) {
        struct sigaction action = { .sa_handler = stop };
        sigemptyset(&action.sa_mask);
        sigaction(SIGTERM, &action, NULL);
    } else if (argc > 1) {
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, stop);
    }
    puts("waits");
    fflush(stdout);
    char byte;
    if (reads && read(0, &byte, 1) < 0) perror("read");
    while (!stopped) pause();
    printf("bye, %s\n", strsignal(stopped));
    return 0;
}
"#;

const MANIFEST: &str = "[package]\nname = 'it'\nlang = 'c'\nsources = ['main.c']\n";

fn program(source: &str, configuration: &str) -> (Project, String) {
    let manifest = format!("{MANIFEST}{configuration}");
    let project = Project::new(&[("main.c", source), ("warp.toml", &manifest)]);
    let packed = project.packed(&[]);
    let path = component(&packed).display().to_string();
    (project, path)
}

#[test]
fn arguments_variables_and_failure_pass() {
    let (project, path) = program(PROGRAM, "[env]\nGREETING = 'from the file'\n");
    let outcome = project.run(&["run", &path, "--", "--one", "two words"]);
    assert_eq!(outcome.stdout, "--one\ntwo words\nfrom the file\n");
    assert_eq!(outcome.code, Some(1), "{}", outcome.account);
    let outcome = project.run(&["run", &path, "--env", "GREETING=from the flag"]);
    assert_eq!(outcome.stdout, "from the flag\n", "{}", outcome.account);
}

#[test]
fn instructions_are_counted_and_the_same_in_every_run() {
    let (project, path) = program(PROGRAM, "[env]\nGREETING = 'x'\n");
    let count = |arguments: &[&str]| -> u64 {
        let outcome = project.run(&[&["run", &path, "--count", "--"], arguments].concat());
        let line = outcome.stderr.lines().last().unwrap_or_default();
        let figure = line
            .strip_prefix("executed ")
            .and_then(|rest| rest.strip_suffix(" instructions"));
        figure
            .and_then(|figure| figure.parse().ok())
            .unwrap_or_else(|| panic!("{}", outcome.account))
    };
    assert!(count(&["one"]) > 100);
    assert_eq!(count(&["one"]), count(&["one"]));
    assert!(count(&["one", "two"]) > count(&["one"]));
}

#[test]
fn a_program_finds_the_system_that_its_libc_expects() {
    let configuration = "[services]\n'cache.warp.local' = '10.0.0.6'\n\
        [filesystem]\ntimezone = 'Europe/Berlin'\nfiles = { '/etc/app/motd' = { path = 'motd' } }\n";
    let (project, path) = program(SYSTEM, configuration);
    project.run(&["run", &path]).expect_failure(&[
        "warp.toml:9",
        "cannot read motd",
        "relative to the folder",
    ]);
    project.write("motd", "good day\n");
    let outcome = project.run(&["run", &path, "--", "--one", "two words"]);
    let (_, rest) = outcome
        .stdout
        .split_once("--one")
        .unwrap_or_else(|| panic!("{}", outcome.account));
    assert!(
        outcome.stdout.starts_with(
            "127.0.0.1\tlocalhost\n::1\tlocalhost\n10.0.0.6\tcache.warp.local\n\
             Europe/Berlin\ngood day\n"
        ),
        "{}",
        outcome.account
    );
    assert_eq!(
        rest,
        " two words \n2025-07-01 02:00:00 CEST\n2025-06-30 20:00:00 EDT\n\
         cache.warp.local https\nmany zones\nno /etc/passwd\n",
        "{}",
        outcome.account
    );
}

#[test]
fn signals_reach_the_programs_that_handle_them() {
    let (project, path) = program(WAITING, "");
    for (arguments, signals, code, said) in [
        (&["handle"][..], &["TERM"][..], 0, "bye, Terminated\n"),
        (&["handle"], &["INT"], 130, ""),
        (&["read"], &["TERM"], 0, "bye, Terminated\n"),
        (&["ignore"], &["TERM", "HUP"], 0, "bye, Hangup\n"),
        (&[], &["TERM"], 143, ""),
        (&[], &["HUP"], 129, ""),
    ] {
        let mut warp = support::signalled_warp()
            .current_dir(project.path())
            .args(["run", &path, "--"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _open = warp.stdin.take();
        let mut stdout = BufReader::new(warp.stdout.take().unwrap());
        let mut text = String::new();
        stdout.read_line(&mut text).unwrap();
        for signal in signals {
            let kill = Command::new("kill")
                .args(["-s", signal, &warp.id().to_string()])
                .status();
            assert!(kill.unwrap().success());
        }
        stdout.read_to_string(&mut text).unwrap();
        let output = warp.wait_with_output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(text, format!("waits\n{said}"), "{arguments:?} {log}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {log}");
    }
}

#[test]
fn a_program_that_wants_threads_is_reported() {
    let source = "#include <pthread.h>\n#include <stdio.h>\n#include <string.h>\n\
        static void *run(void *argument) { return argument; }\n\
        int main(void) { pthread_t thread;\n\
        puts(strerror(pthread_create(&thread, 0, run, 0))); return 0; }\n";
    let (project, path) = program(source, "");
    let outcome = project.run(&["run", &path]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.account);
    assert_eq!(outcome.stdout, "Not supported\n", "{}", outcome.account);
    for words in ["WARN", "asked for threads", &path] {
        assert!(outcome.stderr.contains(words), "{}", outcome.account);
    }
}

#[test]
fn a_configuration_is_checked_before_anything_runs() {
    let (project, path) = program(PROGRAM, "[env]\nGREETING = 'x'\n");
    let named = ["run", &path, "--config", "other.toml"];
    project
        .run(&named)
        .expect_failure(&["other.toml", "No such file"]);
    project.write("other.toml", "[limits]\nmemroy = '1 MiB'\n");
    project.run(&named).expect_failure(&[
        "other.toml:2",
        "unknown field `memroy`",
        "did you mean `memory`?",
    ]);
}

#[test]
fn a_shim_that_is_off_is_refused_with_the_line_that_turns_it_on() {
    let (project, path) = program(CLIENT, "[shims]\ndns = false\n");
    project.run(&["run", &path]).expect_failure(&[
        "warpgrid:shim/dns@0.1.0",
        "[shims] dns = false",
        "set dns = true",
    ]);
}

#[test]
fn the_program_learns_that_no_database_is_there_and_the_operator_where() {
    // Nobody serves TCP's port multiplexer, port 1, any more.
    let database = "[[database]]\nprotocol = 'postgres'\nhost = 'db.production.warp.local'\n\
        port = 5432\nupstream = '127.0.0.1:1'\nuser = 'app'\npassword = 'a secret'\n";
    let (project, path) = program(CLIENT, database);
    let outcome = project.run(&["run", &path]);
    assert_eq!(
        outcome.stdout, "Connection refused\n",
        "{}",
        outcome.account
    );
    assert_eq!(outcome.code, Some(1), "{}", outcome.account);
    assert!(
        outcome.stderr.contains("127.0.0.1:1"),
        "{}",
        outcome.account
    );
    assert!(!outcome.stderr.contains("a secret"), "{}", outcome.account);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound socket").to_string();
    let (project, _) = program(PROGRAM, "[env]\nGREETING = 'x'\n");
    project.write(
        "handler.wasm",
        wat::parse_str(support::handler("")).expect("a component"),
    );
    project
        .run(&["run", "handler.wasm", "--listen", &address])
        .expect_failure(&[&address, "in use", "--listen"]);
    project
        .run(&["run", "handler.wasm", "--count"])
        .expect_failure(&["handler.wasm", "leave `--count` out"]);
}

/// Listens where it is told to and greets whoever connects.
const SERVER: &str = r#"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(getenv("PORT"))) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 8)) {
        puts(strerror(errno));
        return 1;
    }
    for (;;) {
        int client = accept(fd, 0, 0);
        if (client < 0) return 1;
        write(client, "hello", 5);
        close(client);
    }
}
"#;

#[test]
fn a_server_listens_where_it_may_until_it_is_interrupted() {
    let (project, path) = program(SERVER, "[network]\nconnect = ['*']\n");
    let address = free_address();
    let port = format!("PORT={}", address.port());
    let outcome = project.run(&["run", &path, "--env", &port]);
    assert_eq!(outcome.stdout, "Permission denied\n", "{}", outcome.account);
    for words in [&address.to_string(), "[network] listen"] {
        assert!(outcome.stderr.contains(words), "{}", outcome.account);
    }

    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut server = support::signalled_warp()
            .args(["run", &path, "--env", &port, "--listen"])
            .arg(address.to_string())
            .current_dir(project.path())
            .spawn()
            .expect("warp starts");
        assert_eq!(greeting(&mut server, address), "hello");
        let id = server.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill runs").success());
        let ended = server.wait().expect("warp ends");
        assert_eq!(ended.code(), Some(code));
    }
}

fn free_address() -> SocketAddr {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    taken.local_addr().expect("a bound socket")
}

/// What a server says, once it listens.
fn greeting(server: &mut Child, address: SocketAddr) -> String {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address) {
            let mut text = String::new();
            stream.read_to_string(&mut text).expect("a greeting");
            return text;
        }
        let ended = server.try_wait().expect("a child");
        assert!(ended.is_none(), "it ended: {ended:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let (project, path) = program(PROGRAM, "[directories]\n'/data' = 'nowhere'\n");
    project.run(&["run", &path]).expect_failure(&[
        "cannot give the guest the directory nowhere",
        "[directories] in warp.toml",
    ]);
    project.write("deep/warp.toml", "[directories]\n'/data' = 'nowhere'\n");
    project
        .run(&["run", &path, "--config", "deep/warp.toml"])
        .expect_failure(&["cannot give the guest the directory deep/nowhere"]);
}

#[test]
fn the_packer_and_the_host_know_the_same_sections() {
    use miette::Diagnostic as _;
    let error = warpgrid_host::ShimConfig::from_toml("warp.toml", "zzzzzzzzzzzzzzzzzzzzzzzz = 1\n")
        .expect_err("no such section");
    let help = error.help().expect("advice").to_string();
    let mut known: Vec<&str> = help
        .strip_prefix("it must be one of: ")
        .unwrap_or_else(|| panic!("{help}"))
        .split(", ")
        .collect();
    let mut sections = warpgrid_pack::manifest::SECTIONS.to_vec();
    known.sort_unstable();
    sections.sort_unstable();
    assert_eq!(known, sections);
}
