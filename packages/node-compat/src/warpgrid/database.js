/** The global `warpgrid.database`. */
import { connect } from "./connection.js";
import { extend } from "./global.js";

extend("database", { connect });
