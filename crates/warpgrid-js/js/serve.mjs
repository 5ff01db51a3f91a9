// node serve.mjs QUESTION.json: bundles a program again and again, for `warp dev`.
//
// The question is build.mjs's, as far as it concerns the bundle. Each line on standard
// input asks for the bundle as the sources are now; each is answered by a line of JSON
// on standard output: `code` (script.mjs), `map`, `imports`, `modules` and `notes`, or
// `errors`. The end of the input is the end.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import * as esbuild from "esbuild";
import { outcome, settings } from "./bundle.mjs";
import { featuresOf } from "./features.mjs";
import { explain, limits } from "./limits.mjs";
import { HANDLER, META, script, shifted } from "./script.mjs";

const question = JSON.parse(await readFile(process.argv[2], "utf8"));

/** esbuild's contexts, which remember what they have read, by their features. */
const contexts = new Map();

async function contextOf(features) {
  const key = JSON.stringify(features);
  if (!contexts.has(key)) {
    // Evaluated as a whole at an instance's first request: nothing is early here.
    const { options } = await settings({ ...question, packages: [], handler: HANDLER }, features);
    const define = { ...options.define, "import.meta": META };
    contexts.set(key, await esbuild.context({ ...options, define }));
  }
  return contexts.get(key);
}

async function rebuilt(features) {
  const context = await contextOf(features);
  return outcome(await context.rebuild(), { ...question, packages: [] });
}

async function bundle() {
  const plain = await rebuilt([]);
  const features = await featuresOf({ ...plain, project: question.project });
  return features.length > 0 ? rebuilt(features) : plain;
}

async function answer() {
  try {
    const bundled = await bundle();
    const found = await limits(bundled.inputs, question.project, question.allow);
    if (found.errors.length > 0) return { errors: found.errors };
    const notes = [...bundled.warnings.map((warning) => explain(warning, question.project)), ...found.notes];
    return {
      code: script(bundled.code),
      map: shifted(bundled.map),
      imports: [...bundled.imports].sort(),
      modules: [...bundled.modules].sort(),
      notes,
      errors: [],
    };
  } catch (error) {
    if (error.errors) return { errors: error.errors.map((one) => explain(one, question.project)) };
    return { errors: [{ text: error.message, help: "this is a defect of warp: report it with the program" }] };
  }
}

for await (const _ of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer())}\n`);
}
await Promise.all([...contexts.values()].map((context) => context.dispose()));
