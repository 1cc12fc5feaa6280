/** The repository, seen from the sources and from the bundled worker alike: both run in it. */
export const ROOT = process.cwd();
