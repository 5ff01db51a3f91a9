export const run = {
  run() {},
};
