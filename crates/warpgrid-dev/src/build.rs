//! A project's builds: a bundle for the loader where the language has that, else a
//! component by `warp pack`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use warpgrid_pack::{
    Bundle, Bundling, Error, Manifest, NATIVE_LISTEN, PackRequest, Packer, Profile, Program,
    Progress, choose,
};

use crate::process::Group;
use crate::{Diagnosis, Settings};

/// What a build gives.
pub enum Built {
    /// A program for the loader.
    Bundle {
        /// The component that evaluates it.
        loader: PathBuf,
        /// The program.
        bundle: Bundle,
    },
    /// A component.
    Component {
        /// Where it is.
        path: PathBuf,
        /// What it exports, as `warp inspect` says it.
        world: String,
    },
}

/// Builds one project again and again.
#[derive(Clone)]
pub struct Builder {
    settings: Arc<Settings>,
    lang: &'static str,
    packers: Arc<Packers>,
    /// What bundles, once it was begun.
    bundling: Arc<Mutex<Option<Box<dyn Bundling>>>>,
}

/// The languages that there are.
pub type Packers = Vec<Box<dyn Packer>>;

impl Builder {
    /// For the language that the settings name, or that the project is in.
    ///
    /// # Errors
    /// Where nothing says which language that is.
    pub fn new(settings: Arc<Settings>, packers: Arc<Packers>) -> Result<Self, Error> {
        let manifest = Manifest::of_project(&settings.project)?;
        let lang = choose(
            &packers,
            &settings.project,
            manifest.as_ref(),
            settings.lang.as_deref(),
        )?
        .name();
        Ok(Self {
            settings,
            lang,
            packers,
            bundling: Arc::default(),
        })
    }

    /// The language.
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    /// Whether a build that has become stale is best stopped: a compilation takes
    /// long, and a bundle does not.
    pub fn is_slow(&self) -> bool {
        self.packer()
            .is_none_or(|packer| packer.bundler().is_none())
    }

    fn packer(&self) -> Option<&dyn Packer> {
        let mut packers = self.packers.iter();
        packers
            .find(|packer| packer.name() == self.lang)
            .map(AsRef::as_ref)
    }

    /// Begins anew with the next build: what the bundle is made by has changed.
    pub fn forget(&self) {
        *self.bundling.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Builds the project as it is now. Dropping it ends the build's processes.
    ///
    /// # Errors
    /// Why there is nothing new.
    pub async fn build(self) -> Result<(Built, Vec<String>), Diagnosis> {
        if self.is_slow() {
            return pack(&self.settings, self.lang).await;
        }
        let bundled = tokio::task::spawn_blocking(move || self.bundle()).await;
        bundled.unwrap_or_else(|_| Err(defect("the bundling panicked")))
    }

    fn bundle(&self) -> Result<(Built, Vec<String>), Diagnosis> {
        let project = &self.settings.project;
        let wrong = |error: Error| Diagnosis::of(&error, project);
        let mut bundling = self.bundling.lock().unwrap_or_else(PoisonError::into_inner);
        let serving = match bundling.take() {
            Some(serving) => serving,
            None => self.begin().map_err(wrong)?,
        };
        // Where it has ended, the next build begins another.
        let serving = bundling.insert(serving);
        match serving.bundle() {
            Ok(Ok(bundle)) => {
                let notes = bundle.notes.iter().map(|note| note.message()).collect();
                let loader = serving.loader().to_owned();
                Ok((Built::Bundle { loader, bundle }, notes))
            }
            Ok(Err(faulty)) => Err(Diagnosis::faulty(&faulty, project)),
            Err(error) => {
                *bundling = None;
                Err(wrong(error))
            }
        }
    }

    fn begin(&self) -> Result<Box<dyn Bundling>, Error> {
        let Some(bundler) = self.packer().and_then(|packer| packer.bundler()) else {
            return Err(Error::Project {
                message: format!("programs in {} are not bundled", self.lang),
                help: "this is a defect of warp".to_owned(),
            });
        };
        bundler.begin(&self.request()?)
    }

    /// The command that runs the project as its language does.
    ///
    /// # Errors
    /// Where there is none.
    pub fn native(&self) -> Result<std::process::Command, Error> {
        let packer = self.packer().ok_or_else(|| Error::Project {
            message: format!("no packer for the language `{}`", self.lang),
            help: "this is a defect of warp".to_owned(),
        })?;
        let mut request = self.request()?;
        let listen = self.settings.listen.to_string();
        request
            .environment
            .push((NATIVE_LISTEN.into(), listen.into()));
        packer.native(&request)
    }

    fn request(&self) -> Result<PackRequest<'static>, Error> {
        let settings = &self.settings;
        Ok(PackRequest {
            project: settings.project.clone(),
            manifest: Manifest::of_project(&settings.project)?,
            profile: Profile::Debug,
            strip: false,
            output: None,
            package: settings.package.clone(),
            program: settings.bin.clone().map(Program::Binary),
            compiler: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            warp: settings.warp.clone(),
            progress: &Steps,
        })
    }
}

/// Steps that are taken once in a while are told as they come.
struct Steps;

impl Progress for Steps {
    fn step(&self, what: &str) {
        eprintln!("{what}");
    }
    fn advance(&self, _done: usize, _of: usize) {}
    fn note(&self, what: &str) {
        eprintln!("note: {what}");
    }
}

/// What `warp pack --json` says.
#[derive(Deserialize)]
struct Packed {
    component: PathBuf,
    world: String,
}

/// A component, by a process of its own, so that it can be stopped with all that it
/// has started.
async fn pack(settings: &Settings, lang: &str) -> Result<(Built, Vec<String>), Diagnosis> {
    let mut command = Command::new(&settings.warp);
    command
        .args(["pack", "--debug", "--json", "--lang", lang])
        .arg(&settings.project)
        .current_dir(&settings.project)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(package) = &settings.package {
        command.args(["--package", package]);
    }
    if let Some(bin) = &settings.bin {
        command.args(["--bin", bin]);
    }
    let cannot = |error: std::io::Error| {
        let error = Error::file("run", &settings.warp, &error);
        Diagnosis::of(&error, &settings.project)
    };
    let mut group = Group::spawn(&mut command).map_err(cannot)?;
    let child = group.child();
    let pipes = child.stdout.take().zip(child.stderr.take());
    let (mut answer, mut said) = pipes.ok_or_else(|| defect("`warp pack` has no output"))?;
    let (mut out, mut text) = (Vec::new(), Vec::new());
    let (read, heard) = tokio::join!(answer.read_to_end(&mut out), said.read_to_end(&mut text));
    read.and(heard).map_err(cannot)?;
    let status = child.wait().await.map_err(cannot)?;
    let text = String::from_utf8_lossy(&text);
    if !status.success() {
        return Err(Diagnosis::said(&text, &settings.project));
    }
    let packed: Packed =
        serde_json::from_slice(&out).map_err(|_| defect("`warp pack --json` printed no object"))?;
    Ok((
        Built::Component {
            path: absolute(&settings.project, &packed.component),
            world: packed.world,
        },
        warnings(&text),
    ))
}

fn absolute(project: &Path, path: &Path) -> PathBuf {
    project.join(path)
}

/// What a build says that is no step of it.
fn warnings(text: &str) -> Vec<String> {
    let lines = text.lines();
    let noted = lines.filter_map(|line| line.strip_prefix("note: "));
    noted.map(str::to_owned).collect()
}

fn defect(message: &str) -> Diagnosis {
    Diagnosis {
        message: message.to_owned(),
        help: Some("this is a defect of warp".to_owned()),
        place: None,
        output: String::new(),
    }
}
