/** Errors as Node's system calls give them. */

const NUMBERS = {
  EACCES: -13, EADDRINUSE: -98, EADDRNOTAVAIL: -99, EBADF: -9, ECONNABORTED: -103, ECONNREFUSED: -111,
  ECONNRESET: -104, EEXIST: -17, EHOSTUNREACH: -113, EINVAL: -22, EIO: -5, EISDIR: -21, ELOOP: -40, EMFILE: -24,
  ENOENT: -2, ENOSPC: -28, ENOSYS: -38, ENOTCONN: -107, ENOTDIR: -20, ENOTEMPTY: -39, ENOTSUP: -95, EPERM: -1, EPIPE: -32,
  EPROTO: -71, EROFS: -30, ETIMEDOUT: -110,
};

/** @type {Record<string, string>} */
const FILE_ERRORS = {
  EACCES: "permission denied", EBADF: "bad file descriptor", EEXIST: "file already exists", EINVAL: "invalid argument", EIO: "i/o error",
  EISDIR: "illegal operation on a directory", ELOOP: "too many symbolic links encountered", ENOENT: "no such file or directory",
  ENOSPC: "no space left on device", ENOTDIR: "not a directory", ENOTEMPTY: "directory not empty", ENOTSUP: "operation not supported on socket",
  EPERM: "operation not permitted", EROFS: "read-only file system",
};

/**
 * @param {string} code
 * @param {string} syscall
 * @param {Record<string, unknown> & { path?: string, address?: string, port?: number, hostname?: string, detail?: string }} [about]
 */
export function systemError(code, syscall, about = {}) {
  const { detail, ...fields } = about;
  const where = fields.address !== undefined ? ` ${fields.address}${fields.port === undefined ? "" : `:${fields.port}`}`
    : fields.hostname !== undefined ? ` ${fields.hostname}` : "";
  const message = fields.path === undefined
    ? `${syscall} ${code}${where}${detail ? `: ${detail}` : ""}`
    : `${code}: ${FILE_ERRORS[code] ?? "error"}, ${syscall} '${fields.path}'`;
  const errno = /** @type {Record<string, number>} */ (NUMBERS)[code];
  return Object.assign(new Error(message), { code, syscall, ...(errno === undefined ? {} : { errno }), ...fields });
}

/**
 * What a host function's error carries: an enum's case or a variant's tag.
 * @param {unknown} error
 * @returns {string}
 */
export function hostCode(error) {
  const payload = /** @type {any} */ (error)?.payload;
  if (typeof payload === "string") return payload;
  if (typeof payload?.tag === "string") return payload.tag;
  throw error;
}

/**
 * @param {string} feature
 * @param {string} remedy
 */
export function unsupported(feature, remedy) {
  return Object.assign(new Error(`${feature} does not exist in a component: ${remedy}`), { code: "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM" });
}

/** @param {unknown} port */
export function badPort(port) {
  const received = typeof port === "string" ? `type string ('${port}')` : typeof port === "number" ? `type number (${port})` : String(port);
  return Object.assign(new RangeError(`Port should be >= 0 and < 65536. Received ${received}.`), { code: "ERR_SOCKET_BAD_PORT" });
}
