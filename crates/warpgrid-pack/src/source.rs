//! Looking for words in the sources of a program, in languages whose comments are
//! `//` and `/* */`.

/// The number of the first line of code with one of these words, from 1; comments
/// are no code.
///
/// A word that begins as a name does is found where a name begins: `fork(` is no
/// part of `pitchfork(`.
pub fn line_with(text: &str, words: &[&str]) -> Option<usize> {
    let mut within = false;
    for (index, line) in text.lines().enumerate() {
        let code = match (within, line.find("*/"), line.find("/*")) {
            (true, None, _) => continue,
            (true, Some(end), _) => {
                within = false;
                &line[end + 2..]
            }
            (false, _, Some(start)) if !line[start..].contains("*/") => {
                within = true;
                &line[..start]
            }
            (false, ..) => line,
        };
        let code = code.split("//").next().unwrap_or_default();
        if words.iter().any(|word| has_word(code, word)) {
            return Some(index + 1);
        }
    }
    None
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
    }

    #[test]
    fn words_begin_where_names_do() {
        assert_eq!(line_with("pitchfork();\n", &["fork("]), None);
        assert_eq!(line_with("pitchfork(); fork();\n", &["fork("]), Some(1));
        assert_eq!(line_with("x = a.fork();\n", &["fork("]), Some(1));
        assert_eq!(line_with("fmt.Sscanf(a)\n", &["fmt.Sscan"]), Some(1));
    }
}
