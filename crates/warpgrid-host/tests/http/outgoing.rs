//! Requests that a guest sends.

use crate::support::{Served, deploy, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_sends_requests_where_it_may_connect() {
    let peer = Served::start(deploy("")).await;
    let port = peer.address.port();
    let services = "[services]\n'peer.warp.local' = '127.0.0.1'\n";
    let granted = format!("{services}[network]\nconnect = ['127.0.0.1:{port}']");
    let granted = deploy(&granted);
    for host in ["127.0.0.1", "peer.warp.local", "PEER.warp.local."] {
        let answer = text(&granted, &format!("/fetch/{host}:{port}")).await;
        assert_eq!(answer, "hello\n", "{host}");
    }
    let name = "nowhere.warp.local";
    let unknown = text(&granted, &format!("/fetch/{name}:{port}")).await;
    assert!(unknown.contains("DnsError"), "{unknown}");

    let named = format!("{services}[network]\nconnect = ['peer.warp.local:{port}']");
    let named = deploy(&named);
    let answer = text(&named, &format!("/fetch/Peer.warp.local:{port}")).await;
    assert_eq!(answer, "hello\n");
    let refused = text(&named, &format!("/fetch/127.0.0.1:{port}")).await;
    assert!(refused.contains("HttpRequestDenied"), "{refused}");

    let other = deploy(&format!("{services}[network]\nconnect = ['127.0.0.1:1']"));
    for host in ["127.0.0.1", "peer.warp.local", "localhost", "[::1]"] {
        let answer = text(&other, &format!("/fetch/{host}:{port}")).await;
        assert!(answer.contains("HttpRequestDenied"), "{host}: {answer}");
    }
    let refused = text(&other, "/fetch/127.0.0.1:1").await;
    assert!(refused.contains("ConnectionRefused"), "{refused}");
    peer.stopped().await;
}
