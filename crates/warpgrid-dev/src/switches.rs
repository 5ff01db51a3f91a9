//! Faults that are switched on and off while the program runs, by lines of text.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use warpgrid_host::faults::{DatabaseCut, Exhaustion, Silence};
use warpgrid_host::{Deployment, Signal};

/// What there is, for people.
pub const HELP: &str = "\
db down [SECONDS]    cut database connections and refuse new ones; db up ends it
pool full [SECONDS]  take every connection of the pools; pool free gives them back
dns flap [SECONDS]   let no name be resolved every other so many seconds [1]; dns up ends it
dns down [SECONDS]   let no name be resolved; dns up ends it
signal NAME          terminate, hangup or interrupt, to the programs that listen for it
restore              end all of it
status               what is switched on
quit                 stop";

/// The longest that a fault may be asked for, in seconds.
const LONGEST: f64 = 86_400.0;

/// What a line asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Switch {
    /// No database is there, for so long.
    DatabaseDown(Option<Duration>),
    /// They are again.
    DatabaseUp,
    /// All connections are taken, for so long.
    PoolFull(Option<Duration>),
    /// They are given back.
    PoolFree,
    /// Names are resolved every other such time.
    DnsFlap(Duration),
    /// No name is resolved, for so long.
    DnsDown(Option<Duration>),
    /// They all are again.
    DnsUp,
    /// A signal to the program.
    Signal(Signal),
    /// Nothing is switched on any more.
    Restore,
    /// What is switched on?
    Status,
    /// What is there to switch?
    Help,
    /// Enough.
    Quit,
}

impl Switch {
    /// Of a line; nothing of an empty one.
    ///
    /// # Errors
    /// What there is instead.
    pub fn parse(line: &str) -> Result<Option<Self>, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let unknown = || {
            let line = line.trim().escape_debug();
            Err(format!("there is no `{line}`; `help` says what there is"))
        };
        let of = |time: &[&str]| match time {
            [] => Ok(None),
            [one] => seconds(one).map(Some),
            [_, other, ..] => Err(format!("`{}` is too much", other.escape_debug())),
        };
        Ok(Some(match words.as_slice() {
            [] => return Ok(None),
            ["db", "down", time @ ..] => Self::DatabaseDown(of(time)?),
            ["db", "up"] => Self::DatabaseUp,
            ["pool", "full", time @ ..] => Self::PoolFull(of(time)?),
            ["pool", "free"] => Self::PoolFree,
            ["dns", "flap", time @ ..] => {
                Self::DnsFlap(of(time)?.unwrap_or(Duration::from_secs(1)))
            }
            ["dns", "down", time @ ..] => Self::DnsDown(of(time)?),
            ["dns", "up"] => Self::DnsUp,
            ["signal", "terminate"] => Self::Signal(Signal::Terminate),
            ["signal", "hangup"] => Self::Signal(Signal::Hangup),
            ["signal", "interrupt"] => Self::Signal(Signal::Interrupt),
            ["restore"] => Self::Restore,
            ["status"] => Self::Status,
            ["help" | "?"] => Self::Help,
            ["quit"] => Self::Quit,
            _ => return unknown(),
        }))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: Option<f64> = text.parse().ok();
    match number {
        Some(number) if number > 0.0 && number <= LONGEST => Ok(Duration::from_secs_f64(number)),
        _ => Err(format!("`{}` is no number of seconds", text.escape_debug())),
    }
}

/// What is switched on. Dropping it ends all of it.
#[derive(Default)]
pub struct Switches {
    database: Option<Held>,
    pool: Option<Held>,
    dns: Option<Held>,
}

/// A fault that lasts while this is there, or until its time is over.
struct Held {
    what: String,
    task: JoinHandle<()>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Held {
    /// Keeps a guard for a time, or without end.
    fn keep<T: Send + 'static>(what: &str, guard: T, time: Option<Duration>) -> Self {
        let task = tokio::spawn(async move {
            let _guard = guard;
            match time {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        });
        Self {
            what: format!("{what}{}", For(time)),
            task,
        }
    }

    fn lasts(&self) -> bool {
        !self.task.is_finished()
    }
}

/// ` for 3 s`
struct For(Option<Duration>);

impl fmt::Display for For {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => write!(f, " for {} s", time.as_secs_f64()),
            None => Ok(()),
        }
    }
}

impl Switches {
    /// Does it to the program that serves now, and those that come after it; says
    /// what was done. Must be called inside of a tokio runtime.
    pub fn set(&mut self, switch: Switch, deployment: &Arc<Deployment>) -> String {
        match switch {
            Switch::DatabaseDown(time) => {
                let cut: DatabaseCut = deployment.cut_databases();
                let ended = cut.sessions;
                let held = Held::keep("databases are down", cut, time);
                let what = format!("{}; {ended} connections were cut", held.what);
                self.database = Some(held);
                what
            }
            Switch::PoolFull(time) => {
                let guard: Exhaustion = deployment.exhaust_pools();
                let held = Held::keep("the pools have no connection left", guard, time);
                let what = held.what.clone();
                self.pool = Some(held);
                what
            }
            Switch::DnsDown(time) => {
                let guard: Silence = deployment.silence_names();
                let held = Held::keep("no name is resolved", guard, time);
                let what = held.what.clone();
                self.dns = Some(held);
                what
            }
            Switch::DnsFlap(every) => {
                let held = Held {
                    what: format!(
                        "names are not resolved every other {} s",
                        every.as_secs_f64()
                    ),
                    task: tokio::spawn(flap(deployment.clone(), every)),
                };
                let what = held.what.clone();
                self.dns = Some(held);
                what
            }
            Switch::DatabaseUp => {
                self.database = None;
                "databases are up".to_owned()
            }
            Switch::PoolFree => {
                self.pool = None;
                "the pools are free".to_owned()
            }
            Switch::DnsUp => {
                self.dns = None;
                "names are resolved".to_owned()
            }
            Switch::Signal(signal) => {
                let heard = deployment.signal(signal);
                format!("{signal:?} was sent; {heard} instances listen for it")
            }
            Switch::Restore => {
                *self = Self::default();
                "all is as it was".to_owned()
            }
            Switch::Status => self.to_string(),
            Switch::Help | Switch::Quit => HELP.to_owned(),
        }
    }
}

impl fmt::Display for Switches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [&self.database, &self.pool, &self.dns];
        let on: Vec<&str> = all
            .into_iter()
            .flatten()
            .filter(|held| held.lasts())
            .map(|held| held.what.as_str())
            .collect();
        if on.is_empty() {
            return f.write_str("nothing is switched on");
        }
        f.write_str(&on.join("; "))
    }
}

async fn flap(deployment: Arc<Deployment>, every: Duration) {
    loop {
        let silence = deployment.silence_names();
        tokio::time::sleep(every).await;
        drop(silence);
        tokio::time::sleep(every).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood_and_others_said_to_be_wrong() {
        let half = Duration::from_millis(500);
        for (line, switch) in [
            ("db down", Switch::DatabaseDown(None)),
            ("  db   down 0.5 ", Switch::DatabaseDown(Some(half))),
            ("dns flap", Switch::DnsFlap(Duration::from_secs(1))),
            ("dns flap 0.5", Switch::DnsFlap(half)),
            ("signal hangup", Switch::Signal(Signal::Hangup)),
            ("restore", Switch::Restore),
        ] {
            assert_eq!(Switch::parse(line), Ok(Some(switch)), "{line}");
        }
        assert_eq!(Switch::parse(" \n"), Ok(None));
        for line in [
            "db",
            "db sideways",
            "db down -1",
            "db down nan",
            "db down 1e9",
            "db down 1 2",
            "signal kill",
            "db up 3",
            "\u{1b}[2J",
        ] {
            let error = Switch::parse(line).unwrap_err();
            assert!(!error.contains('\u{1b}'), "{error}");
        }
    }

    #[test]
    fn help_names_every_switch() {
        for line in HELP.lines() {
            let words: Vec<&str> = line.split_whitespace().take(2).collect();
            let line = match words[..] {
                ["signal", _] => "signal hangup".to_owned(),
                [one @ ("restore" | "status" | "quit"), _] => one.to_owned(),
                _ => words.join(" "),
            };
            assert!(Switch::parse(&line).is_ok_and(|it| it.is_some()), "{line}");
        }
    }
}
