/** For programs that name a key pair's functions. */
import { added } from "../crypto.js";
import { createECDH, diffieHellman, ECDH } from "./agreement.js";
import { createPrivateKey, createPublicKey } from "./asymmetric-keys.js";
import { getCurves } from "./curves.js";
import { privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt } from "./encryption.js";
import { generateKey, generateKeyPair, generateKeyPairSync, generateKeySync } from "./key-pairs.js";
import { createSign, createVerify, Sign, sign, Verify, verify } from "./signatures.js";
import { X509Certificate } from "./x509.js";

added({
  createECDH, diffieHellman, ECDH, createPrivateKey, createPublicKey, getCurves, privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt,
  generateKey, generateKeyPair, generateKeyPairSync, generateKeySync, createSign, createVerify, Sign, sign, Verify, verify, X509Certificate,
});
