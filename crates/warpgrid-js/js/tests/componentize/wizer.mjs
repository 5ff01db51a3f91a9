// A wizer that keeps what it gets, and what it made of it or is to answer.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param {string} directory where it keeps engine.wasm, initializer.js, run.json (its
 *   arguments, input and environment, without the paths that are another each time)
 *   and answer.wasm
 * @param {{ wizer: string } | { answer: string }} how the real one's path, or the file
 *   that it answers with
 * @returns {Promise<string>} its path
 */
export async function keepingWizer(directory, how) {
  await mkdir(directory, { recursive: true });
  const path = join(directory, "wizer");
  await writeFile(path, `#!${process.execPath}\n(${run})(${JSON.stringify(directory)}, ${JSON.stringify(how)});\n`);
  await chmod(path, 0o755);
  return path;
}

/** The program: it stands alone. */
function run(directory, { wizer, answer }) {
  const fs = require("node:fs");
  const args = process.argv.slice(2);
  const input = fs.readFileSync(0, "utf8");
  const output = args.find((arg) => arg.startsWith("-o=")).slice("-o=".length);
  const [, initializer] = /--initializer-script-path (\S+)/.exec(input);
  fs.copyFileSync(args.at(-1), `${directory}/engine.wasm`);
  fs.copyFileSync(initializer, `${directory}/initializer.js`);
  const build = output.replace(/\/[^/]*$/, "");
  const told = JSON.stringify({ args, input, env: process.env }, null, 1);
  fs.writeFileSync(`${directory}/run.json`, told.replaceAll(build, "BUILD"));
  if (answer) {
    fs.copyFileSync(answer, output);
    return;
  }
  const { status, stderr } = require("node:child_process").spawnSync(wizer, args, { input, encoding: "utf8" });
  process.stderr.write(stderr);
  if (status === 0) fs.copyFileSync(output, `${directory}/answer.wasm`);
  process.exitCode = status ?? 1;
}
