//! All verbs and flags of `cargo xtask`.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::{Deserialize, Serialize};

/// Builds, checks and maintains WarpGrid SDK.
#[derive(Debug, Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    version,
    propagate_version = false
)]
pub struct Xtask {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs, one module each.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Set everything up and show the sample service answering from Postgres.
    Quickstart(Quickstart),
    /// Install what the build needs and build the sysroots.
    Setup(Setup),
    /// Build the C libraries of the sample programs for WebAssembly.
    Vendor(Vendor),
    /// Generate the C and host bindings from wit/.
    #[command(after_help = "Examples:\n  cargo xtask codegen\n  cargo xtask codegen --check")]
    Codegen(Codegen),
    /// Run every test and the matrix of languages, shims and databases.
    TestAll(TestAll),
    /// Measure ours beside the alternatives.
    Bench(Bench),
    /// Find out what runs and what does not, and write it down.
    Compat(Compat),
    /// Run the fuzz targets, and keep the inputs that reach something new.
    Fuzz(Fuzz),
    /// Work on a patch series: import, apply, export, new, edit, status.
    Patches(Patches),
    /// Put a patch series on another version of its upstream.
    Rebase(Rebase),
}

/// `cargo xtask quickstart`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo xtask quickstart\n  cargo xtask quickstart --yes")]
pub struct Quickstart {
    /// Install missing system packages without asking (CI=true does the same).
    #[arg(long, short)]
    pub yes: bool,
}

/// `cargo xtask setup`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask setup\n  cargo xtask setup --yes\n  cargo xtask setup --rebuild",
    long_about = "Install what the build needs and build the sysroots.\n\n\
        Checks system packages, Rust targets and CMake; imports wasi-libc; builds a stock and a \
        patched sysroot for wasm32-wasip1 and wasm32-wasip2 into the store, and, where there is a \
        `go`, TinyGo. What is there already \
        is kept, so a second run takes a moment."
)]
pub struct Setup {
    /// Install missing system packages without asking (CI=true does the same).
    #[arg(long, short)]
    pub yes: bool,
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Build the patched sysroots once more, elsewhere, and compare: fails with
    /// the names of files that differ.
    #[arg(long)]
    pub rebuild: bool,
}

/// `cargo xtask vendor`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask vendor\n  cargo xtask vendor t1-c-libpq",
    long_about = "Build the C libraries of the sample programs for WebAssembly.\n\n\
        Fetches their releases, compiles them as they are, and links each into its program's \
        folder as `vendor/`, where `warp pack` finds it."
)]
pub struct Vendor {
    /// The program's folder in test-apps; without it, every one.
    #[arg(value_name = "APP")]
    pub app: Option<String>,
}

/// `cargo xtask test-all`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask test-all\n  cargo xtask test-all --filter t2\n  cargo xtask test-all --json | jq .failed",
    long_about = "Run every test and the matrix of languages, shims and databases.\n\n\
        Sets up the toolchain, checks formatting, lints and generated code, runs the workspace's \
        tests, then builds every program in test-apps, runs it in the host against a real \
        database, and compares its answers with those of the native program. The last line is \
        `N passed, N failed, N skipped`; the exit code is 1 if anything failed."
)]
pub struct TestAll {
    /// Only suites and rows whose name contains this.
    #[arg(long, value_name = "SUBSTRING")]
    pub filter: Option<String>,
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Install missing system packages without asking (CI=true does the same).
    #[arg(long, short)]
    pub yes: bool,
}

/// `cargo xtask codegen`
#[derive(Debug, Args)]
pub struct Codegen {
    /// Write nothing; fail if a binding is stale.
    #[arg(long)]
    pub check: bool,
}

/// `cargo xtask bench`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench\n  cargo xtask bench db --rounds 9\n  cargo xtask bench host --json\n  cargo xtask bench --write"
)]
pub struct Bench {
    /// What to measure; all of it if absent.
    pub name: Option<BenchName>,
    /// How many interleaved rounds.
    #[arg(long, default_value_t = 5)]
    pub rounds: u32,
    /// Print a JSON object for each, in a line of its own.
    #[arg(long)]
    pub json: bool,
    /// Put the figures into the repository: compat/bench.json and
    /// docs/domains/speed.md.
    #[arg(long)]
    pub write: bool,
}

/// The benchmarks.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum BenchName {
    /// What programs ask of their host, beside the stock libc.
    Calls,
    /// Connections to a database.
    Db,
    /// What passes from a saved file to its answer, beside Bun and Node started anew.
    Dev,
    /// A Go service, beside what `go build` makes of it.
    Go,
    /// Requests, memory and start, beside hyper alone and a host without shims.
    Host,
    /// Instructions that the patched libc executes, beside the stock one.
    Libc,
    /// A TypeScript service, beside the same under Node, and builds beside stock
    /// componentize-js.
    Ts,
}

/// `cargo xtask compat`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask compat libc\n  cargo xtask compat libc --check\n  cargo xtask compat drivers pgx\n  cargo xtask compat convert hexyl\n  cargo xtask compat go chi gorm\n  cargo xtask compat go-std net/http\n  cargo xtask compat npm express pg\n  cargo xtask compat bun elysia rxjs\n  cargo xtask compat libc --json | jq '.rows[] | select(.patched != \"passes\")'"
)]
pub struct Compat {
    /// What to try.
    pub name: CompatName,
    /// Only these drivers or packages. What is known of the others stays.
    #[arg(value_name = "NAME")]
    pub only: Vec<String>,
    /// The compiler of the Go packages.
    #[arg(long, value_enum, default_value_t = GoCompiler::Go)]
    pub compiler: GoCompiler,
    /// Write nothing; fail if the data in the repository are not what the run
    /// gives.
    #[arg(long)]
    pub check: bool,
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// The matrices.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum CompatName {
    /// Programs over widely used npm packages, under Bun and as components.
    Bun,
    /// What `warp convert analyze` says of public programs, beside what becomes of
    /// them.
    Convert,
    /// wasi-libc's own tests, stock and patched.
    Libc,
    /// Drivers' own tests, directly and through `warp db-proxy`. They need Go
    /// and Python.
    Drivers,
    /// Programs over widely used Go packages, natively and as components.
    Go,
    /// Go's own tests of its standard library: natively, by stock Go for
    /// wasip1, and as components.
    GoStd,
    /// What there is of Node's modules and of the Web's globals in a component.
    NodeApis,
    /// Programs over widely used npm packages, under Node and as components.
    Npm,
}

/// What compiles Go for WebAssembly.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum GoCompiler {
    /// Standard Go.
    Go,
    /// TinyGo, for small components.
    Tinygo,
}

impl GoCompiler {
    /// As `warp pack --lang` names it.
    pub fn name(self) -> &'static str {
        match self {
            GoCompiler::Go => "go",
            GoCompiler::Tinygo => "tinygo",
        }
    }
}

/// `cargo xtask fuzz`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask fuzz\n  cargo xtask fuzz postgres redis --seconds 60\n  cargo xtask fuzz --json | jq '.rows[] | select(.finding)'",
    long_about = "Run the fuzz targets, and keep the inputs that reach something new.\n\n\
        Builds the targets in fuzz/ with cargo-fuzz, which it installs into the store, runs each \
        in turn, and puts as few of the inputs that were found as reach all of it into \
        fuzz/corpus, where the crates' tests run them. Where a target finds something, the exit \
        code is 1, and the input and the command that runs it again are printed."
)]
pub struct Fuzz {
    /// Only these targets; without any, all of them.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 300)]
    pub seconds: u64,
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Install missing system packages without asking (CI=true does the same).
    #[arg(long, short)]
    pub yes: bool,
}

/// `cargo xtask patches`
#[derive(Debug, Args)]
pub struct Patches {
    /// What to do with the series.
    #[command(subcommand)]
    pub action: PatchesAction,
}

/// The actions of `cargo xtask patches`.
#[derive(Debug, Subcommand)]
pub enum PatchesAction {
    /// Fetch the pinned upstream and make its work tree.
    #[command(after_help = "Example:\n  cargo xtask patches import libc")]
    Import(Named),
    /// Apply the series to the work tree, one commit per patch.
    #[command(after_help = "Example:\n  cargo xtask patches apply libc")]
    Apply(Apply),
    /// Write the work tree's commits to the series folder.
    #[command(after_help = "Example:\n  cargo xtask patches export libc --check")]
    Export(Export),
    /// Make a new patch of the changes in the work tree.
    #[command(
        after_help = "Example:\n  cargo xtask patches new libc --subject 'netdb: ask the host for addresses' \\\n    --reason 'The stock resolver cannot reach the proxy.' \\\n    --upstream-status 'Pending' --test tests/getaddrinfo.c"
    )]
    New(New),
    /// Stop at a patch, change it, and reapply the ones after it.
    #[command(
        after_help = "Example:\n  cargo xtask patches edit libc 0002\n  (change files in the work tree)\n  cargo xtask patches edit libc --continue"
    )]
    Edit(Edit),
    /// Show the pin, the work tree and each patch.
    #[command(after_help = "Example:\n  cargo xtask patches status libc --json")]
    Status(Status),
}

/// Names a series.
#[derive(Debug, Args)]
pub struct Named {
    /// The series' folder without `-patches` (`libc`, `rust/tokio`).
    pub series: String,
}

/// `cargo xtask patches apply`
#[derive(Debug, Args)]
pub struct Apply {
    /// The series.
    #[command(flatten)]
    pub named: Named,
    /// Undo an apply that was killed half-way.
    #[arg(long)]
    pub abort: bool,
}

/// `cargo xtask patches export`
#[derive(Debug, Args)]
pub struct Export {
    /// The series.
    #[command(flatten)]
    pub named: Named,
    /// Write nothing; fail if a file would change.
    #[arg(long)]
    pub check: bool,
}

/// `cargo xtask patches new`
#[derive(Debug, Args)]
pub struct New {
    /// The series.
    #[command(flatten)]
    pub named: Named,
    /// One line: what the patch does.
    #[arg(long)]
    pub subject: String,
    /// Why the patch exists.
    #[arg(long)]
    pub reason: String,
    /// Whether it could go upstream, and where that stands.
    #[arg(long)]
    pub upstream_status: String,
    /// The test that fails without it.
    #[arg(long)]
    pub test: String,
    /// The part of the file name after the number; made of the subject if not
    /// given.
    #[arg(long)]
    pub name: Option<String>,
    /// The patch's author, as `Name <address>`.
    #[arg(long)]
    pub author: Option<String>,
}

/// `cargo xtask patches edit`
#[derive(Debug, Args)]
pub struct Edit {
    /// The series.
    #[command(flatten)]
    pub named: Named,
    /// The patch to stop at, by number or file name.
    #[arg(required_unless_present_any = ["resume", "abort"], conflicts_with_all = ["resume", "abort"])]
    pub patch: Option<String>,
    /// The change is made: amend the patch and reapply the rest.
    #[arg(long = "continue", conflicts_with = "abort")]
    pub resume: bool,
    /// Undo the edit.
    #[arg(long)]
    pub abort: bool,
}

/// `cargo xtask patches status`
#[derive(Debug, Args)]
pub struct Status {
    /// The series.
    #[command(flatten)]
    pub named: Named,
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// `cargo xtask rebase`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask rebase libc --survey\n  cargo xtask rebase libc --to wasi-sdk-31\n  \
        (resolve the conflict in the work tree)\n  cargo xtask rebase libc --continue",
    long_about = "Put a patch series on another version of its upstream.\n\n\
        Says of each patch whether it applied, applied with fuzz, is in the new version already \
        (it is then dropped) or conflicts, and which upstream commit brought the conflict. Patches \
        and pin are written when the whole series applies, not before."
)]
pub struct Rebase {
    /// The series.
    #[command(flatten)]
    pub named: Named,
    /// The new version: a tag, branch or commit of upstream. With --survey it
    /// may be given several times; if it is not, all newer tags are tried.
    #[arg(long, value_name = "VERSION", required_unless_present_any = ["resume", "abort", "survey"])]
    pub to: Vec<String>,
    /// The repository that has it, in place of the one in sources.toml.
    #[arg(long, value_name = "PATH_OR_URL")]
    pub git: Option<String>,
    /// The conflict is resolved: go on.
    #[arg(long = "continue", conflicts_with_all = ["to", "git", "abort", "survey"])]
    pub resume: bool,
    /// Put the work tree back as it was.
    #[arg(long, conflicts_with_all = ["to", "git", "survey", "json"])]
    pub abort: bool,
    /// Try versions and print a table; change nothing.
    #[arg(long)]
    pub survey: bool,
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

impl Rebase {
    /// The one version to go to.
    ///
    /// # Errors
    /// Wrong usage, when there are several.
    pub fn version(&self) -> Result<&str, clap::Error> {
        match self.to.as_slice() {
            [version] => Ok(version),
            _ => Err(Xtask::command().error(
                clap::error::ErrorKind::TooManyValues,
                "several versions can be tried with --survey; a rebase goes to one",
            )),
        }
    }
}

impl Named {
    /// The folder of the series in the checkout.
    pub fn dir(&self) -> PathBuf {
        let name = self.series.trim_end_matches('/');
        let root = crate::workspace::root();
        let folder = |name: &str| {
            let name = name.strip_suffix("-patches").unwrap_or(name);
            root.join(format!("{name}-patches"))
        };
        match name.split_once('/') {
            Some((family, member)) => folder(family).join(member),
            None => folder(name),
        }
    }
}

impl PatchesAction {
    /// The series it is about.
    pub fn named(&self) -> &Named {
        match self {
            PatchesAction::Import(named) => named,
            PatchesAction::Apply(apply) => &apply.named,
            PatchesAction::Export(export) => &export.named,
            PatchesAction::New(new) => &new.named,
            PatchesAction::Edit(edit) => &edit.named,
            PatchesAction::Status(status) => &status.named,
        }
    }
}
