/** What servers compress is given to programs as it was (RFC 9110, 8.4.1). */

const CODINGS = /** @type {Record<string, "gzip" | "deflate">} */ ({ gzip: "gzip", "x-gzip": "gzip", deflate: "deflate" });

/**
 * The body without its codings. It stays as it is where one of them is not known.
 * @param {ReadableStream<any>} stream
 * @param {string | undefined} codings the value of content-encoding
 * @returns {ReadableStream<any>}
 */
export function decoded(stream, codings) {
  const formats = (codings ?? "").split(",").map((coding) => coding.trim().toLowerCase()).filter((coding) => coding && coding !== "identity");
  if (!formats.every((format) => Object.hasOwn(CODINGS, format))) return stream;
  return formats.reduceRight((body, format) => body.pipeThrough(new DecompressionStream(CODINGS[format])), stream);
}
