//! Components that run as commands (`wasi:cli/run`).

use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::CommandPre;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::instance::{FUEL, wasi};

/// How a command is started.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The arguments, the program's name first.
    pub arguments: Vec<String>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// How many WebAssembly instructions it executed, where
    /// [`EngineConfig::count_instructions`](crate::EngineConfig::count_instructions)
    /// is set.
    pub instructions: Option<u64>,
}

impl Deployment {
    /// Runs the component as a command with the host's own standard streams,
    /// and gives its exit code.
    ///
    /// # Errors
    /// When the component is no command, or traps.
    pub async fn run_command(&self, invocation: &Invocation) -> Result<i32, Error> {
        Ok(self.run_counted(invocation).await?.code)
    }

    /// As [`Deployment::run_command`], and says what the run took.
    ///
    /// # Errors
    /// When the component is no command, or traps.
    pub async fn run_counted(&self, invocation: &Invocation) -> Result<Ended, Error> {
        let command = CommandPre::new(self.pre.clone()).map_err(|_| Error::Export {
            path: self.module.path.clone(),
            export: "wasi:cli/run or wasi:http/incoming-handler".to_owned(),
            remedy: "build a program with a main function, or an HTTP handler".to_owned(),
        })?;
        let mut wasi = wasi(&self.shared.config)?;
        wasi.inherit_stdin().args(&invocation.arguments);
        let mut store = self.store(wasi, &invocation.arguments);
        let run = async {
            let command = command.instantiate_async(&mut store).await?;
            command.wasi_cli_run().call_run(&mut store).await
        };
        let code = match run.await {
            Ok(Ok(())) => 0,
            Ok(Err(())) => 1,
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(exit) => exit.0,
                None => {
                    tracing::debug!("{error:?}");
                    return Err(Error::guest(&error));
                }
            },
        };
        Ok(Ended {
            code,
            instructions: store.get_fuel().ok().map(|left| FUEL - left),
        })
    }
}
