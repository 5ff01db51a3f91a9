// The two packages that the tests compare: where the environment says
// (`node materialize.mjs DIRECTORY` makes them), or made for the run.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { materialize, VARIABLES } from "./materialize.mjs";

// componentize-js leaves its work directories behind where a build fails.
const temporary = await mkdtemp(join(tmpdir(), "warpgrid-componentize-"));
process.env.TMPDIR = temporary;
after(() => rm(temporary, { recursive: true, force: true }));

/** A directory that is gone after the tests of the file. */
export const scratch = () => mkdtemp(join(temporary, "scratch-"));

const given = Object.entries(VARIABLES).map(([name, variable]) => [name, process.env[variable]]);

/** The directories of the packages. */
export const packages = given.every(([, directory]) => directory)
  ? Object.fromEntries(given)
  : await materialize(join(await scratch(), "packages"));

/** A module of a package. */
export const load = (directory, name) => import(pathToFileURL(join(directory, name)).href);

/** `componentize` of the package `directory`, and how often it has spliced. */
export async function counted(directory) {
  const { componentize } = await load(directory, "src/componentize.js");
  const { splicer } = await load(directory, "lib/spidermonkey-embedding-splicer.js");
  const { spliceBindings } = splicer;
  const count = { componentize, spliced: 0 };
  splicer.spliceBindings = (...inputs) => {
    count.spliced += 1;
    return spliceBindings(...inputs);
  };
  after(() => (splicer.spliceBindings = spliceBindings));
  return count;
}
