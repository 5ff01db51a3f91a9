/** `warpgrid:shim/dns`: names resolved by the host. */
import { toGuest } from "../names/address.js";

/** @param {import("../instance.js").Scope} scope */
export const dns = ({ host: { names }, resolved }) => ({
  /** @param {string} hostname */
  async resolve(hostname) {
    const found = await names.resolve(hostname);
    resolved.remember(found);
    return found.addresses.map(toGuest);
  },
});
