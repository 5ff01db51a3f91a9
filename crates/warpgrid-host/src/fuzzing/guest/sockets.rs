//! Calls of `wasi:sockets`, as components of stock toolchains make them.

use std::net::SocketAddr;

use wasmtime::component::Resource;
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::p2::TcpSocket;
use wasmtime_wasi::p2::bindings::sockets::instance_network::Host as _;
use wasmtime_wasi::p2::bindings::sockets::network::{HostNetwork, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::Host as _;

use super::Guest;

impl Guest<'_> {
    pub(super) fn make_socket(&mut self) {
        let family = match self.calls.flag() {
            true => IpAddressFamily::Ipv4,
            false => IpAddressFamily::Ipv6,
        };
        if let Ok(socket) = self.state.sockets_of_wasi().create_tcp_socket(family) {
            self.sockets.push(socket.rep());
        }
    }

    fn socket(&mut self) -> Option<Resource<TcpSocket>> {
        let which = usize::from(self.calls.byte());
        let rep = self.sockets.get(which).or(self.sockets.last())?;
        Some(Resource::new_borrow(*rep))
    }

    pub(super) fn start_connect(&mut self) {
        let Some(socket) = self.socket() else {
            return;
        };
        let (host, port) = self.endpoint();
        let name = self.shared.upstreams.dns.made_up(&host);
        let Some(address) = name.or_else(|| host.parse().ok()) else {
            return;
        };
        let Ok(network) = self.state.sockets_of_wasi().instance_network() else {
            return;
        };
        let remote = SocketAddr::new(address, port).into();
        let again = Resource::new_borrow(network.rep());
        let _ = self.state.wasi_tcp().start_connect(socket, again, remote);
        let _ = HostNetwork::drop(&mut self.state.wasi_tcp(), network);
    }

    pub(super) fn finish_connect(&mut self) {
        let Some(socket) = self.socket() else {
            return;
        };
        if let Ok((input, output)) = self.state.wasi_tcp().finish_connect(socket) {
            let table = self.state.ctx().table;
            assert!(table.delete(input).is_ok() && table.delete(output).is_ok());
        }
    }

    pub(super) fn drop_socket(&mut self) {
        if let Some(socket) = self.sockets.pop() {
            let owned = Resource::<TcpSocket>::new_own(socket);
            let _ = HostTcpSocket::drop(&mut self.state.wasi_tcp(), owned);
        }
    }

    pub(super) fn set_option(&mut self) {
        let Some(socket) = self.socket() else {
            return;
        };
        let (which, value) = (self.calls.byte(), self.calls.number());
        let this = || Resource::new_borrow(socket.rep());
        let mut tcp = self.state.wasi_tcp();
        let set = match which % 6 {
            0 => tcp.set_keep_alive_enabled(this(), value & 1 != 0),
            1 => tcp.set_keep_alive_idle_time(this(), value),
            2 => tcp.set_keep_alive_count(this(), value as u32),
            3 => tcp.set_hop_limit(this(), value as u8),
            4 => tcp.set_receive_buffer_size(this(), value),
            _ => tcp.set_send_buffer_size(this(), value),
        };
        assert!(
            set.is_err() || value != 0 || which % 6 == 0,
            "zero is no value"
        );
        let _ = tcp.receive_buffer_size(this());
        let _ = tcp.local_address(this());
        let _ = tcp.remote_address(this());
    }
}
