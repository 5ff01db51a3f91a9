//! How sessions begin.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use warpgrid_db::{Credentials, Endpoint, Error, PoolLimits, Pools};
use warpgrid_test_harness::postgres::{CLEARTEXT, MD5, PASSWORD, SCRAM, TRUST};

use crate::wire::{
    Message, Wire, endpoint, error, limits, message, refused, server, startup, tenant, until,
};

fn with(user: &str, password: Option<&str>) -> Arc<Endpoint> {
    let mut endpoint = Endpoint::clone(&endpoint(server().port(), user, limits(2)));
    endpoint.credentials = Some(Credentials {
        user: user.into(),
        password: password.map(Into::into),
    });
    Arc::new(endpoint)
}

fn without_credentials() -> Arc<Endpoint> {
    let mut endpoint = Endpoint::clone(&with(TRUST, None));
    (endpoint.credentials, endpoint.database) = (None, None);
    Arc::new(endpoint)
}

#[tokio::test]
async fn the_host_logs_in_by_every_method_and_the_guest_by_none() {
    let pools = Pools::new();
    for user in [TRUST, CLEARTEXT, MD5, SCRAM] {
        let mut wire = Wire::open(&pools, &with(user, Some(PASSWORD))).await;
        assert_eq!(
            wire.rows("select current_user, current_database()").await,
            [format!("{user}|app")]
        );
        wire.terminate().await;
    }
}

#[tokio::test]
async fn the_greeting_is_the_servers_with_its_process() {
    let pools = Pools::new();
    let endpoint = with(TRUST, None);
    let mut wires = vec![];
    for _ in 0..2 {
        let mut wire = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
        let greeting = wire.start(&[("user", "x")]).await;
        let tags: String = greeting.iter().map(|message| message.tag as char).collect();
        assert!(tags.starts_with("RSSS") && tags.ends_with("SKZ"), "{tags}");
        let version = greeting
            .iter()
            .any(|m| m.body.starts_with(b"server_version\x0015."));
        assert!(version, "{greeting:?}");
        wires.push((greeting, wire));
    }
    assert_ne!(wires[0].1.key, wires[1].1.key);
    for (_, wire) in &mut wires {
        let pid = wire.backend().await;
        let process = u32::from_be_bytes(wire.key[..4].try_into().unwrap());
        assert_eq!(pid, process.to_string());
    }
}

#[tokio::test]
async fn wrong_credentials_give_the_servers_own_error_and_no_password() {
    let pools = Pools::new();
    for user in [CLEARTEXT, MD5, SCRAM] {
        let error = refused(&pools, &with(user, Some("hunter2"))).await;
        assert_eq!(error.field(b'C'), "28P01", "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"));
        // The place is free again, and the failure is not remembered.
        assert_eq!(pools.stats().iter().map(|stats| stats.live).sum::<u32>(), 0);
    }
    let none = refused(&pools, &with(SCRAM, None)).await;
    assert_eq!(none.field(b'C'), "28000");
    let text = none.field(b'M');
    assert!(
        text.contains(SCRAM) && text.contains("credentials"),
        "{text}"
    );
}

#[tokio::test]
async fn without_credentials_the_guest_is_asked_for_its_own() {
    let pools = Pools::new();
    let endpoint = without_credentials();
    let log_in = async |user: &str, password: &str| -> (Wire, Vec<Message>) {
        let mut wire = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
        let asked = wire.start(&[("user", user), ("database", "app")]).await;
        assert_eq!(
            asked,
            [Message {
                tag: b'R',
                body: vec![0, 0, 0, 3].into()
            }]
        );
        wire.send(&message(b'p', format!("{password}\0").as_bytes()))
            .await;
        let answer = wire.answer().await;
        (wire, answer)
    };
    for user in [CLEARTEXT, MD5, SCRAM] {
        let (mut wire, _) = log_in(user, PASSWORD).await;
        assert_eq!(wire.rows("select current_user").await, [user]);
        wire.terminate().await;
        until("it is back", || pools.stats()[0].idle > 0).await;
        // A connection of that user is idle now: it is not for everybody.
        let (_, answer) = log_in(user, "guessed").await;
        assert_eq!(error(&answer).field(b'C'), "28P01");
        let (mut wire, _) = log_in(user, PASSWORD).await;
        assert_eq!(wire.rows("select current_user").await, [user]);
    }
}

#[tokio::test]
async fn the_guest_may_ask_for_encryption_first_and_is_told_no() {
    let pools = Pools::new();
    let session = pools
        .connect(&tenant("t"), &with(TRUST, None))
        .await
        .unwrap();
    let mut wire = Wire::over(session);
    for code in [80_877_103_u32, 80_877_104] {
        wire.send(&[&8_u32.to_be_bytes()[..], &code.to_be_bytes()].concat())
            .await;
        assert_eq!(wire.session.recv(100).await.unwrap(), "N");
    }
    assert_eq!(wire.start(&[("user", "x")]).await.last().unwrap().tag, b'Z');
}

#[tokio::test]
async fn a_newer_minor_version_is_negotiated_down() {
    let pools = Pools::new();
    let session = pools
        .connect(&tenant("t"), &with(TRUST, None))
        .await
        .unwrap();
    let mut wire = Wire::over(session);
    let mut data = startup(&[("user", "x"), ("_pq_.new", "1")]);
    data[7] = 2;
    wire.send(&data).await;
    let answer = wire.answer().await;
    assert_eq!(answer[0].tag, b'v');
    assert_eq!(answer.last().unwrap().tag, b'Z');
    assert_eq!(wire.rows("select 1").await, ["1"]);
}

#[tokio::test]
async fn parameters_of_the_guest_are_the_sessions_defaults_and_make_another_pool_key() {
    let pools = Pools::new();
    let endpoint = with(TRUST, None);
    let open = async |zone: &str| {
        let mut wire = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
        wire.start(&[("user", "x"), ("TimeZone", zone)]).await;
        wire
    };
    let mut tokyo = open("Asia/Tokyo").await;
    tokyo.rows("set timezone = 'UTC'").await;
    let pid = tokyo.backend().await;
    tokyo.terminate().await;
    let mut oslo = open("Europe/Oslo").await;
    assert_eq!(oslo.rows("show timezone").await, ["Europe/Oslo"]);
    assert_ne!(oslo.backend().await, pid);
    let mut again = open("Asia/Tokyo").await;
    assert_eq!(again.rows("show timezone").await, ["Asia/Tokyo"]);
}

#[tokio::test]
async fn the_whole_startup_may_be_sent_at_once_with_queries_after_it() {
    let pools = Pools::new();
    let session = pools
        .connect(&tenant("t"), &with(SCRAM, Some(PASSWORD)))
        .await
        .unwrap();
    let mut wire = Wire::over(session);
    let mut data = startup(&[("user", "x")]);
    data.extend_from_slice(&crate::wire::query("select 'early'"));
    wire.send(&data).await;
    assert_eq!(wire.answer().await.last().unwrap().tag, b'Z');
    let answer = wire.answer().await;
    assert_eq!(
        answer.iter().find(|m| m.tag == b'D').unwrap().row(),
        ["early"]
    );
}

#[tokio::test]
async fn no_server_is_a_refusal_that_says_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let endpoint = endpoint(free, TRUST, limits(1));
    let error = Pools::new()
        .connect(&tenant("t"), &endpoint)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ConnectionRefused { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains(&format!("127.0.0.1:{free}")) && text.contains("check that"),
        "{text}"
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_a_timeout() {
    // A listener whose backlog is full takes no more connections and says
    // nothing: what a packet filter does.
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener
        .bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut clients = vec![];
    while let Ok(client) =
        std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200))
    {
        clients.push(client);
    }
    let limits = PoolLimits {
        connect_timeout: Duration::from_millis(200),
        ..limits(1)
    };
    let endpoint = endpoint(address.port(), TRUST, limits);
    let pools = Pools::new();
    let error = pools.connect(&tenant("t"), &endpoint).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(error.to_string().contains("connect_timeout"), "{error}");
    assert_eq!(pools.stats()[0].live, 0);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_named() {
    let mut endpoint = Endpoint::clone(&with(TRUST, None));
    endpoint.host = "no-such-host.invalid".into();
    let error = Pools::new()
        .connect(&tenant("t"), &Arc::new(endpoint))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no-such-host.invalid"),
        "{error}"
    );
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    // `localhost` has ::1 first on many machines, and the server is on IPv4.
    let mut endpoint = Endpoint::clone(&with(TRUST, None));
    endpoint.host = "localhost".into();
    let mut wire = Wire::open(&Pools::new(), &Arc::new(endpoint)).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
}

#[tokio::test]
async fn a_guest_that_never_begins_is_let_go() {
    let limits = PoolLimits {
        startup_timeout: Duration::from_millis(50),
        ..limits(1)
    };
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), TRUST, limits);
    let mut wire = Wire::over(pools.connect(&tenant("t"), &endpoint).await.unwrap());
    wire.send(b"\0\0").await;
    let answer = wire.answer().await;
    assert!(error(&answer).field(b'M').contains("log in"), "{answer:?}");
}

#[tokio::test]
async fn guests_that_do_not_begin_take_no_place() {
    let pools = Pools::new();
    let endpoint = crate::wire::single();
    let mut silent = vec![];
    for _ in 0..50 {
        silent.push(pools.connect(&tenant("t"), &endpoint).await.unwrap());
    }
    let mut wire = Wire::open(&pools, &endpoint).await;
    assert_eq!(wire.rows("select 1").await, ["1"]);
}
