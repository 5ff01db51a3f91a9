//! From the sources as they are to a deployment.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use warpgrid_host::config::Rule;
use warpgrid_host::{Deployment, ShimConfig};
use warpgrid_pack::manifest;

use crate::build::{Builder, Built};
use crate::databases::Databases;
use crate::deploy::{Deployer, is_command};
use crate::{Diagnosis, Events, Settings};

/// What all builds of a project share.
pub struct Work {
    pub settings: Arc<Settings>,
    pub builder: Builder,
    pub events: Arc<dyn Events>,
    deployer: Mutex<Deployer>,
    databases: Mutex<Databases>,
    /// None: it is to be read.
    config: Mutex<Option<Arc<ShimConfig>>>,
    /// What goes by the configuration is to be begun anew.
    outdated: AtomicBool,
    /// Of the build that serves.
    serving: Mutex<Option<u64>>,
}

/// A build that can take over.
pub struct Done {
    /// None: it is what serves already.
    pub deployment: Option<Arc<Deployment>>,
    /// Whether it runs by itself.
    pub is_command: bool,
    /// What the user should know.
    pub notes: Vec<String>,
    mark: u64,
}

impl Work {
    pub fn new(settings: Arc<Settings>, builder: Builder, events: Arc<dyn Events>) -> Self {
        let deployer = Deployer::new(settings.compiler);
        Self {
            settings,
            builder,
            events,
            deployer: Mutex::new(deployer),
            databases: Mutex::default(),
            config: Mutex::default(),
            outdated: AtomicBool::new(false),
            serving: Mutex::default(),
        }
    }

    /// Reads the configuration again at the next build, and builds anew what goes
    /// by it.
    pub fn reconfigure(&self) {
        // Whoever builds has the locks, perhaps for long.
        self.outdated.store(true, Ordering::SeqCst);
    }

    /// Builds the project as it is now.
    ///
    /// # Errors
    /// Why nothing can take over.
    pub async fn done(self: Arc<Self>) -> Result<Done, Diagnosis> {
        let config = self.clone().blocking(|work| work.configuration()).await?;
        let (built, notes) = self.builder.clone().build().await?;
        self.blocking(move |work| work.deploy(&built, notes, &config))
            .await
    }

    /// A build has taken over.
    pub fn serves(&self, done: &Done) {
        *lock(&self.serving) = Some(done.mark);
    }

    /// Ends what runs beside the program. It may take long.
    pub fn end(&self) {
        *lock(&self.databases) = Databases::default();
    }

    /// The pools are left in order.
    pub fn pools(&self) -> Option<warpgrid_host::WarpGridEngine> {
        lock(&self.deployer).engine().cloned()
    }

    async fn blocking<T: Send + 'static>(
        self: Arc<Self>,
        what: impl FnOnce(&Self) -> Result<T, Diagnosis> + Send + 'static,
    ) -> Result<T, Diagnosis> {
        let done = tokio::task::spawn_blocking(move || what(&self)).await;
        done.unwrap_or_else(|_| {
            Err(Diagnosis {
                message: "a step of the build panicked".to_owned(),
                help: Some("this is a defect of warp".to_owned()),
                place: None,
                output: String::new(),
            })
        })
    }

    fn configuration(&self) -> Result<Arc<ShimConfig>, Diagnosis> {
        let mut known = lock(&self.config);
        if self.outdated.swap(false, Ordering::SeqCst) {
            *known = None;
            *lock(&self.serving) = None;
            self.builder.forget();
        }
        if let Some(config) = &*known {
            return Ok(config.clone());
        }
        let project = &self.settings.project;
        let mut config = configuration(&self.settings)?;
        lock(&self.databases)
            .serve(&mut config, project, &*self.events)
            .map_err(|error| Diagnosis::of(&error, project))?;
        Ok(known.insert(Arc::new(config)).clone())
    }

    fn deploy(
        &self,
        built: &Built,
        notes: Vec<String>,
        config: &ShimConfig,
    ) -> Result<Done, Diagnosis> {
        let project = &self.settings.project;
        let mark = mark(built).map_err(|error| Diagnosis::of(&error, project))?;
        let mut done = Done {
            deployment: None,
            is_command: is_command(built),
            notes,
            mark,
        };
        if *lock(&self.serving) == Some(mark) {
            return Ok(done);
        }
        let mut config = config.clone();
        if done.is_command {
            let own = Rule::Address(self.settings.listen);
            config.network.listen.push(own);
        }
        let deployment = lock(&self.deployer)
            .deploy(built, &config)
            .map_err(|error| Diagnosis::of(&error, project))?;
        done.deployment = Some(deployment);
        Ok(done)
    }
}

/// The configuration with the variables of the command line.
pub fn configuration(settings: &Settings) -> Result<ShimConfig, Diagnosis> {
    let path = settings
        .config
        .clone()
        .unwrap_or_else(|| settings.project.join(manifest::FILE));
    let mut config = if settings.config.is_none() && !path.exists() {
        ShimConfig::default()
    } else {
        ShimConfig::for_development(&path)
            .map_err(|error| Diagnosis::of(&error, &settings.project))?
    };
    config.env.extend(settings.env.iter().cloned());
    Ok(config)
}

/// What two builds have in common that are the same.
fn mark(built: &Built) -> Result<u64, warpgrid_pack::Error> {
    let mut hasher = DefaultHasher::new();
    match built {
        Built::Bundle { loader, bundle } => (loader, &bundle.code).hash(&mut hasher),
        Built::Component { path, .. } => {
            let bytes = std::fs::read(path)
                .map_err(|error| warpgrid_pack::Error::file("read", path, &error))?;
            bytes.hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
