//! What the server answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::database::Database;
use crate::echo::echo;
use crate::failure::Failure;
use crate::notes;

/// What all requests share.
pub struct Service {
    pub left: Database,
    pub right: Database,
    pub echo: String,
    pub notes: PathBuf,
}

type Shared = State<Arc<Service>>;
type Answer = Result<Json<Value>, Failure>;

/// Every route.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/", get(|| async { "one event loop\n" }))
        .route("/health", get(health))
        .route("/users/{id}", get(user))
        .route("/error", get(error))
        .route("/together", get(together))
        .route("/pair", get(pair))
        .route("/notes", get(list_notes).post(write_note))
        .route("/notes/{name}", get(read_note))
        .route("/time/{seconds}", get(time))
        .route("/random", get(random))
        .route("/clock", get(clock))
        .route(
            "/json",
            post(|Json(value): Json<Value>| async { Json(value) }),
        )
        .with_state(service)
}

async fn health(State(service): Shared) -> Answer {
    let row = service
        .left
        .client()
        .await?
        .query_one("SELECT 1", &[])
        .await?;
    Ok(Json(json!({ "database": row.get::<_, i32>(0) })))
}

async fn user(State(service): Shared, Path(id): Path<i64>) -> Answer {
    let client = service.left.client().await?;
    let statement = "SELECT name, letters FROM users WHERE id = $1";
    let Some(row) = client.query_opt(statement, &[&id]).await? else {
        return Err(Failure::NotFound(format!("there is no user {id}")));
    };
    let (name, letters): (String, i64) = (row.get(0), row.get(1));
    Ok(Json(json!({ "id": id, "name": name, "letters": letters })))
}

/// A query that the server refuses: division by zero.
async fn error(State(service): Shared) -> Answer {
    let client = service.left.client().await?;
    let row = client.query_one("SELECT 1 / $1::int4", &[&0i32]).await?;
    Ok(Json(json!({ "quotient": row.get::<_, i32>(0) })))
}

/// Two queries that sleep and one echo, all at once. By the server's own clock
/// each query began before the other had ended.
async fn together(State(service): Shared) -> Answer {
    let (left, right, echoed) = tokio::join!(
        sleep(&service.left),
        sleep(&service.right),
        echo(&service.echo, "across the wire")
    );
    let (left, right) = (left?, right?);
    Ok(Json(json!({
        "overlap": left.begun < right.ended && right.begun < left.ended,
        "backends": if left.backend == right.backend { 1 } else { 2 },
        "echo": echoed?,
    })))
}

struct Slept {
    begun: SystemTime,
    ended: SystemTime,
    backend: i32,
}

async fn sleep(database: &Database) -> Result<Slept, Failure> {
    // clock_timestamp() in the list is read after the sleep in FROM.
    let statement = "SELECT statement_timestamp(), clock_timestamp(), pg_backend_pid() \
                     FROM pg_sleep(0.5)";
    let row = database.client().await?.query_one(statement, &[]).await?;
    Ok(Slept {
        begun: row.get(0),
        ended: row.get(1),
        backend: row.get(2),
    })
}

/// What `/together` does, quickly: for many clients at once.
async fn pair(State(service): Shared) -> Answer {
    let answer = async |database: &Database, wanted: i32| {
        let client = database.client().await?;
        let row = client.query_one("SELECT $1::int4", &[&wanted]).await?;
        Ok::<i32, Failure>(row.get(0))
    };
    let (left, right, echoed) = tokio::join!(
        answer(&service.left, 1),
        answer(&service.right, 2),
        echo(&service.echo, "pair")
    );
    Ok(Json(
        json!({ "left": left?, "right": right?, "echo": echoed? }),
    ))
}

async fn list_notes(State(service): Shared) -> Answer {
    Ok(Json(json!(notes::list(&service.notes)?)))
}

async fn write_note(
    State(service): Shared,
    Json(note): Json<Value>,
) -> Result<StatusCode, Failure> {
    let text = note["text"].as_str();
    let text = text.ok_or_else(|| Failure::Request("a note has a text".to_owned()))?;
    notes::write(&service.notes, "note.txt", text)?;
    Ok(StatusCode::CREATED)
}

async fn read_note(State(service): Shared, Path(name): Path<String>) -> Result<String, Failure> {
    if name.contains('/') {
        return Err(Failure::Request("a note's name has no slash".to_owned()));
    }
    Ok(notes::read(&service.notes, &name).await?)
}

/// A moment in the time zone that TZ names.
async fn time(Path(seconds): Path<i64>) -> Answer {
    let moment = Timestamp::from_second(seconds);
    let moment = moment.map_err(|error| Failure::Request(error.to_string()))?;
    let local = moment.to_zoned(TimeZone::system());
    Ok(Json(
        json!({ "utc": moment.to_string(), "local": local.to_string() }),
    ))
}

/// Random bytes: two draws are never the same.
async fn random() -> Answer {
    let (mut one, mut other) = ([0u8; 32], [0u8; 32]);
    for draw in [&mut one, &mut other] {
        getrandom::fill(draw).map_err(|error| Failure::System(error.to_string()))?;
    }
    Ok(Json(json!({ "bytes": one.len(), "same": one == other })))
}

/// Whether this clock and the database's agree to a minute.
async fn clock(State(service): Shared) -> Answer {
    let client = service.left.client().await?;
    let row = client.query_one("SELECT clock_timestamp()", &[]).await?;
    let (here, there) = (SystemTime::now(), row.get::<_, SystemTime>(0));
    let apart = here
        .duration_since(there)
        .unwrap_or_else(|error| error.duration());
    Ok(Json(json!({ "agree": apart.as_secs() < 60 })))
}
