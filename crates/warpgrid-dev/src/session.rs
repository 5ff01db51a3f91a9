//! A project that runs while it is changed.

use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use warpgrid_host::http::{self, Current};
use warpgrid_host::{Deployment, Invocation};
use warpgrid_pack::manifest;

use crate::build::{Builder, Packers};
use crate::command::{Ended, Running};
use crate::page::{State, Status};
use crate::switches::{Switch, Switches};
use crate::watch::{self, Batch, Watched};
use crate::work::{Done, Work};
use crate::{Diagnosis, Error, Event, Events, Settings};

/// How long sessions that are being reset may take in the end.
const DRAIN: Duration = Duration::from_secs(5);

/// Files beside the configuration by which a project is bundled.
const PACKAGES: &[&str] = &[
    "package.json",
    "package-lock.json",
    "bun.lock",
    "tsconfig.json",
];

/// What its user wants of a session.
#[derive(Debug)]
pub enum Control {
    /// A line for [`Switch`].
    Line(String),
    /// To read the configuration again.
    Reload,
    /// To end.
    Stop,
}

/// Runs a project until it is told to stop, or nobody can tell it any more.
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
    let listener = http::listen(settings.listen).await?;
    let address = listener.local_addr().unwrap_or(settings.listen);
    events.tell(Event::Watching {
        address,
        lang: builder.lang().to_owned(),
        project: settings.project.clone(),
        directories: watched.folders(),
        native: false,
    });
    let mut batches = watched.batches();
    let work = Arc::new(Work::new(settings, builder, events));
    let (ended, mut ends) = mpsc::unbounded_channel();
    let mut session = Session::new(work.clone(), address, ended);
    session.serve(listener);
    session.build(Vec::new(), Instant::now());
    let outcome = loop {
        tokio::select! {
            done = session.built() => session.settle(done).await,
            batch = batches.recv() => match batch.unwrap_or_else(|| Err(watch::ended())) {
                Ok(batch) => session.changed(batch),
                Err(error) => break Err(error.into()),
            },
            asked = control.recv() => match asked {
                Some(Control::Line(line)) => if session.switch(&line) { break Ok(()) },
                Some(Control::Reload) => session.reload(),
                Some(Control::Stop) | None => break Ok(()),
            },
            Some(end) = ends.recv() => session.ended(end),
        }
    };
    session.stop().await;
    if let Some(engine) = work.pools() {
        engine.pools().drain(DRAIN).await;
    }
    let ending = work.clone();
    // Whether that panicked or not, it has ended.
    let _ = tokio::task::spawn_blocking(move || ending.end()).await;
    outcome
}

struct Session {
    work: Arc<Work>,
    status: Status,
    current: Arc<Current>,
    address: SocketAddr,
    server: Option<Server>,
    running: Option<Running>,
    ended: mpsc::UnboundedSender<Ended>,
    active: Option<Arc<Deployment>>,
    switches: Switches,
    /// The build that is under way.
    building: Option<BoxFuture<'static, Result<Done, Diagnosis>>>,
    /// Since when there is something new to build.
    since: Instant,
    /// What changed after the build began.
    stale: Option<(Vec<PathBuf>, Instant)>,
    builds: u64,
}

/// Whoever answers at the address.
struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Session {
    fn new(work: Arc<Work>, address: SocketAddr, ended: mpsc::UnboundedSender<Ended>) -> Self {
        let status = Status::default();
        Self {
            work,
            current: Arc::new(Current::with_pages(status.clone())),
            status,
            address,
            server: None,
            running: None,
            ended,
            active: None,
            switches: Switches::default(),
            building: None,
            since: Instant::now(),
            stale: None,
            builds: 0,
        }
    }

    fn serve(&mut self, listener: TcpListener) {
        let (stop, stopped) = oneshot::channel::<()>();
        // Without a sender, it is to stop as well.
        let stopped = async move { _ = stopped.await };
        let task = tokio::spawn(http::serve(listener, self.current.clone(), stopped));
        self.server = Some(Server { stop, task });
    }

    fn tell(&self, event: Event) {
        self.work.events.tell(event);
    }

    fn is_serving(&self) -> bool {
        self.active.is_some()
    }

    fn build(&mut self, changed: Vec<PathBuf>, since: Instant) {
        self.tell(Event::Building { changed });
        self.since = since;
        self.building = Some(self.work.clone().done().boxed());
    }

    /// Waits for the build that is under way, if one is.
    async fn built(&mut self) -> Result<Done, Diagnosis> {
        let done = match &mut self.building {
            Some(building) => building.await,
            None => pending().await,
        };
        self.building = None;
        done
    }

    fn changed(&mut self, batch: Batch) {
        let project = self.work.settings.project.clone();
        let config = match &self.work.settings.config {
            Some(path) => path.clone(),
            None => project.join(manifest::FILE),
        };
        let decides =
            |path: &PathBuf| *path == config || PACKAGES.iter().any(|name| path.ends_with(name));
        if batch.paths.iter().any(decides) {
            self.work.reconfigure();
        }
        let inside = |path: &PathBuf| path.strip_prefix(&project).unwrap_or(path).to_owned();
        let changed: Vec<PathBuf> = batch.paths.iter().map(inside).collect();
        if self.building.is_some() && !self.work.builder.is_slow() {
            // It is done at once, and what it gives is good enough until then.
            self.stale
                .get_or_insert((Vec::new(), batch.since))
                .0
                .extend(changed);
            return;
        }
        // What is under way is of sources that are no more.
        self.build(changed, batch.since);
    }

    fn reload(&mut self) {
        self.work.reconfigure();
        self.build(Vec::new(), Instant::now());
    }

    async fn settle(&mut self, done: Result<Done, Diagnosis>) {
        let (since, stale) = (self.since, self.stale.take());
        match done {
            Ok(done) => self.take_over(done, since).await,
            // The next one says whether that is so still.
            Err(_) if stale.is_some() => {}
            Err(diagnosis) => self.fail(diagnosis),
        }
        if let Some((changed, since)) = stale {
            self.build(changed, since);
        }
    }

    fn fail(&mut self, diagnosis: Diagnosis) {
        self.status.set(State::Broken(diagnosis.clone()));
        self.tell(Event::Failed {
            diagnosis,
            serving: self.is_serving(),
        });
    }

    async fn take_over(&mut self, done: Done, since: Instant) {
        for text in &done.notes {
            self.tell(Event::Note { text: text.clone() });
        }
        let restarted = done.is_command && done.deployment.is_some();
        if let Some(deployment) = done.deployment.clone() {
            if done.is_command {
                self.restart(deployment.clone()).await;
            } else if let Err(error) = self.replace(deployment.clone()).await {
                return self.fail(Diagnosis::of(&error, &self.work.settings.project));
            }
            self.active = Some(deployment);
            self.builds += 1;
            self.work.serves(&done);
        }
        self.status.set(State::Good { build: self.builds });
        self.tell(Event::Built {
            build: self.builds,
            milliseconds: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
            restarted,
        });
    }

    /// Requests go to this one from now on.
    async fn replace(&mut self, deployment: Arc<Deployment>) -> Result<(), warpgrid_host::Error> {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        if self.server.is_none() {
            self.serve(http::listen(self.address).await?);
        }
        self.current.replace(deployment);
        Ok(())
    }

    /// A program that listens itself is ended before it is started anew: the address
    /// is its own, and so are those who are connected to it.
    async fn restart(&mut self, deployment: Arc<Deployment>) {
        self.stop_serving().await;
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        let name = self.work.settings.project.file_name().unwrap_or_default();
        let arguments = self.work.settings.arguments.iter();
        let invocation = Invocation {
            arguments: std::iter::once(name)
                .chain(arguments.map(AsRef::as_ref))
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect(),
        };
        self.running = Some(Running::start(deployment, invocation, self.ended.clone()));
    }

    fn ended(&mut self, end: Ended) {
        self.running = None;
        if let Err(error) = &end {
            let diagnosis = Diagnosis::of(error, &self.work.settings.project);
            self.tell(Event::Failed {
                diagnosis,
                serving: false,
            });
        }
        self.tell(Event::Ended { code: end.ok() });
    }

    /// Whether that was all.
    fn switch(&mut self, line: &str) -> bool {
        let text = match (Switch::parse(line), &self.active) {
            (Ok(None), _) => return false,
            (Ok(Some(Switch::Quit)), _) => return true,
            (Ok(Some(switch)), Some(active)) => self.switches.set(switch, active),
            (Ok(Some(_)), None) => "nothing runs yet: there is no good build".to_owned(),
            (Err(error), _) => error,
        };
        self.tell(Event::Fault { text });
        false
    }

    async fn stop_serving(&mut self) {
        if let Some(Server { stop, task }) = self.server.take() {
            drop(stop);
            // Whether it panicked or not, it has ended.
            let _ = task.await;
        }
    }

    async fn stop(&mut self) {
        self.building = None;
        self.switches = Switches::default();
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.stop_serving().await;
    }
}
