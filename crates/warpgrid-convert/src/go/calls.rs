//! What of Go's standard library, and of packages that stand for it, compiles for a
//! component and does nothing there, as a program that was run said
//! (`crates/warp/tests/guests/convert-go`).

use memchr::memmem;

use crate::packing::Component;
use crate::report::Verdict;

/// Functions that are alike.
pub(super) struct Call {
    /// One of these is linked where it is reached, as Go's own table names them; none
    /// where it is no function.
    functions: &'static [&'static str],
    /// How a line says so.
    pub(super) words: &'static [&'static str],
    pub(super) what: &'static str,
    pub(super) verdict: Verdict,
    pub(super) remedy: &'static str,
    /// Whether packages ask for it and go on where it fails.
    pub(super) is_borne: bool,
    /// Whether only a handler is without it.
    of_handlers: bool,
}

pub(super) const CALLS: &[Call] = &[
    Call {
        functions: &["os/exec.(*Cmd).Start", "os.StartProcess"],
        words: &["exec.Command(", "exec.CommandContext(", "os.StartProcess("],
        what: "runs other programs",
        verdict: Verdict::NeedsChanges,
        remedy: "there are none where a component runs, and it is an error: see that nothing gets there",
        is_borne: false,
        of_handlers: false,
    },
    Call {
        functions: &[
            "net.ListenUnix",
            "net.(*sysDialer).dialUnix",
            "net.(*sysListener).listenUnix",
        ],
        words: &[
            "net.ListenUnix(",
            "net.DialUnix(",
            "Listen(\"unix\"",
            "Dial(\"unix\"",
        ],
        what: "uses Unix's sockets",
        verdict: Verdict::NeedsChanges,
        remedy: "they reach nothing outside of the program: use an address of TCP or UDP",
        is_borne: true,
        of_handlers: false,
    },
    Call {
        functions: &["os.Pipe"],
        words: &["os.Pipe("],
        what: "makes pipes",
        verdict: Verdict::NeedsChanges,
        remedy: "it is an error: use io.Pipe, within the program",
        is_borne: true,
        of_handlers: false,
    },
    Call {
        functions: &["plugin.Open"],
        words: &["plugin.Open("],
        what: "loads plugins",
        verdict: Verdict::NeedsChanges,
        remedy: "it is an error: import the packages",
        is_borne: false,
        of_handlers: false,
    },
    Call {
        functions: &[
            "github.com/gorilla/websocket.(*Upgrader).Upgrade",
            "nhooyr.io/websocket.Accept",
            "github.com/coder/websocket.Accept",
            "golang.org/x/net/websocket.Handler.ServeHTTP",
        ],
        words: &[".Upgrade(", "websocket.Accept(", "websocket.Handler("],
        what: "serves web sockets",
        verdict: Verdict::NeedsChanges,
        remedy: "a handler cannot take over its connection: poll, or send events as text/event-stream; \
                 or pack it as a server of its own, by `world = \"command\"` under [package]",
        is_borne: false,
        of_handlers: true,
    },
    Call {
        functions: &["github.com/fsnotify/fsnotify.NewWatcher"],
        words: &["fsnotify.NewWatcher("],
        what: "waits for changes of files",
        verdict: Verdict::NeedsChanges,
        remedy: "it is an error: look at the files' times now and then, or leave it out",
        is_borne: true,
        of_handlers: false,
    },
    Call {
        functions: &["golang.org/x/term.makeRaw", "golang.org/x/term.MakeRaw"],
        words: &["term.MakeRaw("],
        what: "sets its terminal",
        verdict: Verdict::NeedsChanges,
        remedy: "it is an error: standard input and output are plain streams",
        is_borne: true,
        of_handlers: false,
    },
    Call {
        functions: &["flag.Parse", "github.com/spf13/pflag.Parse"],
        words: &["flag.Parse("],
        what: ARGUMENTS,
        verdict: Verdict::NeedsChanges,
        remedy: COMMAND,
        is_borne: false,
        of_handlers: true,
    },
    Call {
        functions: &["github.com/spf13/cobra.(*Command).ExecuteC"],
        words: &[".Execute(", ".ExecuteContext("],
        what: ARGUMENTS,
        verdict: Verdict::NeedsChanges,
        remedy: COMMAND,
        is_borne: false,
        of_handlers: true,
    },
    Call {
        functions: &[],
        words: &["os.Args["],
        what: ARGUMENTS,
        verdict: Verdict::NeedsChanges,
        remedy: COMMAND,
        is_borne: false,
        of_handlers: true,
    },
];

const ARGUMENTS: &str = "reads its arguments";
const COMMAND: &str = "a handler has none, not even a name, so that `os.Args[1:]` panics: read the \
                       environment; or pack it as a server of its own, by `world = \"command\"` under \
                       [package]";

impl Call {
    /// Whether a program may reach it: Go's table of functions is in each.
    pub(super) fn is_in(&self, component: &Component) -> bool {
        if self.of_handlers && !component.is_handler {
            return false;
        }
        !self.is_linked_by_name() || self.is_linked(&component.bytes)
    }

    /// Whether the linker tells of it.
    pub(super) fn is_linked_by_name(&self) -> bool {
        !self.functions.is_empty()
    }

    fn is_linked(&self, bytes: &[u8]) -> bool {
        let has = |name: &str| memmem::find(bytes, format!("\0{name}\0").as_bytes()).is_some();
        self.functions.iter().any(|function| has(function))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_in_the_table() {
        let call = &CALLS[0];
        assert!(call.is_linked(b"x\0os/exec.(*Cmd).Start\0y"));
        assert!(!call.is_linked(b"x\0os/exec.(*Cmd).StartTLS\0y"));
    }

    #[test]
    fn every_call_says_what_to_do() {
        for call in CALLS {
            assert!(!call.words.is_empty(), "{}", call.what);
            assert!(call.verdict >= Verdict::NeedsChanges, "{}", call.what);
        }
    }
}
