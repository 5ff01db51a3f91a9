/** For programs that name the Web's key pairs. */
import "./web/key-pairs.js";
