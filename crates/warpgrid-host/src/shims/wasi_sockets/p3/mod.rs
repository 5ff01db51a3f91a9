//! `wasi:sockets` 0.3: the functions in which proxied connections differ take
//! the place of wasmtime-wasi's. A proxied socket keeps wasmtime-wasi's, never
//! connected, for its options.

mod names;
mod streams;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::sync::oneshot;
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Access, Accessor, FutureReader, Linker, Resource, ResourceType, StreamReader,
};
use wasmtime_wasi::p3::bindings::sockets::types::{
    ErrorCode, HostTcpSocket, HostTcpSocketWithStore, IpAddressFamily, IpSocketAddress,
};
use wasmtime_wasi::p3::sockets::SocketError;
use wasmtime_wasi::sockets::{TcpSocket, WasiSockets, WasiSocketsView};

use super::proxied::{Opening, Target};
use super::tcp::TcpView;
use crate::bindings::warpgrid::shim::database_proxy::DbError;
use crate::shims::database_proxy::SharedSession;
pub(super) use names::add_to_linker as add_names_to_linker;
use streams::{Channel, Direction, Received, Sent};

/// As wasmtime-wasi names it, so that this takes its place.
const TYPES: &str = "wasi:sockets/types@0.3.0";

type View<T> = fn(&mut T) -> TcpView<'_>;
type Socket = Resource<TcpSocket>;
/// A stream, and how it ends.
type Ending = FutureReader<Result<(), ErrorCode>>;

/// A socket that is proxied.
pub(super) struct Connection {
    remote: SocketAddr,
    /// None while it is being opened.
    channel: Option<Channel>,
    sends: bool,
    receives: bool,
}

/// Defines again what differs of a TCP socket.
pub(super) fn add_tcp_to_linker<T: WasiSocketsView + 'static>(
    linker: &mut Linker<T>,
    view: View<T>,
) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.resource(
        "tcp-socket",
        ResourceType::host::<TcpSocket>(),
        move |mut store, socket| {
            let view = view(store.data_mut());
            view.wasi.table.delete(Socket::new_own(socket))?;
            view.sockets.connections.remove(&socket);
            view.sockets.watched.remove(&socket);
            Ok(())
        },
    )?;
    types.func_wrap_concurrent(
        "[method]tcp-socket.connect",
        move |store: &Accessor<T>, (socket, remote): (Socket, IpSocketAddress)| {
            Box::pin(async move { Ok((trapped(connect(store, view, socket, remote).await)?,)) })
        },
    )?;
    types.func_wrap(
        "[method]tcp-socket.send",
        move |store: StoreContextMut<T>, (socket, data): (Socket, StreamReader<u8>)| {
            Ok((send(store, view, socket, data)?,))
        },
    )?;
    types.func_wrap(
        "[method]tcp-socket.receive",
        move |store: StoreContextMut<T>, (socket,): (Socket,)| Ok((receive(store, view, socket)?,)),
    )?;
    types.func_wrap(
        "[method]tcp-socket.get-remote-address",
        move |mut store: StoreContextMut<T>, (socket,): (Socket,)| {
            let mut view = view(store.data_mut());
            let address = match view.sockets.connections.get(&socket.rep()) {
                Some(connection) => Ok(connection.remote.into()),
                None => trapped(HostTcpSocket::get_remote_address(&mut view.wasi, socket))?,
            };
            Ok((address,))
        },
    )?;
    types.func_wrap(
        "[method]tcp-socket.get-local-address",
        move |mut store: StoreContextMut<T>, (socket,): (Socket,)| {
            let mut view = view(store.data_mut());
            let address = match view.sockets.connections.get(&socket.rep()) {
                // No machine has a part in it.
                Some(connection) => Ok(SocketAddr::new(
                    match connection.remote {
                        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                    },
                    0,
                )
                .into()),
                None => trapped(HostTcpSocket::get_local_address(&mut view.wasi, socket))?,
            };
            Ok((address,))
        },
    )
}

/// The error that the guest reads, unless it is a trap.
fn trapped<R>(result: Result<R, SocketError>) -> wasmtime::Result<Result<R, ErrorCode>> {
    match result {
        Ok(result) => Ok(Ok(result)),
        Err(error) => Ok(Err(error.downcast()?)),
    }
}

fn again(socket: &Socket) -> Socket {
    Resource::new_borrow(socket.rep())
}

async fn connect<T: WasiSocketsView + 'static>(
    store: &Accessor<T>,
    view: View<T>,
    socket: Socket,
    remote: IpSocketAddress,
) -> Result<(), SocketError> {
    let begun = store.with(|mut store| view(store.get()).begin(&socket, remote.into()));
    match begun? {
        Target::Refused(error) => Err(code_of(error).into()),
        Target::Plain => {
            let plain = store.with_getter::<WasiSockets>(T::sockets);
            let number = socket.rep();
            let connected =
                <WasiSockets as HostTcpSocketWithStore<T>>::connect(&plain, socket, remote).await;
            let fault = connected.as_ref().err().map(at_fault);
            store.with(|mut store| view(store.get()).note(number, fault));
            connected
        }
        Target::Session(opening) => {
            let opened = opening.await;
            store.with(|mut store| view(store.get()).opened(&socket, opened))
        }
    }
}

impl TcpView<'_> {
    /// Begins to connect a socket that is not connected yet.
    fn begin(
        &mut self,
        socket: &Socket,
        remote: SocketAddr,
    ) -> Result<Target<impl Opening + use<>>, SocketError> {
        let number = socket.rep();
        if self.sockets.connections.contains_key(&number) {
            return Err(ErrorCode::InvalidState.into());
        }
        let target = self.target(remote);
        match &target {
            Target::Plain => self.watch(number, remote),
            Target::Refused(_) => {}
            Target::Session(_) => {
                self.may_connect(socket, remote)?;
                let connection = Connection {
                    remote,
                    channel: None,
                    sends: true,
                    receives: true,
                };
                self.sockets.connections.insert(number, connection);
            }
        }
        Ok(target)
    }

    /// What wasmtime-wasi would find wrong.
    fn may_connect(&mut self, socket: &Socket, remote: SocketAddr) -> Result<(), SocketError> {
        let wasi = &mut self.wasi;
        let family = HostTcpSocket::get_address_family(wasi, again(socket));
        let fits = match family.map_err(SocketError::trap)? {
            IpAddressFamily::Ipv4 => remote.is_ipv4(),
            IpAddressFamily::Ipv6 => remote.is_ipv6(),
        };
        let listens = HostTcpSocket::get_is_listening(wasi, again(socket));
        if listens.map_err(SocketError::trap)?
            || HostTcpSocket::get_remote_address(wasi, again(socket)).is_ok()
        {
            return Err(ErrorCode::InvalidState.into());
        }
        if !fits {
            return Err(ErrorCode::InvalidArgument.into());
        }
        Ok(())
    }

    fn opened(
        &mut self,
        socket: &Socket,
        opened: Result<SharedSession, DbError>,
    ) -> Result<(), SocketError> {
        let connections = &mut self.sockets.connections;
        match (opened, connections.get_mut(&socket.rep())) {
            (Ok(session), Some(connection)) => {
                connection.channel = Some(Channel::new(session));
                Ok(())
            }
            (Err(error), _) => {
                connections.remove(&socket.rep());
                Err(code_of(error).into())
            }
            // The guest has dropped it.
            (Ok(_), None) => Err(ErrorCode::ConnectionAborted.into()),
        }
    }

    /// The session of a socket whose stream has not been taken; nothing where it
    /// is not proxied.
    fn take(
        &mut self,
        socket: &Socket,
        direction: fn(&mut Connection) -> &mut bool,
    ) -> Option<Result<Channel, ErrorCode>> {
        let connection = self.sockets.connections.get_mut(&socket.rep())?;
        let free = std::mem::replace(direction(connection), false);
        let channel = connection.channel.clone().filter(|_| free);
        Some(channel.ok_or(ErrorCode::InvalidState))
    }
}

fn send<T: WasiSocketsView + 'static>(
    mut store: StoreContextMut<'_, T>,
    view: View<T>,
    socket: Socket,
    mut data: StreamReader<u8>,
) -> wasmtime::Result<Ending> {
    match view(store.data_mut()).take(&socket, |connection| &mut connection.sends) {
        None => {
            let plain = Access::<T, WasiSockets>::new(store, T::sockets);
            <WasiSockets as HostTcpSocketWithStore<T>>::send(plain, socket, data)
        }
        Some(Ok(channel)) => {
            let (ended, how) = oneshot::channel();
            data.pipe(&mut store, Sent(Direction::new(channel, ended)))?;
            FutureReader::new(&mut store, how)
        }
        Some(Err(code)) => {
            data.close(&mut store)?;
            FutureReader::new(&mut store, async { wasmtime::error::Ok(Err(code)) })
        }
    }
}

fn receive<T: WasiSocketsView + 'static>(
    mut store: StoreContextMut<'_, T>,
    view: View<T>,
    socket: Socket,
) -> wasmtime::Result<(StreamReader<u8>, Ending)> {
    match view(store.data_mut()).take(&socket, |connection| &mut connection.receives) {
        None => {
            let plain = Access::<T, WasiSockets>::new(store, T::sockets);
            <WasiSockets as HostTcpSocketWithStore<T>>::receive(plain, socket)
        }
        Some(Ok(channel)) => {
            let (ended, how) = oneshot::channel();
            let received = Received(Direction::new(channel, ended));
            let stream = StreamReader::new(&mut store, received)?;
            Ok((stream, FutureReader::new(&mut store, how)?))
        }
        Some(Err(code)) => {
            let stream = StreamReader::new(&mut store, std::iter::empty())?;
            let how = async { wasmtime::error::Ok(Err(code)) };
            Ok((stream, FutureReader::new(&mut store, how)?))
        }
    }
}

fn code_of(error: DbError) -> ErrorCode {
    match error {
        DbError::ConnectionRefused => ErrorCode::ConnectionRefused,
        DbError::Timeout => ErrorCode::Timeout,
        DbError::PoolExhausted => ErrorCode::Other(Some("no connection is free".to_owned())),
        DbError::ProtocolError | DbError::Closed => ErrorCode::ConnectionReset,
    }
}

/// Whether it is the address that a connection failed by.
fn at_fault(error: &SocketError) -> bool {
    matches!(
        error.downcast_ref(),
        Some(
            ErrorCode::ConnectionRefused
                | ErrorCode::ConnectionReset
                | ErrorCode::ConnectionAborted
                | ErrorCode::RemoteUnreachable
                | ErrorCode::Timeout
        )
    )
}
