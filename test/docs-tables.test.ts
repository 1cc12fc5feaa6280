/**
 * Tables that people write, against what they describe: each names what there is, and nothing else.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { parse } from 'yaml';
import { ACCOUNT, REGION } from './support';
import { ClusterAddOns } from '../examples/cluster-add-ons/app';
import { ManagedAddons } from '../examples/managed-addons/app';
import { pagesOfDocs } from '../scripts/docs/blocks';
import { ownProperties } from '../scripts/docs/controller-inputs';
import { IrsaAssertions, IrsaServiceAccount, IssuerHosting } from '../src';

const ROOT = join(__dirname, '..');
const EXAMPLES = join(ROOT, 'examples');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const foldersIn = (path: string) =>
  readdirSync(path, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name);

interface Table {
  readonly heading: string;
  readonly columns: string[];
  readonly rows: string[][];
}

/** The tables of a Markdown file, each with the heading above it. */
function tablesIn(file: string): Table[] {
  const lines = read(file).replace(/^```.*?^```/gms, '').split('\n');
  const cells = (line: string) => line.slice(1, line.lastIndexOf('|')).split(/(?<!\\)\|/).map(cell => cell.trim());
  const headings = lines.map((line, index) => (/^#+ /.test(line) ? index : -1)).filter(index => index >= 0);
  return lines.flatMap((line, index) => {
    if (!/^\|[-|]+\|$/.test(line)) return [];
    const end = lines.findIndex((row, at) => at > index && !row.startsWith('|'));
    const heading = lines[headings.filter(at => at < index).at(-1)!].replace(/^#+ /, '');
    return [{ heading, columns: cells(lines[index - 1]), rows: lines.slice(index + 1, end).map(cells) }];
  });
}

function tableIn(file: string, heading: string, ...columns: string[]): Table {
  const found = tablesIn(file).filter(table =>
    table.heading === heading && columns.every((column, index) => table.columns[index] === column));
  expect(found).toHaveLength(1);
  return found[0];
}

/** What stands in backticks. */
const codeIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
const firstCells = ({ rows }: Table) => rows.map(([first]) => first);
const linksIn = (text: string) => [...text.matchAll(/\]\(([^)#]+?)\/?\)/g)].map(([, target]) => target);

const PAGES = ['CONTRIBUTING.md', 'src/cli/README.md', ...pagesOfDocs()];

test.each(PAGES)('no table of %s has a row twice', file => {
  // Lines of a diff have no name.
  const tables = tablesIn(file).filter(({ columns }) => columns[0] !== 'access');
  for (const table of tables) expect(firstCells(table)).toEqual([...new Set(firstCells(table))]);
});

describe('options of the library', () => {
  test.each<[page: string, column: string, types: string[], elsewhere: string[]]>([
    [
      'docs/guides/service-account.md',
      'in the manifest',
      ['IrsaServiceAccountProps', 'ServiceAccountOptions'],
      ['oidcProvider', 'namespace', 'serviceAccountName', 'chart', 'podIdentity'],
    ],
    ['docs/guides/pods.md', 'in the pod', ['WorkloadOptions'], []],
  ])('%s', (page, column, types, elsewhere) => {
    const shown = firstCells(tableIn(page, 'Options', 'option', column)).flatMap(codeIn);
    const all = types.flatMap(type => ownProperties(type)).map(({ name }) => name);
    expect([...shown, ...elsewhere].sort()).toEqual(all.sort());
  });

  test('hosting of issuers', () => {
    const [{ rows }] = tablesIn('docs/guides/self-hosted-issuer.md')
      .filter(({ columns }) => columns[0] === '`IssuerHosting`');
    const factories = Object.getOwnPropertyNames(IssuerHosting).filter(name => !/^(length|name|prototype)$/.test(name));
    expect(rows.map(([first]) => codeIn(first)[0].split('(')[0]).sort()).toEqual(factories.sort());
  });

  test('assertions', () => {
    const shown = firstCells(tableIn('docs/guides/unit-test.md', 'Assertions', 'assertion')).flatMap(codeIn);
    const methods = Object.getOwnPropertyNames(IrsaAssertions.prototype).filter(name => name !== 'constructor');
    expect(shown.sort()).toEqual(methods.sort());
  });
});

test('CONTRIBUTING names the tasks of the project', () => {
  const tasks: Record<string, { steps?: { spawn?: string }[] }> = JSON.parse(read('.projen', 'tasks.json')).tasks;
  const text = read('CONTRIBUTING.md');
  const shown = [...text.matchAll(/npx projen ([\w:-]+)/g)].map(([, name]) => name);
  expect(shown.filter(name => !(name in tasks))).toEqual([]);
  const table = firstCells(tableIn('CONTRIBUTING.md', 'Commands', 'command')).flatMap(codeIn);
  expect(table.filter(command => !/^npx projen [\w:-]+|^\.ci\/run$/.test(command))).toEqual([]);

  // Steps of others are no commands of their own.
  const steps = Object.values(tasks).flatMap(task => task.steps ?? []).flatMap(({ spawn }) => spawn ?? []);
  const own = [...read('.projenrc.ts').matchAll(/addTask\('([^']+)'/g)].map(([, name]) => name);
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter(name => !steps.includes(name) && !shown.includes(name))).toEqual([]);
});

describe('examples', () => {
  const folders = foldersIn(EXAMPLES).filter(name => name !== 'node_modules').sort();

  test('each folder is named in the list of examples', () => {
    const isFolder = (target: string) => !target.includes('/') && !target.includes('.');
    expect([...new Set(linksIn(read('examples', 'README.md')).filter(isFolder))].sort()).toEqual(folders);
  });

  test('the list has the CDK apps', () => {
    const table = tablesIn('examples/README.md').find(({ columns }) => columns[0] === 'example')!;
    // Those without are no CDK apps to begin from.
    const apps = folders.filter(folder => existsSync(join(EXAMPLES, folder, 'cdk.json')));
    expect(firstCells(table).map(cell => /\w[\w-]+/.exec(cell)![0]).sort()).toEqual(apps);
  });

  test('the documentation links to folders that exist', () => {
    const linked = pagesOfDocs().flatMap(page => [...read(page).matchAll(/main\/examples\/([\w-]+)(?![\w.-])/g)])
      .map(([, folder]) => folder);
    expect(linked.filter(folder => !folders.includes(folder))).toEqual([]);
  });
});

const outdir = mkdtempSync(join(tmpdir(), 'docs-tables-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** What an example makes, and what its README shows of it. */
function synthesized(example: string, Example: new (scope: App, id: string, props: object) => Stack) {
  const { context } = JSON.parse(read('examples', example, 'cdk.json'));
  const app = new App({ context, outdir: join(outdir, example) });
  const stack = new Example(app, Example.name, { env: { account: ACCOUNT, region: REGION } });
  const assembly = app.synth();
  const page = `examples/${example}/README.md`;
  return {
    page,
    stack,
    resources: Object.values<any>(assembly.getStackArtifact(stack.artifactId).template.Resources),
    blocks: (language: string) =>
      [...read(page).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text),
    fileNames: readdirSync(assembly.directory),
    fileText: (name: string) => readFileSync(join(assembly.directory, name), 'utf8'),
  };
}

/** Each document that a page shows is a resource, or a statement of a trust policy. */
function expectShown({ resources, blocks }: ReturnType<typeof synthesized>): void {
  const statements = resources.flatMap(({ Properties }) => Properties?.AssumeRolePolicyDocument?.Statement ?? []);
  const documents = blocks('json').map(text => JSON.parse(text));
  expect(documents).not.toEqual([]);
  for (const document of documents) expect([...resources, ...statements]).toContainEqual(document);
}

describe('cluster-add-ons', () => {
  const example = synthesized('cluster-add-ons', ClusterAddOns);
  const { page, stack, fileNames, fileText, blocks } = example;
  const { rows } = tableIn(page, 'The add-ons of a cluster', 'chart', 'namespace/name');
  const serviceAccounts = stack.node.children.filter(child => child instanceof IrsaServiceAccount);

  test('the table has its service accounts and files', () => {
    const names = serviceAccounts.map(({ namespace, serviceAccountName }) => `${namespace}/${serviceAccountName}`);
    expect(rows.flatMap(([, name]) => codeIn(name)).sort()).toEqual(names.sort());
    const files = fileNames.filter(name => name.endsWith('.values.yaml'));
    expect(rows.flatMap(row => codeIn(row[3])).sort()).toEqual(files.sort());
  });

  test.each(rows)('%s: its file, and its command', (chart, identity, _, file) => {
    const [namespace, name] = codeIn(identity)[0].split('/');
    expect(codeIn(file)).toEqual([`${chart}.values.yaml`]);
    const values = JSON.stringify(parse(fileText(`${chart}.values.yaml`)));
    expect(values).toContain(`"name":"${name}"`);
    expect(values).toContain(`:role/${namespace}-`);
    const commands = blocks('sh').join('').replaceAll('\\\n', ' ').split('\n');
    const [command, ...others] = commands.filter(line => line.startsWith(`helm upgrade --install ${chart} `));
    expect(others).toEqual([]);
    expect(command).toContain(` --namespace ${namespace} `);
    expect(command).toContain(` -f cdk.out/${chart}.values.yaml`);
  });

  test('the values that it shows are those that it writes', () => {
    const shown = [...read(page).matchAll(/^`cdk\.out\/([\w.-]+)`[^\n]*\n\n```yaml\n(.*?)^```/gms)];
    expect(shown.map(([, name]) => name)).toEqual(['karpenter.values.yaml', 'velero.values.yaml']);
    for (const [, name, text] of shown) expect(fileText(name).replace(/^#.*\n/gm, '')).toBe(text);
  });

  test('no command sets what a file sets', () => {
    const commands = blocks('sh').join('').replaceAll('\\\n', ' ').split('\n');
    const twice = rows.flatMap(([chart]) => {
      const command = commands.find(line => line.startsWith(`helm upgrade --install ${chart} `))!;
      const keys = [...(/--set (\S+)/.exec(command)?.[1] ?? '').matchAll(/([\w.]+)=/g)].map(([, key]) => key);
      const values = parse(fileText(`${chart}.values.yaml`));
      const valueAt = (key: string) => key.split('.').reduce((parent, part) => parent?.[part], values);
      return keys.filter(key => valueAt(key) !== undefined).map(key => `${chart}: ${key}`);
    });
    expect(twice).toEqual([]);
  });

  test('the policy that it shows is one', () => expectShown(example));
});

describe('managed-addons', () => {
  const example = synthesized('managed-addons', ManagedAddons);
  const { page, resources, fileText, blocks } = example;
  const addons = resources.filter(({ Type }) => Type === 'AWS::EKS::Addon').map(({ Properties }) => Properties);

  test('the table has its add-ons', () => {
    const { rows } = tableIn(page, 'Managed add-ons', 'add-on', 'service account', 'role');
    const byIrsa = ({ ServiceAccountRoleArn }: any) => ServiceAccountRoleArn !== undefined;
    const shown = rows.map(([addon, account, role]) => [addon, codeIn(account)[0]?.split('/')[1], role]);
    const made = addons.map(({ AddonName, PodIdentityAssociations, ...rest }) => [
      AddonName,
      byIrsa(rest) ? 'aws-node' : PodIdentityAssociations?.[0].ServiceAccount,
      byIrsa(rest) ? 'with IRSA' : PodIdentityAssociations ? 'with EKS Pod Identity' : 'none',
    ]);
    expect(shown.sort()).toEqual(made.sort());
  });

  test('it shows what it makes', () => {
    expectShown(example);
    const manifest = fileText('ManagedAddons.k8s.yaml').replace(/^#.*\n/gm, '');
    expect(blocks('yaml')).toEqual([manifest]);
  });
});
