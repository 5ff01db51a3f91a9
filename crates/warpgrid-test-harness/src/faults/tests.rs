use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use super::*;
use crate::echo::Echo;

/// Reaching it means that something hangs.
const HANGS: Duration = Duration::from_secs(60);
/// How long nothing must come where nothing may.
const SILENCE: Duration = Duration::from_millis(50);

fn proxied() -> (Echo, FaultProxy) {
    let echo = Echo::start().unwrap();
    let proxy = FaultProxy::start(echo.address()).unwrap();
    (echo, proxy)
}

fn client(proxy: &FaultProxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(HANGS)).unwrap();
    stream
}

/// What comes back of a text, once.
fn echo(stream: &mut TcpStream, text: &str) -> io::Result<String> {
    stream.write_all(text.as_bytes())?;
    let mut bytes = vec![0; text.len()];
    stream.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_silent(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let read = stream.read(&mut [0]);
    stream.set_read_timeout(Some(HANGS)).unwrap();
    matches!(read, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

#[test]
fn it_passes_everything_on_and_takes_note() {
    let (_echo, proxy) = proxied();
    let mut stream = client(&proxy);
    assert_eq!(echo(&mut stream, "hello").unwrap(), "hello");
    assert_eq!(echo(&mut client(&proxy), "other").unwrap(), "other");
    stream.write_all(b" end").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, " end");
    assert_eq!(proxy.said(), [b"hello end".to_vec(), b"other".to_vec()]);
    assert_eq!(proxy.passed(Direction::ToServer), 14);
    assert_eq!(proxy.passed(Direction::ToClient), 14);
    drop(stream);
    let deadline = Instant::now() + HANGS;
    while proxy.open() > 0 {
        assert!(Instant::now() < deadline, "a connection stays");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_stall_holds_what_is_said_and_the_end_until_it_passes() {
    let (_echo, proxy) = proxied();
    let mut stream = client(&proxy);
    assert_eq!(echo(&mut stream, "before").unwrap(), "before");
    proxy.stall();
    stream.write_all(b"held").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut late = client(&proxy);
    late.write_all(b"late").unwrap();
    assert!(is_silent(&mut stream) && is_silent(&mut late));
    proxy.pass();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "held");
    assert_eq!(echo(&mut late, "").unwrap(), "");
    late.read_exact(&mut [0; 4]).unwrap();
}

#[test]
fn a_delay_is_one() {
    let (_echo, proxy) = proxied();
    let mut stream = client(&proxy);
    let delay = Duration::from_millis(30);
    proxy.delay(delay);
    let before = Instant::now();
    assert_eq!(echo(&mut stream, "slow").unwrap(), "slow");
    assert!(before.elapsed() >= 2 * delay);
}

#[test]
fn who_is_refused_is_let_in_afterwards_on_the_same_port() {
    let (_echo, proxy) = proxied();
    let mut stream = client(&proxy);
    assert_eq!(echo(&mut stream, "before").unwrap(), "before");
    for round in ["one", "two", "three"] {
        proxy.refuse();
        let refused = TcpStream::connect(proxy.address()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(echo(&mut stream, round).unwrap(), round, "who is there");
        proxy.pass();
        assert_eq!(echo(&mut client(&proxy), round).unwrap(), round);
    }
}

#[test]
fn connections_end_in_order_or_by_a_reset() {
    let (_echo, proxy) = proxied();
    for (end, wanted) in [
        (End::Close, Ok(0)),
        (End::Reset, Err(io::ErrorKind::ConnectionReset)),
    ] {
        let mut stream = client(&proxy);
        assert_eq!(echo(&mut stream, "before").unwrap(), "before");
        proxy.end_all(end);
        assert_eq!(proxy.open(), 0);
        let read = stream.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(read, wanted, "{end:?}");
        assert_eq!(echo(&mut client(&proxy), "after").unwrap(), "after");
        // So that the next round has no more than its own.
        proxy.end_all(End::Close);
    }
}

#[test]
fn faults_strike_each_connection_at_their_moment() {
    let (_echo, proxy) = proxied();
    let mut early = client(&proxy);
    assert_eq!(echo(&mut early, "0123456789").unwrap(), "0123456789");
    let after = At::After(b"now".to_vec());
    proxy.at(Direction::ToClient, after, Fault::End(End::Close));
    proxy.at(Direction::ToServer, At::Byte(1), Fault::Flip(b'a' ^ b'A'));
    for mut stream in [early, client(&proxy)] {
        assert_eq!(echo(&mut stream, "say").unwrap(), "sAy");
        stream.write_all(b"it now or never").unwrap();
        let mut rest = vec![];
        // What did not pass may turn the end into a reset.
        let _ = stream.read_to_end(&mut rest);
        assert_eq!(String::from_utf8_lossy(&rest), "it now");
    }
    assert_eq!(proxy.struck(), 4);
    proxy.pass();
    assert_eq!(echo(&mut client(&proxy), "now").unwrap(), "now");
}

#[test]
fn a_stall_at_its_moment_holds_that_connection_alone() {
    let (_echo, proxy) = proxied();
    let mut stalled = client(&proxy);
    proxy.at(Direction::ToServer, At::Byte(2), Fault::Stall);
    stalled.write_all(b"abc").unwrap();
    while proxy.struck() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(echo(&mut client(&proxy), "x").unwrap(), "x");
    assert!(is_silent(&mut stalled));
    proxy.pass();
    let mut rest = vec![0; 3];
    stalled.read_exact(&mut rest).unwrap();
    assert_eq!(rest, b"abc");
}

#[test]
fn what_is_gone_lets_nobody_in() {
    let (echo_service, proxy) = proxied();
    let address = proxy.address();
    let other = Echo::start().unwrap();
    proxy.lead_to(other.address());
    drop(echo_service);
    assert_eq!(echo(&mut client(&proxy), "moved").unwrap(), "moved");
    drop(proxy);
    assert!(TcpStream::connect(address).is_err());
}
