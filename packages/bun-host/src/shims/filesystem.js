/** `warpgrid:shim/filesystem`: files that exist only on the host's side. */

/**
 * @param {import("../instance.js").Scope} scope
 * @returns {typeof import("warpgrid:shim/filesystem")}
 */
export const filesystem = ({ host: { files } }) => ({
  readVirtual: (path) => files.read(path),
  isVirtual: (path) => files.has(path),
  listVirtualPaths: () => files.paths(),
});
