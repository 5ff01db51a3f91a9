// What a handler exports, and what all errors are.
export { WarpGridError } from "./errors.js";

/**
 * What a program exports as its default, natively and as a component:
 *
 *     export default { fetch: (request) => new Response("hello") } satisfies WarpGridHandler;
 */
export interface WarpGridHandler {
  /** Answers one request. What it throws is answered with 500. */
  fetch(request: Request): Response | Promise<Response>;
  /** Where Bun listens. In a component the host does, and this says nothing. */
  port?: number | string;
  hostname?: string;
}
