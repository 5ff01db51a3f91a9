// node serve.mjs QUESTION.json: bundles a program for Node again and again. What is
// asked and answered, serving.mjs says.
import * as esbuild from "esbuild";
import { outcome, settings } from "./bundle.mjs";
import { withFeatures } from "./program.mjs";
import { serve } from "./serving.mjs";

/** esbuild's contexts, which remember what they have read, by their features. */
const contexts = new Map();

async function contextOf(question, features) {
  const key = JSON.stringify(features);
  if (!contexts.has(key)) {
    const { options } = await settings(question, features);
    contexts.set(key, await esbuild.context(options));
  }
  return contexts.get(key);
}

const bundle = withFeatures(async (question, features) => {
  const context = await contextOf(question, features);
  return outcome(await context.rebuild(), question);
});

await serve(process.argv[2], bundle);
await Promise.all([...contexts.values()].map((context) => context.dispose()));
