// Machine code: packing says what to use instead.
import { createCanvas } from "canvas";

export default { fetch: () => new Response(createCanvas(2, 2).toBuffer("image/png")) };
