/** The server that listens, if one does. */

/** @type {{ current: import("./server.js").Server | undefined }} */
export const server = { current: undefined };
