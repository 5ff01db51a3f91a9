//! A service: both ways it must give the same answers, also to many clients at
//! once, and go on when its database was away.

use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use warpgrid_test_harness::http::{Answer, Client, Request};
use warpgrid_test_harness::service::Service;

use super::matrix::Stage;

/// How many clients ask at once, and how often each.
const CLIENTS: usize = 64;
const REQUESTS: usize = 4;
/// How often a service is asked after its database came back.
const ATTEMPTS: usize = 20;
/// Drivers' pools look at a connection before it is used where it has rested for
/// so long, pgx's by default for one second. Each instance has a pool of its own.
const REST: Duration = Duration::from_millis(1200);

/// What a service is asked, one after the other. The last ones write, and
/// answer according to what the ones before them wrote.
pub type Dialogue = &'static [Request<'static>];

/// For a server that does more than answer from its database.
pub const SERVER: Dialogue = &[
    Request::Get("/"),
    Request::Get("/health"),
    Request::Get("/users/1"),
    Request::Get("/users/99"),
    Request::Get("/error"),
    Request::Get("/together"),
    Request::Get("/pair"),
    Request::Get("/notes"),
    Request::Get("/notes/note.txt"),
    Request::PostJson("/notes", r#"{"text":"first"}"#),
    Request::Get("/notes/note.txt"),
    Request::PostJson("/notes", r#"{"text":"second"}"#),
    Request::Get("/notes/note.txt"),
    Request::Get("/notes"),
    // Winter, summer, and the hour that local time skips.
    Request::Get("/time/1767225600"),
    Request::Get("/time/1782864000"),
    Request::Get("/time/1774746000"),
    Request::Get("/random"),
    Request::Get("/clock"),
    Request::PostJson("/json", r#"{"any":["thing",1]}"#),
    Request::Get("/nowhere"),
];

/// For one with a cache in front of its database.
pub const CACHED: Dialogue = &[
    Request::Get("/"),
    Request::Get("/health"),
    Request::Get("/users/1"),
    Request::Get("/users/1"),
    Request::Get("/users/2"),
    Request::Get("/users/3"),
    Request::Get("/users/3"),
    Request::Get("/users/99"),
    Request::Get("/users/x"),
    Request::Get("/pair"),
    Request::Get("/together"),
    Request::Get("/error"),
    Request::Get("/cache-error"),
    Request::Get("/big"),
    Request::Get("/queue"),
    Request::Get("/news"),
    Request::Get("/nowhere"),
    Request::Get("/visits"),
    Request::Get("/visits"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    Request::Get("/users/4"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    // The second statement of the transaction is refused: the first is undone.
    Request::PostJson("/users", r#"{"name":"Too many","letters":500}"#),
    Request::PostJson("/users", r#"{"name":"Barbara","letters":7}"#),
    Request::Get("/users/6"),
    Request::Get("/users/7"),
    // What the cache has is dropped with the change.
    Request::PostJson("/users/1", r#"{"name":"Ada L.","letters":4}"#),
    Request::Get("/users/1"),
    Request::Get("/users/1"),
    Request::PostJson("/users", "no JSON"),
];

/// For one that streams, and waits for several queries at once.
pub const STREAMS: Dialogue = &[
    Request::Get("/"),
    Request::Get("/health"),
    Request::Get("/users"),
    Request::Get("/users/1"),
    Request::Get("/users/99"),
    Request::Get("/users/x"),
    Request::Get("/pair"),
    Request::Get("/error"),
    Request::Get("/together"),
    Request::Get("/deadline"),
    Request::Get("/big"),
    Request::Get("/download/0"),
    Request::Get("/download/3"),
    Request::Get("/download/many"),
    Request::PostJson("/upload", r#"{"any":["thing",1]}"#),
    // Winter, summer, and the hour that local time skips.
    Request::Get("/time/1767225600"),
    Request::Get("/time/1782864000"),
    Request::Get("/time/1774746000"),
    Request::Get("/nowhere"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    Request::Get("/users/4"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    // The second statement of the transaction is refused: the first is undone.
    Request::PostJson("/users", r#"{"name":"Negative","letters":-1}"#),
    Request::PostJson("/users", r#"{"name":"Barbara","letters":7}"#),
    Request::PostJson("/users", "no JSON"),
    Request::Get("/users/7"),
];

/// For one over values without tables.
pub const VALUES: Dialogue = &[
    Request::Get("/health"),
    Request::Get("/values"),
    Request::Get("/errors"),
    Request::Get("/script"),
    Request::Get("/big"),
    Request::Get("/together"),
    Request::Get("/pipeline"),
    Request::Get("/transaction"),
    Request::Get("/news"),
    Request::Get("/get"),
    Request::Get("/put?value=kept"),
    Request::Get("/get"),
    Request::Get("/pair"),
    Request::Get("/nowhere"),
];

/// For one that says what its drivers gave.
pub const DRIVERS: Dialogue = &[
    Request::Get("/health"),
    Request::Get("/postgres"),
    Request::Get("/mysql"),
    Request::Get("/redis"),
    Request::Get("/pair"),
];

/// For one by what Bun brings.
pub const BUN_SQL: Dialogue = &[
    Request::Get("/"),
    Request::Get("/health"),
    Request::Get("/users"),
    Request::Get("/users/1"),
    Request::Get("/users/99"),
    Request::Get("/users/x"),
    Request::Get("/pair"),
    Request::Get("/together"),
    Request::Get("/error"),
    Request::Get("/statements"),
    Request::Get("/statements"),
    Request::Get("/big"),
    Request::Get("/stream"),
    Request::Get("/text/%3Cb%3E"),
    Request::Get("/nowhere"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    Request::Get("/users/4"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    // The second statement of the transaction is refused: the first is undone.
    Request::PostJson("/users", r#"{"name":"Negative","letters":-1}"#),
    Request::PostJson("/users", r#"{"name":"Barbara","letters":7}"#),
    Request::PostJson("/users", "no JSON"),
    Request::PostJson("/nowhere", "{}"),
    Request::Get("/users"),
];

/// For every service over a table of users, whatever its language.
pub const USERS: Dialogue = &[
    Request::Get("/"),
    Request::Get("/health"),
    Request::Get("/users/1"),
    Request::Get("/users/3"),
    Request::Get("/users/99"),
    Request::Get("/users/x"),
    Request::Get("/pair"),
    Request::Get("/error"),
    Request::Get("/big"),
    Request::Get("/nowhere"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    Request::Get("/users/4"),
    Request::PostJson("/users", r#"{"name":"Linus","letters":5}"#),
    // The second statement of the transaction is refused: the first is undone.
    Request::PostJson("/users", r#"{"name":"Too many","letters":5000000}"#),
    Request::PostJson("/users", r#"{"name":"Barbara","letters":7}"#),
    Request::PostJson("/users", "no JSON"),
    Request::Get("/users/6"),
];

pub fn test(stage: Stage<'_>, dialogue: Dialogue) -> anyhow::Result<()> {
    let expected = natively(&stage, dialogue)?;
    component(stage, dialogue, &expected)
}

/// The same, where the native program is to answer as another one does.
pub fn test_twin(stage: Stage<'_>, dialogue: Dialogue, other: &Stage<'_>) -> anyhow::Result<()> {
    let expected = natively(&stage, dialogue)?;
    let others = natively(other, dialogue)?;
    let different = differences(dialogue, &folded(&others), &folded(&expected));
    ensure!(
        different.is_empty(),
        "natively, answers are not those of {}, which stand first:\n{}",
        other.app.display(),
        different.join("\n")
    );
    component(stage, dialogue, &expected)
}

/// Runtimes write the charset that a text has of itself each in their own way; its
/// case says nothing (RFC 9110, section 8.3.2).
fn folded(answers: &[Answer]) -> Vec<Answer> {
    let fold = |answer: &Answer| Answer {
        content_type: answer.content_type.as_ref().map(|it| it.to_lowercase()),
        ..answer.clone()
    };
    answers.iter().map(fold).collect()
}

/// What the native program answers.
fn natively(stage: &Stage<'_>, dialogue: Dialogue) -> anyhow::Result<Vec<Answer>> {
    fill(stage)?;
    let native = start(stage, |stage, address| {
        let mut command = stage.native();
        command.env("LISTEN", address.to_string());
        Ok(command)
    })?;
    converse(dialogue, native.address()).map_err(|error| error.context(native.report()))
}

/// That the component answers so, and bears what a service has to.
fn component(mut stage: Stage<'_>, dialogue: Dialogue, expected: &[Answer]) -> anyhow::Result<()> {
    fill(&stage)?;
    let component = start_component(&stage)?;
    let tested = compare(dialogue, expected, component.address())
        .and_then(|()| crowd(component.address()).context("many clients at once"))
        .and_then(|()| {
            stage.databases.restart()?;
            thread::sleep(REST);
            recover(component.address()).context("after the database was restarted")
        })
        .and_then(|()| crowd(component.address()).context("many clients after the restart"));
    tested.map_err(|error| stage.explain(error.context(component.report())))
}

/// The service in the host.
pub fn start_component(stage: &Stage<'_>) -> anyhow::Result<Service> {
    start(stage, |stage, address| {
        let mut command = stage.component()?;
        command.arg("--listen").arg(address.to_string());
        // A server listens by itself, where it is told to and may.
        command.arg("--env").arg(format!("LISTEN={address}"));
        Ok(command)
    })
}

/// The tables of the app's `schema.sql` as they are at first; nothing, for one that
/// has none.
pub fn fill(stage: &Stage<'_>) -> anyhow::Result<()> {
    let path = stage.app.join("schema.sql");
    let schema = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    stage.databases.fill(&schema)
}

fn start(
    stage: &Stage<'_>,
    command: impl Fn(&Stage<'_>, SocketAddr) -> anyhow::Result<Command>,
) -> anyhow::Result<Service> {
    // Made once for its errors: the harness may have to try several addresses.
    command(stage, SocketAddr::from(([127, 0, 0, 1], 0)))?;
    Service::start(&stage.bounds, |address| {
        command(stage, address).unwrap_or_else(|_| Command::new("false"))
    })
}

/// What a service answers to each request.
///
/// # Errors
/// Where an answer does not come.
pub fn converse(dialogue: &[Request<'_>], address: SocketAddr) -> anyhow::Result<Vec<Answer>> {
    let client = Client::new(address);
    dialogue
        .iter()
        .map(|request| client.send(*request))
        .collect()
}

fn compare(dialogue: Dialogue, expected: &[Answer], address: SocketAddr) -> anyhow::Result<()> {
    let different = differences(dialogue, expected, &converse(dialogue, address)?);
    ensure!(
        different.is_empty(),
        "answers differ:\n{}",
        different.join("\n")
    );
    Ok(())
}

/// Each request that is answered otherwise, with both answers.
pub fn differences(
    dialogue: &[Request<'_>],
    native: &[Answer],
    component: &[Answer],
) -> Vec<String> {
    let answers = native.iter().zip(component);
    dialogue
        .iter()
        .zip(answers)
        .filter(|(_, (native, component))| native != component)
        .map(|(request, (native, component))| {
            format!("{request:?}\n  native    {native}\n  component {component}")
        })
        .collect()
}

/// Every client gets every answer whole and right.
fn crowd(address: SocketAddr) -> anyhow::Result<()> {
    let request = Request::Get("/pair");
    let expected = Client::new(address).send(request)?;
    ensure!(expected.status == 200, "{request:?}: {expected}");
    let client = || -> anyhow::Result<()> {
        let client = Client::new(address);
        for _ in 0..REQUESTS {
            let answer = client.send(request)?;
            ensure!(answer == expected, "{answer}, and not {expected}");
        }
        Ok(())
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let mut failed = Vec::new();
        for client in clients {
            match client.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => failed.push(format!("{error:#}")),
                Err(_) => failed.push("a client panicked".to_owned()),
            }
        }
        ensure!(
            failed.is_empty(),
            "{} of {CLIENTS} clients failed:\n{}",
            failed.len(),
            failed.join("\n")
        );
        Ok(())
    })
}

/// A request that met a broken connection may fail, but not the ones after it.
fn recover(address: SocketAddr) -> anyhow::Result<()> {
    let request = Request::Get("/health");
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let answer = Client::new(address).send(request)?;
        if answer.status == 200 {
            return Ok(());
        }
        last = Some(answer);
        thread::sleep(Duration::from_millis(100));
    }
    match last {
        Some(answer) => bail!("asked {ATTEMPTS} times, it still answers {answer}"),
        None => bail!("it was never asked"),
    }
}
