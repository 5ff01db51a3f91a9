/** X.509 certificates: RFC 5280, section 4.1. */
import { context, sequenceIn, TAG } from "./der.js";
import { readSpki } from "./key-material.js";

/**
 * The fields of a certificate, in DER.
 * @param {Uint8Array} der
 */
export function fieldsOf(der) {
  const whole = sequenceIn(der);
  const signed = whole.whole();
  const algorithm = whole.take(TAG.SEQUENCE);
  const signature = whole.bits();
  const fields = sequenceIn(signed);
  fields.optional(context(0));
  const serial = fields.take(TAG.INTEGER);
  fields.sequence();
  const issuer = fields.whole();
  const validity = fields.take(TAG.SEQUENCE);
  const subject = fields.whole();
  const publicKey = fields.whole();
  fields.optional(context(1, false));
  fields.optional(context(2, false));
  const extensions = fields.optional(context(3));
  return { signed, algorithm, signature, serial, issuer, validity, subject, publicKey, extensions };
}

/** @param {Uint8Array} der */
export const publicKeyOfCertificate = (der) => readSpki(fieldsOf(der).publicKey);
