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
  compression: ["deflateSync", "gunzipSync", "gzipSync", "inflateSync"],
  file: ["file", "write"],
  formats: ["TOML", "YAML"],
  hash: ["CryptoHasher", "MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512_256", "hash", "sha"],
  inspect: ["deepEquals", "deepMatch", "inspect", "stripANSI"],
  password: ["password"],
  redis: ["RedisClient", "redis"],
  semver: ["semver"],
  serve: ["serve"],
  sql: ["SQL", "postgres", "sql"],
  // What `sql` finds, in programs that need it: see bun-modules.mjs.
  "sql/files": [],
  "sql/mysql": [],
  cookies: ["Cookie", "CookieMap"],
};
