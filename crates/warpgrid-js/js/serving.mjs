// Bundles a program again and again, for `warp dev`, whoever bundles.
//
// The question is component.mjs's, as far as it concerns the bundle. Each line on
// standard input asks for the bundle as the sources are now; each is answered by a
// line of JSON on standard output: `code` (script.mjs), `map`, `imports` and `notes`,
// or `errors`. The end of the input is the end.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { explain, limits } from "./limits.mjs";
import { HANDLER, META, script, shifted } from "./script.mjs";

/**
 * @param {string} path of the question
 * @param {(question: any) => Promise<import("./component.mjs").Bundled>} bundle
 * @param {import("./limits.mjs").Absent} [absent] modules that are not there, beside Node's
 */
export async function serve(path, bundle, absent) {
  const asked = JSON.parse(await readFile(path, "utf8"));
  // Evaluated as a whole at an instance's first request: nothing is early here.
  const question = { ...asked, packages: [], handler: HANDLER, define: { "import.meta": META } };
  for await (const _ of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(question, bundle, absent))}\n`);
  }
}

async function answer(question, bundle, absent) {
  const { project, allow } = question;
  try {
    const { code, map, imports, inputs, warnings } = await bundle(question);
    const found = await limits(inputs, project, allow, absent);
    if (found.errors.length > 0) return { errors: found.errors };
    const notes = [...warnings.map((warning) => explain(warning, project)), ...found.notes];
    return { code: script(code), map: shifted(map), imports: [...imports].sort(), notes, errors: [] };
  } catch (error) {
    if (error.errors) return { errors: error.errors.map((one) => explain(one, project)) };
    return { errors: [{ text: error.message, help: "this is a defect of warp: report it with the program" }] };
  }
}
