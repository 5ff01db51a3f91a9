//! The same of `wasi:sockets` 0.3.

use std::sync::Arc;

use warpgrid_host::Deployment;
use warpgrid_test_harness::redis::Redis;

use crate::log::Log;
use crate::support::{built, deployed, text};

fn deploy(config: &str) -> Arc<Deployment> {
    deployed(
        &built("stock/async-guest", "").join("async_guest.wasm"),
        config,
    )
}

fn proxied(redis: &Redis, more: &str) -> String {
    format!(
        "{more}\n[[database]]\nprotocol = 'redis'\nhost = 'cache.warp.local'\nport = 6379\n\
         upstream = '127.0.0.1:{}'\npassword = 'secret'\n",
        redis.port()
    )
}

#[tokio::test]
async fn names_are_those_of_the_configuration() {
    let log = Log::start();
    let services = "[services]\n'a.warp.local' = ['10.0.0.1', 'fd00::1']\n";
    let on = deploy(services);
    assert_eq!(
        text(&on, "/look-up/a.warp.local").await,
        "[IpAddress::Ipv4((10, 0, 0, 1)), IpAddress::Ipv6((64768, 0, 0, 0, 0, 0, 0, 1))]"
    );
    let beyond = text(&on, "/look-up/127.1").await;
    assert!(beyond.contains("PermanentResolverFailure"), "{beyond}");
    log.expect(&["WARN", "127.1", "[network] connect"]);
    let off = deploy(&format!("[shims]\ndns = false\n{services}"));
    let unknown = text(&off, "/look-up/a.warp.local").await;
    assert!(!unknown.contains("Ipv4"), "{unknown}");
}

#[tokio::test]
async fn a_proxied_endpoint_is_reached_through_the_pool() {
    let redis = Redis::start().unwrap();
    let deployment = deploy(&proxied(&redis, "[limits]\nconnections = 1\n"));
    for _ in 0..3 {
        let said = text(&deployment, "/ping/cache.warp.local:6379").await;
        assert_eq!(said, "+PONG 7 true true");
    }
    let said = text(&deployment, "/long/cache.warp.local:6379").await;
    assert_eq!(said, "$1048576 1048588 true true");
    let said = text(&deployment, "/ping/cache.warp.local:6380").await;
    assert!(said.contains("ConnectionRefused"), "{said}");
}

#[tokio::test]
async fn plain_connections_are_made_where_they_are_granted() {
    let log = Log::start();
    let redis = Redis::start().unwrap();
    let off = "[shims]\ndns = false\ndatabase-proxy = false\n";
    let path = format!("/ping/127.0.0.1:{}", redis.port());
    for shims in ["", off] {
        let connect = format!("{shims}[network]\nconnect = ['*:{}']\n", redis.port());
        let granted = deploy(&proxied(&redis, &connect));
        let said = text(&granted, &path).await;
        assert!(
            said.starts_with("-NOAUTH") && said.ends_with("true true"),
            "{said}"
        );
    }
    let confined = deploy(&proxied(&redis, ""));
    let said = text(&confined, &path).await;
    assert!(said.contains("AccessDenied"), "{said}");
    log.expect(&["WARN", "add it to [network] connect in warp.toml"]);
}
