// Bundles a program as for a component, and says all of it that a component cannot
// have, where packing stops at the first; whoever bundles.
//
// The question is component.mjs's, with `missing`: of each module, and of the globals,
// the names that a component does not have, or that refuse. The answer is written as
// JSON: component.mjs's, with `packages`, `uses` and `serves`.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { explain, limits, packageOf } from "./limits.mjs";
import { belongsToUs } from "./own-files.mjs";
import { serves, usesOf } from "./uses.mjs";

/**
 * @typedef {object} Runtime what bundles
 * @property {(question: any) => Promise<import("./component.mjs").Bundled>} bundle
 * @property {import("./limits.mjs").Absent} [absent] modules that are not there, beside Node's
 * @property {RegExp} [server] what starts a server of its own
 */

/**
 * @param {any} question
 * @param {Runtime} runtime
 */
export async function survey(question, runtime) {
  await rm(question.work, { recursive: true, force: true });
  await mkdir(dirname(question.answer), { recursive: true });
  await writeFile(question.answer, JSON.stringify(await answer(question, runtime)));
}

async function answer(question, { bundle, absent, server }) {
  let bundled;
  try {
    bundled = await bundle(question);
  } catch (error) {
    if (!error.errors) throw error;
    return { errors: error.errors.map((one) => explain(one, question.project)) };
  }
  const { project, allow, missing } = question;
  const isOfUs = await belongsToUs(question);
  const inputs = bundled.inputs.filter(([file]) => !isMade(file) && !isOfUs(file));
  const found = await limits(bundled.inputs, project, allow, absent);
  const uses = await Promise.all(inputs.map(([file]) => usesOf(file, project, missing)));
  return {
    imports: [...bundled.imports].sort(),
    modules: [...bundled.modules].sort(),
    notes: [...bundled.warnings.map((warning) => explain(warning, project)), ...found.notes],
    errors: found.errors,
    packages: await packages(inputs, project),
    files: inputs.filter(([file]) => !packageOf(file)).map(([file]) => file).sort(),
    uses: uses.flat(),
    serves: await serves(question.entry, inputs, project, server),
  };
}

/** What is no file: `node-module:fs`, and the entry that is made for the program. */
const isMade = (file) => file === "warpgrid-entry.js" || /^[a-z-]+:/.test(file);

/** The packages in the bundle, with their versions. */
async function packages(inputs, project) {
  const found = new Map();
  for (const [file] of inputs) {
    const name = packageOf(file);
    if (!name || found.has(name)) continue;
    const at = file.lastIndexOf(`node_modules/${name}/`);
    const manifest = join(project, file.slice(0, at), "node_modules", name, "package.json");
    const text = await readFile(manifest, "utf8").catch(() => "{}");
    found.set(name, JSON.parse(text).version ?? "");
  }
  return [...found].map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
