//! Rebase on the real tree: libc-patches, and made-up commits on top of the
//! wasi-libc that they pin.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
#[path = "fixture/rebasing.rs"]
mod rebasing;

use std::fs;
use std::path::PathBuf;

use fixture::{git, write};
use rebasing::{
    Copied, Ground, abort, begin, done, everything, go_back, go_on, spy, statuses, stopped, try_all,
};
use warpgrid_series::rebase::RebaseReport;
use warpgrid_series::rebase::RebaseStatus::{self, Applied, Conflict, Fuzz, Pending, Upstream};
use warpgrid_series::{Place, WorkState, apply, export, import, status};

const TCP: &str = "libc-bottom-half/sources/wasip2_tcp.c";
const CONNECT: &str = "libc-bottom-half/sources/connect.c";
const NETDB: &str = "libc-bottom-half/sources/netdb.c";

/// A copy of the series, and an upstream that goes on from the real tree.
type Real = Copied;

impl Real {
    fn new() -> Self {
        let real = Copied::of("libc-patches");
        real.create_upstream();
        real.apply();
        real
    }

    fn create_upstream(&self) {
        let upstream = self.upstream();
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        let objects = self.imported.repository.join("objects");
        let alternates = upstream.join(".git/objects/info/alternates");
        write(&alternates, format!("{}\n", objects.display()));
        self.git(&["reset", "--quiet", "--hard", &self.imported.commit]);
        let sources = self.folder.join("sources.toml");
        let text = fs::read_to_string(&sources).unwrap();
        let mut document: toml_edit::DocumentMut = text.parse().unwrap();
        let url = format!("file://{}", upstream.display());
        document["git"][0]["url"] = toml_edit::value(url);
        fs::write(&sources, document.to_string()).unwrap();
    }

    fn upstream(&self) -> PathBuf {
        self.dir.path().join("upstream")
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        let output = git(&self.upstream(), args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Begins the made-up version `tag` on the pinned one.
    fn start(&self, tag: &str) {
        self.git(&["checkout", "--quiet", "-B", tag, &self.imported.commit]);
    }

    fn commit(&self, subject: &str) {
        self.git(&["commit", "--quiet", "--all", "-m", subject]);
    }

    fn release(&self, tag: &str) {
        self.git(&["tag", tag]);
        self.git(&["checkout", "--quiet", "--detach"]);
        self.git(&["branch", "--quiet", "-D", tag]);
    }

    #[track_caller]
    fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.upstream().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no '{from}'");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }

    /// The places of the patches that change `file`.
    fn touching(&self, file: &str) -> Vec<usize> {
        let wanted = format!("diff --git a/{file} ");
        let patches = self.series().patches().unwrap();
        let touches =
            |p: &warpgrid_series::Patch| String::from_utf8_lossy(&p.bytes).contains(&wanted);
        (0..patches.len())
            .filter(|at| touches(&patches[*at]))
            .collect()
    }

    /// All patches applied, but for these.
    fn expected(&self, but: &[usize], are: RebaseStatus) -> Vec<RebaseStatus> {
        let count = self.series().patches().unwrap().len();
        let status = |at| if but.contains(&at) { are } else { Applied };
        (0..count).map(status).collect()
    }

    /// The series is whole on its new pin, also from an empty cache.
    #[track_caller]
    fn is_whole(&self) {
        let place = Place::open(&self.dir.path().join("cache2")).unwrap();
        for place in [&self.place, &place] {
            import(&self.series(), place, &self.programs, &self.cancel).unwrap();
            apply(&self.series(), place, &self.programs, &self.cancel).unwrap();
            let exported = export(&self.series(), place, &self.programs, true).unwrap();
            assert_eq!(exported.changes().count(), 0, "{exported:?}");
            let status = status(&self.series(), place, &self.programs).unwrap();
            assert_eq!(status.state, WorkState::Applied);
            assert!(status.patches.iter().all(|p| p.lints.is_empty()));
        }
    }
}

fn fuzzy(report: &RebaseReport) -> Vec<usize> {
    let all = statuses(report);
    (0..all.len()).filter(|at| all[*at] == Fuzz).collect()
}

/// Upstream changes the line after which a patch adds two.
fn conflicting(real: &Real, tag: &str) {
    real.start(tag);
    real.replace(TCP, "tcp_fstat", "tcp_stat");
    real.commit("tcp: the first use of tcp_fstat is another");
    let line = "    .fstat = tcp_fstat,\n";
    real.replace(TCP, line, "    .fstat = tcp_fstat_of_upstream,\n");
    real.commit("tcp: fstat is another");
    real.replace("README.md", "\n", "\nAnd a line.\n");
    real.commit("readme: a line");
    real.release(tag);
}

#[test]
fn a_version_that_changes_nothing_of_ours_and_one_that_moves_lines() {
    let real = Real::new();
    real.start("next");
    real.replace("README.md", "\n", "\nAnd a line.\n");
    real.commit("readme: a line");
    real.release("next");
    real.start("moved");
    let line = "static struct servent global_serv";
    real.replace(
        NETDB,
        line,
        &format!("{}{line}", "/* moved */\n".repeat(30)),
    );
    real.commit("netdb: lines above getaddrinfo");
    real.release("moved");

    let before = everything(&real);
    let rows = try_all(&real, &["next", "moved"]).unwrap().rows;
    for row in &rows {
        let all: Vec<RebaseStatus> = row.patches.iter().map(|p| p.status).collect();
        assert_eq!(all, real.expected(&[], Fuzz), "{}", row.to);
    }
    assert_eq!(everything(&real), before);
    let (report, dropped) = done(begin(&real, "moved"));
    assert_eq!(statuses(&report), real.expected(&[], Fuzz));
    assert_eq!(real.series().upstream.version, "moved");
    assert!(dropped.iter().all(|d| d.contains("Debian")), "{dropped:?}");
    real.is_whole();
}

#[test]
fn a_file_that_upstream_renames_is_followed() {
    let real = Real::new();
    let ours = real.touching(CONNECT);
    real.start("renamed");
    let new = "libc-bottom-half/sources/connect_socket.c";
    real.git(&["mv", CONNECT, new]);
    real.commit("connect: a better name");
    real.release("renamed");
    let (report, _) = done(begin(&real, "renamed"));
    assert_eq!(fuzzy(&report), ours);
    assert_eq!(real.touching(new), ours);
    assert_eq!(real.touching(CONNECT), Vec::<usize>::new());
    real.is_whole();
}

#[test]
fn a_patch_that_upstream_has_taken_is_dropped() {
    let real = Real::new();
    let series = real.series();
    let taken = real.touching(TCP)[0];
    let patch = series.patches().unwrap().swap_remove(taken);
    real.start("taken");
    let path = series.dir.join(&patch.file);
    real.git(&["apply", "--index", path.to_str().unwrap()]);
    real.commit("tcp: taken from downstream");
    real.release("taken");
    let (report, _) = done(begin(&real, "taken"));
    assert_eq!(report.patches[taken].status, Upstream);
    let others = statuses(&report);
    let others = others.iter().enumerate().filter(|(at, _)| *at != taken);
    assert!(others.into_iter().all(|(_, s)| matches!(s, Applied | Fuzz)));
    let left = real.series().patches().unwrap();
    assert!(left.iter().all(|p| p.file != patch.file));
    assert_eq!(left.len(), report.patches.len() - 1);
    real.is_whole();
}

#[test]
fn a_conflict_names_the_upstream_commit_and_its_resolution_is_kept() {
    let real = Real::new();
    let ours = real.touching(TCP)[0];
    conflicting(&real, "conflict");
    let before = everything(&real);

    let report = stopped(begin(&real, "conflict"));
    assert!(statuses(&report)[..ours].iter().all(|s| *s == Applied));
    assert_eq!(report.patches[ours].status, Conflict);
    assert!(statuses(&report)[ours + 1..].iter().all(|s| *s == Pending));
    let [conflict] = &report.patches[ours].conflicts[..] else {
        panic!("{report:#?}")
    };
    assert_eq!(conflict.path, TCP);
    assert!(
        conflict.hunk.as_ref().unwrap().starts_with("@@ -12"),
        "{conflict:?}"
    );
    assert!(
        conflict
            .culprit
            .as_ref()
            .unwrap()
            .ends_with(" tcp: fstat is another"),
        "{conflict:?}"
    );
    assert!(
        conflict
            .upstream
            .contains("+    .fstat = tcp_fstat_of_upstream,")
    );
    assert!(
        conflict
            .patch
            .contains("+    .fcntl_getfl = tcp_fcntl_getfl,")
    );

    abort(&real).unwrap();
    assert_eq!(everything(&real), before);
    stopped(begin(&real, "conflict"));
    let path = real.place.work_dir("wasi-libc").join(TCP);
    let text = fs::read_to_string(&path).unwrap();
    let resolved: Vec<&str> = text
        .lines()
        .filter(|l| {
            !["<<<<<<<", "=======", ">>>>>>>"]
                .iter()
                .any(|m| l.starts_with(m))
        })
        .filter(|l| *l != "    .fstat = tcp_fstat,")
        .collect();
    fs::write(&path, resolved.join("\n") + "\n").unwrap();
    let (report, _) = done(go_on(&real));
    assert_eq!(report.patches[ours].status, Fuzz);
    let kept = report.patches[ours].resolution.as_ref().unwrap();
    let kept = real.series().dir.join(kept);
    let size = fs::metadata(&kept).unwrap().len();
    assert!(
        size < 2000,
        "{size} bytes: {}",
        fs::read_to_string(&kept).unwrap()
    );
    real.is_whole();

    // The same series again: now it needs nobody.
    for (path, bytes) in &before.0 {
        fs::write(path, bytes).unwrap();
    }
    import(&real.series(), &real.place, &real.programs, &real.cancel).unwrap();
    let (again, _) = done(begin(&real, "conflict"));
    assert_eq!(again, report);
    real.is_whole();
}

#[test]
fn a_killed_rebase_goes_on() {
    let mut real = Real::new();
    conflicting(&real, "conflict");
    let before = everything(&real);
    let (git, copies) = (
        real.dir.path().join("spy-git"),
        real.dir.path().join("copies"),
    );
    spy(&real, &git, &copies, "*' merge-tree '*", 2);
    real.programs.git = git.into();
    let report = stopped(begin(&real, "conflict"));
    real.programs.git = "git".into();
    abort(&real).unwrap();

    for moment in [0, 1] {
        go_back(&real, &copies.join(moment.to_string()));
        assert_eq!(stopped(go_on(&real)), report);
        go_back(&real, &copies.join(moment.to_string()));
        abort(&real).unwrap();
        assert_eq!(everything(&real), before);
    }
}
