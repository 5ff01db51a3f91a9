/**
 * The names of Bun's that are here, by the file in `src` that has them. The packer
 * bundles the files of which a program uses a name, and always `core`.
 * @type {Record<string, string[]>}
 */
export const parts = {
  core: [
    "allocUnsafe", "argv", "concatArrayBuffers", "cwd", "enableANSIColors", "env", "escapeHTML", "fetch", "fileURLToPath", "gc",
    "isMainThread", "isStandaloneExecutable", "main", "nanoseconds", "origin", "pathToFileURL", "peek", "randomUUIDv7",
    "readableStreamToArray", "readableStreamToArrayBuffer", "readableStreamToBlob", "readableStreamToBytes", "readableStreamToFormData",
    "readableStreamToJSON", "readableStreamToText", "revision", "shrink", "sleep", "sleepSync", "stderr", "stdin", "stdout", "version", "version_with_sha",
  ],
  serve: ["serve"],
  sql: ["SQL", "postgres", "sql"],
  cookies: ["Cookie", "CookieMap"],
};
