/** Components of a few instructions, which answer a request and cannot be entered twice. */
import { componentEmbed, componentNew, parse } from "@bytecodealliance/jco-transpile/wasm-tools";

/** The status that one answers which imports none. */
export const STATUS = 207;

/** @param {Kind} kind */
const wit = ({ imported, threads, waits }) => `
package test:served;
interface status { get: func() -> u16; }
world served {
  ${imported ? "import status;" : ""}
  ${threads ? "import warpgrid:shim/threading@0.1.0;" : ""}
  ${waits ? "import wasi:clocks/monotonic-clock@0.2.3;" : ""}
  import wasi:http/types@0.2.3;
  export wasi:http/incoming-handler@0.2.3;
}
world nothing {}
package warpgrid:shim@0.1.0 {
  interface threading {
    enum threading-model { single-threaded, cooperative, parallel-required }
    declare-threading-model: func(model: threading-model);
  }
}
package wasi:io@0.2.3 {
  interface poll { resource pollable { block: func(); } }
  interface error { resource error; }
  interface streams {
    use error.{error};
    variant stream-error { last-operation-failed(error), closed }
    resource output-stream { blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>; }
  }
}
package wasi:clocks@0.2.3 {
  interface monotonic-clock {
    use wasi:io/poll@0.2.3.{pollable};
    subscribe-duration: func(when: u64) -> pollable;
  }
}
package wasi:http@0.2.3 {
  interface types {
    use wasi:io/streams@0.2.3.{output-stream};
    variant error-code { internal }
    resource fields { constructor(); }
    resource incoming-request;
    resource outgoing-body { write: func() -> result<output-stream>; finish: static func(this: outgoing-body, trailers: option<fields>) -> result<_, error-code>; }
    resource outgoing-response {
      constructor(headers: fields);
      set-status-code: func(status-code: u16) -> result;
      body: func() -> result<outgoing-body>;
    }
    resource response-outparam { set: static func(param: response-outparam, response: result<outgoing-response, error-code>); }
  }
  interface incoming-handler {
    use types.{incoming-request, response-outparam};
    handle: func(request: incoming-request, response-out: response-outparam);
  }
}`;

const TYPES = "wasi:http/types@0.2.3";

/** What one says that waits. */
export const WAITED = "waited";

const WAITING = `
  (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $timer (param i64) (result i32)))
  (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush" (func $write-all (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.3" "[resource-drop]output-stream" (func $drop-stream (param i32)))
  (import "${TYPES}" "[method]outgoing-body.write" (func $write (param i32 i32)))`;

/** To a stream, whose handle stands behind the result's discriminant as the body's does. */
const WRITING = `
    (call $write (i32.load (i32.const 4)) (i32.const 16))
    (call $write-all (i32.load (i32.const 20)) (i32.const 64) (i32.const ${WAITED.length}) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (call $drop-stream (i32.load (i32.const 20)))`;

/** @param {Kind} kind */
const wat = ({ imported, threads, waits }) => `
(module
  ${imported ? '(import "test:served/status" "get" (func $status (result i32)))' : ""}
  ${threads ? '(import "warpgrid:shim/threading@0.1.0" "declare-threading-model" (func $declare (param i32)))' : ""}
  (import "${TYPES}" "[constructor]fields" (func $fields (result i32)))
  (import "${TYPES}" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
  (import "${TYPES}" "[method]outgoing-response.set-status-code" (func $set-status (param i32 i32) (result i32)))
  (import "${TYPES}" "[method]outgoing-response.body" (func $body (param i32 i32)))
  (import "${TYPES}" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
  (import "${TYPES}" "[static]response-outparam.set" (func $set (param i32 i32 i32)))
  ${waits ? WAITING : ""}
  (memory (export "memory") 1)
  (data (i32.const 64) "${WAITED}")
  (global $entered (mut i32) (i32.const 0))
  (func (export "wasi:http/incoming-handler@0.2.3#handle") (param $request i32) (param $out i32)
    (local $made i32)
    ${waits ? "(call $block (call $timer (i64.const 20000000)))" : ""}
    (if (global.get $entered) (then unreachable))
    (global.set $entered (i32.const 1))
    (local.set $made (call $response (call $fields)))
    ${threads ? "(call $declare (i32.const 1))" : ""}
    (drop (call $set-status (local.get $made) ${imported ? "(call $status)" : `(i32.const ${STATUS})`}))
    ;; The body's handle stands behind the result's discriminant.
    (call $body (local.get $made) (i32.const 0))
    (call $set (local.get $out) (i32.const 0) (local.get $made))
    ${waits ? WRITING : ""}
    (call $finish (i32.load (i32.const 4)) (i32.const 0) (i32.const 0) (i32.const 16)))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))`;

/**
 * @typedef {object} Kind
 * @property {boolean} [imported] whether it imports the status, as `test:served/status`
 * @property {boolean} [threads] whether it declares that its threads are cooperative
 * @property {boolean} [waits] whether it waits for a timer first, and for its output
 */

/**
 * @param {Kind} [kind]
 * @returns {Promise<Uint8Array>}
 */
export async function component(kind = {}) {
  const embedded = await componentEmbed({ binary: await parse(wat(kind)), witSource: wit(kind), world: "served" });
  return componentNew(embedded, []);
}

/** One that does nothing. @returns {Promise<Uint8Array>} */
export async function nothing() {
  const embedded = await componentEmbed({ binary: await parse("(module)"), witSource: wit({}), world: "nothing" });
  return componentNew(embedded, []);
}
