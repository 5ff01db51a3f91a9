import type { Context } from "hono";

const BLOCK = 1 << 20;

/** So many megabytes, streamed. */
export function download(c: Context) {
  const megabytes = Number(c.req.param("megabytes"));
  if (!(megabytes >= 0 && megabytes <= 1000)) return c.json({ error: "say how many megabytes, up to 1000" }, 400);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === megabytes) return controller.close();
      controller.enqueue(new Uint8Array(BLOCK).fill(97 + (sent++ % 26)));
    },
  });
  return c.body(body, 200, { "Content-Type": "application/octet-stream" });
}

/** What was sent, sent back while it comes. */
export function upload(c: Context) {
  const type = c.req.header("Content-Type") ?? "application/octet-stream";
  return new Response(c.req.raw.body, { headers: { "Content-Type": type } });
}
