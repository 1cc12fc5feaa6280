import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { prose } from '../scripts/docs/page';
import { PAGES, REFERENCE } from '../scripts/docs-reference';

const committed = (name: string) => readFileSync(join(REFERENCE, `${name}.md`), 'utf8');

// npx tsx scripts/docs-reference.ts writes it again.
test.each(Object.keys(PAGES))('docs/reference/%s.md is what the code makes', name =>
  expect(PAGES[name]().text).toBe(committed(name)));

test('every other page of the reference is made from the assembly', () => {
  const others = readdirSync(REFERENCE).map(file => file.replace(/\.md$/, '')).filter(name => !(name in PAGES));
  expect(others.filter(name => name !== 'api' && name !== 'constructs')).toEqual([]);
});

test('each rule, and each warning that a docstring names, has an anchor', () => {
  expect(committed('rules')).toContain('\n### `missing-sub` {#missing-sub}\n');
  expect(committed('warnings')).toContain('\n## `cdk-irsa:wildcard-namespace` {#wildcard-namespace}\n');
});

test('each command has its options and exit codes', () => {
  const sections = committed('cli').split(/^## /m).slice(1);
  expect(sections.map(text => /^`cdk-irsa ([\w -]+)`/.exec(text)?.[1])).toEqual(
    expect.arrayContaining(['verify', 'report', 'who-can', 'doctor', 'import eksctl']),
  );
  for (const name of ['verify', 'doctor']) {
    const section = sections.find(text => text.startsWith(`\`cdk-irsa ${name}\``))!;
    expect(section).toMatch(/^\| `-o, --output <file>` \| /m);
    expect(section).toMatch(/^\| `1` \| \S/m);
  }
});

test('text from code is text', () => {
  expect(prose('<name> and `<code>` {{ x }}')).toBe('&lt;name> and `<code>` &#123;{ x }}');
  expect(prose('raises `cdk-irsa:private-zone`')).toBe('raises [`cdk-irsa:private-zone`](./warnings.md#private-zone)');
});
