// Machine code: packing says what to use instead.
import bcrypt from "bcrypt";

export default { fetch: async () => new Response(await bcrypt.hash("password", 5)) };
