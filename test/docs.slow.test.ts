import { readFileSync } from 'fs';
import { join } from 'path';
import { parseAllDocuments } from 'yaml';
import { blocksIn, blocksOfDocs, pagesOfDocs, ROOT } from '../scripts/docs/blocks';
import { replay, shows, transcriptsIn } from '../scripts/docs/transcripts';
import { typeErrors } from '../scripts/docs/type-check';

const BLOCKS = blocksOfDocs();
const checked = (...languages: string[]) =>
  BLOCKS.filter(({ language, unchecked }) => languages.includes(language) && unchecked === undefined);

/** What a parser refuses, with its place. */
function refused(blocks: typeof BLOCKS, parse: (code: string) => unknown): string[] {
  return blocks.flatMap(({ file, line, code }) => {
    try {
      parse(code);
      return [];
    } catch (error) {
      return [`${file}:${line}: ${(error as Error).message}`];
    }
  });
}

function parseYaml(code: string): void {
  for (const { errors } of parseAllDocuments(code)) if (errors.length > 0) throw errors[0];
}

test('every TypeScript snippet compiles, and one that does not is found', () => {
  const broken = "```ts\nimport { IrsaRole } from 'cdk-irsa';\n\nnew IrsaRole(1, 'Role');\n```\n";
  const snippets = checked('ts', 'typescript');
  expect(snippets.length).toBeGreaterThan(20);
  const errors = typeErrors([...snippets, ...blocksIn('broken.md', broken)]);
  expect(errors).toEqual([expect.stringMatching(/^broken\.md:4: /)]);
});

test('every snippet in YAML and JSON can be parsed, and one that cannot is found', () => {
  expect(refused(checked('yaml', 'yml'), parseYaml)).toEqual([]);
  expect(refused(checked('json'), JSON.parse)).toEqual([]);
  const [broken] = blocksIn('broken.md', '\n```yaml\na: [\n```\n');
  expect(refused([broken], parseYaml)).toEqual([expect.stringMatching(/^broken\.md:3: /)]);
});

test('what is not checked has a reason', () => {
  const unchecked = BLOCKS.filter(block => block.unchecked !== undefined);
  expect(unchecked.filter(block => block.unchecked!.length < 15)).toEqual([]);
});

test('every transcript is what the command prints, and another one is found', async () => {
  const [changed] = blocksIn('changed.md', '```console example=payments-dynamodb\n$ npx cdk-irsa --version\n1\n```\n');
  const transcripts = transcriptsIn(BLOCKS);
  expect(transcripts.length).toBeGreaterThan(0);
  const now = await replay([...transcripts, changed]);
  const differing = now.filter(({ block, code }) => !shows(block.code, code));
  expect(differing.map(({ block: { file, line }, code }) => `${file}:${line}\n${code}`)).toEqual([
    'changed.md:2\n$ npx cdk-irsa --version\n0.0.0\n',
  ]);
});

test.each([
  ['$ a\n1\n', true],
  ['$ a\n…\n3\n', true],
  ['$ a\n…\n2\n…\n', true],
  ['$ a\n…\n2\n…\n1\n', false],
  ['$ a\n…\n4\n', false],
  ['$ b\n…\n', false],
])('a transcript can leave out lines: %j', (transcript, expected) => {
  expect(shows(transcript, transcript.includes('…') ? '$ a\n1\n2\n3\n' : '$ a\n1\n')).toBe(expected);
});

test('a transcript names its example', async () => {
  const [nameless] = blocksIn('a.md', '```console\n$ npx cdk-irsa report\n```\n');
  await expect(replay([nameless])).rejects.toThrow('a.md:2: a transcript names its example');
});

test('the pages are there', () => {
  expect(pagesOfDocs()).toEqual(expect.arrayContaining(['README.md', 'docs/index.md', 'examples/gitops/README.md']));
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('cdk-irsa');
});
