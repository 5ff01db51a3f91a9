//! Look-ups by `wasi:sockets/ip-name-lookup`.

use warpgrid_host::ShimConfig;

use crate::log::Log;
use crate::support::{deploy, text};

const NAMES: &str = "
    [services]
    'cache.production.warp.local' = ['10.0.0.6', 'fd00::6', '10.0.0.7']
    'short' = '10.0.0.8'
    [dns]
    search = ['staging.warp.local', 'production.warp.local']
    hosts = { 'api.example.com' = '192.0.2.7' }
    [[database]]
    protocol = 'redis'
    host = 'queue.production.warp.local'
    port = 6379
    upstream = '127.0.0.1:1'
";

#[tokio::test]
async fn a_name_is_what_the_configuration_says() {
    let log = Log::start();
    let deployment = deploy(NAMES);
    log.expect(&["shim dns: active", "wasi:sockets/ip-name-lookup"]);
    log.expect(&["shim database-proxy: active", "wasi:sockets/tcp"]);
    let look_up = async |name: &str| text(&deployment, &format!("/look-up/{name}")).await;
    assert_eq!(look_up("api.example.com").await, "192.0.2.7");
    assert_eq!(look_up("API.example.com.").await, "192.0.2.7");
    assert_eq!(look_up("192.0.2.9").await, "192.0.2.9");
    assert_eq!(look_up("fd00::1").await, "fd00::1");
    assert_eq!(look_up("short").await, "10.0.0.8");
    // In turn, and completed by the second search domain.
    for (name, addresses) in [
        ("cache.production.warp.local", "10.0.0.6 fd00::6 10.0.0.7"),
        ("cache", "fd00::6 10.0.0.7 10.0.0.6"),
        ("Cache", "10.0.0.7 10.0.0.6 fd00::6"),
    ] {
        assert_eq!(look_up(name).await, addresses, "{name}");
    }
    let made_up = look_up("queue").await;
    assert_eq!(look_up("queue.production.warp.local").await, made_up);
    assert!(
        made_up.starts_with("198.18.") || made_up.starts_with("198.19."),
        "{made_up}"
    );
}

/// `127.1` is a name to the host and an address to the system.
#[tokio::test]
async fn what_the_configuration_does_not_have_is_looked_up_where_connections_are_granted() {
    let log = Log::start();
    let confined = deploy(NAMES);
    let look_up = text(&confined, "/look-up/127.1").await;
    assert!(!look_up.contains("127.0.0.1"), "{look_up}");
    log.expect(&["WARN", "127.1", "[services]", "[network] connect"]);
    assert_eq!(text(&confined, "/look-up/localhost").await, "127.0.0.1 ::1");
    let missing = text(&confined, "/look-up/missing.warp.local").await;
    assert!(missing.contains("not"), "{missing}");
    log.expect(&["WARN", "missing.warp.local", "add it to [services]"]);
    let granted = deploy("[network]\nconnect = ['*:1']");
    let look_up = text(&granted, "/look-up/127.1").await;
    assert!(look_up.contains("127.0.0.1"), "{look_up}");
    let off = deploy("[shims]\ndns = false\n[services]\n'a.warp.local' = '10.0.0.1'");
    let look_up = text(&off, "/look-up/a.warp.local").await;
    assert!(!look_up.contains("10.0.0.1"), "{look_up}");
}

#[tokio::test]
async fn a_database_that_the_host_does_not_proxy_is_where_its_upstream_is() {
    let config = "[services]\n'real.warp.local' = '10.0.0.3'\n\
        [[database]]\nprotocol = 'redis'\nhost = 'a.warp.local'\nport = 1\nupstream = '10.0.0.1:2'\n\
        [[database]]\nprotocol = 'redis'\nhost = 'b.warp.local'\nport = 1\nupstream = 'real.warp.local:2'\n";
    let off = deploy(&format!("[shims]\ndatabase-proxy = false\n{config}"));
    assert_eq!(text(&off, "/look-up/a.warp.local").await, "10.0.0.1");
    assert_eq!(text(&off, "/look-up/b.warp.local").await, "10.0.0.3");
    let on = deploy(config);
    for name in ["a.warp.local", "b.warp.local"] {
        let made_up = text(&on, &format!("/look-up/{name}")).await;
        assert!(made_up.starts_with("198.1"), "{made_up}");
    }
}

#[tokio::test]
async fn a_running_guest_sees_names_that_are_replaced() {
    let config = |address: &str| format!("[services]\n'a.warp.local' = '{address}'\n");
    let limits = "[limits]\nreuse = 1000\ninstances = 1\n";
    let deployment = deploy(&format!("{}{limits}", config("10.0.0.1")));
    assert_eq!(text(&deployment, "/look-up/a.warp.local").await, "10.0.0.1");
    let before: u32 = text(&deployment, "/count").await.parse().unwrap();
    let changed = ShimConfig::from_toml("warp.toml", &config("fd00::2")).unwrap();
    deployment.replace_names(&changed);
    // The same instance, unless it is still finishing.
    let mut same = false;
    for _ in 0..20 {
        assert_eq!(text(&deployment, "/look-up/a.warp.local").await, "fd00::2");
        let count: u32 = text(&deployment, "/count").await.parse().unwrap();
        same |= count > before;
    }
    assert!(same, "no instance was used twice");
    // And those of the deployment that takes over.
    let next = ShimConfig::from_toml("warp.toml", &config("10.0.0.3")).unwrap();
    let successor = deployment.successor(&next).unwrap();
    for deployment in [&successor, &deployment] {
        assert_eq!(text(deployment, "/look-up/a.warp.local").await, "10.0.0.3");
    }
}
