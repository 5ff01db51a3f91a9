//! A small client that speaks the protocol over a session, byte by byte where
//! a test needs it, and the server that all tests share.

use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use warpgrid_db::{
    Credentials, Endpoint, Error, PoolLimits, Pools, Protocol, Session, Tenant, Tls,
};
use warpgrid_test_harness::postgres::{DATABASE, PASSWORD, Postgres, TRUST};

/// Long enough for a busy machine: reaching it means that something hangs.
pub const HANGS: Duration = Duration::from_secs(60);

/// The server of all tests that do not stop it.
pub fn server() -> &'static Postgres {
    static SERVER: LazyLock<Postgres> =
        LazyLock::new(|| Postgres::start_with("max_connections = 300").unwrap());
    &SERVER
}

pub fn tenant(name: &str) -> Tenant {
    Tenant::new(name)
}

/// An endpoint with credentials of its own.
pub fn endpoint(port: u16, user: &str, limits: PoolLimits) -> Arc<Endpoint> {
    let credentials = Credentials {
        user: user.into(),
        password: Some(PASSWORD.into()),
    };
    Arc::new(Endpoint {
        protocol: Protocol::Postgres,
        host: "127.0.0.1".into(),
        port,
        database: Some(DATABASE.into()),
        credentials: Some(credentials),
        tls: Tls::default(),
        limits,
    })
}

pub fn limits(size: u32) -> PoolLimits {
    PoolLimits {
        size,
        ..PoolLimits::default()
    }
}

/// A pool of one on the shared server.
pub fn single() -> Arc<Endpoint> {
    endpoint(server().port(), TRUST, limits(1))
}

pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANGS, what).await.expect("it hangs")
}

/// Waits for something that another process brings about.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + HANGS;
    while !holds() {
        assert!(
            std::time::Instant::now() < deadline,
            "never happened: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Why a guest has no answer.
#[derive(Debug)]
pub enum Failed {
    /// It got no session, or that ended by this.
    Session(Error),
    /// The stream ended.
    Ended,
    /// It was told, by the protocol.
    Said(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Session(error)
    }
}

/// Sends all of it; what must be received meanwhile goes to the buffer.
pub async fn send(
    session: &mut Session,
    buffer: &mut BytesMut,
    mut data: &[u8],
) -> Result<(), Failed> {
    while !data.is_empty() {
        let taken = within(session.send(data)).await?;
        data = &data[taken..];
        if taken == 0 {
            receive(session, buffer).await?;
        }
    }
    Ok(())
}

/// Receives something.
pub async fn receive(session: &mut Session, buffer: &mut BytesMut) -> Result<(), Failed> {
    let more = within(session.recv(usize::MAX)).await?;
    if more.is_empty() {
        return Err(Failed::Ended);
    }
    buffer.extend_from_slice(&more);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub tag: u8,
    pub body: Bytes,
}

impl Message {
    /// A field of an ErrorResponse or NoticeResponse.
    pub fn field(&self, code: u8) -> String {
        let fields = self.body.split(|&byte| byte == 0);
        let mut found = fields
            .filter(|field| field.first() == Some(&code))
            .map(|field| &field[1..]);
        String::from_utf8_lossy(found.next().unwrap_or_default()).into_owned()
    }

    /// The columns of a DataRow, as text.
    pub fn row(&self) -> Vec<String> {
        let mut body = self.body.clone();
        (0..body.get_u16())
            .map(|_| match body.get_i32() {
                -1 => "NULL".to_owned(),
                length => String::from_utf8_lossy(&body.split_to(length as usize)).into_owned(),
            })
            .collect()
    }
}

/// A message of the guest's.
pub fn message(tag: u8, body: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    out.put_u8(tag);
    out.put_u32(body.len() as u32 + 4);
    out.put_slice(body);
    out
}

pub fn query(sql: &str) -> BytesMut {
    message(b'Q', &[sql.as_bytes(), b"\0"].concat())
}

/// A StartupMessage of version 3.0.
pub fn startup(parameters: &[(&str, &str)]) -> BytesMut {
    let mut body = BytesMut::new();
    body.put_u32(3 << 16);
    for (name, value) in parameters {
        body.put_slice(format!("{name}\0{value}\0").as_bytes());
    }
    body.put_u8(0);
    let mut out = BytesMut::new();
    out.put_u32(body.len() as u32 + 4);
    out.put_slice(&body);
    out
}

pub struct Wire {
    pub session: Session,
    pub buffer: BytesMut,
    /// Process and secret of the greeting.
    pub key: Bytes,
}

impl Wire {
    pub fn over(session: Session) -> Self {
        Self {
            session,
            buffer: BytesMut::new(),
            key: Bytes::new(),
        }
    }

    /// A session that is greeted.
    pub async fn open(pools: &Pools, endpoint: &Arc<Endpoint>) -> Self {
        Self::open_as(pools, "tenant", endpoint).await
    }

    pub async fn open_as(pools: &Pools, name: &str, endpoint: &Arc<Endpoint>) -> Self {
        let mut wire = Self::over(pools.connect(&tenant(name), endpoint).await.unwrap());
        let greeting = wire.start(&[("user", "guest")]).await;
        assert_eq!(
            greeting.last().map(|last| last.tag),
            Some(b'Z'),
            "{greeting:?}"
        );
        wire
    }

    /// Sends a StartupMessage and gives the answer.
    pub async fn start(&mut self, parameters: &[(&str, &str)]) -> Vec<Message> {
        self.send(&startup(parameters)).await;
        let answer = self.answer().await;
        if let Some(key) = answer.iter().find(|message| message.tag == b'K') {
            self.key = key.body.clone();
        }
        answer
    }

    pub async fn send(&mut self, data: &[u8]) {
        self.try_send(data).await.unwrap();
    }

    pub async fn try_send(&mut self, data: &[u8]) -> Result<(), Failed> {
        send(&mut self.session, &mut self.buffer, data).await
    }

    /// The next message; nothing at the end of the stream.
    pub async fn message(&mut self) -> Option<Message> {
        match self.try_message().await {
            Err(Failed::Ended) => {
                assert!(self.buffer.is_empty(), "the stream ends within a message");
                None
            }
            message => Some(message.unwrap()),
        }
    }

    pub async fn try_message(&mut self) -> Result<Message, Failed> {
        loop {
            if let [tag, a, b, c, d, ..] = self.buffer[..] {
                let length = u32::from_be_bytes([a, b, c, d]) as usize;
                if self.buffer.len() > length {
                    self.buffer.advance(5);
                    let body = self.buffer.split_to(length - 4).freeze();
                    return Ok(Message { tag, body });
                }
            }
            receive(&mut self.session, &mut self.buffer).await?;
        }
    }

    /// Everything up to ReadyForQuery, or to a request for a password, or to
    /// the end.
    pub async fn answer(&mut self) -> Vec<Message> {
        let mut messages = vec![];
        while let Some(message) = self.message().await {
            let tag = message.tag;
            let asks = tag == b'R' && message.body[..] != [0; 4];
            messages.push(message);
            if tag == b'Z' || asks {
                break;
            }
        }
        messages
    }

    /// The rows of an answer, up to ReadyForQuery. Whoever is told of an error
    /// goes away.
    pub async fn try_rows(&mut self) -> Result<Vec<String>, Failed> {
        let mut rows = vec![];
        loop {
            let message = self.try_message().await?;
            match message.tag {
                b'D' => rows.push(message.row().join("|")),
                b'E' => return Err(Failed::Said(message.field(b'M'))),
                b'Z' => return Ok(rows),
                _ => {}
            }
        }
    }

    pub async fn query(&mut self, sql: &str) -> Vec<Message> {
        self.send(&query(sql)).await;
        self.answer().await
    }

    /// The rows of a query that must succeed, fields parted by `|`.
    pub async fn rows(&mut self, sql: &str) -> Vec<String> {
        let answer = self.query(sql).await;
        if let Some(error) = answer.iter().find(|message| message.tag == b'E') {
            panic!("{sql}: {}", error.field(b'M'));
        }
        answer
            .iter()
            .filter(|m| m.tag == b'D')
            .map(|m| m.row().join("|"))
            .collect()
    }

    /// The process that really serves this session.
    pub async fn backend(&mut self) -> String {
        self.rows("select pg_backend_pid()").await.remove(0)
    }

    /// Leaves as a driver does.
    pub async fn terminate(mut self) {
        self.send(b"X\0\0\0\x04").await;
        assert_eq!(within(self.session.recv(1)).await.unwrap(), "");
        assert!(matches!(self.session.send(b"x").await, Err(Error::Closed)));
    }
}

/// The one ErrorResponse of an answer.
pub fn error(answer: &[Message]) -> &Message {
    answer
        .iter()
        .find(|message| message.tag == b'E')
        .unwrap_or_else(|| panic!("{answer:?}"))
}

/// An error of the host's own, which ends the stream.
pub async fn refused(pools: &Pools, endpoint: &Arc<Endpoint>) -> Message {
    let mut wire = Wire::over(pools.connect(&tenant("tenant"), endpoint).await.unwrap());
    let answer = wire.start(&[("user", "guest")]).await;
    assert_eq!(wire.message().await, None);
    error(&answer).clone()
}
