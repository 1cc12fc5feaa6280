import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template as CdkTemplate } from 'aws-cdk-lib/assertions';
import { cli } from './cli/support';
import { templateProblems } from './judges/cloudformation';
import { allows, letsIn, letsPrincipalIn, trustPolicyErrors } from './judges/iam-simulator';
import { Manifest, manifestProblems, parseManifests } from './judges/kubernetes';
import { ACCOUNT, REGION } from './support';
import { ClusterStage } from '../examples/fleet/cluster-stage';
import { CLUSTERS, SERVICE_ACCOUNTS, ServiceAccount } from '../examples/fleet/inventory';
import { stackOf } from '../examples/fleet/spread';
import { Assembly, exampleDir, filesIn, resourcesWithCode, synthesize, Template } from '../scripts/examples';
import { report } from '../scripts/report';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../src';
import { accessMapOf } from '../src/analysis/reading/access-map-reader';
import { readAssembly } from '../src/analysis/reading/assembly';
import { RULES } from '../src/analysis/rules';
import { findingsOf } from '../src/analysis/rules/rule';

const RESOURCES_A_STACK = 500;
const NEW = { clusterName: 'europe', namespace: 'team-07', name: 'one-more' };
const SUBJECTS = [ServiceAccountSubject.exact('payments', 'api')];
const nameOf = ({ clusterName, namespace, name }: ServiceAccount) => `${clusterName}/${namespace}/${name}`;

const directory = mkdtempSync(join(tmpdir(), 'fleet-'));
const outdir = join(directory, 'cdk.out');
let fleet: Assembly;
let pipeline: Assembly;
const gitopsDir = process.env.GITOPS_DIR;

beforeAll(async () => {
  process.env.GITOPS_DIR = join(directory, 'in-process');
  [fleet, pipeline] = await Promise.all([
    synthesize('fleet', outdir, join(directory, 'dist'), directory),
    synthesize(
      'fleet',
      join(directory, 'pipeline'),
      join(directory, 'dist'),
      join(directory, 'of-pipeline'),
      'pipeline.ts',
    ),
  ]);
}, 300_000);

afterAll(() => {
  if (gitopsDir === undefined) delete process.env.GITOPS_DIR;
  else process.env.GITOPS_DIR = gitopsDir;
  rmSync(directory, { recursive: true });
});

describe('the stacks', () => {
  test('have templates that AWS\'s own validator accepts', () => {
    expect(fleet.templates.length).toBe(2 * 17 + 2);
    const oneOfEach = fleet.templates.filter(({ file }) => /Everywhere|Provider|Workloads00/.test(basename(file)));
    expect(oneOfEach.length).toBe(2 * 2 + 2);
    expect(oneOfEach.flatMap(({ file }) => templateProblems(file))).toEqual([]);
  }, 120_000);

  test('run no code at deployment', () => {
    expect([...fleet.templates, ...pipeline.templates].flatMap(resourcesWithCode)).toEqual([]);
  });

  test('hold half of what a stack may hold, or less, and all about the same', () => {
    const held = workloadTemplates(fleet).map(({ body }) => Object.keys(body.Resources).length);
    expect(held.length).toBe(32);
    expect(Math.max(...held)).toBeLessThan(RESOURCES_A_STACK / 2);
    expect(Math.min(...held)).toBeGreaterThan(0.6 * Math.max(...held));
  });

  test('have 2,000 service accounts between them, each with a role and a policy in one stack of its cluster', () => {
    expect(SERVICE_ACCOUNTS.length).toBe(2000);
    const roles = rolesOf(fleet);
    expect(roles.map(({ serviceAccount }) => serviceAccount).sort()).toEqual(SERVICE_ACCOUNTS.map(nameOf).sort());
    expect(new Set(roles.map(({ arn }) => arn)).size).toBe(2000);
  });
});

describe('one service account more', () => {
  const stacksOf = (templates: { file: string; body: any }[]) =>
    new Map(
      templates.flatMap(({ file, body }) =>
        trustPoliciesOf(body).map(trust => [
          `${CLUSTERS.find(({ id }) => file.startsWith(id))!.clusterName} ${subjectOf(trust)}`,
          file,
        ]),
      ),
    );

  test('is in a stack that was there, and moves none of the 2,000; taken out again, it moves none either', () => {
    const app = new App();
    for (const { id, account, region, ...cluster } of CLUSTERS) {
      new ClusterStage(app, id, { env: { account, region }, ...cluster, serviceAccounts: [NEW, ...SERVICE_ACCOUNTS] });
    }
    const { nestedAssemblies } = app.synth();
    const templates = nestedAssemblies.flatMap(({ nestedAssembly }) => nestedAssembly.stacks)
      .map(({ templateFile, template }) => ({ file: templateFile, body: template }));

    const before = stacksOf(workloadTemplates(fleet).map(({ file, body }) => ({ file: basename(file), body })));
    const after = stacksOf(templates);
    expect(before.size).toBe(2000);
    const added = 'europe system:serviceaccount:team-07:one-more';
    expect([...after.keys()].filter(key => !before.has(key))).toEqual([added]);
    expect([...before.values()]).toContain(after.get(added));
    expect([...before].filter(([key, stack]) => after.get(key) !== stack)).toEqual([]);
  }, 300_000);

  test('one stack more takes its share, and the others keep the rest', () => {
    const moved = SERVICE_ACCOUNTS.map(({ namespace, name }) =>
      [16, 17].map(stacks => stackOf(namespace, name, stacks)),
    ).filter(([old, now]) => old !== now);
    expect(new Set(moved.map(([, now]) => now))).toEqual(new Set([16]));
    expect(moved.length).toBeGreaterThan(2000 / 17 / 2);
    expect(moved.length).toBeLessThan(2000 / 17 * 2);
  });

  test('the rule is for ever: another one would move roles in use', () => {
    expect(
      [
        ['payments', 'api'],
        ['payments', 'web'],
        ['team-07', 'service-31'],
      ].map(([namespace, name]) => stackOf(namespace, name, 16)),
    ).toEqual([10, 0, 5]);
  });
});

describe('who gets in', () => {
  test('each service account into its role, and its neighbours into none', () => {
    const wrong = rolesOf(fleet).filter(({ trust, issuer, account, namespace, name }) => {
      const lets = (subject: string, of = issuer) =>
        letsIn(trust, {
          issuer: of,
          providerArn: `arn:aws:iam::${account}:oidc-provider/${of}`,
          sub: `system:serviceaccount:${subject}`,
          aud: 'sts.amazonaws.com',
          account,
        });
      const [other] = CLUSTERS.map(({ issuerUrl }) => issuerUrl.replace('https://', '')).filter(
        candidate => candidate !== issuer,
      );
      return (
        !lets(`${namespace}:${name}`)
        || lets(`${namespace}:${name}0`)
        || lets(`${namespace}0:${name}`)
        || lets(`${namespace}:${name}`, other)
      );
    });
    expect(wrong).toEqual([]);
  });

  test('each manifest names the role of its service account, in the folder of its cluster', () => {
    for (const { clusterName } of CLUSTERS) {
      const accounts = manifestsIn(clusterName).filter(({ metadata }) => metadata?.namespace !== 'finops');
      const expected = rolesOf(fleet)
        .filter(role => role.clusterName === clusterName)
        .map(({ namespace, name, arn }) => [`${namespace}/${name}`, arn]);
      const named = accounts
        .filter(({ kind }) => kind === 'ServiceAccount')
        .map(({ metadata }) => [
          `${metadata.namespace}/${metadata.name}`,
          metadata.annotations['eks.amazonaws.com/role-arn'],
        ]);
      expect(named.sort()).toEqual(expected.sort());
      expect(accounts.filter(({ kind }) => kind === 'ServiceAccount').flatMap(manifestProblems)).toEqual([]);
    }
  });

  test('nothing to say about the files of the app itself, passed or not', () => {
    for (const manifests of [[], [join(directory, 'clusters')]]) {
      const map = accessMapOf(readAssembly(outdir), { manifests });
      expect(map.roles.length).toBe(2000 + 1); // the role of the StackSet is in a template that is an asset
      expect(map.serviceAccounts.length).toBe(2000 + 1);
      expect(findingsOf(RULES, map)).toEqual([]);
    }
    const { code, stdout } = cli('verify', outdir);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Clean: 0 errors, 0 warnings, 0 notes in 2001 roles/)]);
  });

  test('records of a moderate size, and none of it in manifest.json', () => {
    const records = filesIn(outdir, /\.cdk-irsa\.json$/);
    expect(records.length).toBe(2 * 16 + 1);
    const sizes = records.map(file => readFileSync(file).length);
    expect(Math.max(...sizes)).toBeLessThan(40_000);
    const named = filesIn(outdir, /^(.*\/)?manifest\.json$|\.metadata\.json$/).flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/"cdk-irsa:record"/g)]);
    expect(named.length).toBe(records.length);
  });

  test('the role in every account lets in the collector, and nobody else', () => {
    const [trust] = trustPoliciesOf(fleet.templates.find(({ file }) => file.endsWith('.stackset.template.json'))!.body);
    const document = JSON.parse(
      JSON.stringify(trust).replace(
        /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]+)"\]\]\}/g,
        '"arn:aws$1"',
      ),
    );
    const [collector] = manifestsIn('europe')
      .filter(({ metadata }) => metadata?.namespace === 'finops')
      .map(({ metadata }) => metadata.annotations['eks.amazonaws.com/role-arn']);
    expect(trustPolicyErrors(document)).toEqual([]);
    expect(
      [collector, `${collector}x`, `arn:aws:iam::${ACCOUNT}:root`].map(principal =>
        letsPrincipalIn(document, principal),
      ),
    ).toEqual([true, false, false]);
    const { policies } = policiesOf(fleet.templates.find(({ stackName }) => stackName === 'Everywhere')!);
    expect(allows(policies, 'sts:AssumeRole', 'arn:aws:iam::999988887777:role/cost-reader')).toBe(true);
    expect(allows(policies, 'sts:AssumeRole', 'arn:aws:iam::999988887777:role/another')).toBe(false);
  });
});

test('Argo CD and Flux take what follows the folders, and the folders are there', () => {
  const objects = filesIn(join(exampleDir('fleet'), 'bootstrap'), /\.yaml$/).flatMap(file =>
    parseManifests(readFileSync(file, 'utf8')),
  );
  expect(objects.flatMap(manifestProblems)).toEqual([]);
  expect(objects.map(({ kind }) => kind)).toEqual(['ApplicationSet', 'GitRepository', 'Kustomization']);
  const [set, , flux] = objects.map(({ spec }) => spec);
  const folders = [
    ...CLUSTERS.map(({ clusterName }) => set.template.spec.source.path.replace('{{.name}}', clusterName)),
    flux.path,
  ];
  for (const folder of folders) expect(filesIn(join(directory, folder), /^kustomization\.yaml$/).length).toBe(1);
});

test('the pipeline deploys the same stages, with no more actions a stage than CodePipeline takes', () => {
  const delivery = pipeline.templates.find(({ stackName }) => stackName === 'Delivery')!;
  expect(templateProblems(delivery.file)).toEqual([]);
  const [{ Properties: { Stages } }] = resourcesOf(delivery, 'AWS::CodePipeline::Pipeline');
  expect(Stages.map(({ Name }: any) => Name)).toEqual(['Source', 'Build', 'UpdatePipeline', 'Europe', 'America']);
  for (const { Actions } of Stages) expect(Actions.length).toBeLessThanOrEqual(50);
  expect(workloadTemplates(pipeline).map(({ body }) => body)).toEqual(workloadTemplates(fleet).map(({ body }) => body));
});

test('the README shows what comes out', () => {
  const readme = readFileSync(join(exampleDir('fleet'), 'README.md'), 'utf8');
  const shown = (language: string) =>
    [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block);
  const manifests = filesIn(join(directory, 'clusters'), /\.yaml$/).map(file => readFileSync(file, 'utf8')).join('');
  const texts = fleet.templates.map(({ body }) => JSON.stringify(body));
  expect(shown('yaml')).not.toEqual([]);
  expect(shown('yaml').filter(yaml => !manifests.includes(yaml))).toEqual([]);
  expect(shown('json')).not.toEqual([]);
  for (const json of shown('json')) {
    expect(texts.filter(text => text.includes(JSON.stringify(JSON.parse(json)))).length).toBe(1);
  }
  const held = workloadTemplates(fleet).map(({ body }) => Object.keys(body.Resources).length);
  expect(readme).toContain(`${Math.min(...held)} to ${Math.max(...held)} resources`);
});

test('the demo shows two of the 2,000, and how many more there are', () => {
  const text = report(fleet, directory);
  expect(text.split('\n').length).toBeLessThan(30);
  expect(text).toMatchSnapshot();
});

describe.each<[string, (stack: Stack, index: number, trust: TrustPolicy) => TrustPolicy]>([
  [
    'IRSA',
    (stack, index, trust) =>
      trust.addServiceAccounts(
        ClusterOidcProvider.fromIssuerUrl(
          stack,
          `Oidc${index}`,
          `https://oidc.eks.${REGION}.amazonaws.com/id/${String(index).padStart(32, 'ABCDEF0123456789')}`,
        ),
        SUBJECTS,
      ),
  ],
  [
    'Pod Identity',
    (_, index, trust) =>
      trust.addPodIdentity({
        clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production-${String(index).padStart(3, '0')}`,
        subjects: SUBJECTS,
      }),
  ],
])('clusters that a role can let in by %s', (way, add) => {
  const page = readFileSync(join(__dirname, '..', 'docs', 'guides', 'large-fleets.md'), 'utf8');
  const said = new RegExp(`^\\| ${way} \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|`, 'm').exec(page)!.slice(1).map(Number);
  const synthesized = (clusters: number) => {
    const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
    new IrsaRole(stack, 'Role', {
      trust: Array.from({ length: clusters }, (_, index) => index).reduce(
        (trust, index) => add(stack, index, trust),
        new TrustPolicy(),
      ),
    });
    return trustPoliciesOf(CdkTemplate.fromStack(stack).toJSON())[0];
  };

  test.each([2048, 4096].map((quota, index) => [quota, said[index]]))(
    'in %i characters are %i, as the page says',
    (quota, clusters) => {
      expect(JSON.stringify(synthesized(clusters)).length).toBeLessThanOrEqual(quota);
      expect(JSON.stringify(synthesized(clusters + 1)).length).toBeGreaterThan(quota);
    },
  );

  test(`in 8192 characters are ${said[2]}, as the page says`, () => {
    expect(JSON.stringify(synthesized(said[2])).length).toBeLessThanOrEqual(8192);
    expect(() => synthesized(said[2] + 1)).toThrow('must fit in 8192 characters');
  });
});

function resourcesOf({ body }: Pick<Template, 'body'>, type: string): any[] {
  return Object.values<any>(body.Resources).filter(({ Type }) => Type === type);
}

function trustPoliciesOf(body: any): any[] {
  return resourcesOf({ body }, 'AWS::IAM::Role').map(({ Properties }) => Properties.AssumeRolePolicyDocument);
}

function policiesOf(template: Template): { policies: any[] } {
  return { policies: resourcesOf(template, 'AWS::IAM::Policy').map(({ Properties }) => Properties.PolicyDocument) };
}

function subjectOf(trust: any): string {
  const [[, subject]] = Object.entries<string>(trust.Statement[0].Condition.StringEquals).filter(([key]) =>
    key.endsWith(':sub'),
  );
  return subject;
}

function workloadTemplates({ templates }: Assembly): Template[] {
  return templates.filter(({ file }) => /(Europe|America)Workloads/.test(basename(file)));
}

/** The roles of the clusters' stacks, and whom each is for by its own trust policy. */
function rolesOf(assembly: Assembly) {
  return workloadTemplates(assembly).flatMap(template =>
    resourcesOf(template, 'AWS::IAM::Role').map(({ Properties }) => {
      const trust = Properties.AssumeRolePolicyDocument;
      const [, , namespace, name] = subjectOf(trust).split(':');
      const { clusterName, issuerUrl, account } = CLUSTERS.find(({ id }) => basename(template.file).startsWith(id))!;
      return {
        trust,
        namespace,
        name,
        clusterName,
        account,
        issuer: issuerUrl.replace('https://', ''),
        arn: `arn:aws:iam::${account}:role/${Properties.RoleName}`,
        serviceAccount: nameOf({ clusterName, namespace, name }),
      };
    }),
  );
}

function manifestsIn(clusterName: string): Manifest[] {
  return filesIn(join(directory, 'clusters', clusterName), /\.yaml$/).flatMap(file =>
    parseManifests(readFileSync(file, 'utf8')),
  );
}
