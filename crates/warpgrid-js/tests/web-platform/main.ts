// The cases with node-compat.
import { run } from "./cases.js";

export default { fetch: async () => Response.json(await run()) };
