//! From a build to what serves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use warpgrid_host::config::Shims;
use warpgrid_host::{
    Compiler, Deployment, EngineConfig, Error, Program, ShimConfig, WarpGridEngine, check_imports,
};
use warpgrid_store::Store;

use crate::build::Built;

/// What `warp pack` calls programs with a main function.
const COMMAND: &str = "wasi:cli/command";

/// Lets builds take over from one another.
pub struct Deployer {
    compiler: Option<Compiler>,
    engine: Option<WarpGridEngine>,
    /// The loader that the deployment was made with.
    loader: Option<PathBuf>,
    last: Option<Arc<Deployment>>,
}

impl Deployer {
    /// With this compiler, or the one that suits what is compiled.
    pub fn new(compiler: Option<Compiler>) -> Self {
        Self {
            compiler,
            engine: None,
            loader: None,
            last: None,
        }
    }

    /// The engine, once there is one.
    pub fn engine(&self) -> Option<&WarpGridEngine> {
        self.engine.as_ref()
    }

    /// Makes a deployment of a build. It may take long: a component is compiled.
    ///
    /// # Errors
    /// Where the build does not fit the configuration. What there was goes on.
    pub fn deploy(&mut self, built: &Built, config: &ShimConfig) -> Result<Arc<Deployment>, Error> {
        let deployment = match built {
            Built::Bundle { loader, bundle } => {
                let imports = bundle.imports.iter().map(String::as_str);
                check_imports(Path::new("the program"), imports, config.shims)?;
                let program = Program {
                    code: bundle.code.clone(),
                    source_map: bundle.source_map.clone(),
                };
                // The loader imports what any program may; this one was looked at.
                let mut config = config.clone();
                config.shims = Shims::default();
                self.evaluate(loader, program, &config)?
            }
            Built::Component { path, .. } => self.load(path, config)?,
        };
        self.last = Some(deployment.clone());
        Ok(deployment)
    }

    fn evaluate(
        &mut self,
        loader: &Path,
        program: Program,
        config: &ShimConfig,
    ) -> Result<Arc<Deployment>, Error> {
        match &self.last {
            Some(last) if self.loader.as_deref() == Some(loader) => {
                last.successor_with(program, config)
            }
            _ => {
                // Compiled once, and kept: it is worth the better code.
                let engine = self.begin(config, Compiler::Cranelift, code_cache())?;
                let module = engine.load_module(loader)?;
                let deployment = engine.instantiate_with(&module, program, config)?;
                self.loader = Some(loader.to_owned());
                Ok(deployment)
            }
        }
    }

    fn load(&mut self, path: &Path, config: &ShimConfig) -> Result<Arc<Deployment>, Error> {
        match &self.last {
            Some(last) => last.successor_of(path, config),
            None => {
                // Each is another: to keep them all would fill the disk.
                let engine = self.begin(config, Compiler::Winch, None)?;
                let module = engine.load_module(path)?;
                engine.instantiate(&module, config)
            }
        }
    }

    fn begin(
        &mut self,
        config: &ShimConfig,
        suits: Compiler,
        code_cache: Option<Store>,
    ) -> Result<WarpGridEngine, Error> {
        let engine = WarpGridEngine::new(EngineConfig {
            code_cache,
            compiler: self.compiler.unwrap_or(suits),
            faults: true,
            ..EngineConfig::for_limits(&config.limits)
        })?;
        self.engine = Some(engine.clone());
        Ok(engine)
    }
}

/// Whether a build is a program that runs by itself, and is not asked for answers.
pub fn is_command(built: &Built) -> bool {
    matches!(built, Built::Component { world, .. } if world == COMMAND)
}

/// Compiled code is kept where it can be; without it the start is only slower.
fn code_cache() -> Option<Store> {
    Store::open_default().ok()
}
