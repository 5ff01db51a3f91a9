//! What a packer is, what it is asked, and what it gives back.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    Analysis, Bundler, Error, Key, Manifest, Symbols, analyze_bytes, check, manifest,
    write_atomically,
};

/// Turns projects of one language into components.
pub trait Packer: Send + Sync {
    /// The language as `--lang` and `[package] lang` name it.
    fn name(&self) -> &'static str;

    /// The file or pattern in a project's directory that says that it is in this
    /// language; `None` where nothing does.
    fn detect(&self, project: &Path) -> Option<String>;

    /// What `[package]` may say of its projects, beside what all have.
    fn keys(&self) -> &'static [Key];

    /// The compilers that `--compiler` may name; none where there is one only.
    fn compilers(&self) -> &'static [&'static str] {
        &[]
    }

    /// How a change is tried without a component of its own, where the language's
    /// programs are evaluated.
    fn bundler(&self) -> Option<&dyn Bundler> {
        None
    }

    /// The command that runs the project as its language does without us, in its
    /// directory. It builds what has changed. A program that does not listen by
    /// itself is served where the variable [`NATIVE_LISTEN`] says.
    ///
    /// # Errors
    /// Where there is no such command.
    fn native(&self, _request: &PackRequest<'_>) -> Result<Command, Error> {
        Err(Error::Project {
            message: format!(
                "there is no way to run programs in {} natively",
                self.name()
            ),
            help: "leave --native out".to_owned(),
        })
    }

    /// Builds the project, checks the component and writes it.
    ///
    /// # Errors
    /// Whatever keeps it from that, with what to do. Compilers' messages go to
    /// standard error as they come.
    fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error>;
}

/// The variable that says where a program is served that runs natively.
pub const NATIVE_LISTEN: &str = "WARP_LISTEN";

/// How much to optimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Optimised.
    #[default]
    Release,
    /// Quick to build, with debug information.
    Debug,
}

impl Profile {
    /// The profile's name as cargo and this crate's directories spell it.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Release => "release",
            Profile::Debug => "debug",
        }
    }
}

/// Which of a project's programs to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// The executable of this name.
    Binary(String),
    /// The library that is a component of its own.
    Library,
}

/// Hears what a long build is doing.
pub trait Progress: Sync {
    /// A step begins ("Linking hello").
    fn step(&self, what: &str);
    /// So many of so many parts of the step are done.
    fn advance(&self, done: usize, of: usize);
    /// Something the user should know that is no error.
    fn note(&self, what: &str);
}

/// For whoever does not care.
impl Progress for () {
    fn step(&self, _what: &str) {}
    fn advance(&self, _done: usize, _of: usize) {}
    fn note(&self, _what: &str) {}
}

/// What to pack and how.
#[derive(Clone)]
pub struct PackRequest<'a> {
    /// The project's directory, absolute.
    pub project: PathBuf,
    /// Its `warp.toml`, where it has one.
    pub manifest: Option<Manifest>,
    /// How much to optimise.
    pub profile: Profile,
    /// Whether to leave out names and debug information.
    pub strip: bool,
    /// Where the component goes; `target/warp/NAME.wasm` in the project where
    /// that is not said.
    pub output: Option<PathBuf>,
    /// Which package of a workspace to build.
    pub package: Option<String>,
    /// Which of several programs to build.
    pub program: Option<Program>,
    /// Which of the language's compilers, by its name.
    pub compiler: Option<String>,
    /// Further arguments for the language's build tool.
    pub arguments: Vec<OsString>,
    /// Variables that build tools get beside the inherited ones.
    pub environment: Vec<(OsString, OsString)>,
    /// The `warp` executable, which build tools call back as their compiler.
    pub warp: PathBuf,
    /// Hears of the steps.
    pub progress: &'a dyn Progress,
}

/// What a packer's build left, before it is checked.
pub struct Built {
    /// The component's name, without `.wasm`.
    pub name: String,
    /// The file that the build tool wrote.
    pub file: PathBuf,
    /// What is known of its libc functions.
    pub symbols: Symbols,
}

/// A component that was packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Packed {
    /// Where it lies.
    pub component: PathBuf,
    /// Its name.
    pub name: String,
    /// The packer that made it.
    pub lang: String,
    /// What it is.
    #[serde(flatten)]
    pub analysis: Analysis,
}

impl PackRequest<'_> {
    /// The directory for what packing writes into the project.
    pub fn target(&self) -> PathBuf {
        self.project.join("target").join("warp")
    }

    /// What `[package]` says, of a language's own keys too; the defaults where
    /// there is no manifest.
    ///
    /// # Errors
    /// As [`Manifest::package`].
    pub fn keys<T: DeserializeOwned + Default>(&self, keys: &[Key]) -> Result<T, Error> {
        self.manifest
            .as_ref()
            .map_or_else(|| Ok(T::default()), |manifest| manifest.package(keys))
    }

    /// The project's name: the manifest's, or its directory's.
    pub fn name(&self) -> String {
        let directory = || {
            self.project
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        let named = self
            .manifest
            .as_ref()
            .and_then(Manifest::name)
            .map(str::to_owned);
        named
            .or_else(directory)
            .unwrap_or_else(|| "program".to_owned())
    }

    /// A variable as build tools see it.
    pub fn variable(&self, name: &str) -> Option<OsString> {
        let mut own = self.environment.iter().rev();
        own.find(|(variable, _)| variable == name)
            .map(|(_, value)| value.clone())
            .or_else(|| std::env::var_os(name))
    }

    /// A build tool's command in the project's directory and environment. What
    /// it prints goes to standard error, so that standard output stays ours.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.project);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(std::process::Stdio::null());
        command.stdout(std::io::stderr());
        command
    }

    /// Checks what the build left and puts it where it was asked for.
    ///
    /// # Errors
    /// When it is no component, fails the import check, or cannot be written.
    pub fn finish(&self, lang: &str, built: &Built) -> Result<Packed, Error> {
        self.progress.step("Checking imports");
        let bytes =
            fs::read(&built.file).map_err(|error| Error::file("read", &built.file, &error))?;
        let bytes = sign(bytes);
        let output = self
            .output
            .clone()
            .unwrap_or_else(|| self.target().join(format!("{}.wasm", built.name)));
        // Messages name the component, not the build tool's file of it.
        let shown = output
            .file_name()
            .map_or(Path::new("the component"), Path::new);
        let analysis = analyze_bytes(shown, &bytes)?;
        check(shown, &analysis, &built.symbols)?;
        write_atomically(&output, &bytes)?;
        Ok(Packed {
            component: output,
            name: built.name.clone(),
            lang: lang.to_owned(),
            analysis,
        })
    }
}

/// Records in the component's producers section which warp packed it.
fn sign(bytes: Vec<u8>) -> Vec<u8> {
    let mut producers = wasm_metadata::Producers::empty();
    producers.add("processed-by", "warp", env!("CARGO_PKG_VERSION"));
    // What is no component stays as it is, for the analysis to say so.
    producers.add_to_wasm(&bytes).unwrap_or(bytes)
}

/// The packer for a project: the one that is asked for, else the one that
/// `[package] lang` names, else the first that finds its language there.
///
/// # Errors
/// When the language is not known, or nothing says which it is.
pub fn choose<'p>(
    packers: &'p [Box<dyn Packer>],
    project: &Path,
    manifest: Option<&Manifest>,
    lang: Option<&str>,
) -> Result<&'p dyn Packer, Error> {
    let named = |name: &str| packers.iter().find(|packer| packer.name() == name);
    let known = || {
        packers
            .iter()
            .map(|packer| packer.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(lang) = lang {
        return named(lang)
            .map(AsRef::as_ref)
            .ok_or_else(|| Error::Project {
                message: format!("no packer for the language `{lang}`"),
                help: format!("languages: {}", known()),
            });
    }
    if let Some((manifest, (lang, span))) =
        manifest.and_then(|manifest| Some((manifest, manifest.lang()?)))
    {
        return named(lang).map(AsRef::as_ref).ok_or_else(|| {
            let message = format!("no packer for the language `{lang}`");
            manifest.error_at(span, message, format!("languages: {}", known()))
        });
    }
    let found = packers
        .iter()
        .find(|packer| packer.detect(project).is_some());
    found.map(AsRef::as_ref).ok_or_else(|| Error::Project {
        message: format!(
            "nothing in {} says what to build: no {}, and no source file of a known language",
            project.display(),
            manifest::FILE
        ),
        help: format!(
            "write a {} with `[package]` and `lang = \"…\"` ({}), or give the project's directory",
            manifest::FILE,
            known()
        ),
    })
}

/// That the packer has a compiler of that name.
///
/// # Errors
/// Where it has none, with those that it has.
pub fn expect_compiler(packer: &dyn Packer, compiler: Option<&str>) -> Result<(), Error> {
    let known = packer.compilers();
    match compiler {
        Some(name) if !known.contains(&name) => Err(Error::Project {
            message: format!("no compiler `{name}` for {}", packer.name()),
            help: match known {
                [] => "leave --compiler out: there is one compiler only".to_owned(),
                known => format!("compilers: {}", known.join(", ")),
            },
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake(&'static str, &'static str);

    impl Packer for Fake {
        fn name(&self) -> &'static str {
            self.0
        }
        fn keys(&self) -> &'static [Key] {
            &[]
        }
        fn detect(&self, project: &Path) -> Option<String> {
            project.join(self.1).exists().then(|| self.1.to_owned())
        }
        fn pack(&self, request: &PackRequest<'_>) -> Result<Packed, Error> {
            let file = request.project.join(self.1);
            let built = Built {
                name: request.name(),
                file,
                symbols: Symbols::default(),
            };
            request.finish(self.0, &built)
        }
    }

    fn packers() -> Vec<Box<dyn Packer>> {
        vec![
            Box::new(Fake("one", "one.txt")),
            Box::new(Fake("two", "two.txt")),
        ]
    }

    fn chosen(project: &Path, manifest: Option<&str>, lang: Option<&str>) -> String {
        let manifest = manifest.map(|text| Manifest::parse("warp.toml", text.to_owned()).unwrap());
        match choose(&packers(), project, manifest.as_ref(), lang) {
            Ok(packer) => packer.name().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_flag_wins_over_the_manifest_and_that_over_the_files() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path();
        assert!(chosen(project, None, None).contains("no warp.toml"));
        fs::write(project.join("two.txt"), "").unwrap();
        assert_eq!(chosen(project, None, None), "two");
        let one = "[package]\nlang = \"one\"\n";
        assert_eq!(chosen(project, Some(one), None), "one");
        assert_eq!(chosen(project, Some(one), Some("two")), "two");
        assert_eq!(
            chosen(project, None, Some("x")),
            "no packer for the language `x`"
        );
        let unknown = "[package]\nlang = \"x\"\n";
        assert_eq!(
            chosen(project, Some(unknown), None),
            "no packer for the language `x`"
        );
    }

    #[test]
    fn a_compiler_that_a_language_has_not_is_an_error() {
        struct Two;
        impl Packer for Two {
            fn name(&self) -> &'static str {
                "two"
            }
            fn keys(&self) -> &'static [Key] {
                &[]
            }
            fn detect(&self, _: &Path) -> Option<String> {
                None
            }
            fn compilers(&self) -> &'static [&'static str] {
                &["a", "b"]
            }
            fn pack(&self, _: &PackRequest<'_>) -> Result<Packed, Error> {
                unreachable!("nothing is packed")
            }
        }
        let help = |packer: &dyn Packer, name| match expect_compiler(packer, Some(name)) {
            Err(Error::Project { help, .. }) => help,
            other => format!("{other:?}"),
        };
        assert_eq!(help(&Two, "c"), "compilers: a, b");
        assert_eq!(help(&Two, "b"), "Ok(())");
        assert!(help(&Fake("one", "x"), "a").starts_with("leave --compiler out"));
        assert!(expect_compiler(&Two, None).is_ok());
    }

    fn request(project: &Path) -> PackRequest<'static> {
        PackRequest {
            project: project.to_owned(),
            manifest: None,
            profile: Profile::Release,
            strip: false,
            output: None,
            package: None,
            program: None,
            compiler: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            warp: PathBuf::from("warp"),
            progress: &(),
        }
    }

    #[test]
    fn a_component_is_checked_before_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path();
        let good = r#"(component (import "wasi:cli/stdin@0.2.0" (instance)))"#;
        fs::write(project.join("one.txt"), wat::parse_str(good).unwrap()).unwrap();
        let packed = Fake("one", "one.txt").pack(&request(project)).unwrap();
        assert_eq!(
            packed.component,
            project.join("target/warp").join(packed.name + ".wasm")
        );
        assert_eq!(packed.analysis.imports, ["wasi:cli/stdin@0.2.0"]);
        let warp = format!("warp {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(packed.analysis.toolchain, Some(warp));

        fs::remove_dir_all(project.join("target")).unwrap();
        let bad = r#"(component (import "foo" (func)))"#;
        fs::write(project.join("one.txt"), wat::parse_str(bad).unwrap()).unwrap();
        let error = Fake("one", "one.txt").pack(&request(project)).unwrap_err();
        assert!(error.to_string().contains("imports `foo`"), "{error}");
        assert!(!project.join("target").exists());
    }
}
