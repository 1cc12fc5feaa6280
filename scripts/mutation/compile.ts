/**
 * Compiles TypeScript to CommonJS, once for all workers.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { buildSync, transformSync } from 'esbuild';
import { loadableFiles } from './files';
import { ROOT } from './root';

/** Compiles what tests may load into the folder, using the instrumented source of each file that has one. */
export function compile(instrumented: ReadonlyMap<string, string>, folder: string): void {
  for (const file of loadableFiles()) {
    const source = instrumented.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    const { code } = transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      supported: { 'dynamic-import': false },
      tsconfigRaw: { compilerOptions: { target: 'es2022', alwaysStrict: true } },
    });
    const target = `${join(folder, file)}.js`;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

/** The program of the workers. */
export function bundleWorker(folder: string): string {
  const outfile = join(folder, 'worker.js');
  const entryPoints = [join(ROOT, 'scripts/mutation/worker.ts')];
  buildSync({ entryPoints, bundle: true, platform: 'node', packages: 'external', tsconfigRaw: {}, outfile });
  return outfile;
}
