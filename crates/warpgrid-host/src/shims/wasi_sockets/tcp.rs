//! `wasi:sockets/tcp`: proxied endpoints, and wasmtime-wasi for all others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::p2::bindings::sockets::network::{
    self, ErrorCode, IpAddressFamily, IpSocketAddress, Network,
};
use wasmtime_wasi::p2::bindings::sockets::tcp::{self, HostTcpSocket, ShutdownType};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, SocketError, SocketResult, TcpSocket,
};
use wasmtime_wasi::runtime;
use wasmtime_wasi::sockets::WasiSocketsCtxView;

use super::channel::Channel;
use super::options::{Options, Value};
use super::proxied::{Outcome, Proxied, State, Target, at_fault, code_of};
use super::{WasiSocketsState, gate};
use crate::shims::database_proxy::DatabaseProxyState;
use crate::shims::dns::{DnsConfig, ResolvedNames};

/// Names [`TcpView`] to the linker.
pub struct Tcp;

impl HasData for Tcp {
    type Data<'a> = TcpView<'a>;
}

/// What `wasi:sockets/tcp` uses of an instance.
pub struct TcpView<'a> {
    pub(super) wasi: WasiSocketsCtxView<'a>,
    pub(super) sockets: &'a mut WasiSocketsState,
    pub(super) database: &'a DatabaseProxyState,
    pub(super) dns: &'a Arc<DnsConfig>,
    pub(super) names: &'a ResolvedNames,
}

/// The resource again: the methods take it by value.
fn again<T: 'static>(resource: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(resource.rep())
}

impl TcpView<'_> {
    /// What a connection to an address waits for, if it is not a plain one.
    fn opening(&self, remote: SocketAddr, outcome: &Outcome) -> Option<gate::Opening> {
        match self.target(remote) {
            Target::Plain => None,
            Target::Refused(error) => {
                outcome.set(Err(code_of(error)));
                Some(Box::pin(std::future::ready(false)))
            }
            Target::Session(opening) => {
                let (opening, outcome) = (runtime::spawn(opening), outcome.clone());
                Some(Box::pin(async move {
                    outcome.set(opening.await.map_err(code_of));
                    false
                }))
            }
        }
    }

    fn options(&mut self, socket: &Resource<TcpSocket>) -> Option<&mut Options> {
        let proxied = self.sockets.proxied.get_mut(&socket.rep())?;
        Some(&mut proxied.options)
    }

    fn channel(&self, socket: &Resource<TcpSocket>) -> SocketResult<Option<&Channel>> {
        match self.sockets.proxied.get(&socket.rep()) {
            None => Ok(None),
            Some(Proxied {
                state: State::Connected(channel),
                ..
            }) => Ok(Some(channel)),
            Some(_) => Err(ErrorCode::InvalidState.into()),
        }
    }
}

/// The error's code, unless it is a trap.
fn code<T>(result: &SocketResult<T>) -> Option<ErrorCode> {
    let error: &SocketError = result.as_ref().err()?;
    error.downcast_ref().copied()
}

impl tcp::Host for TcpView<'_> {}

/// How errors become codes.
impl network::Host for TcpView<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        network::Host::convert_error_code(&mut self.wasi, error)
    }

    fn network_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        network::Host::network_error_code(&mut self.wasi, error)
    }
}

impl network::HostNetwork for TcpView<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        network::HostNetwork::drop(&mut self.wasi, network)
    }
}

/// Methods in which proxied sockets do not differ.
macro_rules! as_wasmtime_has_them {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(fn $name(&mut self, this: Resource<TcpSocket>, $($argument: $kind),*) -> $result {
            HostTcpSocket::$name(&mut self.wasi, this, $($argument),*)
        })*
    };
}

/// Options, which a proxied socket keeps itself.
macro_rules! options {
    ($($get:ident, $set:ident: $value:ty;)*) => {
        $(fn $get(&mut self, this: Resource<TcpSocket>) -> SocketResult<$value> {
            match self.options(&this) {
                Some(options) => Ok(options.$get),
                None => HostTcpSocket::$get(&mut self.wasi, this),
            }
        }

        fn $set(&mut self, this: Resource<TcpSocket>, value: $value) -> SocketResult<()> {
            match self.options(&this) {
                Some(options) => {
                    options.$get = value.check()?;
                    Ok(())
                }
                None => HostTcpSocket::$set(&mut self.wasi, this, value),
            }
        })*
    };
}

impl HostTcpSocket for TcpView<'_> {
    fn start_connect(
        &mut self,
        this: Resource<TcpSocket>,
        network: Resource<Network>,
        remote_address: IpSocketAddress,
    ) -> SocketResult<()> {
        let remote = SocketAddr::from(remote_address);
        let socket = this.rep();
        let outcome = Outcome::default();
        // One that is or was connected already is told so by wasmtime-wasi.
        let opening = match self.sockets.proxied.contains_key(&socket) {
            true => None,
            false => self.opening(remote, &outcome),
        };
        let Some(opening) = opening else {
            HostTcpSocket::start_connect(&mut self.wasi, this, network, remote_address)?;
            self.watch(socket, remote);
            return Ok(());
        };
        let options = Options::of(&mut self.wasi, socket)?;
        let wasi = &mut self.wasi;
        let begun = gate::start(opening, || {
            HostTcpSocket::start_connect(wasi, again(&this), network, remote_address)?;
            SocketResult::Ok(HostTcpSocket::finish_connect(wasi, again(&this)))
        })?;
        let settled = code(&begun) != Some(ErrorCode::WouldBlock);
        let proxied = Proxied {
            remote,
            options,
            state: State::Connecting { outcome, settled },
        };
        self.sockets.proxied.insert(socket, proxied);
        Ok(())
    }

    fn finish_connect(
        &mut self,
        this: Resource<TcpSocket>,
    ) -> SocketResult<(Resource<DynInputStream>, Resource<DynOutputStream>)> {
        let socket = this.rep();
        let connecting = self.sockets.proxied.get_mut(&socket);
        let Some(Proxied {
            state: state @ State::Connecting { .. },
            ..
        }) = connecting
        else {
            let finished = HostTcpSocket::finish_connect(&mut self.wasi, this);
            let code = code(&finished);
            if code != Some(ErrorCode::WouldBlock) {
                self.note(socket, code.map(at_fault));
            }
            return finished;
        };
        let State::Connecting { outcome, settled } = state else {
            return Err(ErrorCode::NotInProgress.into());
        };
        if !*settled {
            let finished = HostTcpSocket::finish_connect(&mut self.wasi, again(&this));
            if code(&finished) == Some(ErrorCode::WouldBlock) {
                return Err(ErrorCode::WouldBlock.into());
            }
        }
        match outcome.take() {
            Some(Ok(session)) => {
                let channel = Channel::new(session);
                let input: DynInputStream = Box::new(channel.input());
                let output: DynOutputStream = Box::new(channel.output());
                *state = State::Connected(channel);
                let input = self.wasi.table.push_child(input, &this)?;
                let output = self.wasi.table.push_child(output, &this)?;
                Ok((input, output))
            }
            Some(Err(code)) => {
                self.sockets.proxied.remove(&socket);
                Err(code.into())
            }
            None => {
                self.sockets.proxied.remove(&socket);
                Err(ErrorCode::ConnectionAborted.into())
            }
        }
    }

    fn local_address(&mut self, this: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        if self.channel(&this)?.is_none() {
            return HostTcpSocket::local_address(&mut self.wasi, this);
        }
        // No machine has a part in it.
        let nowhere = match HostTcpSocket::address_family(&mut self.wasi, this) {
            Ok(IpAddressFamily::Ipv4) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Ok(IpAddressFamily::Ipv6) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            Err(error) => return Err(SocketError::trap(error)),
        };
        Ok(SocketAddr::new(nowhere, 0).into())
    }

    fn remote_address(&mut self, this: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        if self.channel(&this)?.is_none() {
            return HostTcpSocket::remote_address(&mut self.wasi, this);
        }
        match self.sockets.proxied.get(&this.rep()) {
            Some(proxied) => Ok(proxied.remote.into()),
            None => Err(ErrorCode::InvalidState.into()),
        }
    }

    fn shutdown(&mut self, this: Resource<TcpSocket>, how: ShutdownType) -> SocketResult<()> {
        let Some(channel) = self.channel(&this)? else {
            return HostTcpSocket::shutdown(&mut self.wasi, this, how);
        };
        channel.shut_down(
            matches!(how, ShutdownType::Receive | ShutdownType::Both),
            matches!(how, ShutdownType::Send | ShutdownType::Both),
        );
        Ok(())
    }

    fn set_listen_backlog_size(
        &mut self,
        this: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        match self.options(&this) {
            Some(_) => Err(ErrorCode::InvalidState.into()),
            None => HostTcpSocket::set_listen_backlog_size(&mut self.wasi, this, value),
        }
    }

    fn drop(&mut self, this: Resource<TcpSocket>) -> wasmtime::Result<()> {
        let socket = this.rep();
        HostTcpSocket::drop(&mut self.wasi, this)?;
        self.sockets.proxied.remove(&socket);
        self.sockets.watched.remove(&socket);
        Ok(())
    }

    options! {
        keep_alive_enabled, set_keep_alive_enabled: bool;
        keep_alive_idle_time, set_keep_alive_idle_time: u64;
        keep_alive_interval, set_keep_alive_interval: u64;
        keep_alive_count, set_keep_alive_count: u32;
        hop_limit, set_hop_limit: u8;
        receive_buffer_size, set_receive_buffer_size: u64;
        send_buffer_size, set_send_buffer_size: u64;
    }

    async fn start_bind(
        &mut self,
        this: Resource<TcpSocket>,
        network: Resource<Network>,
        local_address: IpSocketAddress,
    ) -> SocketResult<()> {
        HostTcpSocket::start_bind(&mut self.wasi, this, network, local_address).await
    }

    async fn start_listen(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        HostTcpSocket::start_listen(&mut self.wasi, this).await
    }

    as_wasmtime_has_them! {
        fn finish_bind() -> SocketResult<()>;
        fn finish_listen() -> SocketResult<()>;
        fn accept() -> SocketResult<(
            Resource<TcpSocket>,
            Resource<DynInputStream>,
            Resource<DynOutputStream>,
        )>;
        fn is_listening() -> wasmtime::Result<bool>;
        fn address_family() -> wasmtime::Result<IpAddressFamily>;
        fn subscribe() -> wasmtime::Result<Resource<DynPollable>>;
    }
}
