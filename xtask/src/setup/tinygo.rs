//! warp-tinygo: TinyGo with the series, built against LLVM 19, and the folder that
//! it reads, with the patched sysroot in it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context;
use warpgrid_go::{TINYGO_PROGRAM, tinygo_go, tinygo_root};
use warpgrid_libc::{ClangResources, Tools};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Imported, Patch, Place, Programs, Series, import_upstream, materialize};
use warpgrid_store::{Key, Manifest};

use super::log::Log;
use super::sysroot::Built;
use crate::progress::Task;
use crate::test_all::suites::copy_tree;
use crate::workspace;

/// Part of the key: raise it when the way of building changes the result.
const RECIPE: &str = "1";

/// The target of Go's programs: TinyGo knows WASI preview 1, as Go does.
pub const TARGET: &str = "wasm32-wasip1";

/// TinyGo defines malloc by its own collector, so libc's goes.
const MALLOC: &str = "dlmalloc.c.obj";

/// What goes to `go build`: LLVM as the system has it, and nothing of this machine.
const FLAGS: &[&str] = &[
    "-tags",
    "llvm19",
    "-trimpath",
    "-ldflags",
    "-s -w -buildid=",
];

/// Everything that TinyGo is made of.
pub struct Recipe<'a> {
    pub tools: &'a Tools,
    /// What the compiler says it is.
    pub compiler: &'a str,
    pub resources: &'a ClangResources,
    /// The patched sysroot for [`TARGET`].
    pub sysroot: &'a Built,
    pub place: &'a Place,
    pub programs: &'a Programs,
    pub cancel: &'a Cancel,
}

impl Recipe<'_> {
    /// TinyGo from the store, or built now; either way it becomes the current one.
    pub fn ensure(&self) -> anyhow::Result<Built> {
        let started = Instant::now();
        let source = self.source()?;
        let key = self.key(&source)?;
        let store = self.place.store();
        let built = store.get_or_build(&key, |staging| {
            let task = Task::start("TinyGo");
            let scratch = staging.scratch()?;
            self.build(&source, None, &scratch, &staging.content(), &task)?;
            task.done(&format!(
                "built in {:.0} s",
                started.elapsed().as_secs_f64()
            ));
            anyhow::Ok(())
        });
        let entry = workspace::built(built)?;
        let root = tinygo_root();
        store.set_root(&root, &key)?;
        Ok(Built {
            root,
            path: entry.path,
            digest: entry.digest,
            built: entry.built,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// Builds it under another path and compares every file with the stored one.
    pub fn compare_with_rebuild(&self, stored: &Built) -> anyhow::Result<()> {
        let elsewhere = tempfile::Builder::new()
            .prefix("warpgrid-rebuild-elsewhere-")
            .tempdir()?;
        let content = elsewhere.path().join("a/longer/way/down/tinygo");
        let scratch = elsewhere.path().join("scratch");
        for folder in [&content, &scratch] {
            fs::create_dir_all(folder)?;
        }
        let task = Task::start("TinyGo, once more");
        // Nothing of what go compiled for the stored one.
        let cache = elsewhere.path().join("cache");
        self.build(&self.source()?, Some(&cache), &scratch, &content, &task)?;
        let differ = Manifest::of(&stored.path)?.differences(&Manifest::of(&content)?);
        anyhow::ensure!(
            differ.is_empty(),
            "TinyGo is not reproducible; these files differ:\n  {}\n  \
             help: a path or a date leaks into them; compare with `go version -m`",
            differ.join("\n  ")
        );
        task.done("identical");
        Ok(())
    }

    fn source(&self) -> anyhow::Result<Source> {
        let series = Series::open(&workspace::root().join("tinygo-patches"))?;
        Ok(Source {
            upstream: import_upstream(&series, self.place, self.programs, self.cancel)?,
            patches: series.patches()?,
        })
    }

    /// Everything that goes into the files, and nothing else.
    fn key(&self, source: &Source) -> anyhow::Result<Key> {
        let mut key = Key::new("tinygo")
            .field("recipe", RECIPE)
            .field("tree", &source.upstream.tree)
            .field("go", tinygo_go())
            .field("compiler", self.compiler)
            .field("flags", FLAGS.join("\0"))
            .field("sysroot", &self.sysroot.digest);
        for patch in &source.patches {
            key = key.field("patch", &patch.bytes);
        }
        Ok(key.finish())
    }

    fn build(
        &self,
        source: &Source,
        cache: Option<&Path>,
        scratch: &Path,
        content: &Path,
        task: &Task,
    ) -> anyhow::Result<()> {
        task.doing("writing sources");
        let tree = scratch.join("src");
        materialize(&source.upstream, &source.patches, self.programs, &tree)?;
        task.doing("compiling");
        let mut log = Log::create(self.place, "tinygo")?;
        let mut go = self.go(&tree);
        go.args(["build", "-o"])
            .arg(content.join(TINYGO_PROGRAM))
            .args(FLAGS)
            .arg(".");
        if let Some(cache) = cache {
            go.env("GOCACHE", cache);
        }
        log.run(&mut go, self.cancel, |_| {})?;
        task.doing("its library");
        copy(&tree.join("src"), &content.join("src"))?;
        copy(
            &tree.join("targets/warpgrid.json"),
            &content.join("targets/warpgrid.json"),
        )?;
        self.add_library(&content.join("lib/warpgrid"), &mut log)?;
        log.remove();
        Ok(())
    }

    /// `go` as TinyGo is built: the release that it is then used with, and the
    /// compilers of the sysroot.
    fn go(&self, tree: &Path) -> Command {
        let clang = &self.tools.clang;
        let name = clang.file_name().unwrap_or_default().to_string_lossy();
        let clangxx = clang.with_file_name(name.replacen("clang", "clang++", 1));
        let mut command = Command::new("go");
        command
            .current_dir(tree)
            .env("GOTOOLCHAIN", tinygo_go())
            .env("CGO_ENABLED", "1")
            .env("CC", clang)
            .env("CXX", clangxx);
        for name in [
            "GOFLAGS",
            "GOOS",
            "GOARCH",
            "GOEXPERIMENT",
            "CGO_CFLAGS",
            "CGO_CXXFLAGS",
            "CGO_LDFLAGS",
        ] {
            command.env_remove(name);
        }
        command.env("GOWORK", "off");
        command
    }

    /// The part of the sysroot that programs are linked with.
    fn add_library(&self, library: &Path, log: &mut Log) -> anyhow::Result<()> {
        let sysroot = &self.sysroot.path;
        copy(
            &sysroot.join("include").join(TARGET),
            &library.join("include"),
        )?;
        let archive = library.join("libc.a");
        copy(&sysroot.join("lib").join(TARGET).join("libc.a"), &archive)?;
        let mut remove = Command::new(&self.tools.ar);
        remove.arg("dD").arg(&archive).arg(MALLOC);
        log.run(&mut remove, self.cancel, |_| {})?;
        copy(
            &self.resources.builtins,
            &library.join("libclang_rt.builtins.a"),
        )
    }
}

/// What is compiled.
struct Source {
    upstream: Imported,
    patches: Vec<Patch>,
}

/// Copies a file or a folder, where its own folder may be missing.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot copy {}", from.display());
    if from.is_dir() {
        return copy_tree(from, to).with_context(failed);
    }
    let folder = to.parent().context("a file stands in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::read(from))
        .and_then(|bytes| fs::write(to, bytes))
        .with_context(failed)
}
