/** node:assert, which is a function to those who require it. */
const assert = require("unenv/node/assert");

module.exports = Object.assign(assert.default, assert);
