// The cases with the engine alone: a component of its own, without node-compat.
import { Fields, OutgoingBody, OutgoingResponse, ResponseOutparam } from "wasi:http/types@0.2.12";
import { run } from "./cases.js";

export const incomingHandler = {
  async handle(_request: unknown, outparam: any) {
    const text = new TextEncoder().encode(JSON.stringify(await run()));
    const response = new OutgoingResponse(new Fields());
    const body = response.body();
    ResponseOutparam.set(outparam, { tag: "ok", val: response });
    const stream = body.write();
    for (let at = 0; at < text.length; at += 4096) stream.blockingWriteAndFlush(text.subarray(at, at + 4096));
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
  },
};
