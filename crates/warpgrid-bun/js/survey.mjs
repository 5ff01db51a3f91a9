// bun survey.mjs QUESTION.json: says what of a program for Bun a component cannot have.
// What is asked and answered, surveying.mjs says.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { survey } from "../../warpgrid-js/js/surveying.mjs";
import { ABSENT } from "./bun-modules.mjs";
import { bundler } from "./bundle.mjs";

const question = JSON.parse(await readFile(process.argv[2], "utf8"));
const missing = JSON.parse(await readFile(join(question.polyfills, "absent.json"), "utf8"));
question.missing.modules.bun = { missing, refuse: [] };
// Elysia's `listen` calls Bun.serve.
const server = /\bBun\s*\.\s*serve\s*\(|\bimport\s*\{[^}]*\bserve\b[^}]*\}\s*from\s*["']bun["']|["']elysia["']/;
await survey(question, { bundle: bundler(), absent: ABSENT, server });
