//! Answers of the host's own.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use wasmtime_wasi_http::WasiBody;

use super::body;
use crate::error::Error;

/// What a client is told: the kind of the failure, nothing of the inside.
pub(super) fn failed(error: &Error) -> Response<WasiBody> {
    match error {
        Error::Overloaded { .. } => {
            let mut response = answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many requests are waiting\n",
            );
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        Error::TimedOut => answer(
            StatusCode::GATEWAY_TIMEOUT,
            "the service did not answer in time\n",
        ),
        _ => answer(StatusCode::INTERNAL_SERVER_ERROR, "the service failed\n"),
    }
}

/// What a client is told where there is no guest yet.
pub(super) fn empty() -> Response<WasiBody> {
    answer(
        StatusCode::SERVICE_UNAVAILABLE,
        "the service has not started\n",
    )
}

/// What a client is told whose request's body is larger than the limit.
pub(super) fn too_large() -> Response<WasiBody> {
    tracing::warn!("a request's body is larger than [limits] body in warp.toml");
    answer(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the request's body is too large\n",
    )
}

/// What a client is told that does not say which host it means.
pub(super) fn nameless() -> Response<WasiBody> {
    answer(
        StatusCode::BAD_REQUEST,
        "the request has no valid Host header\n",
    )
}

fn answer(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let body = Bytes::from_static(text.as_bytes());
    let mut response = Response::new(body::whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}
