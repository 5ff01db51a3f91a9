//! The page that says how the last build went.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;
use warpgrid_host::http::Pages;

use crate::Diagnosis;

/// Where the page is, whatever the program does with other paths.
pub const STATUS: &str = "/__warp";

/// How the last build went.
#[derive(Debug, Clone, Default)]
pub enum State {
    /// Nothing is built yet.
    #[default]
    Building,
    /// It serves.
    Good {
        /// Which build it is, from 1.
        build: u64,
    },
    /// It failed.
    Broken(Diagnosis),
}

/// The state, which many look at. Clones are the same.
#[derive(Clone, Default)]
pub struct Status(Arc<Mutex<State>>);

impl Status {
    /// From now on.
    pub fn set(&self, state: State) {
        *self.lock() = state;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages for Status {
    fn page(&self, request: &Parts, served: bool) -> Option<Response<Bytes>> {
        let asked = request.uri.path() == STATUS;
        if served && !asked {
            return None;
        }
        let state = self.lock().clone();
        // Whoever asks for the page gets it; whoever asks for something else learns
        // that it is not there yet.
        let status = if asked {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        Some(answer(request, status, &state, served))
    }
}

/// In the form that the client prefers.
fn answer(request: &Parts, status: StatusCode, state: &State, served: bool) -> Response<Bytes> {
    let accepts = |kind: &str| {
        let accept = request.headers.get_all(header::ACCEPT).into_iter();
        let mut texts = accept.filter_map(|value| value.to_str().ok());
        texts.any(|text| text.contains(kind))
    };
    let (kind, body) = if accepts("text/html") {
        ("text/html; charset=utf-8", html(state, served))
    } else if accepts("json") {
        ("application/json", json(state, served))
    } else {
        ("text/plain; charset=utf-8", text(state, served))
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn json(state: &State, served: bool) -> String {
    let value = match state {
        State::Building => json!({ "status": "building", "serving": served }),
        State::Good { build } => json!({ "status": "good", "serving": served, "build": build }),
        State::Broken(diagnosis) => {
            json!({ "status": "broken", "serving": served, "error": diagnosis })
        }
    };
    format!("{value}\n")
}

/// The headline, and what it means for requests.
fn words(state: &State, served: bool) -> (String, &'static str) {
    match (state, served) {
        (State::Building, _) => ("building".to_owned(), "the first build is not done yet"),
        (State::Good { build }, _) => (format!("build {build} serves"), ""),
        (State::Broken(_), true) => (
            "the build failed".to_owned(),
            "the last good build goes on serving",
        ),
        (State::Broken(_), false) => (
            "the build failed".to_owned(),
            "there is no good build yet: every path shows this page",
        ),
    }
}

fn text(state: &State, served: bool) -> String {
    let (headline, meaning) = words(state, served);
    let mut text = format!("{headline}\n");
    if !meaning.is_empty() {
        let _ = writeln!(text, "{meaning}");
    }
    if let State::Broken(diagnosis) = state {
        let _ = write!(text, "\n{}", plain(diagnosis));
    }
    text
}

/// A diagnosis for people, with its lines of source.
pub fn plain(diagnosis: &Diagnosis) -> String {
    let mut text = format!("{}\n", diagnosis.message);
    if let Some(place) = &diagnosis.place {
        let _ = writeln!(text, "  --> {}", diagnosis.location().unwrap_or_default());
        for (number, line) in &place.excerpt {
            let mark = if *number == place.line { '>' } else { ' ' };
            let _ = writeln!(text, "{mark} {number:>4} | {line}");
        }
    }
    if let Some(help) = &diagnosis.help {
        let _ = writeln!(text, "help: {help}");
    }
    text
}

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:60rem;padding:0 1rem;color:#1c1c1c;background:#fff}\
pre{background:#f4f4f4;padding:1rem;overflow:auto;font:13px/1.5 ui-monospace,monospace}\
mark{background:#ffd9d9;display:block}\
h1{font-size:1.3rem}.broken{color:#b00020}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}pre{background:#242424}mark{background:#5a1f1f;color:#fff}.broken{color:#ff8a80}}";

fn html(state: &State, served: bool) -> String {
    let (headline, meaning) = words(state, served);
    let broken = matches!(state, State::Broken(_));
    let class = if broken { " class=\"broken\"" } else { "" };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"refresh\" content=\"1\"><title>warp dev: {0}</title>\
         <style>{STYLE}</style></head><body><h1{class}>{0}</h1><p>{1}</p>\n",
        escaped(&headline),
        escaped(meaning)
    );
    if let State::Broken(diagnosis) = state {
        let _ = write!(
            page,
            "<p><strong>{}</strong></p>",
            escaped(&diagnosis.message)
        );
        if let Some(place) = &diagnosis.place {
            let location = diagnosis.location().unwrap_or_default();
            let _ = write!(page, "<p>{}</p><pre>", escaped(&location));
            for (number, line) in &place.excerpt {
                let line = format!("{number:>4} | {}", escaped(line));
                if *number == place.line {
                    let _ = write!(page, "<mark>{line}</mark>");
                } else {
                    let _ = writeln!(page, "{line}");
                }
            }
            page.push_str("</pre>");
        }
        if let Some(help) = &diagnosis.help {
            let _ = write!(page, "<p>help: {}</p>", escaped(help));
        }
        if !diagnosis.output.is_empty() {
            let _ = write!(page, "<pre>{}</pre>", escaped(&diagnosis.output));
        }
    }
    page.push_str("</body></html>\n");
    page
}

/// As text in HTML, and in its attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::Place;

    fn broken() -> State {
        State::Broken(Diagnosis {
            message: "no <b>".to_owned(),
            help: Some("write \"b\"".to_owned()),
            place: Some(Box::new(Place {
                file: "src/a.ts".into(),
                line: 2,
                column: None,
                excerpt: vec![(1, "one".to_owned()), (2, "<script>".to_owned())],
            })),
            output: String::new(),
        })
    }

    fn ask(state: State, path: &str, accept: &str, served: bool) -> Option<(u16, String)> {
        let status = Status::default();
        status.set(state);
        let request = Request::get(path)
            .header("accept", accept)
            .body(())
            .unwrap();
        let response = status.page(&request.into_parts().0, served)?;
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        Some((response.status().as_u16(), body))
    }

    #[test]
    fn sources_are_shown_and_are_no_html() {
        let (status, page) = ask(broken(), "/x", "text/html,*/*", false).unwrap();
        assert_eq!(status, 503);
        assert!(page.contains("no &lt;b&gt;"), "{page}");
        assert!(
            page.contains("<mark>   2 | &lt;script&gt;</mark>"),
            "{page}"
        );
        assert!(page.contains("write &quot;b&quot;"), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn programs_are_answered_in_their_own_form() {
        let (_, page) = ask(broken(), STATUS, "application/json", true).unwrap();
        let value: serde_json::Value = serde_json::from_str(&page).unwrap();
        assert_eq!(value["status"], "broken");
        assert_eq!(value["error"]["line"], 2);
        assert_eq!(value["error"]["file"], "src/a.ts");
        let (_, page) = ask(broken(), STATUS, "*/*", true).unwrap();
        assert!(
            page.contains("  --> src/a.ts:2\n     1 | one\n>    2 | <script>\n"),
            "{page}"
        );
    }

    #[test]
    fn a_good_build_serves_all_other_paths_whatever_came_after_it() {
        assert_eq!(ask(broken(), "/", "*/*", true), None);
        assert_eq!(ask(State::Good { build: 1 }, "/", "*/*", true), None);
        let (status, page) = ask(State::Good { build: 7 }, STATUS, "*/*", true).unwrap();
        assert_eq!((status, page.as_str()), (200, "build 7 serves\n"));
        let (status, _) = ask(State::Building, "/", "*/*", false).unwrap();
        assert_eq!(status, 503);
    }
}
