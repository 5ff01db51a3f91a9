// Logs by pino: levels, children, serializers, redaction, several streams.
import pino from "pino";
import { Writable } from "node:stream";

/** What is written, as lines. */
class Kept extends Writable {
  text = "";
  _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.text += chunk;
    done();
  }
  get lines() {
    return this.text.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
}

const fixed = { base: { app: "warp" }, timestamp: () => `,"time":"2026-01-02T03:04:05.678Z"` };
const standard = pino({ name: "standard", timestamp: pino.stdTimeFunctions.isoTime });

function failed() {
  const error = Object.assign(new TypeError("on purpose", { cause: new Error("before") }), { code: "E_TEST" });
  error.stack = "TypeError: on purpose";
  (error.cause as Error).stack = "Error: before";
  return error;
}

export default {
  async fetch() {
    const out = new Kept();
    const log = pino({ ...fixed, level: "debug", customLevels: { audit: 35 }, redact: { paths: ["password", "*.token", "list[*].secret"], censor: "***" }, serializers: { req: (request: { url: string }) => request.url, err: pino.stdSerializers.err }, formatters: { level: (label, number) => ({ level: label, number }) }, mixin: () => ({ mixed: true }), hooks: { logMethod(args, method) {
      if (args.length === 1 && args[0] === "drop") return;
      method.apply(this, args);
    } } }, out);
    log.info("plain");
    log.info({ a: 1, nested: { b: [1, 2] } }, "with %s and %d and %j", "text", 7, { c: 3 });
    log.debug({ password: "x", user: { token: "y", name: "ada" }, list: [{ secret: 1, open: 2 }] }, "redacted");
    log.trace("not seen");
    log.warn("drop");
    log.audit("a level of one's own");
    log.error(failed(), "failed");
    log.error({ err: failed() });
    log.info({ req: { url: "/x" }, undefined: undefined, date: new Date(0), big: 1, nan: NaN });
    const child = log.child({ request: "r-1" }, { level: "warn", redact: ["hidden"] });
    child.info("not seen");
    child.warn({ hidden: 1 }, "from the child");
    child.child({ deeper: true }).fatal("deepest");
    log.level = "silent";
    log.fatal("not seen");
    const circular: Record<string, unknown> = { name: "c" };
    circular.self = circular;
    log.level = "info";
    log.info(circular, "circular");

    const [all, errors] = [new Kept(), new Kept()];
    const several = pino(fixed, pino.multistream([{ stream: all }, { level: "error", stream: errors }]));
    several.info("both? no");
    several.error("both");

    standard.info({ seen: true }, "to the standard output");
    await new Promise((resolve) => setTimeout(resolve, 5));
    return Response.json({
      lines: out.lines, all: all.lines, errors: errors.lines, levels: [pino.levels.labels, log.isLevelEnabled("debug"), child.bindings()],
    });
  },
};
