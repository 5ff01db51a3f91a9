//! `warp dev`: a project that runs while it is changed.

mod report;

use std::io::BufRead;
use std::process::ExitCode;
use std::sync::Arc;

use miette::IntoDiagnostic;
use tokio::sync::mpsc::{self, UnboundedSender};
use warpgrid_dev::{Control, Error, Settings, native};
use warpgrid_host::{Compiler, Signal};

use self::report::Report;
use crate::{cli, pack, serving};

/// As a shell reports a program that a signal ended, plus the signal's number.
const ENDED_BY_SIGNAL: u8 = 128;

pub fn run(args: cli::Dev) -> miette::Result<ExitCode> {
    serving::warn_to_stderr();
    serving::allow_files();
    let runtime = tokio::runtime::Runtime::new().into_diagnostic()?;
    let code = runtime.block_on(dev(args));
    // A thread may wait for a line that nobody types.
    runtime.shutdown_background();
    code
}

async fn dev(args: cli::Dev) -> miette::Result<ExitCode> {
    let settings = Settings {
        project: pack::directory(&args.project)?,
        config: args.config.as_deref().map(pack::absolute).transpose()?,
        listen: args.listen,
        lang: args.lang,
        package: args.package,
        bin: args.bin,
        env: args.env,
        compiler: args.compiler.map(|compiler| match compiler {
            cli::Compiler::Cranelift => Compiler::Cranelift,
            cli::Compiler::Winch => Compiler::Winch,
        }),
        warp: std::env::current_exe().into_diagnostic()?,
        arguments: args.args,
    };
    let mut requests = serving::Requests::watch()?;
    let (send, control) = mpsc::unbounded_channel();
    read_lines(send.clone());
    let events = Arc::new(Report::new(args.json));
    let running = async {
        if args.native {
            native::run(settings, pack::packers(), events, control).await
        } else {
            warpgrid_dev::run(settings, pack::packers(), events, control).await
        }
    };
    let mut running = std::pin::pin!(running);
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = &mut running => return ended.map(|()| ExitCode::SUCCESS).map_err(refused),
            (request, number) = requests.next() => match request {
                Signal::Hangup => ask(&send, Control::Reload),
                _ if stopping => return Ok(ExitCode::from(ENDED_BY_SIGNAL + number)),
                _ => {
                    stopping = true;
                    ask(&send, Control::Stop);
                }
            }
        }
    }
}

fn refused(error: Error) -> miette::Report {
    error.into()
}

fn ask(send: &UnboundedSender<Control>, control: Control) {
    // Whoever has ended needs not be asked.
    let _ = send.send(control);
}

/// Lines of standard input, as they come. Its end is no reason to stop.
fn read_lines(send: UnboundedSender<Control>) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(Control::Line(line)).is_err() {
                return;
            }
        }
        // Kept: without any sender, nobody could ask it to stop.
        drop(send);
    });
}
