//! The options of a socket whose connection is a session.

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::network::ErrorCode;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::{SocketResult, TcpSocket};
use wasmtime_wasi::sockets::WasiSocketsCtxView;

/// What the guest set, or the system's defaults. No option has an effect on a
/// session; each is kept for the guest to read.
pub(super) struct Options {
    pub(super) keep_alive_enabled: bool,
    /// Nanoseconds.
    pub(super) keep_alive_idle_time: u64,
    /// Nanoseconds.
    pub(super) keep_alive_interval: u64,
    pub(super) keep_alive_count: u32,
    pub(super) hop_limit: u8,
    /// Bytes.
    pub(super) receive_buffer_size: u64,
    /// Bytes.
    pub(super) send_buffer_size: u64,
}

impl Options {
    /// The options of a socket that is not connected yet.
    pub(super) fn of(wasi: &mut WasiSocketsCtxView<'_>, socket: u32) -> SocketResult<Self> {
        let this = || Resource::<TcpSocket>::new_borrow(socket);
        Ok(Self {
            keep_alive_enabled: wasi.keep_alive_enabled(this())?,
            keep_alive_idle_time: wasi.keep_alive_idle_time(this())?,
            keep_alive_interval: wasi.keep_alive_interval(this())?,
            keep_alive_count: wasi.keep_alive_count(this())?,
            hop_limit: HostTcpSocket::hop_limit(wasi, this())?,
            receive_buffer_size: HostTcpSocket::receive_buffer_size(wasi, this())?,
            send_buffer_size: HostTcpSocket::send_buffer_size(wasi, this())?,
        })
    }
}

/// A value that an option may take.
pub(super) trait Value: Copy {
    /// Zero is no count, no time and no size.
    fn check(self) -> SocketResult<Self>;
}

impl Value for bool {
    fn check(self) -> SocketResult<Self> {
        Ok(self)
    }
}

macro_rules! positive {
    ($($number:ty),*) => {
        $(impl Value for $number {
            fn check(self) -> SocketResult<Self> {
                if self == 0 {
                    return Err(ErrorCode::InvalidArgument.into());
                }
                Ok(self)
            }
        })*
    };
}

positive!(u8, u32, u64);
