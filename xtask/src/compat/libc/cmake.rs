//! As much of CMake's language as upstream's list of tests needs: commands with
//! literal arguments, and conditions on the target (cmake-language(7)).

use std::fmt;
use std::rc::Rc;

use anyhow::{Context, bail, ensure};

/// One command, such as `add_test(name FLAG)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub name: String,
    pub args: Vec<String>,
    /// Where it begins in the file, from 1.
    pub line: usize,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}: {}({})",
            self.line,
            self.name,
            self.args.join(" ")
        )
    }
}

/// A command and whether it is executed.
pub struct Executed {
    pub command: Command,
    /// The condition that is not met, as it is written; none where all are.
    pub unmet: Option<Rc<str>>,
}

/// Splits a file into its commands. Brackets within arguments are arguments.
pub fn parse(text: &str) -> anyhow::Result<Vec<Command>> {
    let mut scanner = Scanner {
        rest: text,
        line: 1,
    };
    let mut commands = Vec::new();
    while let Some(name) = scanner.token()? {
        let line = scanner.line;
        ensure!(
            scanner.token()?.as_deref() == Some("("),
            "line {line}: no bracket after `{name}`"
        );
        let mut args = Vec::new();
        let mut depth = 1;
        while depth > 0 {
            let token = scanner
                .token()?
                .with_context(|| format!("line {line}: `{name}` has no closing bracket"))?;
            match token.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            args.push(token);
        }
        args.pop();
        commands.push(Command {
            name: name.to_lowercase(),
            args,
            line,
        });
    }
    Ok(commands)
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
}

impl Scanner<'_> {
    /// The next name, argument or bracket.
    fn token(&mut self) -> anyhow::Result<Option<String>> {
        self.skip_space();
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        match first {
            '(' | ')' => Ok(Some(self.take(1).to_owned())),
            '"' => self.quoted().map(Some),
            _ => {
                let ends = |c: char| c.is_whitespace() || "()\"#".contains(c);
                let length = self.rest.find(ends).unwrap_or(self.rest.len());
                Ok(Some(self.take(length).to_owned()))
            }
        }
    }

    fn skip_space(&mut self) {
        loop {
            let space = self.rest.len() - self.rest.trim_start().len();
            self.take(space);
            if !self.rest.starts_with('#') {
                return;
            }
            let comment = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(comment);
        }
    }

    fn quoted(&mut self) -> anyhow::Result<String> {
        let line = self.line;
        let mut text = String::new();
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                '"' if !escaped => {
                    self.take(at + 1);
                    return Ok(text);
                }
                '\\' if !escaped => escaped = true,
                _ => {
                    text.push(c);
                    escaped = false;
                }
            }
        }
        bail!("line {line}: a quoted argument does not end")
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

/// Goes through the commands as CMake would with these variables, leaving the
/// bodies of functions out. Conditions themselves are not among what it gives.
pub fn execute(
    commands: Vec<Command>,
    variables: &[(&str, &str)],
) -> anyhow::Result<Vec<Executed>> {
    let mut executed = Vec::new();
    let mut branches: Vec<Branch> = Vec::new();
    let mut functions = 0_usize;
    for command in commands {
        match command.name.as_str() {
            "function" | "macro" => functions += 1,
            "endfunction" | "endmacro" => functions = functions.saturating_sub(1),
            _ if functions > 0 => {}
            "if" => branches.push(Branch::open(&command, variables)?),
            "elseif" | "else" => branches
                .last_mut()
                .with_context(|| format!("{command}: no `if` before it"))?
                .turn(&command, variables)?,
            "endif" => drop(branches.pop()),
            _ => executed.push(Executed {
                command,
                unmet: branches
                    .iter()
                    .find(|branch| !branch.open)
                    .map(|branch| branch.condition.clone()),
            }),
        }
    }
    Ok(executed)
}

/// One `if`, in the branch that is being gone through.
struct Branch {
    open: bool,
    /// Whether this branch or one before it was open.
    chosen: bool,
    condition: Rc<str>,
}

impl Branch {
    fn open(command: &Command, variables: &[(&str, &str)]) -> anyhow::Result<Self> {
        let open = holds(command, variables)?;
        Ok(Branch {
            open,
            chosen: open,
            condition: command.args.join(" ").into(),
        })
    }

    fn turn(&mut self, command: &Command, variables: &[(&str, &str)]) -> anyhow::Result<()> {
        self.open = !self.chosen && (command.name == "else" || holds(command, variables)?);
        self.chosen |= self.open;
        self.condition = match command.name.as_str() {
            "else" => format!("not ({})", self.condition).into(),
            _ => command.args.join(" ").into(),
        };
        Ok(())
    }
}

fn holds(command: &Command, variables: &[(&str, &str)]) -> anyhow::Result<bool> {
    let mut condition = Condition {
        tokens: &command.args,
        variables,
    };
    condition
        .any()
        .and_then(|holds| {
            ensure!(
                condition.tokens.is_empty(),
                "`{}` is too much",
                condition.tokens.join(" ")
            );
            Ok(holds)
        })
        .with_context(|| command.to_string())
}

/// `A STREQUAL B`, `A MATCHES b`, a variable, NOT, AND, OR and brackets.
struct Condition<'a> {
    tokens: &'a [String],
    variables: &'a [(&'a str, &'a str)],
}

impl<'a> Condition<'a> {
    fn any(&mut self) -> anyhow::Result<bool> {
        let mut holds = self.all()?;
        while self.takes("OR") {
            holds |= self.all()?;
        }
        Ok(holds)
    }

    fn all(&mut self) -> anyhow::Result<bool> {
        let mut holds = self.one()?;
        while self.takes("AND") {
            holds &= self.one()?;
        }
        Ok(holds)
    }

    fn one(&mut self) -> anyhow::Result<bool> {
        if self.takes("NOT") {
            return Ok(!self.one()?);
        }
        if self.takes("(") {
            let holds = self.any()?;
            ensure!(self.takes(")"), "no closing bracket");
            return Ok(holds);
        }
        let left = self.next()?;
        let value = self.value(left);
        if self.takes("STREQUAL") {
            let right = self.next()?;
            return Ok(value.unwrap_or(left) == self.value(right).unwrap_or(right));
        }
        if self.takes("MATCHES") {
            let pattern = self.next()?;
            let literal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            ensure!(
                pattern.chars().all(literal),
                "`{pattern}` is more than literal text"
            );
            return Ok(value.unwrap_or(left).contains(pattern));
        }
        Ok(value.is_some_and(|value| !["", "0", "OFF", "NO", "FALSE", "N"].contains(&value)))
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let found = self.variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }

    fn next(&mut self) -> anyhow::Result<&'a str> {
        let (first, rest) = self
            .tokens
            .split_first()
            .context("the condition is cut off")?;
        self.tokens = rest;
        Ok(first)
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.tokens.first().is_some_and(|token| token == word);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
# add_it(commented.c)
function(add_it file)
  if (UNKNOWN THING)
  endif()
endfunction()
add_it(first.c EXPECT "Hello, \"you\"" # why
  LAST)
if (NOT (WASI STREQUAL "p1") AND NOT THREADS)
  add_it(second.c)
elseif (TRIPLE MATCHES "-wasip1")
  add_it(third.c)
else()
  add_it(fourth.c)
endif()
"#;

    fn files(variables: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        execute(parse(LIST).unwrap(), variables)
            .unwrap()
            .into_iter()
            .map(|executed| {
                let unmet = executed.unmet.map(|condition| condition.to_string());
                (executed.command.args[0].clone(), unmet)
            })
            .collect()
    }

    #[test]
    fn arguments_are_split_and_unquoted() {
        let commands = parse(LIST).unwrap();
        let call = commands.iter().find(|command| command.name == "add_it");
        let call = call.unwrap();
        assert_eq!(call.args, ["first.c", "EXPECT", "Hello, \"you\"", "LAST"]);
        assert_eq!(call.line, 7);
    }

    #[test]
    fn one_branch_is_taken_and_the_others_say_why_not() {
        let first_branch = "NOT ( WASI STREQUAL p1 ) AND NOT THREADS".to_owned();
        let second_branch = "TRIPLE MATCHES -wasip1".to_owned();
        let list = |second: Option<&String>, third: Option<&String>, fourth: Option<&String>| {
            [
                ("first.c", None),
                ("second.c", second),
                ("third.c", third),
                ("fourth.c", fourth),
            ]
            .map(|(file, unmet)| (file.to_owned(), unmet.cloned()))
        };
        let neither = format!("not ({second_branch})");
        assert_eq!(
            files(&[("WASI", "p1"), ("TRIPLE", "wasm32-wasip1")]),
            list(Some(&first_branch), None, Some(&neither))
        );
        assert_eq!(
            files(&[("WASI", "p2")]),
            list(None, Some(&second_branch), Some(&neither))
        );
        assert_eq!(
            files(&[("WASI", "p2"), ("THREADS", "ON")]),
            list(Some(&first_branch), Some(&second_branch), None)
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, expected) in [
            ("if (EXISTS x)\nendif()", "line 1: if(EXISTS x)"),
            ("if (A MATCHES \"^b\")\nendif()", "more than literal"),
            ("\nadd(\"x", "line 2"),
            ("add(x", "no closing bracket"),
        ] {
            let outcome = parse(text).and_then(|commands| execute(commands, &[]));
            let error = format!("{:#}", outcome.err().unwrap());
            assert!(error.contains(expected), "{error}");
        }
    }
}
