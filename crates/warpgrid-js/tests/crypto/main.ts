// node:crypto and crypto.subtle: what is computed, the same under Node and in a component,
// byte for byte; and signatures that one makes and the other checks.
import { certificates } from "./certificates.js";
import { ciphers } from "./ciphers.js";
import { generation, keyObjects } from "./key-objects.js";
import { signatures, signed, verified } from "./signatures.js";
import { web } from "./web.js";

const PARTS: Record<string, () => unknown> = { ciphers, keyObjects, generation, signatures, certificates, web, signed: () => ({ signed: signed() }) };

/** Which part is asked for, the path says, or `PART`. `SIGNED`, or a body, is what `signed` gave on the other side. */
async function asked(request: Request) {
  const given = request.method === "POST" ? await request.json() : process.env.SIGNED && JSON.parse(process.env.SIGNED);
  if (given) return { verified: verified(given.signed) };
  const part = PARTS[process.env.PART ?? new URL(request.url).pathname.slice(1)];
  return part ? part() : { parts: Object.keys(PARTS) };
}

export default { fetch: async (request: Request) => Response.json(await asked(request)) };
