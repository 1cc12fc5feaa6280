import { join } from 'path';
import { buildSync } from 'esbuild';

/** The script and the style of the page. */
interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Bundles the assets from the sources. The bundle lib/cli.js contains the result instead: see scripts/bundle.ts. */
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
