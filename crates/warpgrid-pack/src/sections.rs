//! One walk over a component's sections, nested modules and components
//! included.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;
use wasmparser::{KnownCustom, Name, Parser, Payload, ProducersSectionReader};

/// What the sections say.
#[derive(Default)]
pub(crate) struct Sections {
    /// Imports of the outermost component, by full name.
    pub imports: BTreeSet<String>,
    /// Its exports.
    pub exports: BTreeSet<String>,
    /// Names of functions, of all modules.
    pub functions: BTreeSet<String>,
    /// The producers sections of everything inside.
    pub producers: Producers,
    /// The core modules, in their order.
    pub modules: Vec<CoreModule>,
    /// Sizes of the custom sections by name, those with one name together.
    pub custom: BTreeMap<String, u64>,
    /// What is open at this point: a module, by its place in the list, or a
    /// component.
    open: Vec<Option<usize>>,
}

/// A core module of a component. Sizes are in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CoreModule {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// All of it.
    pub bytes: u64,
    /// Its functions.
    pub code: u64,
    /// What its memory begins with.
    pub data: u64,
    /// Names, debug information and the like.
    pub custom: u64,
}

/// A name and perhaps a version, of a language or a tool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Producer {
    /// The name.
    pub name: String,
    /// The version; empty where it is not said.
    pub version: String,
}

impl std::fmt::Display for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(format!("{} {}", self.name, self.version).trim_end())
    }
}

/// What made a component (the tool conventions' producers section).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Producers {
    /// The source languages.
    pub languages: BTreeSet<Producer>,
    /// Compilers, linkers and what else it went through, SDKs included.
    pub tools: BTreeSet<Producer>,
}

impl Sections {
    /// Reads a component that is known to be valid.
    pub(crate) fn read(bytes: &[u8]) -> wasmparser::Result<Self> {
        let mut sections = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            sections.take(payload?)?;
        }
        Ok(sections)
    }

    fn take(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                self.open.push(Some(self.modules.len()));
                self.modules.push(CoreModule {
                    bytes: size(&unchecked_range),
                    ..CoreModule::default()
                });
            }
            Payload::ComponentSection { .. } => self.open.push(None),
            Payload::End(_) => {
                self.open.pop();
            }
            Payload::ComponentImportSection(section) if self.open.is_empty() => {
                for import in section {
                    self.imports.insert(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if self.open.is_empty() => {
                for export in section {
                    self.exports.insert(export?.name.name.to_owned());
                }
            }
            Payload::CodeSectionStart { range, .. } => {
                if let Some(module) = self.module() {
                    module.code = size(&range);
                }
            }
            Payload::DataSection(section) => {
                let bytes = size(&section.range());
                if let Some(module) = self.module() {
                    module.data = bytes;
                }
            }
            Payload::CustomSection(section) => self.take_custom(&section),
            _ => {}
        }
        Ok(())
    }

    /// The module that is open, where the innermost that is open is one.
    fn module(&mut self) -> Option<&mut CoreModule> {
        let at = self.open.last().copied().flatten()?;
        self.modules.get_mut(at)
    }

    /// Custom sections are no part of what makes a component valid: what cannot
    /// be read in them is left out.
    fn take_custom(&mut self, section: &wasmparser::CustomSectionReader<'_>) {
        let bytes = size(&section.range());
        *self.custom.entry(section.name().to_owned()).or_default() += bytes;
        if let Some(module) = self.module() {
            module.custom += bytes;
        }
        match section.as_known() {
            KnownCustom::Name(names) => self.take_names(names),
            KnownCustom::Producers(producers) => self.producers.take(producers),
            _ => {}
        }
    }

    fn take_names(&mut self, names: wasmparser::NameSectionReader<'_>) {
        for name in names.into_iter().map_while(Result::ok) {
            match name {
                Name::Module { name, .. } => {
                    if let Some(module) = self.module() {
                        module.name = Some(name.to_owned());
                    }
                }
                Name::Function(map) => self.functions.extend(
                    map.into_iter()
                        .map_while(Result::ok)
                        .map(|n| n.name.to_owned()),
                ),
                _ => {}
            }
        }
    }
}

impl Producers {
    fn take(&mut self, section: ProducersSectionReader<'_>) {
        for field in section.into_iter().map_while(Result::ok) {
            let known = match field.name {
                "language" => &mut self.languages,
                "processed-by" | "sdk" => &mut self.tools,
                _ => continue,
            };
            for value in field.values.into_iter().map_while(Result::ok) {
                known.insert(Producer {
                    name: value.name.to_owned(),
                    version: value.version.to_owned(),
                });
            }
        }
    }
}

fn size(range: &Range<usize>) -> u64 {
    range.len() as u64
}
