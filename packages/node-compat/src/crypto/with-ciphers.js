/** For programs that name a cipher's functions. */
import { added } from "../crypto.js";
import * as ciphers from "./ciphers.js";

added(ciphers);
