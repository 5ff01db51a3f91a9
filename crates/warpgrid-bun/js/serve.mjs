// bun serve.mjs QUESTION.json: bundles a program for Bun again and again. What is
// asked and answered, serving.mjs says.
import { serve } from "../../warpgrid-js/js/serving.mjs";
import { ABSENT } from "./bun-modules.mjs";
import { bundler } from "./bundle.mjs";

await serve(process.argv[2], bundler(), ABSENT);
