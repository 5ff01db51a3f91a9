//! Whole [`Session`]s, one after the other, against a server on the loopback interface that says
//! what the input has it say: the login, the relay and the pool with their io.
//! Nothing waits for the clock; what is not there after some turns of the
//! runtime does not come.

use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::conversation::{cut, read};
use super::drive::PASSWORD;
use super::{Chunk, Options, Side};
use crate::endpoint::{Credentials, Endpoint, PoolLimits, Protocol, Tenant};
use crate::error::Error;
use crate::pools::Pools;
use crate::session::Session;
use crate::tls::Tls;

/// Enough for what was written on one side to be read on the other.
const TURNS: usize = 4;
/// What a guest asks for at a time, in bytes.
const RECV: usize = 64 << 10;
/// What a session may say of itself, in bytes.
const OWN_WORDS: usize = 72 << 10;

/// A session of the protocol that the second byte names, with everything
/// around it.
pub fn session(input: &[u8]) {
    let Some((options, chunks)) = read(input) else {
        return;
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .event_interval(1)
        .build();
    let runtime = runtime.expect("a runtime needs some files and no more");
    let had = runtime.block_on(have(options, &chunks));
    had.expect("the loopback interface is there");
    runtime.shutdown_background();
}

fn endpoint(options: Options, port: u16, protocol: Protocol) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        protocol,
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
        database: options.database().then(|| "7".into()),
        credentials: options.hosts().then(|| Credentials {
            user: "app".into(),
            password: Some(PASSWORD.into()),
        }),
        tls: Tls::default(),
        limits: PoolLimits {
            size: 2,
            connect_timeout: Duration::from_secs(60),
            ..PoolLimits::default()
        },
    })
}

/// Which protocol, and what the server sends in a reset for it.
fn protocol(options: Options) -> (Protocol, &'static [u8]) {
    match (options.login(), options.encrypted()) {
        (true, _) => (Protocol::Mysql, b"\x01\0\0\0\x1f"),
        (false, true) => (Protocol::Redis, b"\r\nRESET\r\n"),
        (false, false) => (Protocol::Postgres, b"DISCARD ALL\0"),
    }
}

async fn have(options: Options, chunks: &[Chunk]) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let (protocol, reset) = protocol(options);
    let endpoint = endpoint(options, listener.local_addr()?.port(), protocol);
    let pools = Pools::new();
    let tenant = Tenant::new("t");
    let mut scene = Scene {
        server: Server {
            listener,
            streams: vec![],
            heard: vec![],
            said: 0,
        },
        guest: Guest::Connecting(connect(&pools, &tenant, &endpoint)),
        waiting: vec![],
        read: vec![],
    };
    // A write of the host's is no longer than what a socket takes at once.
    for chunk in cut(chunks, RECV) {
        scene.turn(TURNS).await?;
        match chunk.from {
            Side::Guest => {
                if matches!(scene.guest, Guest::Gone) {
                    // The next one, perhaps on the same connection.
                    scene.guest = Guest::Connecting(connect(&pools, &tenant, &endpoint));
                }
                scene.waiting.extend_from_slice(&chunk.bytes);
            }
            Side::Server => scene.server.say(&chunk.bytes),
        }
    }
    scene.turn(2 * TURNS).await?;
    let Scene {
        mut server,
        guest,
        read,
        ..
    } = scene;
    drop(guest);
    for _ in 0..TURNS {
        yield_now().await;
        server.listen()?;
    }
    let contains = |all: &[u8], part: &[u8]| all.windows(part.len()).any(|here| here == part);
    let spoken = chunks
        .iter()
        .any(|chunk| contains(&chunk.bytes, PASSWORD.as_bytes()));
    assert!(
        spoken || !contains(&read, PASSWORD.as_bytes()),
        "the guest reads the password"
    );
    assert!(
        read.len() <= server.said + OWN_WORDS,
        "the guest reads too much"
    );
    for pool in pools.stats() {
        assert!(pool.live <= pool.size && pool.idle <= pool.live, "{pool:?}");
        assert!(
            pool.returned == 0 || contains(&server.heard, reset),
            "no reset: {pool:?}"
        );
    }
    Ok(())
}

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Session, Error>> + 'a>>;

fn connect<'a>(
    pools: &'a Pools,
    tenant: &'a Tenant,
    endpoint: &'a Arc<Endpoint>,
) -> Connecting<'a> {
    Box::pin(pools.connect(tenant, endpoint))
}

enum Guest<'a> {
    Connecting(Connecting<'a>),
    Connected(Session),
    Gone,
}

struct Scene<'a> {
    server: Server,
    guest: Guest<'a>,
    /// What the guest has not got rid of yet.
    waiting: Vec<u8>,
    /// What the guest has read.
    read: Vec<u8>,
}

impl Scene<'_> {
    /// Lets everybody get on.
    async fn turn(&mut self, times: usize) -> io::Result<()> {
        for _ in 0..times {
            yield_now().await;
            self.server.listen()?;
            self.act();
        }
        Ok(())
    }

    fn act(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        if let Guest::Connecting(connecting) = &mut self.guest
            && let Poll::Ready(connected) = connecting.as_mut().poll(cx)
        {
            self.guest = connected.map_or(Guest::Gone, Guest::Connected);
            if matches!(self.guest, Guest::Gone) {
                self.waiting.clear();
            }
        }
        let Guest::Connected(session) = &mut self.guest else {
            return;
        };
        while !self.waiting.is_empty() {
            match session.poll_send(cx, &self.waiting) {
                Poll::Ready(Ok(taken)) if taken > 0 => drop(self.waiting.drain(..taken)),
                Poll::Ready(Err(_)) => {
                    self.waiting.clear();
                    return self.guest = Guest::Gone;
                }
                _ => break,
            }
        }
        loop {
            match session.try_recv(RECV) {
                Ok(Some(bytes)) if !bytes.is_empty() => self.read.extend_from_slice(&bytes),
                Ok(None) => return,
                _ => return self.guest = Guest::Gone,
            }
        }
    }
}

struct Server {
    listener: TcpListener,
    streams: Vec<TcpStream>,
    heard: Vec<u8>,
    /// In bytes.
    said: usize,
}

impl Server {
    fn listen(&mut self) -> io::Result<()> {
        let cx = &mut Context::from_waker(Waker::noop());
        while let Poll::Ready(accepted) = self.listener.poll_accept(cx) {
            let (stream, _) = accepted?;
            // Its end leaves nothing behind: runs are many.
            stream.set_zero_linger()?;
            self.streams.push(stream);
        }
        let mut piece = vec![0; RECV];
        for stream in &self.streams {
            while let Ok(count @ 1..) = stream.try_read(&mut piece) {
                self.heard.extend_from_slice(&piece[..count]);
            }
        }
        Ok(())
    }

    /// To the newest connection.
    fn say(&mut self, bytes: &[u8]) {
        if let Some(stream) = self.streams.last() {
            self.said += stream.try_write(bytes).unwrap_or_default();
        }
    }
}
