//! Looking for words in the sources of a program, in languages whose comments are
//! `//` and `/* */`.

/// The number of the first line of code with one of these words, from 1; comments
/// are no code.
///
/// A word that begins as a name does is found where a name begins: `fork(` is no
/// part of `pitchfork(`.
pub fn line_with(text: &str, words: &[&str]) -> Option<usize> {
    let mut within = false;
    text.lines().enumerate().find_map(|(index, line)| {
        let code = code_of(line, &mut within);
        let found = words.iter().any(|word| has_word(&code, word));
        found.then_some(index + 1)
    })
}

/// A line without its comments; `within` says whether it begins in one, and then
/// whether it ends in one.
fn code_of(line: &str, within: &mut bool) -> String {
    let mut code = String::new();
    let mut rest = line;
    loop {
        if *within {
            let Some(end) = rest.find("*/") else {
                return code;
            };
            rest = &rest[end + 2..];
            *within = false;
        }
        let line_comment = rest.find("//").unwrap_or(rest.len());
        match rest.find("/*").filter(|start| *start < line_comment) {
            None => return code + &rest[..line_comment],
            Some(start) => {
                code.push_str(&rest[..start]);
                rest = &rest[start + 2..];
                *within = true;
            }
        }
    }
}

fn has_word(code: &str, word: &str) -> bool {
    let mut from = 0;
    while let Some(at) = code[from..].find(word).map(|at| from + at) {
        let end = at + word.len();
        if !joined(code[..at].chars().next_back(), word.chars().next()) {
            return true;
        }
        from = end;
    }
    false
}

/// Whether two characters beside each other are of one name.
fn joined(left: Option<char>, right: Option<char>) -> bool {
    let of_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    of_name(left) && of_name(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_code() {
        let text =
            "package a\n// \"os/exec\"\n/* \"os/exec\"\n\"os/exec\" */\nimport \"os/exec\"\n";
        assert_eq!(line_with(text, &["\"os/exec\""]), Some(5));
        assert_eq!(
            line_with("package a // net.DialIP(\n", &["net.DialIP("]),
            None
        );
        assert_eq!(
            line_with("/* a */ net.DialIP(1)\n", &["net.DialIP("]),
            Some(1)
        );
        let text = "/* fork() */ int a; /* fork()\n fork() */ b(); // fork()\nfork();\n";
        assert_eq!(line_with(text, &["fork("]), Some(3));
    }

    #[test]
    fn words_begin_where_names_do() {
        assert_eq!(line_with("pitchfork();\n", &["fork("]), None);
        assert_eq!(line_with("pitchfork(); fork();\n", &["fork("]), Some(1));
        assert_eq!(line_with("x = a.fork();\n", &["fork("]), Some(1));
        assert_eq!(line_with("fmt.Sscanf(a)\n", &["fmt.Sscan"]), Some(1));
    }
}
