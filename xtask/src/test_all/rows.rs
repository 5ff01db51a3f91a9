//! The rows of the matrix, one for each program.

use super::report::Subject;
use super::service;

/// What is done with an app.
pub enum Kind {
    /// It runs to its end; its output is compared.
    Program,
    /// It serves HTTP; its answers are compared.
    Service(service::Dialogue),
    /// The same, and they are those of another row's native program, too.
    Twin {
        dialogue: service::Dialogue,
        of: &'static str,
    },
}

/// A row of the matrix. To add a language is to add one.
pub struct Row {
    /// Where the app's folder stands in the repository.
    pub folder: &'static str,
    pub subject: Subject,
    pub kind: Kind,
    pub build: Build,
}

/// How the native program is built, and what the component needs before it can
/// be packed.
pub enum Build {
    /// By the system's C compiler, with a library, whose folder in the
    /// repository this is; the component's is built by us.
    C { library: &'static str },
    /// By cargo.
    Cargo,
    /// By go.
    Go,
    /// By go; the component by TinyGo.
    TinyGo,
    /// By cargo, as it is measured.
    Optimised,
    /// By npm and the scripts of its `package.json`.
    Node,
    /// By Bun, which runs the sources.
    Bun,
}

impl Build {
    /// What `warp pack` is told beside the project.
    pub fn arguments(&self) -> &'static [&'static str] {
        match self {
            Build::TinyGo => &["--compiler", "tinygo", "-o", "target/warp/tinygo.wasm"],
            _ => &[],
        }
    }
}

/// The row of the sample service.
pub const SAMPLE: &str = "t2-rust-sqlx";
/// What `cargo xtask bench go` builds and loads.
pub const GO_BENCH: &str = "t3-go-http-postgres";
/// What `cargo xtask bench dev` edits, beside [`TS_BENCH`].
pub const BUN_BENCH: &str = "t5-bun-http-postgres";
/// What `cargo xtask bench ts` loads.
pub const TS_BENCH: &str = "t4-ts-http-postgres";

/// What a program imports that opens connections and no files.
const SOCKET_SHIMS: &[&str] = &["dns", "database-proxy", "sockets"];
/// What one imports whose driver opens files, too.
const SHIMS: &[&str] = &["filesystem", "dns", "database-proxy", "sockets"];
/// What a program for Node imports whose driver opens files.
const NODE_SHIMS: &[&str] = &[
    "filesystem",
    "dns",
    "dns-reverse",
    "database-proxy",
    "sockets",
];
/// What one imports whose driver opens none.
const NODE_SOCKET_SHIMS: &[&str] = &["dns", "dns-reverse", "database-proxy", "sockets"];
/// What one for Bun imports that asks by Bun.sql.
const BUN_SQL_SHIMS: &[&str] = &["database-proxy", "sockets"];
const LIBPQ: &str = "test-apps/t1-c-libpq/libpq";
/// What one imports whose library ignores SIGPIPE.
const SIGNAL_SHIMS: &[&str] = &["filesystem", "dns", "signals", "database-proxy", "sockets"];

pub const ROWS: &[Row] = &[
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t1-c-libpq",
            language: "C",
            shims: SIGNAL_SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Program,
        build: Build::C { library: LIBPQ },
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: SAMPLE,
            language: "Rust",
            shims: SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Service(service::USERS),
        build: Build::Cargo,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: GO_BENCH,
            language: "Go",
            shims: SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Service(service::STREAMS),
        build: Build::Go,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: GO_BENCH,
            language: "TinyGo",
            shims: SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Service(service::STREAMS),
        build: Build::TinyGo,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: TS_BENCH,
            language: "TypeScript",
            shims: NODE_SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Service(service::STREAMS),
        build: Build::Node,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: BUN_BENCH,
            language: "Bun",
            shims: NODE_SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Twin {
            dialogue: service::STREAMS,
            of: TS_BENCH,
        },
        build: Build::Bun,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t6-rust-axum-server",
            language: "Rust",
            shims: SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Service(service::SERVER),
        build: Build::Cargo,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t7-c-libmariadb",
            language: "C",
            shims: SIGNAL_SHIMS,
            database: Some("mysql"),
            native: true,
        },
        kind: Kind::Program,
        build: Build::C {
            library: "test-apps/t7-c-libmariadb/libmariadb",
        },
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t8-c-hiredis",
            language: "C",
            shims: SOCKET_SHIMS,
            database: Some("redis"),
            native: true,
        },
        kind: Kind::Program,
        build: Build::C {
            library: "test-apps/t8-c-hiredis/hiredis",
        },
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t9-rust-mysql-redis",
            language: "Rust",
            shims: SOCKET_SHIMS,
            database: Some("mysql, redis"),
            native: true,
        },
        kind: Kind::Service(service::CACHED),
        build: Build::Cargo,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t10-go-mysql-redis",
            language: "Go",
            shims: SHIMS,
            database: Some("mysql, redis"),
            native: true,
        },
        kind: Kind::Program,
        build: Build::Go,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t11-ts-redis-client",
            language: "TypeScript",
            shims: NODE_SOCKET_SHIMS,
            database: Some("redis"),
            native: true,
        },
        kind: Kind::Service(service::VALUES),
        build: Build::Node,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "t12-ts-drivers",
            language: "TypeScript",
            shims: NODE_SHIMS,
            database: Some("postgres, mysql, redis"),
            native: true,
        },
        kind: Kind::Service(service::DRIVERS),
        build: Build::Node,
    },
    Row {
        folder: "test-apps",
        subject: Subject {
            app: "bun-sql-postgres",
            language: "Bun",
            shims: BUN_SQL_SHIMS,
            database: Some("postgres"),
            native: true,
        },
        kind: Kind::Service(service::BUN_SQL),
        build: Build::Bun,
    },
];

/// No row of the matrix, but built and run like one.
pub const DATABASE_BENCH: Row = Row {
    folder: "xtask/bench",
    subject: Subject {
        app: "db",
        language: "C",
        shims: SIGNAL_SHIMS,
        database: Some("postgres"),
        native: true,
    },
    kind: Kind::Program,
    build: Build::C { library: LIBPQ },
};

/// As [`DATABASE_BENCH`], with drivers of Rust.
pub const DRIVER_BENCH: Row = Row {
    folder: "xtask/bench",
    subject: Subject {
        app: "drivers",
        language: "Rust",
        shims: SHIMS,
        database: Some("postgres, redis"),
        native: true,
    },
    kind: Kind::Program,
    build: Build::Optimised,
};
