//! A connection to a server, logged in.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::time::timeout;

use crate::endpoint::Endpoint;
use crate::pool::Connection;
use crate::protocol::{Exchange, Failure, Protocol, slow};
use crate::stream::Stream;

/// A server connection, between an answer and the next request.
pub(crate) struct Link<P: Protocol> {
    pub(crate) stream: Stream,
    /// What is read goes here; kept between sessions for its memory.
    pub(crate) buffer: BytesMut,
    pub(crate) server: P::Server,
}

/// Why a connection cannot go on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unfit(pub(crate) String);

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl<P: Protocol> Connection for Link<P> {
    type Key = P::Key;
    type Raw = P::Raw;

    fn close(self) {
        self.stream.close(P::GOODBYE);
    }
}

impl<P: Protocol> Link<P> {
    /// Logs in on an open transport, within the connect timeout.
    pub(crate) async fn login(
        raw: P::Raw,
        endpoint: &Endpoint,
        identity: &P::Identity,
    ) -> Result<Self, Failure> {
        timeout(
            endpoint.limits.connect_timeout,
            P::log_in(raw, endpoint, identity),
        )
        .await
        .unwrap_or_else(|_| Err(slow(endpoint, "logging in").into()))
    }

    /// Sends requests of the host's own, as far as the transport takes them.
    pub(crate) fn begin(&mut self, requests: &mut Bytes) -> io::Result<()> {
        let written = self.stream.write_now(requests)?;
        requests.advance(written);
        Ok(())
    }

    /// Sends the rest of the requests, and reads until they are answered as
    /// they must be.
    pub(crate) async fn finish(
        &mut self,
        requests: Bytes,
        mut exchange: P::Exchange,
    ) -> Result<(), Unfit> {
        self.stream.write_all(&requests).await?;
        self.buffer.clear();
        loop {
            self.stream.read(&mut self.buffer).await?;
            if exchange.answer(&mut self.buffer, &mut self.server)? {
                return Ok(());
            }
        }
    }
}
