//! The tests that upstream has, read from its own list, `test/CMakeLists.txt`,
//! so that they follow when the pinned upstream moves.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use super::cmake::{self, Command};

/// A program that is compiled for a test: a file in `test/src`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The file, such as `access.c`.
    pub source: String,
    pub cflags: Vec<String>,
    pub ldflags: Vec<String>,
}

/// How a program is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// With an empty directory as `/`.
    pub directory: bool,
    pub arguments: Vec<String>,
    /// As `NAME=VALUE`.
    pub environment: Vec<String>,
    /// What its output must hold.
    pub expected: Option<String>,
}

/// What a test is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One program that must end well.
    Single(Program, Settings),
    /// A server and some clients at once, all of which must end well.
    Pair {
        server: Program,
        client: Program,
        clients: u32,
    },
}

/// One test on one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    pub name: String,
    pub kind: Kind,
    /// Tests with sockets use the same ports.
    pub network: bool,
    /// Why it does not run on this target, where it does not.
    pub left_out: Option<String>,
}

impl Test {
    /// The programs that it needs.
    pub fn programs(&self) -> Vec<&Program> {
        match &self.kind {
            Kind::Single(program, _) => vec![program],
            Kind::Pair { server, client, .. } => vec![server, client],
        }
    }
}

/// The tests in upstream's folder `test`, as they are for a target.
///
/// # Errors
/// Where the list says something that is not understood here.
pub fn read(folder: &Path, target: &str) -> anyhow::Result<Vec<Test>> {
    let path = folder.join("CMakeLists.txt");
    let list = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut tests = registered(&list, target)
        .with_context(|| format!("{}: teach xtask what upstream says there", path.display()))?;
    let known: BTreeSet<String> = tests
        .iter()
        .flat_map(|test| {
            test.programs()
                .into_iter()
                .map(|program| program.source.clone())
        })
        .collect();
    let unknown = sources(&folder.join("src"))?
        .into_iter()
        .filter(|source| !known.contains(source));
    tests.extend(unknown.map(|source| Test {
        name: stem(&source).to_owned(),
        kind: Kind::Single(
            Program {
                source,
                ..Program::default()
            },
            Settings::default(),
        ),
        network: false,
        left_out: Some("upstream's list does not run it".to_owned()),
    }));
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tests)
}

/// Every C file below the folder, by its path in it.
fn sources(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut sources = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            let relative = path.strip_prefix(folder)?;
            sources.push(relative.display().to_string());
        }
    }
    Ok(sources)
}

fn registered(list: &str, target: &str) -> anyhow::Result<Vec<Test>> {
    let wasi = target.rsplit("wasi").next().unwrap_or_default();
    let variables = [("TARGET_TRIPLE", target), ("WASI", wasi)];
    let mut tests = Vec::new();
    for executed in cmake::execute(cmake::parse(list)?, &variables)? {
        let test = match executed.command.name.as_str() {
            "add_wasilibc_test" => single(&executed.command),
            "sockets_test" => pair(&executed.command),
            _ => continue,
        };
        let mut test = test.with_context(|| executed.command.to_string())?;
        test.left_out = executed
            .unmet
            .map(|condition| format!("upstream runs it only if {condition}"));
        tests.push(test);
    }
    ensure!(!tests.is_empty(), "it lists no test");
    Ok(tests)
}

/// `add_wasilibc_test(FILE [FS] [NETWORK] [ARGV …] …)`
fn single(command: &Command) -> anyhow::Result<Test> {
    let (source, rest) = command.args.split_first().context("it names no file")?;
    let mut program = Program {
        source: source.clone(),
        ..Program::default()
    };
    let mut settings = Settings::default();
    let mut network = false;
    for (keyword, values) in keywords(rest)? {
        match keyword {
            "FS" => settings.directory = true,
            "NETWORK" => network = true,
            // About WASI 0.3, for which there is no sysroot.
            "FAILP3" => {}
            "ARGV" => settings.arguments = values.to_vec(),
            "ENV" => settings.environment = values.to_vec(),
            "CFLAGS" => program.cflags = values.to_vec(),
            "LDFLAGS" => program.ldflags = values.to_vec(),
            "PASS_REGULAR_EXPRESSION" => settings.expected = Some(literal(values)?),
            other => bail!("`{other}` does not belong to a single program"),
        }
    }
    Ok(Test {
        name: stem(source).to_owned(),
        kind: Kind::Single(program, settings),
        network,
        left_out: None,
    })
}

/// `sockets_test(NAME CLIENT.wasm SERVER.wasm [NCLIENTS n])`
fn pair(command: &Command) -> anyhow::Result<Test> {
    let [name, client, server, rest @ ..] = command.args.as_slice() else {
        bail!("it names no client and server");
    };
    let mut clients = 1;
    for (keyword, values) in keywords(rest)? {
        match (keyword, values) {
            ("FAILP3", []) => {}
            ("NCLIENTS", [number]) => clients = number.parse()?,
            _ => bail!("`{keyword}` does not belong to a pair"),
        }
    }
    let program = |file: &str| Program {
        source: format!("{}.c", stem(file)),
        ..Program::default()
    };
    Ok(Test {
        name: name.clone(),
        kind: Kind::Pair {
            server: program(server),
            client: program(client),
            clients,
        },
        network: true,
        left_out: None,
    })
}

const KEYWORDS: &[&str] = &[
    "FS",
    "NETWORK",
    "FAILP3",
    "ARGV",
    "ENV",
    "CFLAGS",
    "LDFLAGS",
    "NCLIENTS",
    "PASS_REGULAR_EXPRESSION",
];

/// Each keyword with the values up to the next one.
fn keywords(args: &[String]) -> anyhow::Result<Vec<(&str, &[String])>> {
    let is_keyword = |arg: &String| KEYWORDS.contains(&arg.as_str());
    let mut found = Vec::new();
    let mut rest = args;
    while let Some((keyword, after)) = rest.split_first() {
        ensure!(is_keyword(keyword), "`{keyword}` is no known keyword");
        let end = after.iter().position(is_keyword).unwrap_or(after.len());
        let (values, next) = after.split_at(end);
        found.push((keyword.as_str(), values));
        rest = next;
    }
    Ok(found)
}

/// The one regular expression of a test, where it stands for itself.
fn literal(values: &[String]) -> anyhow::Result<String> {
    let [pattern] = values else {
        bail!("not one regular expression: {values:?}");
    };
    ensure!(
        !pattern.contains(['.', '*', '+', '?', '[', '(', '|', '^', '$', '\\']),
        "`{pattern}` is more than literal text"
    );
    Ok(pattern.clone())
}

/// The file's name without what says its kind.
fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "
        add_wasilibc_test(plain.c)
        add_wasilibc_test(full.c FS FAILP3 ARGV / two ENV A=b
          CFLAGS -DX LDFLAGS -lx -Wl,--y PASS_REGULAR_EXPRESSION \"Hello, you!\")
        if (NOT (WASI STREQUAL \"p1\"))
          add_wasilibc_test(socket.c NETWORK FAILP3)
          sockets_test(many client.wasm server.wasm NCLIENTS 10 FAILP3)
        endif()";

    #[test]
    fn a_single_program_has_its_settings() {
        let tests = registered(LIST, "wasm32-wasip2").unwrap();
        let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let program = Program {
            source: "full.c".to_owned(),
            cflags: strings(&["-DX"]),
            ldflags: strings(&["-lx", "-Wl,--y"]),
        };
        let settings = Settings {
            directory: true,
            arguments: strings(&["/", "two"]),
            environment: strings(&["A=b"]),
            expected: Some("Hello, you!".to_owned()),
        };
        assert_eq!(tests[1].kind, Kind::Single(program, settings));
        assert_eq!((tests[0].network, tests[2].network), (false, true));
    }

    #[test]
    fn a_pair_has_its_clients() {
        let tests = registered(LIST, "wasm32-wasip2").unwrap();
        let Kind::Pair {
            server,
            client,
            clients,
        } = &tests[3].kind
        else {
            panic!("{:?}", tests[3]);
        };
        assert_eq!(
            (server.source.as_str(), client.source.as_str(), *clients),
            ("server.c", "client.c", 10)
        );
    }

    #[test]
    fn what_a_target_leaves_out_is_listed_with_the_reason() {
        let tests = registered(LIST, "wasm32-wasip1").unwrap();
        assert_eq!(tests[1].left_out, None);
        assert_eq!(
            tests[2].left_out.as_deref(),
            Some("upstream runs it only if NOT ( WASI STREQUAL p1 )")
        );
    }

    #[test]
    fn files_that_the_list_does_not_name_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("src/deep")).unwrap();
        std::fs::write(folder.path().join("CMakeLists.txt"), LIST).unwrap();
        for file in ["plain.c", "deep/forgotten.c", "notes.txt"] {
            std::fs::write(folder.path().join("src").join(file), "").unwrap();
        }
        let tests = read(folder.path(), "wasm32-wasip2").unwrap();
        let forgotten = &tests[0];
        assert_eq!(forgotten.name, "deep/forgotten");
        assert_eq!(
            forgotten.left_out.as_deref(),
            Some("upstream's list does not run it")
        );
        assert_eq!(tests.len(), 5);
    }

    #[test]
    fn a_keyword_that_is_new_is_an_error() {
        let error = registered("add_wasilibc_test(a.c SHINY)", "wasm32-wasip2").unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("line 1") && text.contains("SHINY"), "{text}");
    }
}
