// Another version than the engine's own (0.2.10): with the same one its world and
// the program's are merged, and what is unstable in it would be imported.
export const WASI = "0.2.12";
export const SHIM = "0.1.0";

/** `wasi:io/poll` with its version. */
export function versioned(specifier) {
  if (specifier.includes("@")) return specifier;
  return `${specifier}@${specifier.startsWith("warpgrid:") ? SHIM : WASI}`;
}

export const isHostModule = (specifier) => /^(wasi|warpgrid):[a-z-]+\//.test(specifier);

/** A world that imports what the bundle does, and nothing else. */
export function world(imports, exported) {
  const lines = [
    ...[...imports].sort().map((name) => `  import ${name};`),
    ...exported.map((name) => `  export ${versioned(name)};`),
  ];
  return `\nworld program {\n${lines.join("\n")}\n}\n`;
}
