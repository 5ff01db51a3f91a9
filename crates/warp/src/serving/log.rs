//! The log on standard error, which no guest can flood.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// How many warnings one place in the program may give in a window.
const BURST: u32 = 50;
const WINDOW: Duration = Duration::from_secs(10);

/// Warnings, and what the host says of its own start and end; `RUST_LOG` says
/// otherwise.
pub fn log_to_stderr() {
    log_from("warn,warpgrid_host=info");
}

/// Warnings alone; `RUST_LOG` says otherwise.
pub fn warn_to_stderr() {
    log_from("warn");
}

fn log_from(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .without_time();
    tracing_subscriber::registry()
        .with(filter)
        .with(Throttle::default())
        .with(lines)
        .init();
}

/// Leaves out what a place in the program says too often, and says so.
#[derive(Default)]
struct Throttle(Mutex<HashMap<Identifier, Window>>);

/// What a place has said since a moment.
struct Window {
    since: Instant,
    said: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Shown,
    /// It is shown, and so many were not in the window before.
    ShownAfter(u32),
    /// It is the first that is left out.
    Beyond,
    LeftOut,
}

impl Throttle {
    fn judge(&self, place: Identifier, now: Instant) -> Verdict {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Window {
            since: now,
            said: 0,
        };
        let window = windows.entry(place).or_insert(fresh);
        let mut left_out = 0;
        if now.duration_since(window.since) >= WINDOW {
            left_out = window.said.saturating_sub(BURST);
            *window = Window {
                since: now,
                said: 0,
            };
        }
        window.said = window.said.saturating_add(1);
        match window.said {
            1 if left_out > 0 => Verdict::ShownAfter(left_out),
            0..=BURST => Verdict::Shown,
            said if said == BURST + 1 => Verdict::Beyond,
            _ => Verdict::LeftOut,
        }
    }
}

impl<S: Subscriber> Layer<S> for Throttle {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        if *event.metadata().level() > Level::WARN {
            return true;
        }
        match self.judge(event.metadata().callsite(), Instant::now()) {
            Verdict::Shown => true,
            Verdict::ShownAfter(count) => {
                tracing::warn!("{count} warnings like the next were left out");
                true
            }
            Verdict::Beyond => {
                tracing::warn!(
                    "more than {BURST} warnings like the last within {WINDOW:?}: further ones are left out"
                );
                false
            }
            Verdict::LeftOut => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::Callsite;

    use super::*;

    /// Where a warning stands in the program.
    fn place() -> Identifier {
        tracing::callsite! {
            name: "place",
            kind: tracing::metadata::Kind::EVENT,
            fields: message
        }
        .metadata()
        .callsite()
    }

    #[test]
    fn a_place_may_speak_so_often_in_a_window() {
        let (throttle, begin) = (Throttle::default(), Instant::now());
        for _ in 0..BURST {
            assert_eq!(throttle.judge(place(), begin), Verdict::Shown);
        }
        assert_eq!(throttle.judge(place(), begin), Verdict::Beyond);
        let late = begin + WINDOW - Duration::from_millis(1);
        assert_eq!(throttle.judge(place(), late), Verdict::LeftOut);
        let next = begin + WINDOW;
        assert_eq!(throttle.judge(place(), next), Verdict::ShownAfter(2));
        assert_eq!(throttle.judge(place(), next), Verdict::Shown);
        assert_eq!(throttle.judge(place(), next + WINDOW), Verdict::Shown);
    }
}
