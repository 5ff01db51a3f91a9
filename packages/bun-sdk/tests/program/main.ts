// Does with each part of @warpgrid/bun-sdk whatever can be done with it, and answers
// what came of it: natively and as a component alike.
import type { WarpGridHandler } from "@warpgrid/bun-sdk";
import { mysql } from "./mysql.js";
import { postgres } from "./postgres.js";
import { redis } from "./redis.js";
import { dns, fs } from "./system.js";

const PARTS: Record<string, () => Promise<unknown>> = { "/dns": dns, "/fs": fs, "/mysql": mysql, "/postgres": postgres, "/redis": redis };

export default {
  async fetch(request) {
    const part = PARTS[new URL(request.url).pathname];
    return part ? Response.json(await part()) : new Response("no such part\n", { status: 404 });
  },
} satisfies WarpGridHandler;
