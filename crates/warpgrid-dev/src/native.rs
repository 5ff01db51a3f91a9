//! The program as its own language runs it, started anew when it changes.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::sync::mpsc;
use warpgrid_host::ShimConfig;
use warpgrid_pack::Error as PackError;

use crate::build::{Builder, Packers};
use crate::databases::Databases;
use crate::process::Group;
use crate::watch::Watched;
use crate::work::configuration;
use crate::{Control, Diagnosis, Error, Event, Events, Settings};

/// How long the program may take to end.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Runs a project until it is told to stop.
///
/// # Errors
/// Where it cannot begin, or nothing is watched any more.
pub async fn run(
    settings: Settings,
    packers: Packers,
    events: Arc<dyn Events>,
    mut control: mpsc::UnboundedReceiver<Control>,
) -> Result<(), Error> {
    let settings = Arc::new(settings);
    let builder = Builder::new(settings.clone(), Arc::new(packers))?;
    let watched = Watched::begin(&settings.project)?;
    events.tell(Event::Watching {
        address: settings.listen,
        lang: builder.lang().to_owned(),
        project: settings.project.clone(),
        directories: watched.folders(),
        native: true,
    });
    let mut batches = watched.batches();
    let mut databases = Databases::default();
    let mut starts = 0;
    let mut since = Instant::now();
    let outcome = 'all: loop {
        let (back, started) =
            start(databases, settings.clone(), builder.clone(), events.clone()).await;
        databases = back;
        let mut running = match started {
            Ok(group) => {
                starts += 1;
                events.tell(Event::Built {
                    build: starts,
                    milliseconds: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
                    restarted: true,
                });
                Some(group)
            }
            Err(diagnosis) => {
                events.tell(Event::Failed {
                    diagnosis,
                    serving: false,
                });
                None
            }
        };
        loop {
            tokio::select! {
                batch = batches.recv() => match batch.unwrap_or_else(|| Err(crate::watch::ended())) {
                    Ok(batch) => {
                        since = batch.since;
                        let project = &settings.project;
                        let inside = batch.paths.iter();
                        let inside = inside.map(|path| path.strip_prefix(project).unwrap_or(path));
                        events.tell(Event::Building {
                            changed: inside.map(ToOwned::to_owned).collect(),
                        });
                        break;
                    }
                    Err(error) => break 'all Err(error.into()),
                },
                code = ended(&mut running) => {
                    running = None;
                    events.tell(Event::Ended { code });
                }
                asked = control.recv() => match asked {
                    Some(Control::Line(line)) if line.trim() == "quit" => break 'all finish(running).await,
                    Some(Control::Line(_)) => events.tell(Event::Fault {
                        text: "faults are the host's: leave --native out to have them".to_owned(),
                    }),
                    Some(Control::Reload) => break,
                    Some(Control::Stop) | None => break 'all finish(running).await,
                },
            }
        }
        if let Some(group) = running {
            group.end(END_WITHIN).await;
        }
    };
    // Whether that panicked or not, they have ended.
    let _ = tokio::task::spawn_blocking(move || drop(databases)).await;
    outcome
}

async fn finish(running: Option<Group>) -> Result<(), Error> {
    if let Some(group) = running {
        group.end(END_WITHIN).await;
    }
    Ok(())
}

async fn ended(running: &mut Option<Group>) -> Option<i32> {
    match running {
        Some(group) => group.child().wait().await.ok()?.code(),
        None => std::future::pending().await,
    }
}

/// Starts the databases that are not there yet, and the program.
async fn start(
    mut databases: Databases,
    settings: Arc<Settings>,
    builder: Builder,
    events: Arc<dyn Events>,
) -> (Databases, Result<Group, Diagnosis>) {
    let project = settings.project.clone();
    let asked = settings.clone();
    let prepared = tokio::task::spawn_blocking(move || {
        let read = configuration(&asked).and_then(|mut config| {
            databases
                .serve(&mut config, &asked.project, &*events)
                .map_err(|error| Diagnosis::of(&error, &asked.project))
                .map(|()| config)
        });
        (databases, read)
    });
    let Ok((databases, read)) = prepared.await else {
        let message = "starting the databases panicked".to_owned();
        let diagnosis = Diagnosis {
            message,
            help: Some("this is a defect of warp".to_owned()),
            place: None,
            output: String::new(),
        };
        return (Databases::default(), Err(diagnosis));
    };
    let started = read.and_then(|config| {
        let wrong = |error: &PackError| Diagnosis::of(error, &project);
        let mut command = builder.native().map_err(|error| wrong(&error))?;
        command.envs(environment(&config));
        command.args(&settings.arguments);
        let program = std::path::PathBuf::from(command.get_program());
        let mut command = Command::from(command);
        command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        Group::spawn(&mut command).map_err(|error| {
            let install = "install the language's own tools, and put them on PATH";
            wrong(&PackError::spawn(&program, install, &error))
        })
    });
    (databases, started)
}

/// The program's variables. What the host would connect for a guest, the program
/// connects to itself: where a value names an endpoint of `[[database]]`, it names its
/// upstream instead.
fn environment(config: &ShimConfig) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = config
        .env
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for database in &config.databases {
        let (host, port) = database.upstream();
        let known = format!("{}:{}", database.host.as_ref(), database.port);
        let real = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        for (_, value) in &mut variables {
            *value = value.replace(&known, &real);
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_the_servers_themselves() {
        let config = ShimConfig::from_toml(
            "warp.toml",
            "[[database]]\nprotocol = \"postgres\"\nhost = \"db.warp.local\"\nport = 5432\n\
             upstream = \"127.0.0.1:15432\"\n\
             [env]\nURL = \"postgres://app@db.warp.local:5432/app\"\nOTHER = \"x\"\n",
        )
        .unwrap();
        assert_eq!(
            environment(&config),
            [
                ("OTHER".to_owned(), "x".to_owned()),
                (
                    "URL".to_owned(),
                    "postgres://app@127.0.0.1:15432/app".to_owned()
                )
            ]
        );
    }
}
