// bun-patches/preview2-shim/0004: requests and their responses are streamed.
import { expect, test } from "bun:test";
import { pending } from "./packages.js";
import { patched, stock } from "./shim.js";

const text = new TextEncoder();
/** Says the head of a response, and gives what writes its body. */
function begin({ http: { types } }, outparam, status = 200) {
  const response = new types.OutgoingResponse(new types.Fields());
  response.setStatusCode(status);
  const body = response.body();
  const stream = body.write();
  types.ResponseOutparam.set(outparam, { tag: "ok", val: response });
  return {
    stream,
    write(data) {
      stream.checkWrite();
      stream.write(text.encode(data));
    },
    finish: () => types.OutgoingBody.finish(body, undefined),
    drop: () => body[Symbol.dispose](),
  };
}

/** A handler that goes on when the client has read the first half. */
function halves(shim) {
  const read = Promise.withResolvers();
  const response = shim.http.handleIncomingRequest(new Request("http://localhost/"), async (_, outparam) => {
    const body = begin(shim, outparam);
    body.write("first ");
    await read.promise;
    body.write("second");
    body.finish();
  });
  return { response, read };
}

test("a response is there while its handler goes on", async () => {
  const { response, read } = halves(patched);
  const reader = (await response).body.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("first ");
  read.resolve();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("second");
  expect((await reader.read()).done).toBe(true);
});

test("stock waits for its end", async () => {
  const { response, read } = halves(stock);
  expect(await pending(response)).toBe(true);
  read.resolve();
  expect(await (await response).text()).toBe("first second");
});

/** A request whose body never ends; what the handler reads of it first. */
async function firstOfEndless(shim) {
  const read = Promise.withResolvers();
  const body = new ReadableStream({ start: (controller) => controller.enqueue(text.encode("begin")) });
  const request = new Request("http://localhost/", { method: "POST", body, duplex: "half" });
  const response = shim.http.handleIncomingRequest(request, async (incoming, outparam) => {
    const stream = incoming.consume().stream();
    read.resolve(new TextDecoder().decode(await stream.blockingRead(100n)));
    begin(shim, outparam).finish();
  });
  return { read: read.promise, response };
}

test("a request's body is read while it comes", async () => {
  const { read, response } = await firstOfEndless(patched);
  expect(await read).toBe("begin");
  expect((await response).status).toBe(200);
});

test("stock reads it whole first", async () => {
  const { read } = await firstOfEndless(stock);
  expect(await pending(read)).toBe(true);
});

test("who does not read holds the guest back", async () => {
  const permits = async (shim) => {
    const seen = [];
    const written = Promise.withResolvers();
    const response = shim.http.handleIncomingRequest(new Request("http://localhost/"), async (_, outparam) => {
      const { stream, finish } = begin(shim, outparam);
      for (let round = 0; round < 4; round++) {
        seen.push(stream.checkWrite() > 0n);
        if (seen.at(-1)) stream.write(new Uint8Array(65536));
        await Bun.sleep(0);
      }
      finish();
      written.resolve();
    });
    await written.promise;
    await response;
    return seen;
  };
  expect(await permits(patched)).toContain(false);
  expect(await permits(stock)).not.toContain(false);
});

test("a handler that fails ends its response", async () => {
  const response = await patched.http.handleIncomingRequest(new Request("http://localhost/"), async (_, outparam) => {
    begin(patched, outparam).write("half");
    throw new Error("trapped");
  });
  await expect(response.text()).rejects.toThrow();
  const silent = patched.http.handleIncomingRequest(new Request("http://localhost/"), async () => {});
  await expect(silent).rejects.toThrow("without setting its response");
});

test("a body that is dropped fails its reader", async () => {
  const response = await patched.http.handleIncomingRequest(new Request("http://localhost/"), async (_, outparam) => {
    const { write, drop } = begin(patched, outparam);
    write("half");
    drop();
  });
  await expect(response.text()).rejects.toThrow("dropped");
});

test("statuses without a body have none", async () => {
  for (const status of [204, 304]) {
    const response = await patched.http.handleIncomingRequest(new Request("http://localhost/"), (_, outparam) => begin(patched, outparam, status).finish());
    expect(response.status).toBe(status);
    expect(response.body).toBeNull();
  }
});
