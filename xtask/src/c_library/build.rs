//! The compiler's and the archiver's calls.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use warpgrid_series::process::{self, Cancel, Ended, Stream};

use super::TARGET;
use super::recipe::Recipe;
use crate::progress::Task;

pub const CLANG: &str = "clang-19";
const AR: &str = "llvm-ar-19";
/// For every library.
pub const FLAGS: &[&str] = &["-O2"];
/// No one call takes longer.
const ENDS_WITHIN: Duration = Duration::from_secs(300);

pub struct Build<'a> {
    pub recipe: &'a Recipe,
    /// Where compilers run: they see no path of the machine.
    pub source: &'a Path,
    /// For a component; without it the machine's own code is made.
    pub sysroot: Option<&'a Path>,
    pub cancel: &'a Cancel,
}

impl Build<'_> {
    /// Writes `lib/` and `include/` into a directory.
    ///
    /// # Errors
    /// What the compiler said.
    pub fn run(&self, content: &Path, task: &Task) -> anyhow::Result<()> {
        self.generate()?;
        let library = content.join("lib").join(self.recipe.archive());
        fs::create_dir_all(content.join("lib"))?;
        let of = self.recipe.sources.iter().map(|s| s.files.len() as u64);
        let of = of.sum();
        let mut archive = Command::new(AR);
        archive.arg("qcsD").arg(&library);
        let mut done = 0;
        for sources in &self.recipe.sources {
            for name in &sources.files {
                task.at(done, of);
                done += 1;
                let path = format!("{}/{name}", sources.folder);
                let mut compile = self.compiler();
                compile.args(["-c", &format!("{path}.c"), "-o", &format!("{path}.o")]);
                self.call(&mut compile)?;
                archive.arg(format!("{path}.o"));
            }
        }
        self.call(&mut archive)?;
        self.copy_headers(&content.join("include"))
    }

    fn compiler(&self) -> Command {
        let mut command = Command::new(CLANG);
        command.args(FLAGS).args(&self.recipe.flags);
        if let Some(sysroot) = self.sysroot {
            command
                .arg(format!("--target={TARGET}"))
                .arg(format!("--sysroot={}", sysroot.display()))
                .args(&self.recipe.component_flags);
        }
        command
    }

    fn generate(&self) -> anyhow::Result<()> {
        for generated in &self.recipe.generated {
            let template = self.source.join(&generated.template);
            let text = fs::read_to_string(&template)
                .with_context(|| format!("cannot read {}", template.display()))?;
            let file = self.source.join(&generated.file);
            fs::write(&file, generated.fill(&text)?)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    fn copy_headers(&self, include: &Path) -> anyhow::Result<()> {
        for headers in &self.recipe.headers {
            let to = include.join(&headers.to);
            fs::create_dir_all(&to)?;
            for name in &headers.files {
                let header = self.source.join(&headers.folder).join(name);
                fs::copy(&header, to.join(name))
                    .with_context(|| format!("cannot copy {}", header.display()))?;
            }
        }
        Ok(())
    }

    fn call(&self, command: &mut Command) -> anyhow::Result<()> {
        call(command.current_dir(self.source), self.cancel).map(drop)
    }
}

/// What the system's own library asks of compiler and linker. Its headers count
/// as the system's: the program's warnings are not theirs.
///
/// # Errors
/// When it is not installed.
pub fn pkg_config(package: &str, cancel: &Cancel) -> anyhow::Result<Vec<String>> {
    let mut command = Command::new("pkg-config");
    let lines = call(command.args(["--cflags", "--libs", package]), cancel)?;
    let flags = lines.iter().flat_map(|line| line.split_whitespace());
    let own = |flag: &str| match flag.strip_prefix("-I") {
        Some(path) => format!("-isystem{path}"),
        None => flag.to_owned(),
    };
    Ok(flags.map(own).collect())
}

/// Runs a program and gives its output, line by line.
fn call(command: &mut Command, cancel: &Cancel) -> anyhow::Result<Vec<String>> {
    let (mut out, mut said) = (Vec::new(), Vec::new());
    let program = command.get_program().to_string_lossy().into_owned();
    let ended = process::run(command, Some(ENDS_WITHIN), cancel, |stream, line| {
        if matches!(stream, Stream::Out) {
            out.push(line.to_owned());
        }
        said.push(line.to_owned());
    })
    .with_context(|| format!("cannot run {program}; run `cargo xtask setup`"))?;
    match ended {
        Ended::Exited(status) if status.success() => Ok(out),
        Ended::Exited(status) => bail!("{command:?}: {status}\n{}", said.join("\n")),
        Ended::TimedOut => bail!("{command:?} did not end within {ENDS_WITHIN:?}"),
        Ended::Cancelled => bail!("interrupted"),
    }
}
