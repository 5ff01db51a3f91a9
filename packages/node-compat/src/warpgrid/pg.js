/**
 * warpgrid/pg: PostgreSQL for programs that want no driver, with the interface of
 * the package pg. The host logs in.
 */
import types from "pg-types";
import { Client } from "./pg/client.js";
import { DatabaseError } from "./pg/errors.js";
import { Pool } from "./pg/pool.js";
import { Result } from "./pg/result.js";
import { escapeIdentifier, escapeLiteral } from "./pg/values.js";

export { Client, DatabaseError, escapeIdentifier, escapeLiteral, Pool, Result, types };
export default { Client, DatabaseError, escapeIdentifier, escapeLiteral, Pool, Result, types };
