//! `library.toml`: what of an upstream is compiled, and how.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

/// The file's name.
pub const RECIPE: &str = "library.toml";

/// A library. All paths are below the top of its sources, where what is added
/// stands in the folder `warpgrid`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// As the linker calls it: `pq` for `libpq.a`.
    pub name: String,
    /// The package of pkg-config by which a native program is linked with the
    /// system's own. Without it the same sources are compiled for it.
    pub pkg_config: Option<String>,
    /// For every compiler call.
    pub flags: Vec<String>,
    /// For those that compile for components.
    #[serde(default)]
    pub component_flags: Vec<String>,
    /// What is compiled.
    pub sources: Vec<Files>,
    /// What programs include.
    pub headers: Vec<Files>,
    /// What upstream's configure would write.
    #[serde(default)]
    pub generated: Vec<Generated>,
}

/// Files of one folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub folder: String,
    /// Sources without their ending.
    pub files: Vec<String>,
    /// Headers: the folder of `include/` where programs look for them.
    #[serde(default)]
    pub to: String,
}

/// A file made of a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    pub template: String,
    pub file: String,
    /// What stands in the place of `@NAME@`.
    pub values: BTreeMap<String, String>,
}

impl Recipe {
    /// Reads that of a library's folder.
    ///
    /// # Errors
    /// With the place of what is wrong.
    pub fn read(library: &Path) -> anyhow::Result<Self> {
        let path = library.join(RECIPE);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        toml_edit::de::from_str(&text).with_context(|| path.display().to_string())
    }

    /// The archive's file name.
    pub fn archive(&self) -> String {
        format!("lib{}.a", self.name)
    }
}

impl Generated {
    /// The template with every `@NAME@` replaced, as CMake's `configure_file`
    /// does it.
    ///
    /// # Errors
    /// Where a value is missing, or one is not asked for.
    pub fn fill(&self, template: &str) -> anyhow::Result<String> {
        let mut text = template.to_owned();
        for (name, value) in &self.values {
            let place = format!("@{name}@");
            anyhow::ensure!(text.contains(&place), "{} has no {place}", self.template);
            text = text.replace(&place, value);
        }
        let left = text.split('@').skip(1).step_by(2).find(|part| {
            let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !part.is_empty() && part.bytes().all(name)
        });
        match left {
            None => Ok(text),
            Some(name) => anyhow::bail!("{} asks for a value of @{name}@", self.template),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generated(values: &[(&str, &str)]) -> Generated {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Generated {
            template: "v.h.in".to_owned(),
            file: "v.h".to_owned(),
            values: values.iter().map(own).collect(),
        }
    }

    #[test]
    fn a_template_gets_all_its_values_and_no_others() {
        let template = "#define A \"@A@\"\n#define B @B_2@ /* x@y z */\n";
        let both = generated(&[("A", "one"), ("B_2", "2")]);
        assert_eq!(
            both.fill(template).unwrap(),
            "#define A \"one\"\n#define B 2 /* x@y z */\n"
        );
        let error = generated(&[("A", "one")]).fill(template).unwrap_err();
        assert_eq!(error.to_string(), "v.h.in asks for a value of @B_2@");
        let error = generated(&[("C", "")]).fill(template).unwrap_err();
        assert_eq!(error.to_string(), "v.h.in has no @C@");
    }
}
