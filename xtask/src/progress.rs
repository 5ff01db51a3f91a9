//! What the user sees meanwhile: bars on a terminal, plain lines elsewhere.
//! All of it goes to standard error; standard output is for results.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// One piece of work that takes a while.
pub struct Task {
    bar: ProgressBar,
    title: String,
}

impl Task {
    /// Announces the work.
    pub fn start(title: impl Into<String>) -> Self {
        let title = title.into();
        let plain = !std::io::stderr().is_terminal();
        let bar = if plain {
            ProgressBar::hidden()
        } else {
            ProgressBar::new_spinner()
        };
        if plain {
            eprintln!("{title} ...");
        } else {
            bar.set_style(style("{spinner} {prefix} {wide_msg} {elapsed}"));
            bar.set_prefix(title.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Task { bar, title }
    }

    /// Says how far it is.
    pub fn at(&self, done: u64, of: u64) {
        if self.bar.length() != Some(of) {
            self.bar.set_length(of);
            self.bar
                .set_style(style("{spinner} {prefix} [{bar:30}] {pos}/{len} {elapsed}"));
        }
        self.bar.set_position(done);
    }

    /// Says what it is doing.
    pub fn doing(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// Ends it, with its outcome in a few words.
    pub fn done(self, outcome: &str) {
        self.bar.finish_and_clear();
        eprintln!("{}: {outcome}", self.title);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// Warnings of the libraries, without times and module names.
pub fn log_to_stderr() {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .with_ansi(colours)
        .without_time()
        .with_target(false)
        .init();
}
