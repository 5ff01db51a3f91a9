// node build.mjs OUTPUT: main.js as a component of the world in main.wit.
import { writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const { component } = await componentize({
  sourcePath: "main.js",
  witPath: "main.wit",
  worldName: "start",
});
await writeFile(process.argv[2], component);
