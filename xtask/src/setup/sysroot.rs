//! One sysroot: materialise the tree, configure, build, keep.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Serialize;
use warpgrid_libc::{ClangResources, Tools, patched_sysroot_root, stock_sysroot_root};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Imported, Patch, Place, Programs, Variant, materialize};
use warpgrid_store::{Key, Manifest};

use super::cmake::Cmake;
use super::log::Log;
use crate::progress::Task;
use crate::sandbox_tools;
use crate::workspace;

/// Part of every key: raise it when the way of building changes the result.
const RECIPE: &str = "3";

/// Everything a sysroot is made of.
pub struct Recipe<'a> {
    pub tools: Tools,
    /// What the compiler says it is.
    pub compiler: String,
    pub resources: ClangResources,
    pub cmake: Cmake,
    pub component_linker: PathBuf,
    pub upstream: &'a Imported,
    pub patches: Vec<Patch>,
    pub place: &'a Place,
    pub programs: &'a Programs,
    pub cancel: &'a Cancel,
}

/// A sysroot in the store.
#[derive(Debug, Serialize)]
pub struct Built {
    /// Its store root.
    pub root: String,
    pub path: PathBuf,
    /// Digest of all its files.
    pub digest: String,
    /// Whether it was built now.
    pub built: bool,
    pub seconds: f64,
}

impl Recipe<'_> {
    /// The sysroot from the store, or built now; either way it becomes the
    /// current one.
    pub fn ensure(&self, variant: Variant, target: &str) -> anyhow::Result<Built> {
        let started = Instant::now();
        let root = match variant {
            Variant::Stock => stock_sysroot_root(target),
            Variant::Patched => patched_sysroot_root(target),
        };
        let key = self.key(variant, target)?;
        let store = self.place.store();
        let built = store.get_or_build(&key, |staging| {
            let task = Task::start(format!("{variant} sysroot for {target}"));
            self.build(
                variant,
                target,
                &staging.scratch()?,
                &staging.content(),
                &task,
            )?;
            task.done(&format!(
                "built in {:.0} s",
                started.elapsed().as_secs_f64()
            ));
            anyhow::Ok(())
        });
        let entry = workspace::built(built)?;
        store.set_root(&root, &key)?;
        let seconds = started.elapsed().as_secs_f64();
        Ok(Built {
            root,
            path: entry.path,
            digest: entry.digest,
            built: entry.built,
            seconds,
        })
    }

    /// Builds the patched sysroot under another path and compares every file
    /// with the stored one.
    pub fn compare_with_rebuild(&self, target: &str) -> anyhow::Result<()> {
        let stored = self.ensure(Variant::Patched, target)?;
        // Not only another name but another length and depth, so that a path
        // that leaked into a file shows.
        let elsewhere = tempfile::Builder::new()
            .prefix("warpgrid-rebuild-elsewhere-")
            .tempdir()?;
        let content = elsewhere.path().join("a/longer/way/down/sysroot");
        fs::create_dir_all(elsewhere.path().join("a/longer/way/down"))?;
        let task = Task::start(format!("patched sysroot for {target}, once more"));
        self.build(
            Variant::Patched,
            target,
            &elsewhere.path().join("scratch"),
            &content,
            &task,
        )?;
        let differ = Manifest::of(&stored.path)?.differences(&Manifest::of(&content)?);
        if !differ.is_empty() {
            bail!(
                "the sysroot for {target} is not reproducible; these files differ:\n  {}\n  \
                 help: a path, a date or an order leaks into them; compare with \
                 `llvm-objdump-19 -s` or `llvm-ar-19 tv`",
                differ.join("\n  ")
            );
        }
        task.done("identical");
        Ok(())
    }

    /// Everything that goes into the files, and nothing else.
    fn key(&self, variant: Variant, target: &str) -> anyhow::Result<Key> {
        let builtins = &self.resources.builtins;
        let runtime =
            fs::read(builtins).with_context(|| format!("cannot read {}", builtins.display()))?;
        let mut key = Key::new("sysroot")
            .field("recipe", RECIPE)
            .field("tree", &self.upstream.tree)
            .field("target", target)
            .field("compiler", &self.compiler)
            .field("builtins", runtime)
            .field("component type", sandbox_tools::sample()?)
            .field(
                "headers",
                self.resources.headers.to_string_lossy().as_bytes(),
            )
            .field("options", options(target).join("\0"));
        for patch in self.patches_of(variant) {
            key = key.field("patch", &patch.bytes);
        }
        Ok(key.finish())
    }

    fn patches_of(&self, variant: Variant) -> &[Patch] {
        match variant {
            Variant::Stock => &[],
            Variant::Patched => &self.patches,
        }
    }

    fn build(
        &self,
        variant: Variant,
        target: &str,
        scratch: &Path,
        content: &Path,
        task: &Task,
    ) -> anyhow::Result<()> {
        let (source, build, tools) = (
            scratch.join("src"),
            scratch.join("build"),
            scratch.join("bin"),
        );
        task.doing("writing sources");
        materialize(
            self.upstream,
            self.patches_of(variant),
            self.programs,
            &source,
        )?;
        fs::create_dir_all(&tools)?;
        // This program, also where cargo has put another in its file's place.
        let own = format!("/proc/{}/exe", std::process::id());
        for name in sandbox_tools::NAMES {
            std::os::unix::fs::symlink(&own, tools.join(name))?;
        }
        let mut log = Log::create(self.place, &format!("sysroot-{variant}-{target}"))?;
        task.doing("configuring");
        log.run(
            &mut self.configure(target, &source, &build, &tools),
            self.cancel,
            |_| {},
        )?;
        let jobs = std::thread::available_parallelism().map_or(2, usize::from);
        let mut ninja = Command::new(&self.cmake.ninja);
        ninja
            .arg("-C")
            .arg(&build)
            .args(["-j", &jobs.to_string(), "sysroot"])
            .env("NINJA_STATUS", "[%f/%t] ");
        log.run(clean(&mut ninja), self.cancel, |line| {
            if let Some((done, of)) = ninja_progress(line) {
                task.at(done, of);
            }
        })?;
        log.remove();
        fs::rename(build.join("sysroot"), content)?;
        self.add_resource_dir(target, &content.join("clang-resource"))
    }

    fn configure(&self, target: &str, source: &Path, build: &Path, tools: &Path) -> Command {
        let mut command = Command::new(&self.cmake.cmake);
        command
            .args(["-G", "Ninja", "-S"])
            .arg(source)
            .arg("-B")
            .arg(build);
        let mut define = |name: &str, value: &Path| {
            command.arg(format!("-D{name}={}", value.display()));
        };
        define("CMAKE_MAKE_PROGRAM", &self.cmake.ninja);
        define("CMAKE_C_COMPILER", &self.tools.clang);
        define("CMAKE_ASM_COMPILER", &self.tools.clang);
        define("CMAKE_AR", &self.tools.ar);
        define("CMAKE_NM", &self.tools.nm);
        define("CMAKE_RANLIB", &self.tools.ranlib);
        define("BUILTINS_LIB", &self.resources.builtins);
        define("WASM_TOOLS_EXECUTABLE", &tools.join("wasm-tools"));
        define("WKG_EXECUTABLE", &tools.join("wkg"));
        define("WASM_COMPONENT_LD_EXECUTABLE", &self.component_linker);
        // No path of this machine may get into the objects.
        let flags = format!(
            "-ffile-prefix-map={}=/wasi-libc -ffile-prefix-map={}=/build",
            source.display(),
            build.display()
        );
        command
            .arg(format!("-DCMAKE_C_FLAGS={flags}"))
            .arg(format!("-DCMAKE_ASM_FLAGS={flags}"));
        command.args(options(target));
        clean(&mut command);
        command
    }

    /// Debian's compiler-rt stands where clang's driver does not look for
    /// these targets, so the sysroot brings a resource directory of its own.
    fn add_resource_dir(&self, target: &str, dir: &Path) -> anyhow::Result<()> {
        let triple = target.replacen("wasm32-", "wasm32-unknown-", 1);
        let lib = dir.join("lib").join(triple);
        fs::create_dir_all(&lib)?;
        let builtins = lib.join("libclang_rt.builtins.a");
        fs::copy(&self.resources.builtins, &builtins)?;
        std::os::unix::fs::symlink(&self.resources.headers, dir.join("include"))?;
        let output = Command::new(&self.tools.clang)
            .arg(format!("--target={target}"))
            .arg(format!("-resource-dir={}", dir.display()))
            .arg("-print-libgcc-file-name")
            .output()?;
        let expected = String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned();
        if Path::new(&expected) != builtins {
            bail!(
                "{} looks for its runtime at {expected}, not at {}\n  \
                 help: use clang 19 as Debian 12 has it",
                self.tools.clang.display(),
                builtins.display()
            );
        }
        Ok(())
    }
}

/// CMake options that have nothing to do with where things lie.
fn options(target: &str) -> Vec<String> {
    vec![
        format!("-DTARGET_TRIPLE={target}"),
        "-DCMAKE_BUILD_TYPE=Release".to_owned(),
        // A linked program needs the sysroot that is to be built.
        "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY".to_owned(),
        "-DBINDINGS_TARGET=OFF".to_owned(),
        "-DBUILD_SHARED=OFF".to_owned(),
    ]
}

/// Takes out of the environment what would change the result.
fn clean(command: &mut Command) -> &mut Command {
    for name in [
        "CFLAGS",
        "CPPFLAGS",
        "LDFLAGS",
        "ASMFLAGS",
        "CC",
        "CXX",
        "CPATH",
        "C_INCLUDE_PATH",
    ] {
        command.env_remove(name);
    }
    command
        .env("LC_ALL", "C")
        .env("SOURCE_DATE_EPOCH", "0")
        .env("ZERO_AR_DATE", "1")
}

fn ninja_progress(line: &str) -> Option<(u64, u64)> {
    let (done, of) = line.strip_prefix('[')?.split_once(']')?.0.split_once('/')?;
    Some((done.parse().ok()?, of.parse().ok()?))
}
