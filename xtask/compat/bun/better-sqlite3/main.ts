// Machine code: packing says what to use instead.
import Database from "better-sqlite3";

export default { fetch: () => Response.json(new Database(":memory:").prepare("SELECT 1 AS one").all()) };
