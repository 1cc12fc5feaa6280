/**
 * What the fast parser reads, the full one reads in the same way, whatever version of YAML it goes by.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { readManifests } from '../../../src/analysis/reading/kubernetes';
import { plainDocuments } from '../../../src/analysis/reading/plain-yaml';

const PLAIN = `# made by hand
apiVersion: v1
kind: ServiceAccount
metadata:
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app
    eks.amazonaws.com/token-expiration: "86400"
  name: app
---
---
# the workload
  kind: Pod
  metadata: {}
  spec:
    priority: -10
    automountServiceAccountToken: false
    containers:
    - name: app
      args:
      - 'it is'
`;

/** Whatever stands in lines of manifests; some of it is not plain, and some of it is not YAML. */
const SCALARS = [
  'a', 'name', 'app-1', 'arn:aws:iam::1:role/a', 'a:b', 'a:', 'a::b', 'a#b', 'a #b', '/etc', 'a=b', 'a,b', 'a+1',
  'v1.2',
  'null', 'Null', 'NULL', '~', 'true', 'True', 'tRUE', 'FALSE', 'yes', 'No', 'on', 'OFF', 'y', 'N', 'nan', 'inf',
  '.inf', '.NaN', '0', '-0', '1', '-1', '+1', '01', '0o7', '0x1F', '1e3', '1_000', '1.5', '.5', '1:30', '190:20:30',
  '123456789012', '12345678901234567890', '2024-01-01', '2024-01-01T00:00:00Z', 'e5', '1a', '"a"', '"a b"', '"a: b"',
  '"a # b"', '"true"', '"1"', '"\\n"', '"', "'a'", "''", "'it''s'", "'", '{}', '[]', '{a: b}', '[a, b]', '{', '&a',
  '*a',
  '!!str a', '|', '>-', '<<', '=', '@a', '`a`', '%a', '?', '? a', '- a', '-', '--', '---', '...', '${VAR}', '<ID>',
  '{{ .Values.a }}', 'a b', 'a - b', 'ä', '\u00a0', 'a\u2028b', 'a\tb', 'a\r', '__proto__', 'constructor', '',
];
const KEYS = [
  'a', 'b', 'name', 'kind', 'eks.amazonaws.com/role-arn', 'true', 'y', 'No', 'null', '1', '"a"', "'b'", '<<',
  '__proto__', 'constructor', 'toString', 'a b', '? a', '-a', '.a', 'a:b', '=',
];

const scalar = fc.constantFrom(...SCALARS);
const key = fc.constantFrom(...KEYS);
const entry = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(key, scalar).map(([name, value]) => `${name}: ${value}`) },
  { weight: 4, arbitrary: key.map(name => `${name}:`) },
  { weight: 2, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom('', '# a', '---', ' ', '--- # a', '--- a', '%YAML 1.1', ':', 'a :b', '-') },
);
const line = fc
  .tuple(fc.constantFrom(0, 0, 1, 2, 2, 4, 6), fc.constantFrom('', '', '', '- ', '- - '), entry)
  .map(([indentation, item, text]) => ' '.repeat(indentation) + item + text);
const soup = fc.array(line, { minLength: 1, maxLength: 8 }).map(lines => lines.join('\n'));

/** Documents of entries that are plain by themselves, so that most texts get through. */
const plainScalar = fc.constantFrom(...SCALARS.filter(text => plainDocuments(`a: ${text}`) !== undefined));
const plainSoup = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 2, 2, 4), fc.constantFrom('', '', '- '), fc.constantFrom('a', 'b', 'c', 'name', 'toString'),
      fc.option(plainScalar),
    ).map(([indentation, item, name, value]) =>
      `${' '.repeat(indentation)}${item}${name}:${value === null ? '' : ` ${value}`}`.trimEnd()),
    { minLength: 1, maxLength: 8 },
  )
  .map(lines => lines.join('\n'));

function expectAgreement(text: string): boolean {
  const documents = plainDocuments(text);
  if (documents === undefined) return false;
  for (const version of ['1.1', '1.2'] as const) {
    const judged = [...parseAllDocuments(text, { version, uniqueKeys: true })] as ReturnType<typeof parseAllDocuments>;
    expect(judged.flatMap((document: any) => document.errors)).toEqual([]);
    const objects = judged.map((document: any) => document.toJS()).filter((object: unknown) => object !== null);
    expect({ text, objects: documents.map(({ object }) => object) }).toEqual({ text, objects });
  }
  return true;
}

test('two documents, with the lines on which their objects begin', () => {
  expect(plainDocuments(PLAIN)).toEqual([
    {
      line: 2,
      column: 1,
      object: {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: {
          annotations: {
            'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/app',
            'eks.amazonaws.com/token-expiration': '86400',
          },
          name: 'app',
        },
      },
    },
    {
      line: 12,
      column: 3,
      object: {
        kind: 'Pod',
        metadata: {},
        spec: {
          priority: -10,
          automountServiceAccountToken: false,
          containers: [{ name: 'app', args: ['it is'] }],
        },
      },
    },
  ]);
});

test.each([
  ['a word of YAML 1.1', 'a: yes'],
  ['a word of YAML 1.1 as a key', 'on: a'],
  ['an octal number', 'a: 0400'],
  ['a number with underscores', 'a: 1_000'],
  ['a time', 'a: 1:30'],
  ['a date', 'a: 2024-01-01'],
  ['a float', 'a: 1.5'],
  ['a long number', 'a: 12345678901234567890'],
  ['an anchor', 'a: &x b'],
  ['an alias', 'a: *x'],
  ['a merge key', '<<: b'],
  ['a tag', 'a: !!str 1'],
  ['a text in a block', 'a: |\n  b'],
  ['a list in one line', 'a: [b]'],
  ['an escape', 'a: "\\n"'],
  ['a quote over two lines', 'a: "b\n  c"'],
  ['a text over two lines', 'a: b\n  c'],
  ['a comment after a value', 'a: b # c'],
  ['a repeated key', 'a: b\na: c'],
  ['a directive', '%YAML 1.1\n---\na: b'],
  ['the end of a document', 'a: b\n...'],
  ['a tab', 'a:\tb'],
  ['a line end of Windows', 'a: b\r\n'],
  ['a line end of old Macs', 'a: b\rc: d'],
  ['a line separator', 'a: b\u2028c: d'],
  ['a placeholder', 'a: ${VAR}'],
  ['a Helm template', 'a: {{ .Values.a }}'],
  ['wrong indentation', 'a:\n    b: c\n  d: e'],
  ['a map as a value in one line', 'a: b: c'],
])('%s is left to the other parser', (_, text) => {
  expect(plainDocuments(text)).toBeUndefined();
});

test('lines in any order: both parsers agree', () => {
  let plain = 0;
  fc.assert(fc.property(soup, text => { plain += Number(expectAgreement(text)); }), { numRuns: 20_000 });
  expect(plain).toBeGreaterThan(200);
});

/** What is read without a parser: each condition of it must decide here. */
const mapSoup = fc
  .array(
    fc.tuple(fc.constantFrom(0, 2, 2, 4), fc.constantFrom('a', 'b', 'name', 'toString'),
      fc.option(fc.constantFrom('a', '"1"', "'a b'", 'true', 'TRUE', '1', '{}', '""'), { freq: 2 }),
      fc.constantFrom('', '', '', '# a\n', '---\n'))
      .map(([indentation, name, value, before]) =>
        `${before}${' '.repeat(indentation)}${name}:${value === null ? '' : ` ${value}`}`),
    { minLength: 1, maxLength: 8 },
  )
  .map(lines => lines.join('\n'));

test('maps in maps: the full parser agrees', () => {
  let plain = 0;
  fc.assert(fc.property(mapSoup, text => { plain += Number(expectAgreement(text)); }), { numRuns: 5_000 });
  expect(plain).toBeGreaterThan(500);
});

test('plain lines in any order: both parsers agree', () => {
  let plain = 0;
  fc.assert(fc.property(plainSoup, text => { plain += Number(expectAgreement(text)); }), { numRuns: 5_000 });
  expect(plain).toBeGreaterThan(500);
});

describe('manifests', () => {
  const FOLDERS = ['test/fixtures', 'examples'].map(folder => join(__dirname, '../../..', folder));
  const files = FOLDERS.flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.ya?ml$/.test(name) && !/node_modules|cdk\.out/.test(name)).map(name => join(folder, name)));

  /** A tab in a comment at its end leaves a document to the full parser. */
  const read = (text: string) => {
    try {
      const { serviceAccounts, workloads, annotations, ...others } = readManifests({ text, place: { file: 'a.yaml' } });
      return {
        ...others,
        annotations: annotations.map(({ place, ...annotation }) => ({ ...annotation, place: place() })),
        accounts: serviceAccounts.map(({ parts, ...account }) => ({ ...account, parts: parts?.() })),
        workloads: workloads.map(({ parts, ...workload }) => ({ ...workload, parts: parts?.() })),
      };
    } catch (error) {
      return (error as Error).message;
    }
  };
  const slow = (text: string) => text.replace(/^---$/gm, '--- #\t').replace(/\n?$/, '\n#\t\n');

  test.each([['written here', PLAIN], ...files.map(file => [file, readFileSync(file, 'utf8')])])(
    '%s says the same to both, down to lines and columns',
    (_, text) => expect(read(text)).toEqual(read(slow(text))),
  );

  test('some of them are plain', () => {
    const plain = files.filter(file => plainDocuments(readFileSync(file, 'utf8')) !== undefined);
    expect(plain.length).toBeGreaterThan(3);
  });
});
