// node types.mjs FILE.wit: prints the types of the interfaces that the world
// `host` imports, as ambient modules without versions.
import { generateGuestTypes } from "@bytecodealliance/jco-transpile";

const files = await generateGuestTypes(process.argv[2], { worldName: "host" });
const unversioned = (text) => text.replace(/(['"])((?:wasi|warpgrid):[^@'"]+)@[^'"]+\1/g, "'$2'");
const uncommented = (text) => text.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, "");
const modules = Object.entries(files)
  .map(([name, bytes]) => [name, unversioned(uncommented(new TextDecoder().decode(bytes)))])
  .filter(([, text]) => /declare module '(wasi|warpgrid:shim)/.test(text))
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, text]) => text.slice(text.indexOf("declare module '")).trimEnd());
console.log(`// Generated from wit/ by \`cargo xtask codegen\`.\n\n${modules.join("\n\n")}`);
