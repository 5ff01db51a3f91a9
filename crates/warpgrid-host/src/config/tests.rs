//! What is accepted, and what the errors say.

use miette::Diagnostic as _;

use super::*;

fn error(text: &str) -> (String, String) {
    let error = ShimConfig::from_toml("warp.toml", text).expect_err("the configuration is wrong");
    let help = error.help().map(|help| help.to_string());
    (
        error.to_string(),
        help.expect("every error says what to do"),
    )
}

#[test]
fn everything_has_a_default() {
    let config = ShimConfig::from_toml("warp.toml", "").unwrap();
    assert!(config.shims.dns && config.shims.database_proxy);
    assert!(config.shims.signals && config.shims.threading);
    assert!(config.databases.is_empty());
    assert_eq!(config.limits.reuse, 1);
}

#[test]
fn a_whole_configuration_is_read() {
    let config = ShimConfig::from_toml(
        "warp.toml",
        r#"
            [package]
            name = "service"
            [shims]
            dns = false
            [[database]]
            protocol = "postgres"
            host = "db.production.warp.local"
            port = 5432
            upstream = "[::1]:6432"
            user = "app"
            password = "secret"
            pool-size = 3
            wait-timeout = "2s"
            [services]
            "cache.warp.local" = "10.0.0.1"
            "queue.warp.local" = ["10.0.0.2", "::1"]
            [network]
            connect = ["*:80", "192.0.2.7:443"]
            listen = ["127.0.0.1:8080"]
            [directories]
            "/data" = "data"
            [limits]
            memory = "64 MiB"
        "#,
    )
    .unwrap();
    assert!(!config.shims.dns);
    let database = &config.databases[0];
    assert_eq!(database.upstream(), ("::1", 6432));
    assert_eq!(config.services["queue.warp.local"].as_slice().len(), 2);
    assert_eq!(config.limits.memory_bytes(), 64 << 20);
    assert!(config.network.connect[0].grants("127.0.0.1:80".parse().unwrap(), &[]));
    assert!(!config.network.connect[1].grants("192.0.2.7:80".parse().unwrap(), &[]));
}

#[test]
fn a_guest_listens_only_where_it_may() {
    use wasmtime_wasi::sockets::SocketAddrUse::{
        TcpAccept, TcpBind, TcpConnect, TcpListen, UdpBind,
    };
    let grants = |text: &str, address: &str, usage| {
        let config = ShimConfig::from_toml("warp.toml", &format!("[network]\n{text}")).unwrap();
        config.network.grants(address.parse().unwrap(), &[], usage)
    };
    let here = "127.0.0.1:8080";
    let client = "192.0.2.7:50000";
    for (text, address, usage, granted) in [
        ("", here, TcpBind, false),
        ("", "0.0.0.0:0", TcpBind, true),
        ("", "0.0.0.0:50000", TcpListen, false),
        ("", "192.0.2.7:443", TcpConnect, false),
        ("", "0.0.0.0:0", UdpBind, false),
        ("connect = ['*']", here, TcpBind, false),
        ("connect = ['*']", here, UdpBind, false),
        ("connect = ['*']", "0.0.0.0:0", TcpBind, true),
        ("connect = ['*']", "0.0.0.0:50000", TcpListen, false),
        ("connect = ['*']", client, TcpAccept, false),
        ("listen = ['127.0.0.1:8080']", here, TcpBind, true),
        ("listen = ['127.0.0.1:8080']", here, TcpListen, true),
        ("listen = ['127.0.0.1:8080']", client, TcpAccept, true),
        ("listen = ['127.0.0.1:8080']", here, TcpConnect, false),
        (
            "listen = ['127.0.0.1:8080']",
            "0.0.0.0:8080",
            TcpListen,
            false,
        ),
        ("listen = ['*:8080']", "0.0.0.0:8080", TcpListen, true),
        ("listen = ['127.0.0.1:8080']", here, UdpBind, true),
    ] {
        assert_eq!(grants(text, address, usage), granted, "{text}: {address}");
    }
}

#[test]
fn a_guest_reaches_what_a_granted_name_stands_for() {
    let grants = |rule: &str, names: &[&str]| {
        let text = format!("[network]\nconnect = ['{rule}']");
        let config = ShimConfig::from_toml("warp.toml", &text).unwrap();
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let address = "192.0.2.7:443".parse().unwrap();
        config.network.connect[0].grants(address, &names)
    };
    for (rule, names, granted) in [
        ("api.example.com:443", &["api.example.com"][..], true),
        ("API.Example.com.:443", &["api.example.com"], true),
        (
            "api.example.com:443",
            &["api.example.com", "x.example.com"],
            true,
        ),
        ("api.example.com:443", &[], false),
        ("api.example.com:443", &["x.api.example.com"], false),
        ("api.example.com:80", &["api.example.com"], false),
        ("*.example.com:443", &["api.example.com"], true),
        ("*.example.com:443", &["a.b.example.com"], true),
        ("*.example.com:443", &["example.com"], false),
        ("*.example.com:443", &[".example.com"], false),
        ("*.example.com:443", &["badexample.com"], false),
        ("*.example.com:443", &["example.com.evil.org"], false),
    ] {
        assert_eq!(grants(rule, names), granted, "{rule}: {names:?}");
    }
}

#[test]
fn only_names_that_are_granted_are_asked_of_the_system() {
    let asks = |rules: &str, name: &str| {
        let text = format!("[network]\nconnect = [{rules}]");
        let config = ShimConfig::from_toml("warp.toml", &text).unwrap();
        config.network.resolves(name)
    };
    assert!(!asks("", "example.com"));
    assert!(asks(
        "'a.example.com:1', '*.example.org:1'",
        "a.example.com"
    ));
    assert!(asks(
        "'a.example.com:1', '*.example.org:1'",
        "a.example.org"
    ));
    assert!(!asks(
        "'a.example.com:1', '*.example.org:1'",
        "b.example.com"
    ));
    // An address may be that of any name.
    assert!(asks("'a.example.com:1', '192.0.2.7:1'", "b.example.com"));
}

#[test]
fn what_is_no_rule_is_said() {
    for (text, what, remedy) in [
        ("connect = ['api.example.com']", "name:port", ""),
        ("connect = ['192.0.2:80']", "192.0.2:80 is not a rule", ""),
        ("connect = ['a*.example.com:80']", "is not a rule", ""),
        ("connect = ['a..com:80']", "is not a rule", ""),
        ("connect = ['a.com:99999']", "is not a rule", ""),
        (
            "listen = ['a.com:80']",
            "[network] listen has `a.com:80`, which is no address",
            "*:port",
        ),
        (
            "connect = ['*.a.com:80']\n[shims]\ndns = false",
            "[network] connect has `*.a.com:80`, but [shims] dns is off",
            "turn it on",
        ),
    ] {
        let (message, help) = error(&format!("[network]\n{text}"));
        assert!(message.contains(what), "{text}: {message}");
        assert!(help.contains(remedy), "{text}: {help}");
    }
}

#[test]
fn directories_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("warp.toml");
    std::fs::write(&file, "[directories]\n'/data' = 'data'\n'/tmp' = '/x'\n").unwrap();
    let config = ShimConfig::from_file(&file).unwrap();
    assert_eq!(config.directories["/data"], folder.path().join("data"));
    assert_eq!(config.directories["/tmp"], Path::new("/x"));
}

#[test]
fn a_password_is_not_shown() {
    let text = "[[database]]\nprotocol = 'postgres'\nhost = 'db'\nport = 1\nuser = 'u'\npassword = 'hunter2'";
    let config = ShimConfig::from_toml("warp.toml", text).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest_known_one() {
    let (message, help) = error("[limits]\nmemroy = '1 MiB'\n");
    assert!(
        message.starts_with("warp.toml:2: unknown field `memroy`"),
        "{message}"
    );
    assert_eq!(help, "did you mean `memory`?");
}

#[test]
fn an_unknown_section_is_answered_with_the_nearest_known_one() {
    let (_, help) = error("[shim]\ndns = true\n");
    assert_eq!(help, "did you mean `shims`?");
}

#[test]
fn an_unknown_protocol_names_the_known_ones() {
    let (message, help) = error("[[database]]\nprotocol = 'oracle'\nhost = 'db'\nport = 1\n");
    assert!(message.contains("oracle"), "{message}");
    assert_eq!(help, "it must be one of: postgres, mysql, redis");
}

#[test]
fn values_without_sense_are_refused() {
    for (text, part) in [
        ("[limits]\nreuse = 0", "reuse is zero"),
        ("[services]\n'a.warp.local' = []", "has no address"),
        (
            "[[database]]\nprotocol='postgres'\nhost=''\nport=1",
            "host is empty",
        ),
        (
            "[[database]]\nprotocol='postgres'\nhost='a'\nport=1\npool-size=0",
            "pool of no connections",
        ),
        (
            "[[database]]\nprotocol='postgres'\nhost='a'\nport=1\npassword='x'",
            "without a user",
        ),
        (
            "[[database]]\nprotocol='mysql'\nhost='a'\nport=1\npassword='x'",
            "without a user",
        ),
        (
            "[[database]]\nprotocol='redis'\nhost='a'\nport=1\ndatabase='app'",
            "`app` is not a database of Redis",
        ),
        (
            "[[database]]\nprotocol='postgres'\nhost='a'\nport=1\nupstream='b'",
            "is not an endpoint",
        ),
        (
            "[[database]]\nprotocol='postgres'\nhost='a'\nport=1\nupstream='::1:1'",
            "is not an endpoint",
        ),
        (
            "[[database]]\nprotocol='postgres'\nhost='a'\nport=70000",
            "70000",
        ),
        ("[network]\nconnect=['example.com']", "is not a rule"),
        ("[dns]\nttl='101years'", "more than 100 years"),
        (
            "[limits]\nidle-timeout='300000000000y'",
            "more than 100 years",
        ),
        (
            "[[database]]\nprotocol='redis'\nhost='a'\nport=1\nidle-timeout='101y'",
            "more than 100 years",
        ),
        ("[dns]\nsearch=['a b']", "`a b` is not a domain"),
        ("[dns]\nsearch=['.']", "`.` is not a domain"),
        (
            "[dns]\nsearch=['a','b','c','d','e','f','g']",
            "7 search domains",
        ),
        ("[services", "warp.toml:1"),
    ] {
        let (message, _) = error(text);
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn a_password_for_redis_is_the_default_users() {
    let text = "[[database]]\nprotocol='redis'\nhost='a'\nport=1\npassword='x'\ndatabase='3'";
    let config = ShimConfig::from_toml("warp.toml", text).unwrap();
    let endpoint = config.databases[0].endpoint("a".to_owned(), 1);
    assert_eq!(endpoint.protocol, warpgrid_db::Protocol::Redis);
    assert_eq!(endpoint.database.as_deref(), Some("3"));
    assert_eq!(endpoint.credentials.unwrap().user, "default");
}

#[test]
fn one_endpoint_is_configured_once() {
    let one = "[[database]]\nprotocol='postgres'\nhost='a'\nport=1\n";
    let (message, _) = error(&format!("{one}{}", one.replace("'a'", "'A'")));
    assert!(message.contains("configured twice"), "{message}");
}

#[test]
fn a_missing_file_is_named() {
    let error = ShimConfig::from_file("no/such/warp.toml".as_ref()).unwrap_err();
    assert!(error.to_string().contains("no/such/warp.toml"));
    assert!(error.help().unwrap().to_string().contains("--config"));
}

#[test]
fn virtual_files_are_checked_before_a_guest_sees_them() {
    for (text, message, help) in [
        (
            "[filesystem]\ntimezone = 'Europe/Berlni'\n",
            "warp.toml:2: there is no time zone `Europe/Berlni`",
            "did you mean `Europe/Berlin`?",
        ),
        (
            "[filesystem.files]\n'etc/motd' = { text = '' }\n",
            "warp.toml:2: `etc/motd` cannot be a virtual file",
            "write an absolute path without `.`, `..` and doubled slashes",
        ),
        (
            "[filesystem.files]\n'/etc/../motd' = { text = '' }\n",
            "warp.toml:2: `/etc/../motd` cannot be a virtual file",
            "write an absolute path without `.`, `..` and doubled slashes",
        ),
        (
            "[filesystem.files]\n'/dev/null' = { text = '' }\n",
            "warp.toml:2: `/dev/null` cannot be a virtual file",
            "choose a path outside /dev and /proc, which the host itself provides",
        ),
        (
            "[filesystem.files]\n'/app' = { text = '' }\n'/app-2' = { text = '' }\n'/app/motd' = { text = '' }\n",
            "warp.toml:4: `/app/motd` stands below `/app`, which is a file",
            "remove one of the two, or choose another path",
        ),
        (
            "[filesystem.files]\n'/etc/hosts/more' = { text = '' }\n",
            "warp.toml:2: `/etc/hosts/more` stands below `/etc/hosts`, which is a file",
            "remove one of the two, or choose another path",
        ),
        (
            "[filesystem.files]\n'/usr/share' = { text = '' }\n",
            "warp.toml:2: `/usr/share` cannot be a virtual file",
            "choose a path that is no directory of every guest",
        ),
        (
            "[filesystem.files]\n'/app' = {}\n",
            "warp.toml:2: a virtual file has one source",
            "write { text = \"…\" } or { path = \"…\" }",
        ),
        (
            "[filesystem.files]\n'/app' = { path = 'no-such-file' }\n",
            "warp.toml:2: cannot read no-such-file: No such file or directory",
            "name a readable file, relative to the folder of warp.toml",
        ),
        (
            "[filesystem.files]\n'/app' = { path = '/dev/zero' }\n",
            "warp.toml:2: cannot read /dev/zero: it is no regular file",
            "name a readable file, relative to the folder of warp.toml",
        ),
        (
            "[filesystem.files]\n'/app' = { file = 'x' }\n",
            "warp.toml:2: unknown field `file`",
            "it must be one of: text, path",
        ),
    ] {
        let (found, advice) = error(text);
        assert!(found.starts_with(message), "{found}");
        assert_eq!(advice, help, "{text}");
    }
}
