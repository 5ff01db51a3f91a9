// node build.mjs QUESTION.json: bundles a program for Node and makes a component of
// it. What is asked and answered, component.mjs says.
import { bundle } from "./bundle.mjs";
import { answerTo } from "./component.mjs";

await answerTo(process.argv[2], bundle);
