//! A TCP proxy that does wrong on demand: between clients and a real server it
//! delays, stalls, cuts and corrupts what passes, or lets nobody in.
//!
//! What it is told holds from that moment on, for the connections that there
//! are and for those that come, until [`FaultProxy::pass`]. A fault may also
//! wait for its moment: [`FaultProxy::at`] names the byte, or the bytes, at
//! which it strikes.

mod connection;
mod rules;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use socket2::{Domain, Socket, Type};
use tokio::runtime::Builder;
use tokio::sync::watch;

use rules::Rule;

/// How many clients may wait to be taken.
const BACKLOG: i32 = 128;
/// How much is kept of what each client says first, in bytes.
const SAID: usize = 4096;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    ToServer,
    /// From the server.
    ToClient,
}

/// When a fault strikes a connection. It counts from the fault's order on, or
/// from the connection's beginning where that is later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// When so many bytes have passed.
    Byte(u64),
    /// When these bytes have passed.
    After(Vec<u8>),
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing passes any more, in either direction.
    Stall,
    /// It ends.
    End(End),
    /// These bits of the next byte are flipped.
    Flip(u8),
}

/// How a connection ends, for both of its sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order, after what has passed.
    Close,
    /// By a reset, which may overtake what has passed.
    Reset,
}

/// A running proxy. Ends, with its connections, when dropped.
pub struct FaultProxy {
    address: SocketAddr,
    socket: Socket,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    orders: watch::Sender<Orders>,
    tally: Mutex<Tally>,
    /// Signalled when a connection is over.
    over: Condvar,
}

/// What it is told to do.
#[derive(Clone, Debug)]
struct Orders {
    server: SocketAddr,
    delay: Duration,
    stalled: bool,
    refusing: bool,
    rules: Vec<Rule>,
    /// How many rules there have been.
    made: u64,
    /// How often what was held was let go.
    released: u64,
    /// How often all connections were ended, and how they were last.
    ended: u64,
    end: End,
    over: bool,
}

/// What has happened.
#[derive(Default)]
struct Tally {
    /// By their place in `said`.
    open: BTreeSet<usize>,
    struck: usize,
    to_server: u64,
    to_client: u64,
    said: Vec<Vec<u8>>,
}

impl FaultProxy {
    /// To a server, on a free port of this machine. It passes everything on.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn start(server: SocketAddr) -> Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), server)
    }

    /// As [`FaultProxy::start`], where the caller says; port zero is a free one.
    ///
    /// # Errors
    /// Where that address cannot be listened on.
    pub fn start_at(at: SocketAddr, server: SocketAddr) -> Result<Self> {
        let (socket, address) = bound(at)?;
        socket.listen(BACKLOG)?;
        let shared = Arc::new(Shared {
            orders: watch::Sender::new(Orders::new(server)),
            tally: Mutex::default(),
            over: Condvar::new(),
        });
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (clients, serving) = (socket.try_clone()?, shared.clone());
        let thread = thread::spawn(move || {
            runtime.block_on(connection::accept(clients, serving));
        });
        Ok(Self {
            address,
            socket,
            shared,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends every fault: what was held goes on, clients are let in, and what was
    /// to strike does not.
    pub fn pass(&self) {
        let mut refused = false;
        self.order(|orders| {
            refused = orders.refusing;
            let all = Orders::new(orders.server);
            *orders = Orders {
                made: orders.made,
                released: orders.released + 1,
                ended: orders.ended,
                ..all
            };
        });
        if refused {
            // The socket has kept its port; what it can fail by is a bug here.
            self.socket.listen(BACKLOG).expect("it listened before");
            self.order(|_| {});
        }
    }

    /// Sends those that connect from now on to another server.
    pub fn lead_to(&self, server: SocketAddr) {
        self.order(|orders| orders.server = server);
    }

    /// Each piece that passes takes so much longer.
    pub fn delay(&self, by: Duration) {
        self.order(|orders| orders.delay = by);
    }

    /// Holds everything back, the ends of connections too. Clients are let in.
    pub fn stall(&self) {
        self.order(|orders| orders.stalled = true);
    }

    /// Lets no client in: the system refuses them.
    pub fn refuse(&self) {
        // Before the socket wakes who waits at it.
        self.order(|orders| orders.refusing = true);
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }

    /// Ends all connections, and returns when both sides of each can know.
    pub fn end_all(&self, end: End) {
        let mut tally = self.shared.tally();
        self.order(|orders| {
            orders.ended += 1;
            orders.end = end;
        });
        let later = tally.said.len();
        while tally.open.first().is_some_and(|&first| first < later) {
            tally = self
                .shared
                .over
                .wait(tally)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets a fault strike each connection once, at its moment.
    pub fn at(&self, direction: Direction, at: At, fault: Fault) {
        self.order(|orders| {
            orders.made += 1;
            orders.rules.push(Rule {
                number: orders.made,
                direction,
                at,
                fault,
            });
        });
    }

    /// How often a fault has struck at its moment.
    #[must_use]
    pub fn struck(&self) -> usize {
        self.shared.tally().struck
    }

    /// How many connections are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.shared.tally().open.len()
    }

    /// How many bytes have passed, or are about to.
    #[must_use]
    pub fn passed(&self, direction: Direction) -> u64 {
        let tally = self.shared.tally();
        match direction {
            Direction::ToServer => tally.to_server,
            Direction::ToClient => tally.to_client,
        }
    }

    /// The first bytes that each client has said, in the order in which they
    /// came.
    #[must_use]
    pub fn said(&self) -> Vec<Vec<u8>> {
        self.shared.tally().said.clone()
    }

    fn order(&self, change: impl FnOnce(&mut Orders)) {
        self.shared.orders.send_modify(change);
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.order(|orders| orders.over = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Orders {
    fn new(server: SocketAddr) -> Self {
        Self {
            server,
            delay: Duration::ZERO,
            stalled: false,
            refusing: false,
            rules: vec![],
            made: 0,
            released: 0,
            ended: 0,
            end: End::Close,
            over: false,
        }
    }
}

impl Shared {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket that keeps its port while it does not listen: for that the port
/// must be named.
fn bound(at: SocketAddr) -> Result<(Socket, SocketAddr)> {
    let mut last = None;
    for _ in 0..5 {
        let mut address = at;
        if at.port() == 0 {
            address.set_port(warpgrid_servers::port::free()?);
        }
        let socket = Socket::new(Domain::for_address(at), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        match socket.bind(&address.into()) {
            Ok(()) => return Ok((socket, address)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| anyhow::anyhow!("no attempt"), Into::into))
        .with_context(|| format!("cannot listen on {at}"))
}

#[cfg(test)]
mod tests;
