// Which parts of node:crypto and of the Web's a program names. They are large: the
// curves and RSA alone are 120 kB.

/** Nobody calls anything else so. */
const CIPHERS = /\b(?:create(?:C|Dec)ipheriv|(?:C|Dec)ipheriv|getCiphers|getCipherInfo)\b/;
const KEY_PAIRS = /\b(?:createSign|createVerify|create(?:Public|Private)Key|generateKeyPairSync|generateKeySync|(?:public|private)(?:En|De)crypt|createECDH|diffieHellman|X509Certificate|getCurves)\b/;
/** Others do: these are looked for where they are taken from the module. */
const OF_THE_MODULE = "(?:sign|verify|Sign|Verify|ECDH|generateKey|generateKeyPair)";

const MODULE = String.raw`["'](?:node:)?crypto["']`;
/** `import c from "crypto"`, `import * as c`, `const c = require("crypto")`, with what compilers write around it. */
const BOUND = new RegExp(String.raw`(?:import\s+(?:\w+\s*,\s*)?(?:\*\s*as\s+)?([\w$]+)\s*(?:,\s*\{[^}]*\}\s*)?from\s*|([\w$]+)\s*=\s*(?:[\w$.]+\(\s*)*(?:require|import)\(\s*|([\w$]+)\s*=\s*(?:await\s+)?(?:[\w$.]+\()*import\(\s*)${MODULE}`, "g");
/** `import { sign } from "crypto"`, `const { sign } = require("crypto")` */
const TAKEN = new RegExp(String.raw`\{[^{}]*\b${OF_THE_MODULE}\b[^{}]*\}\s*(?:from\s*|=\s*(?:await\s+)?(?:require|import)\(\s*)${MODULE}|(?:require|import)\(\s*${MODULE}\s*\)\)?\s*\.\s*${OF_THE_MODULE}\b`);

/** Whether a file takes one of the names that others have, too, from the module. */
function takes(text) {
  if (TAKEN.test(text)) return true;
  const names = [...text.matchAll(BOUND)].flatMap(([, ...found]) => found.filter(Boolean));
  return names.some((name) => {
    const escaped = name.replaceAll("$", "\\$");
    return new RegExp(String.raw`(?<![\w$.])${escaped}\s*(?:\.\s*default\s*)?(?:\??\.\s*${OF_THE_MODULE}\b|\[)|\{[^{}]*\b${OF_THE_MODULE}\b[^{}]*\}\s*=\s*${escaped}\b`).test(text);
  });
}

/** @param {string[]} texts of the program's files */
export const usesCiphers = (texts) => texts.some((text) => CIPHERS.test(text));
/** @param {string[]} texts */
export const usesKeyPairs = (texts) => texts.some((text) => KEY_PAIRS.test(text) || takes(text));

/** Of crypto.subtle: what the engine lacks, or does for some keys only. */
const OF_SUBTLE = /\b(?:generateKey|exportKey|wrapKey|unwrapKey|deriveBits|deriveKey|encrypt|decrypt)\b/;
const WEB_AES = /(["'`])AES-(?:GCM|CBC|CTR|KW)\1/i;
const WEB_KEY_PAIRS = /(["'`])(?:RSASSA-PKCS1-v1_5|RSA-PSS|RSA-OAEP|ECDSA|ECDH|Ed25519|X25519)\1/i;

/** Those that name crypto.subtle, wherever its algorithms are named. @param {string[]} texts */
const namesSubtle = (texts) => texts.some((text) => /\bsubtle\b/.test(text));
/** @param {string[]} texts */
export const usesWebSecrets = (texts) => texts.some((text) => /\bsubtle\b/.test(text) && OF_SUBTLE.test(text));
/** @param {string[]} texts */
export const usesWebAes = (texts) => namesSubtle(texts) && texts.some((text) => WEB_AES.test(text));
/** @param {string[]} texts */
export const usesWebKeyPairs = (texts) => namesSubtle(texts) && texts.some((text) => WEB_KEY_PAIRS.test(text));
