/** The repository. Both the sources and the bundled worker run in it. */
export const ROOT = process.cwd();
