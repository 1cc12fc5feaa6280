import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { deadLinks } from '../scripts/docs-links';

const folder = mkdtempSync(join(tmpdir(), 'docs-links-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[target: string, isDead: boolean]>([
  ['/site/guides/ci', false],
  ['./guides/ci', false],
  ['guides/ci#jobs', false],
  ['#here', false],
  ['/site/icon.svg', false],
  ['/site/', false],
  ['https://example.com/guides/cd', false],
  ['./guides/cd', true],
  ['/guides/ci', true],
  ['guides/ci#job', true],
  ['#there', true],
  ['/site/logo.svg', true],
])('%s: dead %s', (target, isDead) => {
  mkdirSync(join(folder, 'guides'), { recursive: true });
  writeFileSync(join(folder, 'icon.svg'), '');
  writeFileSync(join(folder, 'guides', 'ci.html'), '<h2 id="jobs">Jobs</h2>');
  writeFileSync(join(folder, 'index.html'), `<h2 class="a" id="here"></h2><a class="b" href="${target}">link</a>`);
  expect(deadLinks(folder, '/site/')).toEqual(isDead ? [`index.html: ${target}`] : []);
  expect(deadLinks(folder, '/site/', { 'README.md': ['/site/guides/cd'] })).toContain('README.md: /site/guides/cd');
});

/** npm and PyPI show the README, and resolve no path of the repository. */
const RELATIVE = /\]\((?!https:\/\/|#)[^)]*\)|(?:href|src)="(?!https:\/\/|#)[^"]*"/g;

test('the README has at most 250 lines, and what a clone can run is near the top', () => {
  const lines = readFileSync(join(__dirname, '..', 'README.md'), 'utf8').split('\n');
  expect(lines.length).toBeLessThanOrEqual(250);
  const top = lines.slice(0, 60).join('\n');
  for (const task of ['demo', 'test']) expect(top).toContain(`\nnpm ci && npx projen ${task} `);
});

test.each(['README.md', 'src/cli/README.md'])('%s has no relative link and no relative picture', file => {
  expect(readFileSync(join(__dirname, '..', file), 'utf8').match(RELATIVE)).toBeNull();
});

test.each(['[a](b.md)', '![a](b.png)', '<img src="b.png">', '[a](http://example.com)'])('%s is one', text => {
  expect(text.match(RELATIVE)).toHaveLength(1);
});
