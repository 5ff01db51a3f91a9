// Machine code: packing says what to use instead.
import sharp from "sharp";

const create = { width: 2, height: 2, channels: 3 as const, background: "red" };
export default { fetch: async () => new Response(await sharp({ create }).png().toBuffer()) };
