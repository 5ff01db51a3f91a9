//! libpq for WebAssembly: the release's sources, compiled as they are.
//!
//! What stands in `test-apps/t1-c-libpq/libpq` is all that is added: the
//! answers that PostgreSQL's `configure` would give, and stand-ins for the few
//! functions that the target does not have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use warpgrid_series::process::{self, Cancel, Ended};
use warpgrid_series::{Imported, Place, Programs, Series, import_upstream, materialize};
use warpgrid_store::{BuildError, Entry, Key};

use crate::progress::Task;

const TARGET: &str = "wasm32-wasip2";
const CLANG: &str = "clang-19";
const AR: &str = "llvm-ar-19";
/// No one compiler call takes longer.
const COMPILED_WITHIN: Duration = Duration::from_secs(300);
/// What is added to the sources, by its folder among them.
const ADDED: &str = "warpgrid";
/// The link in the program's folder.
const VENDOR: &str = "vendor";
/// What is added to the sources, in the repository.
const RECIPE: &str = "test-apps/t1-c-libpq/libpq";

const FLAGS: &[&str] = &[
    "-O2",
    "-D_GNU_SOURCE",
    "-D_WASI_EMULATED_SIGNAL",
    "-DFRONTEND",
    "-DUNSAFE_STAT_OK",
    "-fno-strict-aliasing",
    "-fwrapv",
    // 32 bits wide, size_t is no unsigned long: two messages are printed with
    // a format that says otherwise.
    "-Wno-format",
    "-include",
    "warpgrid/include/compat.h",
    "-Iwarpgrid/include",
    "-Isrc/include",
    "-Isrc/interfaces/libpq",
    "-Isrc/port",
    "-Isrc/common",
];

/// The sources, by folder: those of libpq's Makefile, and of the two libraries
/// that it draws on what it uses.
const SOURCES: &[(&str, &[&str])] = &[
    (
        "src/interfaces/libpq",
        &[
            "fe-auth",
            "fe-auth-scram",
            "fe-connect",
            "fe-exec",
            "fe-lobj",
            "fe-misc",
            "fe-print",
            "fe-protocol3",
            "fe-secure",
            "fe-trace",
            "legacy-pqsignal",
            "libpq-events",
            "pqexpbuffer",
        ],
    ),
    (
        "src/common",
        &[
            "base64",
            "cryptohash",
            "encnames",
            "fe_memutils",
            "hmac",
            "ip",
            "link-canary",
            "md5",
            "md5_common",
            "psprintf",
            "saslprep",
            "scram-common",
            "sha1",
            "sha2",
            "string",
            "stringinfo",
            "unicode_norm",
            "username",
            "wchar",
        ],
    ),
    (
        "src/port",
        &[
            "bsearch_arg",
            "chklocale",
            "getpeereid",
            "inet_net_ntop",
            "noblock",
            "path",
            "pg_bitutils",
            "pg_strong_random",
            "pgsleep",
            "pgstrcasecmp",
            "pgstrsignal",
            "pqsignal",
            "qsort",
            "qsort_arg",
            "quotes",
            "snprintf",
            "strerror",
            "strtof",
            "thread",
            "timingsafe_bcmp",
        ],
    ),
];

/// The headers that programs include.
const HEADERS: &[(&str, &str)] = &[
    ("src/interfaces/libpq", "libpq-fe.h"),
    ("src/interfaces/libpq", "libpq-events.h"),
    ("src/include", "postgres_ext.h"),
    ("src/include", "pg_config_ext.h"),
];

/// Runs the verb, for the sample program.
///
/// # Errors
/// As [`vendor`].
pub fn run(cancel: &Cancel) -> anyhow::Result<()> {
    let app = crate::workspace::root().join("test-apps/t1-c-libpq");
    vendor(&app, &Place::open_default()?, cancel)?;
    eprintln!("libpq: {}", app.join(VENDOR).display());
    Ok(())
}

/// Builds the library and links it into the program's folder, where its
/// `warp.toml` looks for it.
///
/// # Errors
/// When setup has not run, the sources cannot be had, or do not compile.
pub fn vendor(app: &Path, place: &Place, cancel: &Cancel) -> anyhow::Result<()> {
    let entry = ensure(&crate::workspace::root().join(RECIPE), place, cancel)?;
    let link = app.join(VENDOR);
    if fs::read_link(&link).is_ok_and(|target| target == entry.path) {
        return Ok(());
    }
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link).with_context(|| format!("cannot replace {}", link.display()))?;
    }
    std::os::unix::fs::symlink(&entry.path, &link)
        .with_context(|| format!("cannot make {}", link.display()))
}

/// `lib/libpq.a` and `include/` in the store, from there or built now, against
/// the current patched sysroot.
fn ensure(recipe: &Path, place: &Place, cancel: &Cancel) -> anyhow::Result<Entry> {
    let store = place.store();
    let root = warpgrid_libc::patched_sysroot_root(TARGET);
    let sysroot = store
        .root_entry(&root)?
        .ok_or_else(|| anyhow!("the patched sysroot is not built; run `cargo xtask setup`"))?;
    let series = Series::open(recipe)?;
    let programs = Programs::default();
    let imported = import_upstream(&series, place, &programs, cancel)?;
    let key = key(recipe, &imported, &sysroot)?;
    let built = store.get_or_build(&key, |staging| {
        let started = Instant::now();
        let task = Task::start(format!("libpq {} for {TARGET}", series.upstream.version));
        let source = staging.scratch()?.join("source");
        task.doing("writing sources");
        materialize(&imported, &[], &programs, &source)?;
        copy_tree(recipe, &source.join(ADDED))?;
        Build {
            source: &source,
            sysroot: &sysroot.path,
            cancel,
        }
        .run(&staging.content(), &task)?;
        task.done(&format!(
            "built in {:.0} s",
            started.elapsed().as_secs_f64()
        ));
        anyhow::Ok(())
    });
    let entry = match built {
        Ok(entry) => entry,
        Err(BuildError::Build(error)) => return Err(error),
        Err(BuildError::Store(error)) => return Err(error.into()),
    };
    store.set_root(&format!("libpq/{TARGET}"), &key)?;
    Ok(entry)
}

/// Everything that goes into the library.
fn key(recipe: &Path, imported: &Imported, sysroot: &Entry) -> anyhow::Result<Key> {
    let compiler = Command::new(CLANG)
        .arg("--version")
        .output()
        .with_context(|| format!("cannot run {CLANG}; run `cargo xtask setup`"))?;
    let mut key = Key::new("libpq")
        .field("tree", &imported.tree)
        .field("sysroot", &sysroot.digest)
        .field("compiler", compiler.stdout)
        .field("flags", FLAGS.join("\0"));
    for (folder, names) in SOURCES {
        key = key.field(folder, names.join("\0"));
    }
    for (name, path) in files(recipe)? {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        key = key.field(&name, bytes);
    }
    Ok(key.finish())
}

struct Build<'a> {
    /// Where compilers run: they see no path of the machine.
    source: &'a Path,
    sysroot: &'a Path,
    cancel: &'a Cancel,
}

impl Build<'_> {
    fn run(&self, content: &Path, task: &Task) -> anyhow::Result<()> {
        let of = SOURCES.iter().map(|(_, names)| names.len() as u64).sum();
        let mut archive = Command::new(AR);
        let library = content.join("lib/libpq.a");
        fs::create_dir_all(content.join("lib"))?;
        fs::create_dir_all(content.join("include"))?;
        archive.arg("rcsD").arg(&library);
        let mut done = 0;
        for (folder, names) in SOURCES {
            for name in *names {
                task.at(done, of);
                done += 1;
                self.call(
                    Command::new(CLANG)
                        .arg(format!("--target={TARGET}"))
                        .arg(format!("--sysroot={}", self.sysroot.display()))
                        .args(FLAGS)
                        .args([
                            "-c",
                            &format!("{folder}/{name}.c"),
                            "-o",
                            &format!("{name}.o"),
                        ]),
                )?;
                archive.arg(format!("{name}.o"));
            }
        }
        self.call(&mut archive)?;
        for (folder, name) in HEADERS {
            let own = self.source.join(ADDED).join("include").join(name);
            let theirs = self.source.join(folder).join(name);
            let header = if own.is_file() { own } else { theirs };
            fs::copy(&header, content.join("include").join(name))
                .with_context(|| format!("cannot copy {}", header.display()))?;
        }
        Ok(())
    }

    fn call(&self, command: &mut Command) -> anyhow::Result<()> {
        let mut said = Vec::new();
        let program = command.get_program().to_string_lossy().into_owned();
        let ended = process::run(
            command.current_dir(self.source),
            Some(COMPILED_WITHIN),
            self.cancel,
            |_, line| said.push(line.to_owned()),
        )
        .with_context(|| format!("cannot run {program}; run `cargo xtask setup`"))?;
        match ended {
            Ended::Exited(status) if status.success() => Ok(()),
            Ended::Exited(status) => bail!("{command:?}: {status}\n{}", said.join("\n")),
            Ended::TimedOut => bail!("{command:?} did not end within {COMPILED_WITHIN:?}"),
            Ended::Cancelled => bail!("interrupted"),
        }
    }
}

/// The files below a folder, by their name in it, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_file() {
            let name = entry
                .path()
                .strip_prefix(folder)?
                .to_string_lossy()
                .into_owned();
            files.push((name, entry.into_path()));
        }
    }
    Ok(files)
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    for (name, path) in files(from)? {
        let target = to.join(name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&path, &target).with_context(|| format!("cannot copy {}", path.display()))?;
    }
    Ok(())
}
