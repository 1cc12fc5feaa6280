/**
 * Checks the links of the built site, with their anchors: VitePress checks pages only. `npx tsx scripts/docs-links.ts`
 */
import { execFileSync } from 'child_process';
import { existsSync, readdirSync, readFileSync } from 'fs';
import { join, posix } from 'path';

const ROOT = join(__dirname, '..');
const SITE = 'site.invalid';
const DIST = join(ROOT, 'docs', '.vitepress', 'dist');

/**
 * Links to what a site does not have, as `page: target`.
 *
 * @param others links to the site from elsewhere
 */
export function deadLinks(dist: string, base: string, others: Record<string, string[]> = {}): string[] {
  const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.html'));
  const texts = new Map(pages.map(file => [file, readFileSync(join(dist, file), 'utf8')]));
  const ids = new Map([...texts].map(([file, text]) =>
    [file, new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]));
  const fileOf = (path: string) =>
    [path, `${path}.html`, posix.join(path, 'index.html')].find(file => texts.has(file) || isFile(join(dist, file)));
  const links = [...texts].map(([page, text]): [page: string, targets: string[]] =>
    [page, [...text.matchAll(/<(?:a|img)\s[^>]*?(?:href|src)="([^"]+)"/g)].map(([, target]) => target)]);
  return [...links, ...Object.entries(others)].flatMap(([page, targets]) =>
    [...new Set(targets)].filter(target => {
      const { host, pathname, hash } = new URL(target, `http://${SITE}${base}${page.replace(/(index)?\.html$/, '')}`);
      if (host !== SITE) return false;
      const file = pathname.startsWith(base) ? fileOf(pathname.slice(base.length)) : undefined;
      const anchor = decodeURIComponent(hash.slice(1));
      return file === undefined || (anchor !== '' && !ids.get(file)?.has(anchor));
    }).map(target => `${page}: ${target}`));
}

function isFile(path: string): boolean {
  return /\.\w+$/.test(path) && existsSync(path);
}

if (require.main === module) {
  const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
  const [, owner, name] = /([^/]+)\/([^/]+)\.git$/.exec(JSON.parse(read('package.json')).repository.url)!;
  const origin = `https://${owner}.github.io`;
  const toSite = (file: string) =>
    [...read(file).matchAll(new RegExp(`${origin}(/${name}/[^\\s)>"'\`]*)`, 'g'))].map(([, path]) => path);
  const outside = execFileSync(
    'git',
    ['grep', '--files-with-matches', '--fixed-strings', origin, '--', ':!docs'],
    { cwd: ROOT, encoding: 'utf8' },
  ).trimEnd().split('\n');
  const dead = deadLinks(DIST, `/${name}/`, Object.fromEntries(outside.map(file => [file, toSite(file)])));
  for (const link of dead) console.error(`dead link in ${link}`);
  if (dead.length > 0) process.exitCode = 1;
}
