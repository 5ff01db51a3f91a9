/** RFC 4055, section 3.1: what a key of RSA-PSS is bound to. */
import { context, encode, integer, nothing, oid, Reader, sequence } from "./der.js";
import { opensslError, wrongTag } from "./errors.js";

/** @typedef {{ hash: string, mgfHash: string, saltLength: number }} Pss */

export const PSS = "1.2.840.113549.1.1.10";
const MGF1 = "1.2.840.113549.1.1.8";
const SHA1 = "sha1";

/** @type {Record<string, string>} */
export const HASHES = {
  md5: "1.2.840.113549.2.5",
  ripemd160: "1.3.36.3.2.1",
  sha1: "1.3.14.3.2.26",
  sha224: "2.16.840.1.101.3.4.2.4",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
  "sha512-224": "2.16.840.1.101.3.4.2.5",
  "sha512-256": "2.16.840.1.101.3.4.2.6",
  "sha3-224": "2.16.840.1.101.3.4.2.7",
  "sha3-256": "2.16.840.1.101.3.4.2.8",
  "sha3-384": "2.16.840.1.101.3.4.2.9",
  "sha3-512": "2.16.840.1.101.3.4.2.10",
};

/** @param {Reader} algorithm */
function hashOf(algorithm) {
  const name = algorithm.oid();
  const found = Object.keys(HASHES).find((hash) => HASHES[hash] === name);
  if (!found) throw opensslError("digital envelope routines", 0x9c, "unsupported algorithm");
  return found;
}

/**
 * The parameters after the algorithm's name, if there are any.
 * @param {Reader} algorithm
 * @returns {Pss | undefined}
 */
export function pssOf(algorithm) {
  if (algorithm.done) return undefined;
  const fields = algorithm.sequence();
  const [hash, mask, salt] = [fields.optional(context(0)), fields.optional(context(1)), fields.optional(context(2))];
  let mgfHash = SHA1;
  if (mask) {
    const generator = new Reader(mask).sequence();
    if (generator.oid() !== MGF1) throw wrongTag();
    mgfHash = hashOf(generator.sequence());
  }
  return { hash: hash ? hashOf(new Reader(hash).sequence()) : SHA1, mgfHash, saltLength: salt ? Number(new Reader(salt).integer()) : 20 };
}

/** @param {Pss | undefined} pss */
export function pssParameters(pss) {
  if (!pss) return [];
  const algorithm = (/** @type {string} */ hash) => sequence(oid(HASHES[hash]), nothing());
  const fields = [];
  if (pss.hash !== SHA1) fields.push(encode(context(0), algorithm(pss.hash)));
  if (pss.mgfHash !== SHA1) fields.push(encode(context(1), sequence(oid(MGF1), algorithm(pss.mgfHash))));
  if (pss.saltLength !== 20) fields.push(encode(context(2), integer(pss.saltLength)));
  return [sequence(...fields)];
}
