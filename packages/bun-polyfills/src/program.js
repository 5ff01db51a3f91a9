/** Which kind of program was loaded: what Bun serves is given on as a fetch handler. */
import "./web.js";
import { current, serveDefault } from "./serve.js";

/** @param {any} module the program's exports */
export function program(module) {
  serveDefault(module.default);
  // A server is asked for at each request: a program may begin another one.
  if (current()) return { default: { fetch: answered } };
  return module;
}

/** @param {Request} request */
function answered(request) {
  const server = current();
  if (!server) throw new Error("the program has stopped its server, and serves nothing: call Bun.serve({…}) again");
  return server._answer(request);
}
