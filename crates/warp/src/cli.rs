//! Every verb and flag of `warp`.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

/// Pack existing backend programs into WebAssembly components, and run them.
#[derive(Debug, Parser)]
#[command(
    name = "warp",
    version,
    max_term_width = 100,
    after_help = "\
Exit codes: 0 done, 1 what was asked for failed, 2 wrong usage."
)]
pub struct Warp {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Build a project into a component
    Pack(Pack),
    /// Run a component
    Run(Run),
    /// Run a project while it is changed
    Dev(Dev),
    /// Say what a component imports, exports and is made of
    Inspect(Inspect),
    /// Say what will become of an existing program
    Convert(Convert),
    /// Serve the databases of warp.toml to programs on this machine
    DbProxy(DbProxy),
    /// Be a C compiler with the patched sysroot, for make and configure
    Cc(Cc),
    /// Say how much the user's cache holds, and remove what is not used
    Cache(Cache),
    /// Print the JSON Schema of warp.toml, for editors
    #[command(after_help = "\
Example:
  warp schema > warp.schema.json")]
    Schema,
    /// Print a shell's completions for warp
    Completions(Completions),
}

/// `warp pack`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warp pack                       build the project in this directory
  warp pack api --bin server      one of several programs
  warp pack --compiler tinygo     Go by TinyGo, for a small component
  warp pack -- --locked           arguments for cargo, make or go stand behind --
  warp pack --json | jq .shims    which shims the component uses")]
pub struct Pack {
    /// The project's directory
    #[arg(default_value = ".", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub project: PathBuf,

    /// The language; without it warp.toml says it, or the project's files do
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,

    /// The compiler, of a language with several: `go` or `tinygo` for Go
    #[arg(long, value_name = "NAME")]
    pub compiler: Option<String>,

    /// Build quickly and with debug information, not optimised
    #[arg(long)]
    pub debug: bool,

    /// Leave names and debug information out of the component
    #[arg(long)]
    pub strip: bool,

    /// Where to write the component [default: DIR/target/warp/NAME.wasm]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// The package to build, of a workspace with several
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,

    /// The program to build, of a project with several
    #[arg(long, value_name = "NAME", conflicts_with = "lib")]
    pub bin: Option<String>,

    /// Build the project's library, not one of its programs
    #[arg(long)]
    pub lib: bool,

    /// Print what was packed as one JSON object
    #[arg(long)]
    pub json: bool,

    /// Further arguments for the language's build tool
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
}

/// `warp run`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warp run target/warp/hello.wasm
  warp run api.wasm --listen 127.0.0.1:9000
  warp run server.wasm --listen 127.0.0.1:9000 --env PORT=9000
  warp run tool.wasm -- --verbose input.txt")]
pub struct Run {
    /// The component, as `warp pack` wrote it
    #[arg(value_name = "FILE.wasm", value_hint = ValueHint::FilePath)]
    pub component: PathBuf,

    /// The address to serve HTTP on, where the component handles requests [default:
    /// 127.0.0.1:8080]; one that a program may listen on, where it is a server itself
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,

    /// The configuration [default: warp.toml, where there is one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// An environment variable for the program, beside those of warp.toml
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,

    /// What makes machine code of the component
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    pub compiler: Compiler,

    /// Say on standard error how many WebAssembly instructions the program executed
    #[arg(long)]
    pub count: bool,

    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
}

/// `warp dev`
#[derive(Debug, Args)]
#[command(after_help = "\
Lines on standard input switch faults on and off while the program runs; `help` lists \
them. The page /__warp says how the last build went.

Examples:
  warp dev                        the project in this directory
  warp dev api --listen 127.0.0.1:9000
  warp dev --native               the same program, as its own language runs it
  warp dev --json | jq .event     what happens, as a line of JSON each")]
pub struct Dev {
    /// The project's directory
    #[arg(default_value = ".", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub project: PathBuf,

    /// The language; without it warp.toml says it, or the project's files do
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,

    /// The address to serve HTTP on, where the program handles requests; one that it
    /// may listen on, where it is a server itself
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// The configuration [default: DIR/warp.toml, where there is one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// An environment variable for the program, beside those of warp.toml
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,

    /// The package to build, of a workspace with several
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,

    /// The program to build, of a project with several
    #[arg(long, value_name = "NAME")]
    pub bin: Option<String>,

    /// Run the program by node, bun, go or cargo, and not as a component
    #[arg(long)]
    pub native: bool,

    /// What makes machine code [default: winch, which is quick; cranelift for what is
    /// compiled once]
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "native")]
    pub compiler: Option<Compiler>,

    /// Print what happens, a JSON object on each line
    #[arg(long)]
    pub json: bool,

    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
}

/// What makes machine code of a component.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Compiler {
    /// Makes fast code
    #[default]
    Cranelift,
    /// Makes code fast, to try a change or to run once
    Winch,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `warp inspect`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warp inspect target/warp/hello.wasm
  warp inspect api.wasm --json | jq .shims")]
pub struct Inspect {
    /// The component, as `warp pack` wrote it
    #[arg(value_name = "FILE.wasm", value_hint = ValueHint::FilePath)]
    pub component: PathBuf,

    /// Print what was found as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `warp convert`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  warp convert analyze            say whether the project in this directory will work")]
pub struct Convert {
    /// What to do
    #[command(subcommand)]
    pub verb: ConvertVerb,
}

/// The verbs of `warp convert`.
#[derive(Debug, Subcommand)]
pub enum ConvertVerb {
    /// Say whether a program will work, and what to change where it does not
    Analyze(Analyze),
}

/// `warp convert analyze`
#[derive(Debug, Args)]
#[command(after_help = "\
A project is packed to see what becomes of it; of a program that was compiled already, \
the functions that it wants are read.

Examples:
  warp convert analyze                              the project in this directory
  warp convert analyze api --bin server             one of several programs
  warp convert analyze /usr/sbin/nginx              a program of this machine
  warp convert analyze --json | jq '.findings[] | select(.verdict == \"cannot\")'

Exit codes: 0 analysed, whatever the verdict, 1 it could not be, 2 wrong usage.")]
pub struct Analyze {
    /// The project's directory, an ELF program, object or archive, or a component
    #[arg(default_value = ".", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub path: PathBuf,

    /// The language; without it warp.toml says it, or the project's files do
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,

    /// The compiler, of a language with several: `go` or `tinygo` for Go
    #[arg(long, value_name = "NAME")]
    pub compiler: Option<String>,

    /// The package, of a workspace with several
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,

    /// The program, of a project with several
    #[arg(long, value_name = "NAME", conflicts_with = "lib")]
    pub bin: Option<String>,

    /// The project's library, not one of its programs
    #[arg(long)]
    pub lib: bool,

    /// Print what was found as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `warp db-proxy`
#[derive(Debug, Args)]
#[command(after_help = "\
Programs on this machine get the pools that components get: the host logs in, as \
warp.toml says, and resets each connection before another program has it. They are \
not asked for that password, so it listens on loopback addresses alone.

Examples:
  warp db-proxy                                     every [[database]], each on a free port
  warp db-proxy db.warp.local --listen 127.0.0.1:6432
  warp db-proxy --json                              say where as a JSON object")]
pub struct DbProxy {
    /// Which [[database]] sections, by their host [default: all]
    #[arg(value_name = "HOST[:PORT]")]
    pub databases: Vec<String>,

    /// The loopback address to listen on, for one database [default: a free port]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,

    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "warp.toml", value_hint = ValueHint::FilePath)]
    pub config: PathBuf,

    /// Print where each database is reached as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `warp cc`
#[derive(Debug, Args)]
#[command(
    disable_help_flag = true,
    after_help = "\
Examples:
  warp cc -O2 hello.c -o hello.wasm
  ./configure --host=wasm32-wasi CC=\"warp cc\""
)]
pub struct Cc {
    /// clang's arguments
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGS"
    )]
    pub args: Vec<OsString>,
}

/// `warp cache`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warp cache                  how much there is
  warp cache --prune 7d       remove what nothing has used for a week")]
pub struct Cache {
    /// Remove what was not used for so long; toolchains that are set up stay
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub prune: Option<Duration>,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `warp completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  warp completions bash > ~/.local/share/bash-completion/completions/warp")]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Warp::command().debug_assert();
    }

    #[test]
    fn every_verb_has_an_example() {
        for verb in Warp::command().get_subcommands() {
            let help = verb
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("Example"), "{}", verb.get_name());
        }
    }

    #[test]
    fn the_compiler_gets_its_arguments_as_they_are() {
        let args = ["warp", "cc", "--help", "-c", "--", "a.c", "--version"];
        let Verb::Cc(cc) = Warp::parse_from(args).verb else {
            panic!()
        };
        assert_eq!(cc.args, ["--help", "-c", "--", "a.c", "--version"]);
    }
}
