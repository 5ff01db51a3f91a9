/** For programs that name what crypto.subtle lacks: HMAC's keys, PBKDF2, HKDF. */
import "./web/secrets.js";
