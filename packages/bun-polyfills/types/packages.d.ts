// Packages without types of their own.
declare module "semver/functions/compare.js" {
  export default function compare(a: string, b: string): -1 | 0 | 1;
}
declare module "semver/functions/satisfies.js" {
  export default function satisfies(version: string, range: string): boolean;
}
