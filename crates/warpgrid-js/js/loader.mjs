// node loader.mjs OUTPUT SPLICE_CACHE: makes the component that `warp dev` runs
// programs in. It imports all that the host has, and evaluates, at an instance's first
// request, the script (script.mjs) that it finds at PROGRAM.
import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";
import { world } from "./host-modules.mjs";

/** Where the host shows the script, and `warpgrid_host::Program` says it does. */
const PROGRAM = "/warpgrid/program.js";

const [output, spliceCache] = process.argv.slice(2);
const wit = await readFile(new URL("host.wit", import.meta.url), "utf8");
const names = [...wit.matchAll(/^  import ([^;]+);/gm)].map(([, name]) => name);
// The engine has no module of an interface that has types alone.
const modules = names.filter(hasFunctions);

/** Whether there is anything to call in `wasi:io/poll@0.2.12`. */
function hasFunctions(name) {
  const [, package_, interface_, version] = /^(.+)\/(.+)@(.+)$/.exec(name);
  const [, text] = wit.split(`\npackage ${package_}@${version} {\n`);
  const [, body] = new RegExp(`^  interface ${interface_} \\{\\n([^]*?)^  \\}`, "m").exec(text);
  return /\bfunc\(|\bconstructor\(/.test(body);
}

const source = `
${modules.map((name, i) => `import * as m${i} from ${JSON.stringify(name)};`).join("\n")}
const modules = { ${modules.map((name, i) => `${JSON.stringify(name)}: m${i}`).join(", ")} };
let program;

function host(name) {
  const module = modules[name];
  if (!module) throw new Error("the host has no " + name);
  return module;
}

function load() {
  const bytes = modules["warpgrid:shim/filesystem@0.1.0"].readVirtual(${JSON.stringify(PROGRAM)});
  if (!bytes) throw new Error("there is no ${PROGRAM}: this component runs in \`warp dev\` alone");
  return (0, eval)(new TextDecoder().decode(bytes))(host);
}

export const incomingHandler = {
  handle(request, outparam) {
    try {
      program ??= load();
    } catch (error) {
      console.error(\`the program fails while it is evaluated: \${error}\\n\${error?.stack ?? ""}\`);
      throw error;
    }
    return program.handle(request, outparam);
  },
};
`;

const made = await componentize(source, {
  sourceName: "loader.js",
  witWorld: wit + world(names, ["wasi:http/incoming-handler"]),
  worldName: "program",
  spliceCache,
  nativeCryptoRandom: true,
});
await writeFile(output, made.component);
