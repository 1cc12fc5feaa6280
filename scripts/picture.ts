/**
 * Renders the report of all examples as a picture for the README: `npx projen page --picture`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { SMALL_EXAMPLES, synthesize } from './examples';
import { AccessMap } from '../src/analysis/access-map';
import { accessMapOf } from '../src/analysis/reading/access-map-reader';
import { readAssembly } from '../src/analysis/reading/assembly';
import { RULES } from '../src/analysis/rules';
import { findingsOf } from '../src/analysis/rules/rule';
import { html } from '../src/cli/report/html';
import { reportData } from '../src/cli/report/report-data';
import { launch } from '../test/cli/report/browser';

const PICTURE = join(__dirname, '..', 'examples', 'report.png');

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'picture-'));
  const maps: AccessMap[] = [];
  for (const example of SMALL_EXAMPLES) {
    const { ownManifestFiles } = await synthesize(example);
    maps.push(
      accessMapOf(readAssembly(join(__dirname, '..', 'examples', example, 'cdk.out')), { manifests: ownManifestFiles }),
    );
  }
  const file = join(directory, 'report.html');
  writeFileSync(file, html(reportData(together(maps), maps.flatMap(map => findingsOf(RULES, map)))));

  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 1240 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(file).href);
  await page.screenshot({ path: PICTURE });
  await browser.close();
  rmSync(directory, { recursive: true });
}

function together(maps: AccessMap[]): AccessMap {
  const lists = Object.keys(maps[0]).map(
    key => [key, maps.flatMap(map => map[key as keyof AccessMap] as unknown[])] as const,
  );
  const { clusters, ...rest } = Object.fromEntries(lists) as unknown as AccessMap;
  return { ...rest, clusters: [...new Map(clusters.map(cluster => [cluster.id, cluster])).values()] };
}

main().catch((error: Error) => {
  console.error(`picture: ${error.message}`);
  process.exitCode = 1;
});
