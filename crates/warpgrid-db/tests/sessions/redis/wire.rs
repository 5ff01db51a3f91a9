//! A small client, and the server that all tests share.

use std::sync::{Arc, LazyLock};

use bytes::{Buf, BytesMut};
use warpgrid_db::{Credentials, Endpoint, PoolLimits, Pools, Protocol, Session, Tls};
use warpgrid_test_harness::redis::{PASSWORD, Redis, USER};

use crate::wire::{Failed, limits, receive, send, tenant};

/// The server of all tests that do not stop it.
pub fn server() -> &'static Redis {
    static SERVER: LazyLock<Redis> = LazyLock::new(|| Redis::start().unwrap());
    &SERVER
}

/// An endpoint with credentials of its own.
pub fn endpoint(port: u16, user: &str, limits: PoolLimits) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        protocol: Protocol::Redis,
        host: "127.0.0.1".into(),
        port,
        database: None,
        credentials: Some(Credentials {
            user: user.into(),
            password: Some(PASSWORD.into()),
        }),
        tls: Tls::default(),
        limits,
    })
}

/// A pool of one on the shared server.
pub fn single() -> Arc<Endpoint> {
    endpoint(server().port(), USER, limits(1))
}

/// The same, where guests log in themselves.
pub fn without_credentials() -> Arc<Endpoint> {
    Arc::new(Endpoint {
        credentials: None,
        ..Endpoint::clone(&single())
    })
}

pub fn command(words: &[&str]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", words.len());
    for word in words {
        out.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    out.into_bytes()
}

pub struct Wire {
    pub session: Session,
    buffer: BytesMut,
}

impl Wire {
    pub async fn open(pools: &Pools, endpoint: &Arc<Endpoint>) -> Self {
        Self::open_as(pools, "tenant", endpoint).await
    }

    pub async fn open_as(pools: &Pools, name: &str, endpoint: &Arc<Endpoint>) -> Self {
        Self::over(pools.connect(&tenant(name), endpoint).await.unwrap())
    }

    pub fn over(session: Session) -> Self {
        Self {
            session,
            buffer: BytesMut::new(),
        }
    }

    pub async fn send(&mut self, data: &[u8]) {
        self.try_send(data).await.unwrap();
    }

    pub async fn try_send(&mut self, data: &[u8]) -> Result<(), Failed> {
        send(&mut self.session, &mut self.buffer, data).await
    }

    /// The next reply, as text; nothing at the end of the stream.
    pub async fn next(&mut self) -> Option<String> {
        match self.try_next().await {
            Err(Failed::Ended) => {
                assert!(self.buffer.is_empty(), "the stream ends within a reply");
                None
            }
            reply => Some(reply.unwrap()),
        }
    }

    pub async fn try_next(&mut self) -> Result<String, Failed> {
        loop {
            let mut rest = &self.buffer[..];
            if let Some(reply) = parse(&mut rest) {
                let length = self.buffer.len() - rest.len();
                self.buffer.advance(length);
                return Ok(reply);
            }
            receive(&mut self.session, &mut self.buffer).await?;
        }
    }

    pub async fn run(&mut self, words: &[&str]) -> String {
        self.send(&command(words)).await;
        self.next().await.expect("a reply")
    }

    /// What tells a server connection from others.
    pub async fn id(&mut self) -> String {
        self.run(&["CLIENT", "ID"]).await
    }
}

/// A reply in one line. Aggregates stand in brackets after their type.
fn parse(data: &mut &[u8]) -> Option<String> {
    let end = data.windows(2).position(|pair| pair == b"\r\n")?;
    let (kind, line) = (data[0], &data[1..end]);
    let line = String::from_utf8_lossy(line).into_owned();
    *data = &data[end + 2..];
    let length = line.parse::<i64>().unwrap_or_default();
    match kind {
        b'+' | b':' | b',' | b'#' => Some(line),
        b'-' => Some(format!("-{line}")),
        b'_' => Some("(nil)".into()),
        b'$' | b'*' if length < 0 => Some("(nil)".into()),
        b'$' | b'=' => {
            let length = length as usize;
            if data.len() < length + 2 {
                return None;
            }
            let text = String::from_utf8_lossy(&data[..length]).into_owned();
            *data = &data[length + 2..];
            Some(text)
        }
        b'*' | b'~' | b'>' | b'%' => {
            let count = if kind == b'%' { 2 * length } else { length };
            let all: Option<Vec<String>> = (0..count).map(|_| parse(data)).collect();
            Some(format!("{}[{}]", kind as char, all?.join(" ")))
        }
        other => panic!("a reply of type {}", other as char),
    }
}
