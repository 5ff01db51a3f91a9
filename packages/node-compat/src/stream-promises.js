/** node:stream/promises. */
import { promises } from "readable-stream/lib/stream.js";

export const { finished, pipeline } = promises;
export default promises;
