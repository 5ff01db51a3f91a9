/** Requests that a guest sends by `wasi:http`: to what `[network] connect` grants. */
import { grants } from "../config/network.js";
import { warnOnce } from "../errors.js";

/**
 * A failure as wasi:http says it.
 * @param {string} tag
 * @param {object} [val]
 */
const failure = (tag, val) => Object.assign(new Error(tag), { payload: { tag, val } });

/** What Bun says of connections, as wasi:http says it. */
const CODES = new Map([
  ["ConnectionRefused", "connection-refused"],
  ["ECONNREFUSED", "connection-refused"],
  ["FailedToOpenSocket", "connection-refused"],
  ["ECONNRESET", "connection-terminated"],
  ["ConnectionClosed", "connection-terminated"],
  ["Timeout", "connection-timeout"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS-certificate-error"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "TLS-certificate-error"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "TLS-certificate-error"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS-certificate-error"],
]);

/**
 * @param {import("../deployment.js").Deployment} host
 * @returns {(url: string, init: RequestInit) => Promise<Response>}
 */
export function sender({ config, names }) {
  return async (text, init) => {
    const url = new URL(text);
    const name = url.hostname.replace(/^\[|\]$/g, "");
    if (name === "") throw failure("HTTP-request-URI-invalid");
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    const found = await names.resolve(name).catch((error) => {
      if (error === "timeout") throw failure("DNS-timeout");
      if (error === "internal") throw failure("HTTP-request-denied");
      throw failure("DNS-error", { rcode: "NXDOMAIN", infoCode: undefined });
    });
    const known = found.name === null ? [] : [found.name];
    const address = found.addresses.find((one) => grants(config.network.connect, one, port, known));
    if (address === undefined) {
      warnOnce(`the guest may not send to ${name}:${port}; add "${name}:${port}" to [network] connect in warp.toml`);
      throw failure("HTTP-request-denied");
    }
    const headers = new Headers(init.headers);
    /** @type {BunFetchRequestInit} */
    const options = { ...init, headers, redirect: "manual", decompress: false };
    if (found.own && found.name !== null) {
      headers.set("host", url.host);
      if (url.protocol === "https:") options.tls = { serverName: name };
      url.hostname = address.includes(":") ? `[${address}]` : address;
    }
    try {
      return await fetch(url, options);
    } catch (error) {
      const tag = CODES.get(/** @type {{ code?: string }} */ (error).code ?? "");
      throw tag ? failure(tag) : error;
    }
  };
}
