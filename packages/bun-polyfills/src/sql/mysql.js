/** Adds MySQL to what Bun.SQL can connect to: in programs that have such a database. */
import { adapters, expectOptions, quoted } from "./adapter.js";
import { failure } from "./mysql/errors.js";
import { Session } from "./mysql/session.js";

adapters.mysql = {
  open: (options) => Session.open(options),
  placeholder: () => "? ",
  identifier: (name) => quoted(name, "`"),
  failure,
  begin(options) {
    expectOptions(options);
    return options ? `START TRANSACTION ${options}` : "START TRANSACTION";
  },
  distributed: (name) => ({
    begin: `XA START '${name}'`,
    end: `XA END '${name}'`,
    commit: `XA PREPARE '${name}'`,
    rollback: `XA ROLLBACK '${name}'`,
    undoEnds: true,
    finish: { commit: `XA COMMIT '${name}'`, rollback: `XA ROLLBACK '${name}'` },
  }),
};
