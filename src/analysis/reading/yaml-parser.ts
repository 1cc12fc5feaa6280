let parser: typeof import('./yaml') | undefined;

/** The YAML parsers, loaded when they are first used. In a bundle, each `require` would copy its exports again. */
export function yaml(): typeof import('./yaml') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loads the parsers only when used
  return parser ??= require('./yaml') as typeof import('./yaml');
}
