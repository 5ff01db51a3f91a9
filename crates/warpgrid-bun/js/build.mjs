// bun build.mjs QUESTION.json: bundles a program for Bun and makes a component of
// it. What is asked and answered, component.mjs says; `polyfills` is the directory of
// @warpgrid/bun-polyfills.
import { answerTo } from "../../warpgrid-js/js/component.mjs";
import { ABSENT } from "./bun-modules.mjs";
import { bundler } from "./bundle.mjs";

await answerTo(process.argv[2], bundler(), ABSENT);
