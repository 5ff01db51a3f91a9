//! A guest that calls the shims in any order with anything at all, on a state
//! as an instance has it. It is granted no network; the one server that there
//! is stands on the loopback interface and says nothing.

mod sockets;

use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::yield_now;
use warpgrid_db::Pools;
use wasmtime_wasi::WasiView as _;

use super::calls::Calls;
use crate::bindings::warpgrid::shim::database_proxy::{DbConfig, DbError, DbProtocol, Host as _};
use crate::bindings::warpgrid::shim::dns::{Host as _, IpAddress};
use crate::bindings::warpgrid::shim::dns_reverse::Host as _;
use crate::bindings::warpgrid::shim::filesystem::Host as _;
use crate::bindings::warpgrid::shim::signals::{Host as _, SignalType};
use crate::bindings::warpgrid::shim::sockets::Host as _;
use crate::bindings::warpgrid::shim::threading::{Host as _, ThreadingModel};
use crate::config::ShimConfig;
use crate::deployment::Shared;
use crate::instance::wasi;
use crate::shims::database_proxy::MAX_RECV;
use crate::shims::signals::{Receivers, Signal, TO_COMMANDS};
use crate::state::GuestState;
use crate::upstreams::Upstreams;

const PASSWORD: &str = "not for guests";
/// What a guest does not read of a file is no longer, in bytes: the time zones
/// are the longest.
const LONGEST_FILE: usize = 64 << 10;
/// A guest makes no more calls.
const MOST_CALLS: usize = 200;

/// A guest's calls.
pub fn shims(input: &[u8]) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .event_interval(1)
        .build();
    let runtime = runtime.expect("a runtime needs some files and no more");
    runtime.block_on(run(Calls(input)));
    runtime.shutdown_background();
}

fn configuration(port: u16) -> ShimConfig {
    let text = format!(
        r#"
            [[database]]
            protocol = "postgres"
            host = "db.warp.local"
            port = 5432
            upstream = "127.0.0.1:{port}"
            user = "app"
            password = "{PASSWORD}"
            pool-size = 2
            max-waiting = 2
            [[database]]
            protocol = "redis"
            host = "127.0.0.1"
            port = {port}
            password = "{PASSWORD}"
            [services]
            "cache.warp.local" = ["10.0.0.6", "10.0.0.7", "::1"]
            [dns]
            search = ["warp.local"]
            hosts = {{ "api.example.com" = "192.0.2.7" }}
            [filesystem]
            files = {{ "/etc/app.conf" = {{ text = "a = 1" }} }}
            [limits]
            connections = 3
            handles = 16
        "#
    );
    ShimConfig::from_toml("warp.toml", &text).expect("this is right")
}

async fn run(calls: Calls<'_>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("the loopback interface is there");
    let address = listener.local_addr().expect("it is bound");
    let config = configuration(address.port());
    let signals = Arc::<Receivers>::default();
    let shared = Shared::new(
        &config,
        Path::new("a/guest.wasm"),
        Upstreams::new(&config, &Pools::new()),
        signals,
        None,
    );
    let wasi = wasi(&config).expect("no folder is granted");
    let process = shared.process(["guest".to_owned()].into());
    let mut guest = Guest {
        state: GuestState::new(wasi, process, &shared, TO_COMMANDS),
        shared: &shared,
        calls,
        server: Server {
            listener,
            streams: VecDeque::new(),
        },
        address,
        handles: vec![],
        closed: HashSet::new(),
        sockets: vec![],
    };
    for _ in 0..MOST_CALLS {
        let Some(call) = guest.calls.next() else {
            break;
        };
        guest.call(call).await;
        guest.server.accept();
    }
}

struct Server {
    listener: TcpListener,
    streams: VecDeque<TcpStream>,
}

impl Server {
    fn accept(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        while let Poll::Ready(Ok((stream, _))) = self.listener.poll_accept(cx) {
            // Its end leaves nothing behind: runs are many.
            let _ = stream.set_zero_linger();
            self.streams.push_back(stream);
        }
    }
}

struct Guest<'a> {
    state: GuestState,
    shared: &'a Shared,
    calls: Calls<'a>,
    server: Server,
    address: SocketAddr,
    /// Every one that it was given.
    handles: Vec<u64>,
    /// Those of them that are no more.
    closed: HashSet<u64>,
    sockets: Vec<u32>,
}

/// What comes of a call in some turns of the runtime. Then the guest gives up.
async fn soon<T>(call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    for _ in 0..4 {
        let cx = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(done) = call.as_mut().poll(cx) {
            return Some(done);
        }
        yield_now().await;
    }
    None
}

/// Nothing a guest says is the host's own failure.
fn answer<T>(answer: wasmtime::Result<T>) -> T {
    answer.expect("an answer and no trap")
}

impl Guest<'_> {
    async fn call(&mut self, call: u8) {
        match call % 22 {
            0 => self.resolve().await,
            1 => self.look_up().await,
            2 => self.read_file(),
            3 => self.list_files(),
            4 => drop(answer(self.state.signals.on_signal(self.calls.signal()))),
            5 => drop(answer(self.state.signals.poll_signal())),
            6 => self.signal(),
            7 => self.declare(),
            8 => self.connect().await,
            9 => self.send().await,
            10 => self.receive().await,
            11 => self.close(),
            12 => self.route(),
            13 => self.try_receive(),
            14 => self.wait().await,
            15 => self.subscribe(),
            16 => self.make_socket(),
            17 => self.start_connect(),
            18 => self.finish_connect(),
            19 => self.drop_socket(),
            _ => self.set_option(),
        }
    }

    async fn resolve(&mut self) {
        let name = self.calls.text();
        let length = name.len();
        if let Some(found) = soon(self.state.dns.resolve(name)).await.map(answer)
            && let Ok(addresses) = found
        {
            assert!(!addresses.is_empty() && length <= 254, "{addresses:?}");
        }
    }

    async fn look_up(&mut self) {
        let (octets, is_v6) = (self.calls.bytes(), self.calls.flag());
        let right = octets.len() == if is_v6 { 16 } else { 4 };
        let found = soon(self.state.dns.lookup(IpAddress { octets, is_v6 })).await;
        if let Some(Ok(names)) = found.map(answer) {
            assert!(right && !names.is_empty(), "{names:?}");
        }
    }

    fn read_file(&mut self) {
        let path = self.calls.text();
        let is_virtual = answer(self.state.filesystem.is_virtual(path.clone()));
        let Some(content) = answer(self.state.filesystem.read_virtual(path.clone())) else {
            return;
        };
        assert!(is_virtual, "{path} is read and not virtual");
        assert!(content.len() <= LONGEST_FILE, "{path} is long");
        let password = PASSWORD.as_bytes();
        let leaks = content.windows(password.len()).any(|part| part == password);
        assert!(!leaks, "{path} has the password");
    }

    fn list_files(&mut self) {
        let paths = answer(self.state.filesystem.list_virtual_paths());
        let path = self.calls.text();
        let listed = paths.binary_search(&path).is_ok();
        let read = answer(self.state.filesystem.read_virtual(path.clone()));
        assert_eq!(listed, read.is_some(), "{path}");
    }

    fn signal(&mut self) {
        let signal = Signal::from(self.calls.signal());
        assert!(
            self.shared.signals.send(signal) <= 1,
            "one guest counts as several"
        );
    }

    fn declare(&mut self) {
        let model = match self.calls.byte() % 3 {
            0 => ThreadingModel::SingleThreaded,
            1 => ThreadingModel::Cooperative,
            _ => ThreadingModel::ParallelRequired,
        };
        answer(self.state.threading.declare_threading_model(model));
        assert!(
            self.shared.threading.model().is_some(),
            "nothing is declared"
        );
    }

    fn endpoint(&mut self) -> (String, u16) {
        match self.calls.byte() {
            0..0x40 => ("db.warp.local".to_owned(), 5432),
            0x40..0x80 => (self.address.ip().to_string(), self.address.port()),
            _ => (self.calls.text(), self.calls.number() as u16),
        }
    }

    async fn connect(&mut self) {
        let (host, port) = self.endpoint();
        let config = DbConfig {
            protocol: match self.calls.byte() % 3 {
                0 => DbProtocol::Postgres,
                1 => DbProtocol::Redis,
                _ => DbProtocol::Mysql,
            },
            host,
            port,
            database: self.calls.flag().then(|| "d".to_owned()),
            pool_size: self.calls.number() as u32,
        };
        let connected = soon(self.state.database_proxy.connect(config)).await;
        if let Some(Ok(handle)) = connected.map(answer) {
            assert!(
                !self.handles.contains(&handle),
                "{handle:#x} is given twice"
            );
            self.handles.push(handle);
            let open = self.handles.len() - self.closed.len();
            assert!(open <= 3, "{open} connections");
        }
    }

    /// One that it was given, or not.
    fn handle(&mut self) -> u64 {
        let which = usize::from(self.calls.byte());
        match self.handles.get(which) {
            Some(handle) => *handle,
            None => self.calls.number(),
        }
    }

    fn is_open(&self, handle: u64) -> bool {
        self.handles.contains(&handle) && !self.closed.contains(&handle)
    }

    async fn send(&mut self) {
        let (handle, data) = (self.handle(), self.calls.bytes());
        let length = data.len();
        let sent = soon(self.state.database_proxy.send(handle, data)).await;
        match sent.map(answer) {
            Some(Ok(taken)) => assert!(self.is_open(handle) && taken as usize <= length),
            Some(Err(error)) => self.refused(handle, error),
            None => assert!(self.is_open(handle)),
        }
    }

    async fn receive(&mut self) {
        let (handle, most) = (self.handle(), self.calls.number() as u32);
        let received = soon(self.state.database_proxy.recv(handle, most)).await;
        match received.map(answer) {
            Some(Ok(bytes)) => self.received(handle, &bytes, most),
            Some(Err(error)) => self.refused(handle, error),
            None => assert!(self.is_open(handle)),
        }
    }

    fn try_receive(&mut self) {
        let (handle, most) = (self.handle(), self.calls.number() as u32);
        match answer(self.state.sockets().try_recv(handle, most)) {
            Ok(bytes) => self.received(handle, &bytes.unwrap_or_default(), most),
            Err(error) => self.refused(handle, error),
        }
    }

    fn received(&self, handle: u64, bytes: &[u8], most: u32) {
        assert!(self.is_open(handle), "{handle:#x} is open");
        assert!(
            bytes.len() <= MAX_RECV.min(most as usize),
            "{} bytes",
            bytes.len()
        );
    }

    fn refused(&self, handle: u64, error: DbError) {
        let open = self.is_open(handle);
        assert!(open || matches!(error, DbError::Closed), "{error:?}");
    }

    fn close(&mut self) {
        let handle = self.handle();
        answer(self.state.database_proxy.close(handle));
        if self.handles.contains(&handle) {
            self.closed.insert(handle);
        }
    }

    fn route(&mut self) {
        let (host, port) = self.endpoint();
        if let Some(config) = answer(self.state.sockets().route(host, port)) {
            assert_eq!(config.port, port);
        }
    }

    async fn wait(&mut self) {
        // More than may be named are a trap, which ends the guest.
        let many = if self.calls.flag() { 1 } else { 400 };
        let count = usize::from(self.calls.byte() % 10);
        let handles: Vec<u64> = (0..count).map(|_| self.handle()).collect();
        let handles = handles.repeat(many);
        let timeout = self.calls.flag().then(|| self.calls.number());
        let length = handles.len();
        if let Some(ready) = soon(self.state.sockets().wait(handles, timeout)).await {
            assert!(answer(ready) as usize <= length);
        }
    }

    fn subscribe(&mut self) {
        let handle = self.handle();
        // The table may be full, which ends the guest.
        if let Ok(pollable) = self.state.sockets().subscribe(handle)
            && self.calls.flag()
        {
            let table = self.state.ctx().table;
            assert!(table.delete(pollable).is_ok(), "it is there");
        }
    }
}

impl Calls<'_> {
    fn signal(&mut self) -> SignalType {
        match self.byte() % 3 {
            0 => SignalType::Terminate,
            1 => SignalType::Hangup,
            _ => SignalType::Interrupt,
        }
    }
}
