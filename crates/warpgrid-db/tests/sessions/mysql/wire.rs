//! A small client, and the server that all tests share.

use std::sync::{Arc, LazyLock};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use warpgrid_db::{Credentials, Endpoint, PoolLimits, Pools, Protocol, Session, Tls};
use warpgrid_test_harness::mariadb::{DATABASE, Mariadb, NATIVE, PASSWORD};

use crate::wire::{Failed, limits, receive, send, tenant};

pub const LONG_PASSWORD: u32 = 1;
pub const CONNECT_WITH_DB: u32 = 8;
pub const PROTOCOL_41: u32 = 1 << 9;
pub const SECURE_CONNECTION: u32 = 1 << 15;
pub const MULTI_STATEMENTS: u32 = 1 << 16;
pub const MULTI_RESULTS: u32 = 1 << 17;
pub const PLUGIN_AUTH: u32 = 1 << 19;
pub const DEPRECATE_EOF: u32 = 1 << 24;
pub const FLAGS: u32 = LONG_PASSWORD
    | PROTOCOL_41
    | SECURE_CONNECTION
    | PLUGIN_AUTH
    | MULTI_RESULTS
    | MULTI_STATEMENTS
    | CONNECT_WITH_DB;

pub const COM_QUIT: u8 = 1;
pub const COM_INIT_DB: u8 = 2;
pub const COM_QUERY: u8 = 3;

/// The server of all tests that do not stop it.
pub fn server() -> &'static Mariadb {
    static SERVER: LazyLock<Mariadb> = LazyLock::new(|| Mariadb::start().unwrap());
    &SERVER
}

/// An endpoint with credentials of its own.
pub fn endpoint(port: u16, user: &str, limits: PoolLimits) -> Arc<Endpoint> {
    Arc::new(Endpoint {
        protocol: Protocol::Mysql,
        host: "127.0.0.1".into(),
        port,
        database: Some(DATABASE.into()),
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
    endpoint(server().port(), NATIVE, limits(1))
}

/// The same, where guests log in themselves and choose their database.
pub fn without_credentials() -> Arc<Endpoint> {
    Arc::new(Endpoint {
        credentials: None,
        database: None,
        ..Endpoint::clone(&single())
    })
}

pub fn packet(sequence: u8, payload: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    out.put_uint_le(payload.len() as u64, 3);
    out.put_u8(sequence);
    out.put_slice(payload);
    out
}

pub fn command(command: u8, rest: impl AsRef<[u8]>) -> BytesMut {
    packet(0, &[&[command], rest.as_ref()].concat())
}

/// What a guest says of itself.
pub struct Hello<'a> {
    pub user: &'a str,
    pub answer: &'a [u8],
    pub database: &'a str,
    pub plugin: &'a str,
    pub flags: u32,
    pub collation: u8,
}

impl Default for Hello<'_> {
    fn default() -> Self {
        Self {
            user: "guest",
            answer: b"whatever",
            database: "",
            plugin: "mysql_native_password",
            flags: FLAGS,
            collation: 45,
        }
    }
}

impl Hello<'_> {
    pub fn packet(&self) -> BytesMut {
        let mut out = BytesMut::new();
        out.put_u32_le(self.flags);
        out.put_u32_le(1 << 24);
        out.put_u8(self.collation);
        out.put_bytes(0, 23);
        out.put_slice(format!("{}\0", self.user).as_bytes());
        out.put_u8(self.answer.len() as u8);
        out.put_slice(self.answer);
        out.put_slice(format!("{}\0{}\0", self.database, self.plugin).as_bytes());
        packet(1, &out)
    }
}

pub struct Wire {
    pub session: Session,
    buffer: BytesMut,
    deprecate_eof: bool,
    /// What it was greeted with.
    pub handshake: Bytes,
}

impl Wire {
    pub fn over(session: Session) -> Self {
        Self {
            session,
            buffer: BytesMut::new(),
            deprecate_eof: false,
            handshake: Bytes::new(),
        }
    }

    /// A session that has read its handshake.
    pub async fn greeted(pools: &Pools, name: &str, endpoint: &Arc<Endpoint>) -> Self {
        let mut wire = Self::over(pools.connect(&tenant(name), endpoint).await.unwrap());
        let (sequence, handshake) = wire.packet().await.unwrap();
        assert_eq!((sequence, handshake[0]), (0, 10), "{handshake:?}");
        wire.handshake = handshake;
        wire
    }

    pub async fn hello(&mut self, hello: &Hello<'_>) -> (u8, Bytes) {
        self.deprecate_eof = hello.flags & DEPRECATE_EOF != 0;
        self.send(&hello.packet()).await;
        self.packet().await.unwrap()
    }

    pub async fn open(pools: &Pools, endpoint: &Arc<Endpoint>) -> Self {
        Self::open_as(pools, "tenant", endpoint).await
    }

    pub async fn open_as(pools: &Pools, name: &str, endpoint: &Arc<Endpoint>) -> Self {
        Self::with(pools, name, endpoint, &Hello::default()).await
    }

    pub async fn with(
        pools: &Pools,
        name: &str,
        endpoint: &Arc<Endpoint>,
        hello: &Hello<'_>,
    ) -> Self {
        let mut wire = Self::greeted(pools, name, endpoint).await;
        let (sequence, welcome) = wire.hello(hello).await;
        assert_eq!((sequence, welcome[0]), (2, 0), "{}", text(&welcome));
        wire
    }

    pub async fn send(&mut self, data: &[u8]) {
        self.try_send(data).await.unwrap();
    }

    pub async fn try_send(&mut self, data: &[u8]) -> Result<(), Failed> {
        send(&mut self.session, &mut self.buffer, data).await
    }

    /// The next packet with its sequence number; nothing at the end.
    pub async fn packet(&mut self) -> Option<(u8, Bytes)> {
        match self.try_packet().await {
            Err(Failed::Ended) => {
                assert!(self.buffer.is_empty(), "the stream ends within a packet");
                None
            }
            packet => Some(packet.unwrap()),
        }
    }

    pub async fn try_packet(&mut self) -> Result<(u8, Bytes), Failed> {
        loop {
            if let [a, b, c, sequence, ..] = self.buffer[..] {
                let length = u32::from_le_bytes([a, b, c, 0]) as usize;
                if self.buffer.len() >= 4 + length {
                    self.buffer.advance(4);
                    return Ok((sequence, self.buffer.split_to(length).freeze()));
                }
            }
            receive(&mut self.session, &mut self.buffer).await?;
        }
    }

    /// The rows of all results of a query, fields parted by `|`, or its error.
    pub async fn query(&mut self, sql: &str) -> Result<Vec<String>, String> {
        self.send(&command(COM_QUERY, sql)).await;
        self.results().await
    }

    pub async fn results(&mut self) -> Result<Vec<String>, String> {
        match self.try_results().await {
            Err(Failed::Said(text)) => Err(text),
            rows => Ok(rows.unwrap()),
        }
    }

    pub async fn try_results(&mut self) -> Result<Vec<String>, Failed> {
        let mut rows = vec![];
        loop {
            let (_, first) = self.try_packet().await?;
            let status = match first[0] {
                0 => u16::from_le_bytes([first[3], first[4]]),
                0xff => return Err(Failed::Said(text(&first))),
                columns => {
                    let ends = u8::from(!self.deprecate_eof);
                    for _ in 0..columns + ends {
                        self.try_packet().await?;
                    }
                    loop {
                        let (_, row) = self.try_packet().await?;
                        match row[0] {
                            0xfe => break u16::from_le_bytes([row[3], row[4]]),
                            0xff => return Err(Failed::Said(text(&row))),
                            _ => rows.push(fields(row)),
                        }
                    }
                }
            };
            // SERVER_MORE_RESULTS_EXISTS.
            if status & 8 == 0 {
                return Ok(rows);
            }
        }
    }

    /// The rows of a query that must succeed.
    pub async fn rows(&mut self, sql: &str) -> Vec<String> {
        self.query(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// What tells a server connection from others.
    pub async fn id(&mut self) -> String {
        self.rows("select connection_id()").await.remove(0)
    }

    /// Leaves as a driver does.
    pub async fn quit(mut self) {
        self.send(&command(COM_QUIT, "")).await;
        assert_eq!(self.packet().await, None);
    }
}

/// What an ERR packet says, with its number.
pub fn text(payload: &[u8]) -> String {
    match payload {
        [0xff, low, high, rest @ ..] => {
            let code = u16::from_le_bytes([*low, *high]);
            format!("{code} {}", String::from_utf8_lossy(rest))
        }
        other => format!("{other:?}"),
    }
}

fn fields(mut row: Bytes) -> String {
    let mut fields = vec![];
    while !row.is_empty() {
        let length = match row.get_u8() {
            0xfb => {
                fields.push("NULL".to_owned());
                continue;
            }
            0xfc => row.get_u16_le().into(),
            0xfd => row.get_uint_le(3) as usize,
            short => short.into(),
        };
        let field = row.split_to(length);
        fields.push(String::from_utf8_lossy(&field).into_owned());
    }
    fields.join("|")
}
