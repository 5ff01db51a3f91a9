/**
 * What differs between databases.
 *
 * @typedef {object} Statement
 * @property {string} text
 * @property {any[]} values
 * @property {boolean} simple
 * @property {boolean} arrays rows are arrays
 * @property {boolean} raw values are their bytes
 * @property {boolean} bigint
 *
 * @typedef {object} Session
 * @property {(statement: Statement) => Promise<import("./result.js").SQLResultArray[]>} run
 * @property {() => Promise<void>} cancel
 * @property {() => void} close
 * @property {boolean} isOpen
 * @property {() => void} onclose
 *
 * @typedef {object} Adapter
 * @property {(options: import("./options.js").Options) => Promise<Session>} open
 * @property {(count: number) => string} placeholder of the value of that number, from 1
 * @property {(name: string) => string} identifier
 * @property {(message: string, code: string) => Error} failure
 * @property {(options?: string) => string} begin
 * @property {(name: string) => Statements} [distributed]
 *
 * @typedef {object} Statements
 * @property {string} begin
 * @property {string} [end] before it is committed
 * @property {boolean} [undoEnds] before it is undone, too
 * @property {string} commit
 * @property {string} rollback
 * @property {{ commit: string, rollback: string }} finish of what is prepared
 */
import { failure as postgresFailure } from "./postgres/errors.js";
import { Session as PostgresSession } from "./postgres/session.js";

/** @param {string} name @param {string} quote */
const quoted = (name, quote) => name.split(".").map((part) => quote + part.replaceAll(quote, quote + quote) + quote).join(".");

/** What transactions are told beside `BEGIN`. @param {string} [options] */
function expectOptions(options) {
  if (options && !/^[A-Za-z ,]*$/.test(options)) throw new Error("Transaction options can only contain letters, spaces, and commas.");
}

/** @type {Record<string, Adapter>} */
export const adapters = {
  postgres: {
    open: (options) => PostgresSession.open(options),
    placeholder: (count) => `$${count} `,
    identifier: (name) => quoted(name, '"'),
    failure: postgresFailure,
    begin(options) {
      expectOptions(options);
      return options ? `BEGIN ${options}` : "BEGIN";
    },
    distributed: (name) => ({
      begin: "BEGIN",
      commit: `PREPARE TRANSACTION '${name}'`,
      rollback: "ROLLBACK",
      finish: { commit: `COMMIT PREPARED '${name}'`, rollback: `ROLLBACK PREPARED '${name}'` },
    }),
  },
};

export { expectOptions, quoted };
