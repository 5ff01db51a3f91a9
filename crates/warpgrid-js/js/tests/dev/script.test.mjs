// A bundle as a script: what it imports comes from the host that it is given, places
// stay where they were, and what it assigns is its handler.
import assert from "node:assert/strict";
import { test } from "node:test";
import { META, script, shifted } from "../../script.mjs";

const evaluate = (code, host) => (0, eval)(script(code))(host);

test("imports are the host's, by their names and versions", () => {
  const asked = [];
  const host = (name) => {
    asked.push(name);
    return { poll: () => "polled", default: "the default" };
  };
  const code = `import { poll as p } from "wasi:io/poll@0.2.12";
import * as whole from "warpgrid:shim/dns";
import one from "wasi:cli/exit";
warpgridHandler = [p(), whole.default, one];`;
  assert.deepEqual(evaluate(code, host), ["polled", "the default", "the default"]);
  assert.deepEqual(asked, ["wasi:io/poll@0.2.12", "warpgrid:shim/dns@0.1.0", "wasi:cli/exit@0.2.12"]);
});

test("what only looks like an import stays", () => {
  const code = 'warpgridHandler = `\nimport { x } from "wasi:io/poll";\n`;';
  assert.equal(evaluate(code, () => assert.fail()), '\nimport { x } from "wasi:io/poll";\n');
});

test("it is as strict as a module is", () => {
  assert.throws(() => evaluate("undeclared = 1;", () => ({})), ReferenceError);
  assert.equal(evaluate("warpgridHandler = (function () { return this; })();", () => ({})), undefined);
  assert.equal(evaluate(`warpgridHandler = ${META}.url;`, () => ({})), "file:///program.js");
});

test("places are one line further down, and in the same columns", () => {
  const code = `import {\n  poll\n} from "wasi:io/poll";\nfunction f() { throw new Error("here"); }\nwarpgridHandler = f;`;
  const f = evaluate(code, () => ({}));
  const place = (() => {
    try {
      f();
    } catch (error) {
      return /program\.js:(\d+):(\d+)/.exec(error.stack).slice(1).map(Number);
    }
  })();
  const line = code.split("\n").findIndex((text) => text.includes("throw"));
  assert.deepEqual(place, [line + 2, code.split("\n")[line].indexOf("new") + 1]);
  assert.equal(JSON.parse(shifted('{"version":3,"mappings":"AAAA"}')).mappings, ";AAAA");
});
