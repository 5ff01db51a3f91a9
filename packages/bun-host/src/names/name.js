/** The longest host name, in octets of its textual form (RFC 1035 §2.3.4). */
const MAX_NAME = 253;

/**
 * A name in the form in which names are compared: lower case, without the root label's
 * dot. Null for what cannot be one.
 * @param {string} text
 */
export function canonical(text) {
  const name = text.replace(/\.$/, "");
  return name !== "" && name.length <= MAX_NAME && /^[\x21-\x7e]+$/.test(name) ? name.toLowerCase() : null;
}
