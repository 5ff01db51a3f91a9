//! What happens, for people or for programs.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use warpgrid_dev::{Diagnosis, Event, Events, page};

/// How many changed files are named.
const NAMED: usize = 3;

/// Prints what happens.
pub struct Report {
    json: bool,
    colour: bool,
}

/// What a line is about, by its colour.
#[derive(Clone, Copy)]
enum Mood {
    Plain,
    Good,
    Bad,
    Aside,
}

impl Report {
    /// As lines of JSON on standard output, or for people on standard error.
    pub fn new(json: bool) -> Self {
        let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { json, colour }
    }

    fn say(&self, mood: Mood, text: &str) {
        let code = match mood {
            Mood::Plain => None,
            Mood::Good => Some("32"),
            Mood::Bad => Some("31"),
            Mood::Aside => Some("2"),
        };
        match code.filter(|_| self.colour) {
            Some(code) => eprintln!("\u{1b}[{code}m{text}\u{1b}[0m"),
            None => eprintln!("{text}"),
        }
    }
}

impl Events for Report {
    fn tell(&self, event: Event) {
        if self.json {
            if let Ok(line) = serde_json::to_string(&event) {
                let mut out = std::io::stdout().lock();
                // Nobody may read any more; the program goes on.
                let _ = writeln!(out, "{line}").and_then(|()| out.flush());
            }
            return;
        }
        match event {
            Event::Watching {
                address,
                lang,
                project,
                directories,
                native,
            } => {
                let how = if native { ", natively" } else { "" };
                self.say(Mood::Good, &format!("warp dev: {lang}{how}"));
                if !native {
                    let status = page::STATUS;
                    self.say(Mood::Plain, &format!("  serves   http://{address}"));
                    self.say(Mood::Plain, &format!("  status   http://{address}{status}"));
                }
                let folders = if directories == 1 {
                    "one directory".to_owned()
                } else {
                    format!("{directories} directories")
                };
                let project = project.display();
                self.say(Mood::Plain, &format!("  watches  {project} ({folders})"));
                let keys = if native {
                    "quit"
                } else {
                    "db down|up, pool full|free, dns flap|down|up, signal NAME, restore, status, help, quit"
                };
                self.say(Mood::Plain, &format!("  lines    {keys}"));
            }
            Event::Database {
                endpoint,
                server,
                address,
                directory,
            } => self.say(
                Mood::Plain,
                &format!(
                    "{endpoint} is {server} on {address}, data in {}",
                    directory.display()
                ),
            ),
            Event::Building { changed } if changed.is_empty() => {
                self.say(Mood::Aside, "building");
            }
            Event::Building { changed } => {
                self.say(Mood::Aside, &format!("changed: {}", names(&changed)));
            }
            Event::Built {
                build,
                milliseconds,
                restarted,
            } => {
                let how = if restarted { "started" } else { "serves" };
                self.say(
                    Mood::Good,
                    &format!("build {build} {how} after {milliseconds} ms"),
                );
            }
            Event::Failed { diagnosis, serving } => {
                let output = diagnosis.output.trim_end();
                if !output.is_empty() {
                    self.say(Mood::Plain, output);
                }
                if !shows_place(&diagnosis) {
                    self.say(Mood::Bad, page::plain(&diagnosis).trim_end());
                }
                if serving {
                    self.say(Mood::Aside, "the last good build goes on serving");
                }
            }
            Event::Note { text } => self.say(Mood::Plain, &format!("note: {text}")),
            Event::Ended { code: Some(0) } => {
                self.say(
                    Mood::Aside,
                    "the program has ended; it is started at the next change",
                );
            }
            Event::Ended { code } => {
                let how = code.map_or_else(String::new, |code| format!(" with exit code {code}"));
                let text = format!("the program has ended{how}; it is started at the next change");
                self.say(Mood::Bad, &text);
            }
            Event::Fault { text } => self.say(Mood::Plain, &text),
        }
    }
}

/// Whether the build tools have shown the line themselves.
fn shows_place(diagnosis: &Diagnosis) -> bool {
    diagnosis.place.as_ref().is_some_and(|place| {
        let mut lines = place.excerpt.iter();
        let meant = lines.find(|(number, _)| *number == place.line);
        meant.is_some_and(|(_, line)| diagnosis.output.contains(line.trim()))
    })
}

fn names(paths: &[PathBuf]) -> String {
    let named: Vec<String> = paths
        .iter()
        .take(NAMED)
        .map(|path| path.display().to_string())
        .collect();
    let mut text = named.join(", ");
    if paths.len() > NAMED {
        text.push_str(&format!(" and {} more", paths.len() - NAMED));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_are_one_line() {
        let paths: Vec<PathBuf> = ["a", "b", "c", "d", "e"].map(PathBuf::from).into();
        assert_eq!(names(&paths), "a, b, c and 2 more");
        assert_eq!(names(&paths[..2]), "a, b");
    }
}
