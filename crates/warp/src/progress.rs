//! Progress on standard error: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use warpgrid_pack::Progress;

/// Tells people what a build is doing.
#[derive(Default)]
pub struct Reporter {
    bar: Mutex<Option<ProgressBar>>,
}

impl Reporter {
    fn clear(&self) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Reporter {
    fn step(&self, what: &str) {
        self.clear();
        eprintln!("{what}");
    }

    fn advance(&self, done: usize, of: usize) {
        if !stderr().is_terminal() {
            return;
        }
        if done >= of {
            return self.clear();
        }
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(of as u64);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_position(done as u64);
    }

    fn note(&self, what: &str) {
        self.clear();
        eprintln!("note: {what}");
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.clear();
    }
}
