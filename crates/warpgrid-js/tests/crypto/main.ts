// node:crypto and crypto.subtle: what is computed, the same under Node and in a component,
// byte for byte; and signatures that one makes and the other checks.
import { certificates } from "./certificates.js";
import { ciphers } from "./ciphers.js";
import { keyObjects } from "./key-objects.js";
import { signatures, signed, verified } from "./signatures.js";
import { web } from "./web.js";

async function asked(request: Request) {
  if (request.method === "POST") return verified(await request.json());
  if (process.env.SIGNED) return { verified: verified(JSON.parse(process.env.SIGNED)) };
  if (process.env.SIGN || new URL(request.url).pathname === "/signed") return { signed: signed() };
  return { ciphers: await ciphers(), keyObjects: await keyObjects(), signatures: await signatures(), certificates: certificates(), web: await web() };
}

export default { fetch: async (request: Request) => Response.json(await asked(request)) };
