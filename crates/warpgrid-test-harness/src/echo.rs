//! A service that sends back what it is sent.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// An echo service on a free port of this machine. Ends when dropped.
pub struct Echo {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Echo {
    /// Starts it.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn start() -> Result<Self> {
        Self::start_delayed(Duration::ZERO)
    }

    /// Starts one that waits so long before each answer.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn start_delayed(delay: Duration) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for an echo service")?;
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let watched = Arc::clone(&ended);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if watched.load(Ordering::SeqCst) {
                    return;
                }
                thread::spawn(move || answer(stream, delay));
            }
        });
        Ok(Self { address, ended })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next client.
        let _ = TcpStream::connect(self.address);
    }
}

/// Until the client ends, or goes away: then it needs no answer.
fn answer(mut stream: TcpStream, delay: Duration) {
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        thread::sleep(delay);
        if stream.write_all(&piece[..count]).is_err() {
            return;
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_until_it_is_dropped() {
        let echo = Echo::start().unwrap();
        let mut stream = TcpStream::connect(echo.address()).unwrap();
        stream.write_all(b"hello").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "hello");
    }
}
