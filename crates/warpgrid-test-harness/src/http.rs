//! Clients of the services under test.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};

const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
/// The largest body that a test asks for, in bytes.
const LARGEST_BODY: u64 = 64 << 20;

/// One request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// `GET` of a path.
    Get(&'a str),
    /// `POST` of JSON to a path.
    PostJson(&'a str, &'a str),
    /// Any method, of JSON, to a path.
    Json(&'a str, &'a str, &'a str),
}

/// What a client can tell one answer from another by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends a request on a connection of its own and reads the whole answer,
/// whatever its status.
///
/// # Errors
/// Where no whole answer comes, with the request.
pub fn send(address: SocketAddr, request: Request<'_>) -> Result<Answer> {
    Client::new(address).send(request)
}

/// A client that keeps its connection.
pub struct Client {
    address: SocketAddr,
    agent: ureq::Agent,
}

impl Client {
    /// For the service at an address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWERED_WITHIN))
            .build();
        Self {
            address,
            agent: config.into(),
        }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// Where no whole answer comes, with the request.
    pub fn send(&self, request: Request<'_>) -> Result<Answer> {
        let url = |path: &str| format!("http://{}{path}", self.address);
        let json = |method: &str, path: &str, json: &str| {
            let request = ureq::http::Request::builder()
                .method(method)
                .uri(url(path))
                .header("content-type", "application/json")
                .body(json.to_owned())?;
            Ok(self.agent.run(request)?)
        };
        let response: Result<_> = match request {
            Request::Get(path) => self.agent.get(url(path)).call().map_err(Into::into),
            Request::PostJson(path, body) => json("POST", path, body),
            Request::Json(method, path, body) => json(method, path, body),
        };
        let mut response = response.with_context(|| format!("{request:?}"))?;
        let content_type = response
            .headers()
            .get("content-type")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let body = response
            .body_mut()
            .with_config()
            .limit(LARGEST_BODY)
            .read_to_vec()
            .with_context(|| format!("the body of {request:?}"))?;
        Ok(Answer {
            status: response.status().as_u16(),
            content_type,
            body,
        })
    }
}

impl std::fmt::Display for Answer {
    /// In one line, of a large body its length and beginning.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const SHOWN: usize = 200;
        let shown = String::from_utf8_lossy(&self.body[..self.body.len().min(SHOWN)]);
        let kind = self.content_type.as_deref().unwrap_or("no content-type");
        write!(
            f,
            "{} {kind}, {} bytes: {shown:?}",
            self.status,
            self.body.len()
        )
    }
}
