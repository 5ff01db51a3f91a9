//! The service as a component: `wasi:http/incoming-handler` onto the router.

use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Method, Request, Response};
use futures_util::stream;
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingRequest, Method as WasiMethod, OutgoingBody,
    OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// How many bytes are asked of the request's body at once.
const READ_BYTES: u64 = 64 * 1024;

/// The runtime and the router, kept for the life of the instance: so is the
/// pool in the router's state.
static SERVICE: OnceLock<Result<(Runtime, Router), String>> = OnceLock::new();

struct Component;

wasip2::http::proxy::export!(Component);

impl Guest for Component {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let (runtime, router) = match SERVICE.get_or_init(start) {
            Ok((runtime, router)) => (runtime, router),
            Err(error) => return fail(out, error.clone()),
        };
        let request = match incoming(request) {
            Ok(request) => request,
            Err(error) => return fail(out, error),
        };
        runtime.block_on(async {
            // A router is infallible: its errors are responses already.
            let Ok(response) = router.clone().oneshot(request).await;
            if let Err(error) = outgoing(response, out).await {
                eprintln!("the response was cut short: {error}");
            }
        });
    }
}

fn start() -> Result<(Runtime, Router), String> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let router = {
        let _entered = runtime.enter();
        crate::service()?
    };
    Ok((runtime, router))
}

fn fail(out: ResponseOutparam, cause: String) {
    eprintln!("{cause}");
    ResponseOutparam::set(out, Err(ErrorCode::InternalError(Some(cause))));
}

fn incoming(request: IncomingRequest) -> Result<Request<Body>, String> {
    let method = match request.method() {
        WasiMethod::Get => Method::GET,
        WasiMethod::Head => Method::HEAD,
        WasiMethod::Post => Method::POST,
        WasiMethod::Put => Method::PUT,
        WasiMethod::Delete => Method::DELETE,
        WasiMethod::Connect => Method::CONNECT,
        WasiMethod::Options => Method::OPTIONS,
        WasiMethod::Trace => Method::TRACE,
        WasiMethod::Patch => Method::PATCH,
        WasiMethod::Other(name) => {
            Method::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?
        }
    };
    let mut builder = Request::builder()
        .method(method)
        .uri(request.path_with_query().unwrap_or_else(|| "/".to_owned()));
    for (name, value) in request.headers().entries() {
        builder = builder.header(name, value);
    }
    let body = request
        .consume()
        .map_err(|()| "the request's body was taken".to_owned())?;
    builder
        .body(Body::from_stream(chunks(body)))
        .map_err(|error| error.to_string())
}

/// A request's body and the stream of its bytes, in the order in which they
/// must be dropped.
struct Incoming {
    stream: InputStream,
    _body: IncomingBody,
}

/// The request's body, read when the handler asks for it.
fn chunks(body: IncomingBody) -> impl stream::Stream<Item = Result<Bytes, String>> + Send {
    let source = body.stream().ok().map(|stream| Incoming {
        stream,
        _body: body,
    });
    stream::unfold(source, |source| async {
        let source = source?;
        match source.stream.blocking_read(READ_BYTES) {
            Ok(chunk) => Some((Ok(Bytes::from(chunk)), Some(source))),
            Err(StreamError::Closed) => None,
            Err(StreamError::LastOperationFailed(error)) => {
                Some((Err(error.to_debug_string()), None))
            }
        }
    })
}

async fn outgoing(response: Response<Body>, out: ResponseOutparam) -> Result<(), String> {
    let (head, mut body) = response.into_parts();
    let response = OutgoingResponse::new(fields(&head.headers)?);
    response
        .set_status_code(head.status.as_u16())
        .map_err(|()| format!("the status {} cannot be sent", head.status))?;
    let target = response
        .body()
        .map_err(|()| "the response has no body".to_owned())?;
    ResponseOutparam::set(out, Ok(response));
    if !body.is_end_stream() {
        let sink = target
            .write()
            .map_err(|()| "the body has no stream".to_owned())?;
        while let Some(frame) = body.frame().await {
            // Dropping the unfinished body tells the client that it is cut off.
            let frame = frame.map_err(|error| error.to_string())?;
            if let Ok(data) = frame.into_data() {
                send(&sink, &data).map_err(|error| error.to_string())?;
            }
        }
    }
    OutgoingBody::finish(target, None).map_err(|error| error.to_string())
}

fn fields(headers: &HeaderMap) -> Result<Fields, String> {
    let entries: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    Fields::from_list(&entries).map_err(|error| format!("the headers cannot be sent: {error}"))
}

fn send(sink: &OutputStream, mut data: &[u8]) -> Result<(), StreamError> {
    while !data.is_empty() {
        let permitted = usize::try_from(sink.check_write()?).unwrap_or(usize::MAX);
        if permitted == 0 {
            sink.subscribe().block();
            continue;
        }
        let (now, later) = data.split_at(permitted.min(data.len()));
        sink.write(now)?;
        data = later;
    }
    Ok(())
}
