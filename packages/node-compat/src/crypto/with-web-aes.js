/** For programs that name AES of the Web's. */
import "./web/aes.js";
