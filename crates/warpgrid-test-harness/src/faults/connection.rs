//! One client, its server, and what passes between them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::rules::Course;
use super::{Direction, End, Fault, Orders, SAID, Shared};

/// How much passes in one piece, in bytes.
const PIECE: usize = 16 * 1024;
/// What no order has released yet.
const FREE: u64 = u64::MAX;

/// Lets clients in until the proxy is over.
pub(super) async fn accept(socket: Socket, shared: Arc<Shared>) {
    let mut orders = shared.orders.subscribe();
    loop {
        let waited = orders.wait_for(|orders| orders.over || !orders.refusing);
        if waited.await.map_or(true, |orders| orders.over) {
            return;
        }
        let Ok(listener) = listener(&socket) else {
            return;
        };
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((client, _)) => _ = tokio::spawn(serve(client, shared.clone())),
                    // The socket listens no more, or not yet again.
                    Err(_) => break,
                },
                _ = orders.wait_for(|orders| orders.over) => return,
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn listener(socket: &Socket) -> io::Result<TcpListener> {
    let socket = socket.try_clone()?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>) {
    let mut orders = shared.orders.subscribe();
    let (address, ended) = {
        let orders = orders.borrow();
        (orders.server, orders.ended)
    };
    let index = {
        let mut tally = shared.tally();
        let index = tally.said.len();
        tally.said.push(vec![]);
        tally.open.insert(index);
        index
    };
    let _counted = Counted(&shared, index);
    let Ok(mut server) = TcpStream::connect(address).await else {
        reset(&client);
        drop(client);
        return;
    };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let held = AtomicU64::new(FREE);
    let way = |direction| Way {
        direction,
        index,
        shared: &shared,
        held: &held,
        orders: shared.orders.subscribe(),
    };
    let up = way(Direction::ToServer).pass(from_client, to_server);
    let down = way(Direction::ToClient).pass(from_server, to_client);
    let end = tokio::select! {
        over = async { tokio::try_join!(up, down) } => over.err().unwrap_or(End::Close),
        ordered = orders.wait_for(|orders| orders.ended > ended || orders.over) => {
            ordered.map_or(End::Close, |orders| orders.end)
        }
    };
    if end == End::Reset {
        reset(&client);
        reset(&server);
    }
    drop((client, server));
}

/// Its end will be a reset.
fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// One direction of a connection.
struct Way<'a> {
    direction: Direction,
    index: usize,
    shared: &'a Shared,
    /// At how many releases the connection was stalled.
    held: &'a AtomicU64,
    orders: watch::Receiver<Orders>,
}

impl Way<'_> {
    /// Passes bytes on until they end. An error is an end of both directions.
    async fn pass(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), End> {
        let mut course = Course::new(self.direction);
        let mut piece = vec![0; PIECE];
        loop {
            let count = from.read(&mut piece).await.map_err(|_| End::Reset)?;
            let mut data = &mut piece[..count];
            self.may_go_on().await;
            course.follow(&self.orders.borrow().rules);
            while !data.is_empty() {
                let (count, fault) = course.next(data);
                let (now, later) = data.split_at_mut(count);
                // Before anybody can have heard of it.
                self.count(now);
                to.write_all(now).await.map_err(|_| End::Reset)?;
                data = later;
                if fault.is_some() {
                    self.shared.tally().struck += 1;
                }
                match fault {
                    None => {}
                    Some(Fault::End(end)) => return Err(end),
                    Some(Fault::Flip(bits)) => data[0] ^= bits,
                    Some(Fault::Stall) => {
                        let releases = self.orders.borrow().released;
                        self.held.store(releases, Ordering::Relaxed);
                        self.may_go_on().await;
                    }
                }
            }
            if count == 0 {
                let _ = to.shutdown().await;
                return Ok(());
            }
        }
    }

    /// Waits for as long as nothing may pass.
    async fn may_go_on(&mut self) {
        let delay = self.orders.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let held = self.held;
        let passes = |orders: &Orders| {
            let held = held.load(Ordering::Relaxed);
            !orders.stalled && (held == FREE || orders.released > held)
        };
        // Without a sender the proxy is gone, and this task with it.
        let _ = self.orders.wait_for(passes).await;
    }

    fn count(&self, data: &[u8]) {
        let mut tally = self.shared.tally();
        match self.direction {
            Direction::ToServer => {
                tally.to_server += data.len() as u64;
                let said = &mut tally.said[self.index];
                let room = SAID - said.len();
                said.extend_from_slice(&data[..data.len().min(room)]);
            }
            Direction::ToClient => tally.to_client += data.len() as u64,
        }
    }
}

/// A connection that is open.
struct Counted<'a>(&'a Shared, usize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.tally().open.remove(&self.1);
        self.0.over.notify_all();
    }
}
