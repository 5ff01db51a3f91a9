// What is declared is what there is: read by `tsc` alone.
import type * as declared from "./index.d.ts";
import * as real from "../src/index.js";

export const { serve, readConfig, HostError }: Pick<typeof declared, "serve" | "readConfig" | "HostError"> = real;
