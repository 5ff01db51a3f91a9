/** The global `warpgrid.dns`. */
import { addresses } from "../net/names.js";
import { extend } from "./global.js";

extend("dns", {
  /**
   * The addresses of a host name, best first.
   * @param {string} hostname
   */
  resolve: async (hostname) => addresses(hostname),
});
