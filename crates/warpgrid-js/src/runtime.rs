//! What packs a program in JavaScript: the user's Node, or another runtime that has
//! a bundler.

use std::path::Path;
use std::process::Command;

use warpgrid_pack::Error;

use crate::tool;

/// A program that runs one of the scripts in `js/` folders, and what goes with it.
#[derive(Debug, Clone, Copy)]
pub struct Runtime {
    /// The language as `--lang` names it, and the folder below `target/warp`.
    pub language: &'static str,
    /// The language in messages.
    pub spoken: &'static str,
    /// The runtime's program.
    pub program: &'static str,
    /// The oldest version that packs, number by number.
    pub oldest: &'static [u32],
    /// What to do where it is missing, or older.
    pub install: &'static str,
    /// What stands before the script.
    pub arguments: &'static [&'static str],
    /// What it runs to pack, by its name in the repository.
    pub script: &'static str,
    /// What it runs to bundle again and again, likewise.
    pub serve: &'static str,
    /// What it runs to say what a component cannot have, likewise.
    pub survey: &'static str,
    /// Whether the script runs in its own folder: a runtime may read files of the
    /// folder that it is started in.
    pub aside: bool,
    /// What fetches packages of npm.
    pub installer: Installer,
}

/// A program that fetches the packages of the lock file.
#[derive(Debug, Clone, Copy)]
pub struct Installer {
    /// Its name.
    pub program: &'static str,
    /// What it is told.
    pub arguments: &'static [&'static str],
    /// What to do where it is missing.
    pub install: &'static str,
}

const INSTALL: &str = "install Node 20 or newer with npm, and put both on PATH";

/// The user's Node.
pub const NODE: Runtime = Runtime {
    language: "ts",
    spoken: "TypeScript",
    program: "node",
    oldest: &[20],
    install: INSTALL,
    arguments: &[],
    script: "crates/warpgrid-js/js/build.mjs",
    serve: "crates/warpgrid-js/js/serve.mjs",
    survey: "crates/warpgrid-js/js/survey.mjs",
    aside: false,
    installer: NPM,
};

/// The user's npm.
pub const NPM: Installer = Installer {
    program: "npm",
    arguments: &[
        "ci",
        "--omit=dev",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ],
    install: INSTALL,
};

impl Runtime {
    /// That it is there, and new enough. `command` makes a command of the build's
    /// environment.
    ///
    /// # Errors
    /// When it is not.
    pub fn expect(&self, command: &dyn Fn(&str) -> Command) -> Result<(), Error> {
        tool::expect(command(self.program), self.oldest, self.install)
    }

    /// It runs a script. `command` makes a command of the build's environment.
    pub(crate) fn command(&self, command: &dyn Fn(&str) -> Command, script: &Path) -> Command {
        let mut command = command(self.program);
        if let (true, Some(folder)) = (self.aside, script.parent()) {
            command.current_dir(folder);
        }
        command.args(self.arguments).arg(script);
        command
    }
}
