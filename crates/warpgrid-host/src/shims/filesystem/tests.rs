#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::ShimConfig;
use crate::bindings::warpgrid::shim::filesystem::Host as _;
use crate::shims::dns::Services;

fn state(toml: &str) -> FilesystemState {
    let config = ShimConfig::from_toml("warp.toml", toml).unwrap();
    let process = Process {
        arguments: ["bin/a-program-with-a-name", "", "two words"]
            .map(str::to_owned)
            .into(),
        environment: ["A=1", "B="].map(str::to_owned).into(),
        memory: 1 << 20,
    };
    over(&config, process)
}

fn over(config: &ShimConfig, process: Process) -> FilesystemState {
    let services = Arc::new(Services::new(config));
    FilesystemState::new(Arc::new(FilesystemConfig::new(config, services)), process)
}

fn text(state: &mut FilesystemState, path: &str) -> String {
    let bytes = state.read_virtual(path.to_owned()).unwrap();
    String::from_utf8(bytes.unwrap_or_else(|| panic!("{path} is a file"))).unwrap()
}

#[test]
fn each_listed_path_is_a_file_and_each_folder_above_it_virtual() {
    let mut state = state("");
    let paths = state.list_virtual_paths().unwrap();
    assert!(paths.is_sorted());
    assert!(paths.len() > 500, "the zones are among them");
    for path in paths {
        assert!(
            state.read_virtual(path.clone()).unwrap().is_some(),
            "{path}"
        );
        for folder in std::path::Path::new(&path).ancestors().skip(1) {
            let folder = folder.to_str().unwrap().to_owned();
            assert!(state.is_virtual(folder.clone()).unwrap(), "{folder}");
            assert!(state.read_virtual(folder).unwrap().is_none());
        }
    }
}

#[test]
fn only_exact_paths_are_virtual() {
    let mut state = state("");
    for path in [
        "",
        "etc/hosts",
        "/etc/hosts/",
        "//etc/hosts",
        "/etc/../etc/hosts",
        "/etc/host",
        "/etcetera",
        "/usr/share/zoneinfo/europe/berlin",
        "/proc/self/mem",
        "/etc/passwd",
        "/etc/hosts\0",
    ] {
        assert!(!state.is_virtual(path.to_owned()).unwrap(), "{path}");
        assert!(
            state.read_virtual(path.to_owned()).unwrap().is_none(),
            "{path}"
        );
    }
}

#[test]
fn hosts_has_the_names_that_the_configuration_gives() {
    let mut state = state(
        "[services]\n'cache.warp.local' = ['10.0.0.6', '10.0.0.7']\n\
         [dns]\nhosts = { 'api.example.com' = '192.0.2.7' }",
    );
    assert_eq!(
        text(&mut state, "/etc/hosts"),
        "127.0.0.1\tlocalhost\n::1\tlocalhost\n10.0.0.6\tcache.warp.local\n\
         10.0.0.7\tcache.warp.local\n192.0.2.7\tapi.example.com\n"
    );
}

#[test]
fn resolv_conf_names_the_search_domains() {
    let nameserver =
        "# Names are resolved by the host, through getaddrinfo.\nnameserver 127.0.0.1\n";
    let mut none = state("");
    assert_eq!(text(&mut none, "/etc/resolv.conf"), nameserver);
    let mut two = state("[dns]\nsearch = ['production.warp.local', 'warp.local']");
    assert_eq!(
        text(&mut two, "/etc/resolv.conf"),
        format!("{nameserver}search production.warp.local warp.local\noptions ndots:1\n")
    );
}

#[test]
fn files_of_the_resolver_follow_it_unless_the_operator_has_others() {
    let config = |toml: &str| ShimConfig::from_toml("warp.toml", toml).unwrap();
    let first = config("[services]\n'a.warp.local' = '10.0.0.1'");
    let services = Arc::new(Services::new(&first));
    let shared = Arc::new(FilesystemConfig::new(&first, services.clone()));
    let mut running = FilesystemState::new(shared, Process::default());
    assert!(text(&mut running, "/etc/hosts").ends_with("10.0.0.1\ta.warp.local\n"));
    services.replace(&config(
        "[services]\n'b.warp.local' = 'fd00::2'\n[dns]\nsearch = ['warp.local']",
    ));
    assert!(text(&mut running, "/etc/hosts").ends_with("localhost\nfd00::2\tb.warp.local\n"));
    assert!(text(&mut running, "/etc/resolv.conf").contains("search warp.local\n"));
    let mut own = state("[filesystem.files]\n'/etc/hosts' = { text = 'mine' }");
    assert_eq!(text(&mut own, "/etc/hosts"), "mine");
}

#[test]
fn the_time_zone_is_the_configured_one() {
    let mut utc = state("");
    assert_eq!(text(&mut utc, "/etc/timezone"), "UTC\n");
    let mut berlin = state("[filesystem]\ntimezone = 'Europe/Berlin'");
    assert_eq!(text(&mut berlin, "/etc/timezone"), "Europe/Berlin\n");
    let zone = |path: &str| berlin.read(path).unwrap();
    assert_eq!(
        zone("/etc/localtime"),
        zone("/usr/share/zoneinfo/Europe/Berlin")
    );
    assert!(zone("/etc/localtime").starts_with(b"TZif"));
}

#[test]
fn random_devices_give_other_bytes_each_time() {
    let state = state("");
    let draws: Vec<_> = (0..4)
        .flat_map(|_| ["/dev/random", "/dev/urandom"].map(|path| state.read(path).unwrap()))
        .collect();
    for (index, draw) in draws.iter().enumerate() {
        assert_eq!(draw.len(), RANDOM_BYTES);
        assert!(!draws[..index].contains(draw));
    }
    assert_eq!(state.read("/dev/null").unwrap(), b"");
}

#[test]
fn an_instance_sees_itself() {
    let mut state = state("");
    assert_eq!(
        text(&mut state, "/proc/self/cmdline"),
        "bin/a-program-with-a-name\0\0two words\0"
    );
    assert_eq!(text(&mut state, "/proc/self/environ"), "A=1\0B=\0");
    assert_eq!(text(&mut state, "/proc/self/comm"), "a-program-with-\n");
    let stat = text(&mut state, "/proc/self/stat");
    let fields: Vec<_> = stat.split_whitespace().collect();
    assert_eq!(
        (fields[1], fields[22], fields[23]),
        ("(a-program-with-)", "1048576", "16")
    );
    assert!(text(&mut state, "/proc/self/status").contains("VmSize:\t1024 kB\n"));
}

#[test]
fn the_operator_adds_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("license.key"), [0, 255, 7]).unwrap();
    let toml = folder.path().join("warp.toml");
    std::fs::write(
        &toml,
        "[filesystem.files]\n'/etc/app/motd' = { text = 'hello' }\n\
         '/etc/app/license' = { path = 'license.key' }\n",
    )
    .unwrap();
    let config = ShimConfig::from_file(&toml).unwrap();
    let state = over(&config, Process::default());
    assert_eq!(state.read("/etc/app/motd").unwrap(), b"hello");
    assert_eq!(state.read("/etc/app/license").unwrap(), [0, 255, 7]);
}

#[test]
fn certificates_are_those_that_the_system_trusts() {
    let mut state = state("");
    let text = text(&mut state, "/etc/ssl/certs/ca-certificates.crt");
    let there = rustls_native_certs::load_native_certs().certs;
    let given = pem::parse_many(&text).unwrap();
    let given: Vec<&[u8]> = given.iter().map(pem::Pem::contents).collect();
    let there: Vec<&[u8]> = there.iter().map(AsRef::as_ref).collect();
    assert_eq!(given, there);
}
