//! Connections by `wasi:sockets/tcp`, and by UDP.

use std::net::UdpSocket;

use warpgrid_test_harness::echo::Echo;
use warpgrid_test_harness::redis::Redis;

use crate::log::Log;
use crate::support::{deploy, text};

/// A Redis behind a name, with the login that guests never see.
fn proxied(redis: &Redis, more: &str) -> String {
    format!(
        "{more}
        [[database]]
        protocol = 'redis'
        host = 'cache.warp.local'
        port = 6379
        upstream = '127.0.0.1:{}'
        password = 'secret'
        pool-size = 2
        ",
        redis.port()
    )
}

#[tokio::test]
async fn plain_connections_are_made_where_they_are_granted() {
    let log = Log::start();
    let echo = Echo::start().unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp_address = udp.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut bytes = [0; 16];
        let (length, from) = udp.recv_from(&mut bytes).unwrap();
        udp.send_to(&bytes[..length], from).unwrap();
    });
    let tcp_path = format!("/echo/{}", echo.address());
    let granted = deploy(&format!(
        "[network]\nconnect = ['{}', '{udp_address}']\nlisten = ['127.0.0.1:0']",
        echo.address()
    ));
    assert_eq!(text(&granted, &tcp_path).await, "hello");
    assert_eq!(
        text(&granted, &format!("/udp/{udp_address}")).await,
        "hello"
    );
    let confined = deploy("");
    let refused = text(&confined, &tcp_path).await;
    assert!(refused.starts_with("PermissionDenied"), "{refused}");
    log.expect(&[
        "WARN",
        "the guest may not use this address; add it to [network] connect in warp.toml",
    ]);
}

#[tokio::test]
async fn a_service_is_reached_by_its_name_where_it_is_granted() {
    let echo = Echo::start().unwrap();
    let port = echo.address().port();
    let deployment = deploy(&format!(
        "[services]\n'echo.warp.local' = '127.0.0.1'\n[network]\nconnect = ['*:{port}']"
    ));
    let path = format!("/echo/echo.warp.local:{port}");
    assert_eq!(text(&deployment, &path).await, "hello");
}

#[tokio::test]
async fn an_address_is_reached_by_a_name_that_is_granted() {
    let log = Log::start();
    let echo = Echo::start().unwrap();
    let port = echo.address().port();
    let deployment = deploy(&format!(
        "[services]\n'echo.warp.local' = '127.0.0.1'\n'other.warp.local' = '127.0.0.1'\n\
         [network]\nconnect = ['echo.warp.local:{port}']"
    ));
    let said = async |host: &str| text(&deployment, &format!("/echo/{host}:{port}")).await;
    for name in ["echo.warp.local", "ECHO.warp.local."] {
        assert_eq!(said(name).await, "hello", "{name}");
    }
    // Nothing is known of the address by itself, and another name of it counts
    // for nothing.
    for other in ["127.0.0.1", "other.warp.local"] {
        let refused = said(other).await;
        assert!(refused.starts_with("PermissionDenied"), "{refused}");
    }
    log.expect(&["WARN", "other.warp.local", "add it to [network] connect"]);
    // What is not granted is asked of nobody.
    let look_up = text(&deployment, "/look-up/127.1").await;
    assert!(!look_up.contains("127.0.0.1"), "{look_up}");
    log.expect(&["WARN", "127.1", "with its port to [network] connect"]);
}

#[tokio::test]
async fn a_proxied_endpoint_is_reached_through_the_pool_by_a_guest_that_may_connect_nowhere() {
    let redis = Redis::start().unwrap();
    let deployment = deploy(&proxied(&redis, ""));
    for _ in 0..3 {
        let said = text(&deployment, "/ping/cache.warp.local:6379").await;
        assert_eq!(said, "+PONG +PONG");
    }
    let clients = redis.run(&["INFO", "stats"]).unwrap();
    let received = clients
        .lines()
        .find_map(|line| line.trim().strip_prefix("total_connections_received:"))
        .unwrap();
    // Two of the pool's, and that of the harness or two.
    assert!(
        received.parse::<u32>().unwrap() <= 5,
        "{received} connections"
    );
    let said = text(&deployment, "/early/cache.warp.local:6379").await;
    assert_eq!(said, "$1048576 true");
}

#[tokio::test]
async fn a_proxied_connection_is_a_socket_like_others() {
    let redis = Redis::start().unwrap();
    let deployment = deploy(&proxied(&redis, "[limits]\nconnections = 3\n"));
    let address = text(&deployment, "/look-up/cache.warp.local").await;
    let ends = text(&deployment, "/addresses/cache.warp.local:6379").await;
    assert_eq!(ends, format!("0.0.0.0:0 {address}:6379"));
    let said = text(&deployment, "/shutdown/cache.warp.local:6379").await;
    assert_eq!(said, "Err(BrokenPipe) +PONG Ok(0)");
    assert_eq!(text(&deployment, "/many/cache.warp.local:6379").await, "3");
    // All are given back with the instance that held them.
    let said = text(&deployment, "/ping/cache.warp.local:6379").await;
    assert_eq!(said, "+PONG +PONG");
}

#[tokio::test]
async fn without_the_shims_there_is_no_such_name_and_no_login() {
    let redis = Redis::start().unwrap();
    let shims = "[shims]\ndns = false\ndatabase-proxy = false\n";
    let off = deploy(&proxied(&redis, shims));
    let said = text(&off, "/ping/cache.warp.local:6379").await;
    assert!(!said.contains("PONG"), "{said}");
    let grant = format!(
        "{shims}[network]\nconnect = ['127.0.0.1:{}']\n",
        redis.port()
    );
    let plain = deploy(&proxied(&redis, &grant));
    let said = text(&plain, &format!("/ping/127.0.0.1:{}", redis.port())).await;
    assert!(said.starts_with("-NOAUTH"), "{said}");
}

#[tokio::test]
async fn only_the_ports_of_warp_toml_are_behind_a_made_up_address() {
    let log = Log::start();
    let redis = Redis::start().unwrap();
    let deployment = deploy(&proxied(&redis, "[network]\nconnect = ['*']\n"));
    let said = text(&deployment, "/ping/cache.warp.local:6380").await;
    assert!(said.starts_with("ConnectionRefused"), "{said}");
    log.expect(&["WARN", ":6380", "add a [[database]]"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_refuses() {
    let mut redis = Redis::start().unwrap();
    let deployment = deploy(&proxied(&redis, ""));
    redis.stop().unwrap();
    let said = text(&deployment, "/ping/cache.warp.local:6379").await;
    assert!(said.starts_with("ConnectionRefused"), "{said}");
}

#[tokio::test]
async fn an_address_that_fails_goes_last_for_a_while() {
    let echo = Echo::start().unwrap();
    let port = echo.address().port();
    let config = |ttl: &str| {
        format!(
            "[services]\n'echo.warp.local' = ['127.0.0.1', '127.0.0.2']\n\
             [dns]\nfailed-ttl = '{ttl}'\n[network]\nconnect = ['*:{port}']"
        )
    };
    // It is the first of every other answer.
    for (ttl, orders) in [
        ("1h", ["127.0.0.1 127.0.0.2", "127.0.0.1 127.0.0.2"]),
        ("0s", ["127.0.0.1 127.0.0.2", "127.0.0.2 127.0.0.1"]),
    ] {
        let deployment = deploy(&config(ttl));
        let failed = text(&deployment, &format!("/echo/127.0.0.2:{port}")).await;
        assert!(failed.starts_with("ConnectionRefused"), "{failed}");
        for order in orders {
            let found = text(&deployment, "/look-up/echo.warp.local").await;
            assert_eq!(found, order, "{ttl}");
        }
    }
}
