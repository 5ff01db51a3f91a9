// The version that the engine's own imports are of: resources of another one
// would be other types.
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
  return `package warpgrid:program;\n\nworld program {\n${lines.join("\n")}\n}\n`;
}
