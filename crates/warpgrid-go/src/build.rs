//! `go build`, and what follows it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;
use warpgrid_pack::contract::REQUIREMENTS;
use warpgrid_pack::{Error, PackRequest, Symbols, write_atomically};

use crate::component::{World, encode};
use crate::go::{self, Environment};
use crate::module::{function_names, slim};
use crate::overlay::Overlay;
use crate::tinygo::TinyGo;

/// The method that a program calls which serves HTTP.
const SERVES: &str = "net/http.(*Server).Serve";

/// What compiles it.
pub(crate) enum Compiler {
    /// The user's own Go.
    Go,
    /// Ours.
    TinyGo(TinyGo),
}

/// One program that is built.
pub(crate) struct Build<'a> {
    pub(crate) request: &'a PackRequest<'a>,
    pub(crate) compiler: Compiler,
    pub(crate) go: Environment,
    /// Its package.
    pub(crate) package: String,
    /// Build tags of the manifest.
    pub(crate) tags: Vec<String>,
}

impl Build<'_> {
    /// That the project is a Go module, or a workspace of some.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn expect_module(&self) -> Result<(), Error> {
        let is_file = |path: &Path| {
            let none = ["", "off", "/dev/null", "NUL"];
            !none.iter().any(|none| path.as_os_str() == *none)
        };
        if is_file(&self.go.gomod) || is_file(&self.go.gowork) {
            return Ok(());
        }
        Err(Error::Project {
            message: format!("{} is no Go module", self.request.project.display()),
            help: "run `go mod init NAME` there, or give the directory of the module".to_owned(),
        })
    }

    /// Builds the component and gives the file that holds it, and what is known
    /// of the program's functions.
    ///
    /// # Errors
    /// When go fails, or what it wrote cannot become a component.
    pub(crate) fn component(&self, world: Option<World>) -> Result<(PathBuf, Symbols), Error> {
        let (world, module) = match world {
            Some(world) => (world, self.module(world)?),
            None => self.guessed()?,
        };
        let symbols = self.symbols(&module);
        self.request.progress.step("Making the component");
        let file = self.folder().join(format!("{}.wasm", self.request.name()));
        let module = slim(module, self.request.strip);
        write_atomically(&file, &encode(&file, module, world)?)?;
        Ok((file, symbols))
    }

    /// The world that the linked program shows: a command unless it serves HTTP.
    /// Go's own linker says so, whose table of functions is exact.
    fn guessed(&self) -> Result<(World, Vec<u8>), Error> {
        let command = self.module_of_go(World::Command)?;
        let world = if has(&command, SERVES) {
            World::Handler
        } else {
            World::Command
        };
        match (&self.compiler, world) {
            (Compiler::Go, World::Command) => Ok((world, command)),
            _ => Ok((world, self.module(world)?)),
        }
    }

    /// The module that the compiler builds.
    fn module(&self, world: World) -> Result<Vec<u8>, Error> {
        match &self.compiler {
            Compiler::Go => self.module_of_go(world),
            Compiler::TinyGo(tinygo) => self.module_of_tinygo(tinygo, world),
        }
    }

    fn module_of_tinygo(&self, tinygo: &TinyGo, world: World) -> Result<Vec<u8>, Error> {
        let request = self.request;
        let overlay = Overlay::prepare(&self.go, world, &self.folder())?;
        let output = self.folder().join(format!("{}.tinygo.wasm", world.name()));
        let name = request.name();
        request
            .progress
            .step(&format!("Building {name} by TinyGo, which takes its time"));
        let mut command = tinygo.command(request, &self.go, &overlay, world, &output);
        command
            .args(self.tags())
            .args(&request.arguments)
            .arg(&self.package);
        let status = command
            .status()
            .map_err(|error| Error::file("run", command.get_program(), &error))?;
        if !status.success() {
            return Err(Error::ToolFailed {
                action: format!("building {name}"),
                tool: "tinygo".to_owned(),
                status: status.to_string(),
                help: "mend what tinygo says above, or pack with `--compiler go`, whose `int` \
                       has 64 bits and whose reflection is whole"
                    .to_owned(),
            });
        }
        fs::read(&output).map_err(|error| Error::file("read", &output, &error))
    }

    /// The module that go builds.
    fn module_of_go(&self, world: World) -> Result<Vec<u8>, Error> {
        let request = self.request;
        let go = self.go.outside_cache(&self.folder())?;
        let overlay = Overlay::prepare(&go, world, &self.folder())?;
        let output = self.folder().join(format!("{}.module.wasm", world.name()));
        request
            .progress
            .step(&format!("Building {}", request.name()));
        let mut command = go.command(&self.go, request);
        command
            .args(["build", "-trimpath", "-buildmode", world.build_mode()])
            .arg("-overlay")
            .arg(&overlay.file)
            .arg("-o")
            .arg(&output)
            .args(self.arguments_of_go())
            .arg(&self.package);
        go::run(command, &format!("building {}", request.name()))?;
        fs::read(&output).map_err(|error| Error::file("read", &output, &error))
    }

    /// What the user says of the build; to TinyGo, but for what chooses files.
    fn arguments_of_go(&self) -> Vec<OsString> {
        match self.compiler {
            Compiler::Go => [self.tags(), self.request.arguments.clone()].concat(),
            Compiler::TinyGo(_) => self.list_arguments(),
        }
    }

    /// The flag for the manifest's build tags.
    pub(crate) fn tags(&self) -> Vec<OsString> {
        if self.tags.is_empty() {
            return Vec::new();
        }
        vec!["-tags".into(), self.tags.join(",").into()]
    }

    fn folder(&self) -> PathBuf {
        self.request.target().join("go")
    }

    /// What is known of the program's functions.
    fn symbols(&self, module: &[u8]) -> Symbols {
        let names = match &self.compiler {
            Compiler::Go => None,
            Compiler::TinyGo(_) => Some(function_names(module)),
        };
        let functions = REQUIREMENTS
            .iter()
            .flat_map(|requirement| requirement.functions)
            .copied()
            .filter(|function| match &names {
                None => has(module, function),
                Some(names) => names.contains(*function),
            });
        Symbols {
            functions: Some(functions.collect()),
            remedy: Some(
                "its standard library is the stock one: pass no `-overlay` of your own, and unset \
                 GOFLAGS where it does",
            ),
            ..Symbols::default()
        }
    }
}

/// Whether a program has a function. Go's own table names those that are linked,
/// and is in every program, also in one without symbols.
fn has(module: &[u8], function: &str) -> bool {
    memmem::find(module, format!("\0{function}\0").as_bytes()).is_some()
}
