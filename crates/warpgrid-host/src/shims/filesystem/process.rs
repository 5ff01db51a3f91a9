//! `/proc/self`: what an instance can learn of itself, proc_pid_*(5).

use std::fmt::Write as _;
use std::sync::Arc;

/// wasi-libc's getpid gives this number.
const PID: u32 = 42;
/// Bytes of a page of WebAssembly memory.
const PAGE: usize = 64 << 10;
/// The most bytes of a name in `comm`, without the final zero.
const MAX_COMM: usize = 15;

/// An instance as its own process.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// The arguments, the program's name first.
    pub arguments: Arc<[String]>,
    /// The environment variables as `NAME=value`.
    pub environment: Arc<[String]>,
    /// The most linear memory that the instance may have, in bytes.
    pub memory: usize,
}

/// A file of `/proc/self`.
#[derive(Debug, Clone, Copy)]
pub(super) enum ProcessFile {
    Cgroup,
    Cmdline,
    Comm,
    Environ,
    Limits,
    Mounts,
    Stat,
    Statm,
    Status,
}

impl ProcessFile {
    pub(super) const ALL: [Self; 9] = [
        Self::Cgroup,
        Self::Cmdline,
        Self::Comm,
        Self::Environ,
        Self::Limits,
        Self::Mounts,
        Self::Stat,
        Self::Statm,
        Self::Status,
    ];

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Cgroup => "/proc/self/cgroup",
            Self::Cmdline => "/proc/self/cmdline",
            Self::Comm => "/proc/self/comm",
            Self::Environ => "/proc/self/environ",
            Self::Limits => "/proc/self/limits",
            Self::Mounts => "/proc/self/mounts",
            Self::Stat => "/proc/self/stat",
            Self::Statm => "/proc/self/statm",
            Self::Status => "/proc/self/status",
        }
    }
}

impl Process {
    pub(super) fn read(&self, file: ProcessFile) -> Vec<u8> {
        match file {
            ProcessFile::Cgroup => b"0::/\n".to_vec(),
            ProcessFile::Cmdline => terminated(&self.arguments),
            ProcessFile::Comm => format!("{}\n", self.comm()).into_bytes(),
            ProcessFile::Environ => terminated(&self.environment),
            ProcessFile::Limits => self.limits().into_bytes(),
            ProcessFile::Mounts => b"warpgrid / warpgrid ro 0 0\n".to_vec(),
            ProcessFile::Stat => self.stat().into_bytes(),
            ProcessFile::Statm => {
                let pages = self.memory / PAGE;
                format!("{pages} {pages} 0 0 0 {pages} 0\n").into_bytes()
            }
            ProcessFile::Status => self.status().into_bytes(),
        }
    }

    /// The name of the program's file, cut as the kernel cuts it.
    fn comm(&self) -> &str {
        let program = self.arguments.first().map_or("guest", String::as_str);
        let name = program.rsplit('/').next().unwrap_or(program);
        let mut end = name.len().min(MAX_COMM);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        &name[..end]
    }

    /// The fields up to the last one that has a meaning here, `rss`; times and
    /// counts are 0.
    fn stat(&self) -> String {
        let (comm, size, pages) = (self.comm(), self.memory, self.memory / PAGE);
        let mut line = format!("{PID} ({comm}) R 1 {PID} {PID} 0 -1 0");
        line.push_str(&" 0".repeat(8));
        let _ = writeln!(line, " 20 0 1 0 0 {size} {pages}");
        line
    }

    fn status(&self) -> String {
        let (comm, kib) = (self.comm(), self.memory / 1024);
        format!(
            "Name:\t{comm}\nState:\tR (running)\nTgid:\t{PID}\nPid:\t{PID}\nPPid:\t1\n\
             Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nVmPeak:\t{kib} kB\nVmSize:\t{kib} kB\n\
             VmHWM:\t{kib} kB\nVmRSS:\t{kib} kB\nThreads:\t1\n"
        )
    }

    fn limits(&self) -> String {
        let mut text = format!(
            "{:<26}{:<21}{:<21}{:<10}\n",
            "Limit", "Soft Limit", "Hard Limit", "Units"
        );
        let memory = self.memory.to_string();
        let _ = writeln!(
            text,
            "{:<26}{memory:<21}{memory:<21}{:<10}",
            "Max address space", "bytes"
        );
        text
    }
}

fn terminated(values: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes
}
