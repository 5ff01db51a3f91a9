//! What a client is told when a request cannot be answered.

use std::io;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request failed.
pub enum Failure {
    NotFound(String),
    Request(String),
    Database(tokio_postgres::Error),
    System(String),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound("there is no such note".to_owned()),
            _ => Self::System(error.to_string()),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotFound(what) => (StatusCode::NOT_FOUND, json!(what)),
            Self::Request(what) => (StatusCode::BAD_REQUEST, json!(what)),
            Self::System(what) => (StatusCode::INTERNAL_SERVER_ERROR, json!(what)),
            Self::Database(error) => match error.as_db_error() {
                Some(refusal) => (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    json!({ "refused": refusal.message(), "sqlstate": refusal.code().code() }),
                ),
                None => {
                    eprintln!("database: {error}");
                    (
                        StatusCode::SERVICE_UNAVAILABLE,
                        json!("the database does not answer"),
                    )
                }
            },
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
