//! Request bodies, up to a limit.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use wasmtime_wasi_http::{Error, WasiBody};

/// A body that ends with an error beyond its limit.
struct Limited {
    body: Incoming,
    /// In bytes.
    limit: u64,
    left: u64,
    exceeded: Exceeded,
}

/// Whether a body went beyond its limit while the guest read it.
#[derive(Clone, Default)]
pub(super) struct Exceeded(Arc<AtomicBool>);

impl Exceeded {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The body, and whether it turned out too large; none where its length says so
/// from the start.
pub(super) fn limited(body: Incoming, limit: u64) -> Option<(WasiBody, Exceeded)> {
    if body.size_hint().lower() > limit {
        return None;
    }
    let exceeded = Exceeded::default();
    if body.size_hint().exact().is_some() {
        // As long as it says: hyper takes no more.
        return Some((body.map_err(Into::into).boxed_unsync(), exceeded));
    }
    let body = Limited {
        body,
        limit,
        left: limit,
        exceeded: exceeded.clone(),
    };
    Some((body.boxed_unsync(), exceeded))
}

/// A body that is there.
pub(super) fn whole(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(Into::into).boxed_unsync()
}

impl Body for Limited {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.exceeded.get() {
            return Poll::Ready(None);
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            return Poll::Pending;
        };
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len) as u64,
            _ => 0,
        };
        match self.left.checked_sub(length) {
            Some(left) => {
                self.left = left;
                Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
            }
            None => {
                self.exceeded.0.store(true, Ordering::Relaxed);
                let error = Error::HttpRequestBodySize(Some(self.limit));
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.exceeded.get() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
