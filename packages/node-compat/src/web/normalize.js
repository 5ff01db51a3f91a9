/**
 * The engine has no data of Unicode's normal forms. What no form changes stays as it
 * is, as the passwords do that drivers prepare (RFC 4013).
 * https://tc39.es/ecma262/#sec-string.prototype.normalize
 */

/** The first character that a form changes (Unicode's DerivedNormalizationProps.txt). */
const FIRST = { NFC: 0x300, NFD: 0xc0, NFKC: 0xa0, NFKD: 0xa0 };

if (!String.prototype.normalize) {
  Object.defineProperty(String.prototype, "normalize", {
    value: function normalize(/** @type {unknown} */ form = "NFC") {
      const text = String(this);
      const first = FIRST[/** @type {keyof typeof FIRST} */ (String(form))];
      if (first === undefined) throw new RangeError(`The normalization form should be one of NFC, NFD, NFKC, NFKD.`);
      for (let i = 0; i < text.length; i++) {
        if (text.charCodeAt(i) >= first) {
          throw new Error(`there is no ${form} of ${JSON.stringify(text[i])} in a component: the engine has no data for it; use the package unorm`);
        }
      }
      return text;
    },
    writable: true,
    configurable: true,
  });
}
