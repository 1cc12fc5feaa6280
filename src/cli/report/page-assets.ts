import { join } from 'path';
import { buildSync } from 'esbuild';

/** What runs and what it looks like, in the page. */
interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Bundled from the sources. In lib/cli.js this module is its own result: see scripts/bundle.ts. */
export function pageAssets(): PageAssets {
  const { outputFiles } = buildSync({
    absWorkingDir: join(__dirname, '..', '..', '..'),
    entryPoints: ['main.ts', 'style.css'].map(name => join(__dirname, 'page', name)),
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: ['chrome109', 'firefox115', 'safari16'],
    outdir: 'page',
    write: false,
  });
  const [script, style] = ['.js', '.css'].map(end => outputFiles.find(({ path }) => path.endsWith(end))!.text.trim());
  return { script, style };
}
