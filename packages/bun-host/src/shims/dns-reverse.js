/** `warpgrid:shim/dns-reverse`: the names of an address. */
import { fromGuest } from "../names/address.js";

/** @param {import("../instance.js").Scope} scope */
export const dnsReverse = ({ host: { names } }) => ({
  /** @param {import("warpgrid:shim/dns").IpAddress} address */
  async lookup(address) {
    const text = fromGuest(address);
    if (text === null) throw "not-found";
    return names.namesOf(text);
  },
});
