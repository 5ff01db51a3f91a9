// What costs something, and is added to programs that use it.

const FEATURES = [
  // A component that listens for no signal does not import them.
  { module: "@warpgrid/node-compat/signals", isUsed: ({ code }) => /(["'`])SIG(?:TERM|INT|HUP)\1/.test(code) },
];

/** @param {{ code: string, inputs: [string, unknown][] }} bundled */
export const featuresOf = (bundled) => FEATURES.filter(({ isUsed }) => isUsed(bundled));
