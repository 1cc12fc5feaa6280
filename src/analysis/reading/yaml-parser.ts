let parser: typeof import('./yaml') | undefined;

/** The YAML parsers, loaded on first use. In a bundle, each `require` would copy the exports again. */
export function yaml(): typeof import('./yaml') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loads the parsers only when used
  return parser ??= require('./yaml') as typeof import('./yaml');
}
