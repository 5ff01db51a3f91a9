// bun tests/absent.js: writes which names of Bun's are not here. Run it with the Bun
// that the repository pins, when parts.js or that Bun changes.
import { parts } from "../parts.js";

const here = new Set(Object.values(parts).flat());
const absent = Object.getOwnPropertyNames(Bun).filter((name) => !here.has(name)).sort();
await Bun.write(new URL("../absent.json", import.meta.url), `${JSON.stringify(absent, null, 1)}\n`);
