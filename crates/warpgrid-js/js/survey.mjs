// node survey.mjs QUESTION.json: says what of a program for Node a component cannot
// have. What is asked and answered, surveying.mjs says.
import { readFile } from "node:fs/promises";
import { bundle } from "./bundle.mjs";
import { survey } from "./surveying.mjs";

await survey(JSON.parse(await readFile(process.argv[2], "utf8")), { bundle });
