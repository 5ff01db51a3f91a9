// From a question to a component and an answer, whoever bundles.
//
// The question names, by absolute paths: project, entry, compat (the directory of
// @warpgrid/node-compat), work (a directory of its own), output, spliceCache, answer;
// and in `allow` the modules that the program does without.
// The answer is written as JSON: `imports` and `modules` of the bundle, `notes`,
// and `errors` where there is no component. What the program prints while it is
// evaluated goes where this prints.
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentize } from "@bytecodealliance/componentize-js";
import { world } from "./host-modules.mjs";
import { explain, limits } from "./limits.mjs";

/**
 * @typedef {object} Bundled
 * @property {string} code one module
 * @property {string} map its source map
 * @property {Set<string>} imports the host's interfaces, with their versions
 * @property {Set<string>} modules those of Node's that touch the host
 * @property {[string, { imports: { path: string, original?: string }[] }][]} inputs as in esbuild's metafile
 * @property {string[]} packages those that are evaluated early
 * @property {{ text: string, location?: { file: string, line: number } | null }[]} warnings
 */

/**
 * @param {string} path of the question
 * @param {(question: any) => Promise<Bundled>} bundle
 * @param {import("./limits.mjs").Absent} [absent] modules that are not there, beside Node's
 */
export async function answerTo(path, bundle, absent) {
  const question = JSON.parse(await readFile(path, "utf8"));
  await rm(question.work, { recursive: true, force: true });
  await mkdir(question.work, { recursive: true });
  await writeFile(question.answer, JSON.stringify(await answer(question, bundle, absent)));
}

async function answer(question, bundle, absent) {
  try {
    const bundled = await bundle(question);
    const found = await limits(bundled.inputs, question.project, question.allow, absent);
    const { imports, modules } = bundled;
    if (found.errors.length > 0) return found;
    const notes = [...bundled.warnings.map((warning) => explain(warning, question.project)), ...found.notes];
    const late = await component(bundled, question, bundle);
    if (late) notes.push(late);
    return { imports: [...imports].sort(), modules: [...modules].sort(), notes, errors: [] };
  } catch (error) {
    if (error.errors) return { errors: error.errors.map((one) => explain(one, question.project)) };
    if (error instanceof EvaluationError) return { errors: [error.remark()] };
    throw error;
  }
}

/** Writes the component; says why the packages are not part of its snapshot, if so. */
async function component(bundled, question, bundle) {
  try {
    await write(bundled, question);
  } catch (error) {
    if (!(error instanceof EvaluationError) || bundled.packages.length === 0) throw error;
    await write(await bundle({ ...question, packages: [] }), question);
    return {
      text: `packages are evaluated by each instance at its first request: ${error.reason}`,
      help: "this costs time there; see which package needs the host while it is loaded",
    };
  }
}

async function write(bundled, question) {
  const source = join(question.work, "program.js");
  await writeFile(source, bundled.code);
  await writeFile(`${source}.map`, bundled.map);
  const wit = await readFile(new URL("host.wit", import.meta.url), "utf8");
  const made = await componentize(bundled.code, {
    sourceName: "program.js",
    // As text: the engine's tools find no files where preview2-shim has no `/`.
    witWorld: wit + world(bundled.imports, ["wasi:http/incoming-handler"]),
    worldName: "program",
    spliceCache: question.spliceCache,
    nativeCryptoRandom: true,
  }).catch((error) => {
    throw new EvaluationError(error);
  });
  await prune(question.spliceCache);
  await writeFile(question.output, made.component);
}

/** Leaves the youngest entries: each is some 11 MB. */
async function prune(directory, kept = 16) {
  const paths = (await readdir(directory)).map((name) => join(directory, name));
  // What is gone meanwhile is old enough.
  const age = async (path) => [path, (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs];
  const old = (await Promise.all(paths.map(age))).sort(([, a], [, b]) => b - a).slice(kept);
  await Promise.all(old.map(([path]) => rm(path, { recursive: true, force: true })));
}

/** The program could not be evaluated while the component was built. */
class EvaluationError extends Error {
  constructor(cause) {
    super("not evaluated", { cause });
    const lines = cause.message.split("\n").map((line) => line.trim());
    this.reason = lines.find((line) => /\w*(Error|Exception)\b.*:/.test(line) && !line.startsWith("Failed to initialize")) ?? lines[0];
  }

  remark() {
    console.error(this.cause.message);
    return {
      text: `the program fails while it is evaluated: ${this.reason}`,
      help: "see above where; what needs the host can only run in a request",
    };
  }
}
