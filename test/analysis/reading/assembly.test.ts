import { join } from 'path';
import { App, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { IOpenIdConnectProvider, OpenIdConnectProvider, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider } from '../../../src';
import { accessMapOf } from '../../../src/analysis/reading/access-map-reader';
import { assemblyDirectoryOf, onlyStacks, readAssembly } from '../../../src/analysis/reading/assembly';
import { PROVIDER_NOT_IN_APP } from '../../../src/analysis/rules/trust-rules';
import {
  ACCOUNT, agnosticStack, appWith, ISSUER, literalStack, PROVIDER_ARN, REGION, serviceAccount,
} from '../../support';
import { artifact, assemblyWith, folderWith, mapOf } from '../support';

/** The paths of the stacks, with where they go. */
const stacksOf = (folder: string) =>
  readAssembly(folder).stacks.map(({ path, account, region }) => `${path} ${account}/${region}`);

describe('what the CDK writes', () => {
  test('stacks of an app, of its stages, and nested ones', () => {
    const app = new App();
    literalStack(app, 'Plain');
    agnosticStack(app, 'Anywhere');
    const stage = new Stage(new Stage(app, 'Production'), 'West', {
      env: { account: '444455556666', region: 'us-west-2' },
    });
    const outer = new Stack(stage, 'Outer');
    serviceAccount(new NestedStack(new NestedStack(outer, 'Middle'), 'Inner'), 'Api');
    const { directory } = app.synth();
    expect(stacksOf(directory)).toEqual([
      'Production/West/Outer 444455556666/us-west-2',
      expect.stringMatching(/^Production\/West\/Outer\/Middle\w+ 444455556666\/us-west-2$/),
      expect.stringMatching(/^Production\/West\/Outer\/Middle\w+\/Inner\w+ 444455556666\/us-west-2$/),
      `Plain ${ACCOUNT}/${REGION}`,
      'Anywhere undefined/undefined',
    ]);
    const { roles } = mapOf(directory);
    expect(roles.map(({ place }) => place.constructPath)).toEqual([
      'Production/West/Outer/Middle/Inner/Api/Role/Resource',
    ]);
  });

  test('nested stacks without metadata of assets are found by their hash', () => {
    const app = appWith({ 'aws:cdk:enable-asset-metadata': false, 'aws:cdk:enable-path-metadata': false });
    serviceAccount(new NestedStack(literalStack(app), 'Inner'), 'Api');
    const { directory } = app.synth();
    expect(stacksOf(directory)).toEqual([`Stack ${ACCOUNT}/${REGION}`, expect.stringMatching(/^Stack\/Inner/)]);
  });

  test('manifests beside the template, one file or a folder', () => {
    const app = new App();
    serviceAccount(literalStack(app, 'One'), 'Api');
    const files = readAssembly(app.synth().directory).stacks.flatMap(({ manifestFiles }) => manifestFiles);
    expect(files).toEqual([expect.stringMatching(/\/One\.k8s\.yaml$/)]);
    const folder = assemblyWith(
      { Two: {} },
      { 'Two.k8s/2_b.yaml': '', 'Two.k8s/1_a.yaml': '', 'Two.k8s/notes.txt': '', 'Other.k8s.yaml': '' },
    );
    expect(readAssembly(folder).stacks[0].manifestFiles).toEqual([
      `${folder}/Two.k8s/1_a.yaml`,
      `${folder}/Two.k8s/2_b.yaml`,
    ]);
  });

  test('a role that the app says is somebody else\'s', () => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(stack, 'Api', { role: Role.fromRoleName(stack, 'Existing', 'theirs') });
    expect(mapOf(app.synth().directory).existingRoles).toEqual([`arn:aws:iam::${ACCOUNT}:role/theirs`]);
  });
});

describe('identity providers that the app imports', () => {
  const importing: [string, (stack: Stack) => IOpenIdConnectProvider, string][] = [
    ['fromIssuerUrl', stack => ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', `https://${ISSUER}`), ISSUER],
    ['fromProviderArn', stack => ClusterOidcProvider.fromProviderArn(stack, 'Oidc', PROVIDER_ARN), ISSUER],
    [
      'fromLookup',
      stack => ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'production' }),
      `dummy.${REGION}.example/${ACCOUNT}/production`, // until the CDK CLI has looked
    ],
    ['CDK', stack => OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', PROVIDER_ARN), ISSUER],
  ];
  const unknownProviders = (app: App) => PROVIDER_NOT_IN_APP.check(mapOf(app.synth().directory));

  test.each(importing)('by %s, for a role of this library', (_, imported, issuer) => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(stack, 'Api', { oidcProvider: imported(stack) });
    expect(mapOf(app.synth().directory).existingProviders).toEqual([PROVIDER_ARN.replace(ISSUER, issuer)]);
    expect(unknownProviders(app)).toEqual([]);
  });

  test.each([true, false])('for a role of CDK: by this library %s', ofLibrary => {
    const app = new App();
    const stack = literalStack(app);
    const provider = importing[ofLibrary ? 0 : 3][1](stack);
    new Role(stack, 'Role', { assumedBy: new WebIdentityPrincipal(provider.openIdConnectProviderArn) });
    expect(unknownProviders(app)).toHaveLength(ofLibrary ? 0 : 1);
  });

  test('one that only the deployment knows, in a stack for any account', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const issuerUrl = new CfnParameter(stack, 'Issuer', { allowedPattern: '^https://[a-z./]+$' }).valueAsString;
    serviceAccount(stack, 'Api', { oidcProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', issuerUrl) });
    expect(mapOf(app.synth().directory).existingProviders).toHaveLength(1);
    expect(unknownProviders(app)).toEqual([]);
  });

  test('one that the app makes is not among them', () => {
    const app = new App();
    const stack = literalStack(app);
    const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: `https://${ISSUER}` });
    serviceAccount(stack, 'Api', { oidcProvider });
    expect(mapOf(app.synth().directory).existingProviders).toEqual([]);
  });
});

test('metadata in a file of its own', () => {
  const folder = folderWith({
    'manifest.json': {
      version: '50.0.0',
      artifacts: { A: { ...artifact('A'), additionalMetadataFile: 'A.metadata.json' } },
    },
    'A.template.json': { Resources: { Role: { Type: 'AWS::IAM::Role' } } },
    'A.metadata.json': { '/A/Api/Role': [{ type: 'aws:cdk:logicalId', data: 'Role' }] },
  });
  expect(readAssembly(folder).stacks[0].constructPaths.get('Role')).toBe('A/Api/Role');
});

test('some stacks alone, with those nested in them; the others still say what they export', () => {
  const app = new App();
  const [one, two] = [literalStack(app, 'One'), literalStack(app, 'Two')];
  serviceAccount(new NestedStack(one, 'Inner'), 'Api');
  serviceAccount(two, 'Api', { serviceAccountName: 'other' });
  const assembly = readAssembly(app.synth().directory);
  const wanted = onlyStacks(assembly, [`${assembly.directory}/One.template.json`]);
  expect(wanted.stacks.map(({ path }) => path)).toEqual(['One', expect.stringMatching(/^One\/Inner/)]);
  expect(accessMapOf(wanted).roles).toHaveLength(1);
});

test.each([
  ['cdk.out/S.template.json', 'cdk.out'],
  ['cdk.out/assembly-Production/S.template.json', 'cdk.out'],
  ['cdk.out/assembly-P/assembly-P-West/S.template.json', 'cdk.out'],
  ['alone/assembly-Production/S.template.json', 'alone/assembly-Production'],
])('%s belongs to the assembly %s', (file, expected) => {
  const folder = folderWith({
    'cdk.out/manifest.json': {},
    'cdk.out/assembly-P/manifest.json': {},
    'alone/assembly-Production/manifest.json': {},
  });
  expect(assemblyDirectoryOf(join(folder, file))).toBe(join(folder, expected));
});

describe('what cannot be read is said, with the file', () => {
  const manifest = (artifacts: any) => ({ 'manifest.json': { version: '48.0.0', artifacts } });
  const given = 'Pass a cloud assembly: the folder that `cdk synth` writes, cdk.out.';
  test.each<[string, Record<string, unknown>, string]>([
    ['no assembly', { 'other.txt': '' }, `manifest.json: cannot be read: no such file or directory. ${given}`],
    [
      'another manifest',
      { 'manifest.json': { name: 'a web page' } },
      'manifest.json: is not the manifest of a cloud assembly. Pass the folder that `cdk synth` writes, cdk.out.',
    ],
    ['a list', { 'manifest.json': [] }, `manifest.json: must contain a JSON object. ${given}`],
    [
      'other bytes',
      { 'manifest.json': Buffer.from([0xff, 0xfe, 0x00]) },
      `manifest.json: cannot be read: it is not UTF-8 text. ${given}`,
    ],
    [
      'a missing template',
      manifest({ A: artifact('A') }),
      'A.template.json: cannot be read: no such file or directory. Run `cdk synth` again.',
    ],
    [
      'a template cut off',
      { ...manifest({ A: artifact('A') }), 'A.template.json': '{"Resources":{"Role":{"Ty' },
      'A.template.json: is not valid JSON, or is truncated: Unterminated string in JSON at position 25',
    ],
    [
      'a template of something else',
      { ...manifest({ A: artifact('A') }), 'A.template.json': { Resources: [] } },
      'A.template.json: is not a CloudFormation template: Resources must be an object. Run `cdk synth` again.',
    ],
    [
      'a file elsewhere',
      manifest({ A: { ...artifact('A'), properties: { templateFile: '../../etc/passwd' } } }),
      'manifest.json: refers to a file outside its folder: "../../etc/passwd".',
    ],
    [
      'a stage elsewhere',
      manifest({ A: { type: 'cdk:cloud-assembly', properties: { directoryName: '..' } } }),
      'manifest.json: refers to a file outside its folder: "..".',
    ],
    [
      'a stage in itself',
      manifest({ A: { type: 'cdk:cloud-assembly', properties: { directoryName: '.' } } }),
      'manifest.json: stages are nested more than 8 levels deep.',
    ],
    [
      'a stack in itself',
      {
        ...manifest({ A: artifact('A') }),
        'A.template.json': {
          Resources: {
            Inner: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'A.template.json' } },
          },
        },
      },
      'A.template.json: stacks are nested more than 8 levels deep.',
    ],
    [
      'a nested stack elsewhere',
      {
        ...manifest({ A: artifact('A') }),
        'A.template.json': {
          Resources: { Inner: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': '../B.json' } } },
        },
      },
      'A.template.json: refers to a file outside its folder: "../B.json".',
    ],
  ])('%s', (_, files, message) => {
    const folder = folderWith(files);
    expect(() => readAssembly(folder)).toThrow(`${folder}/${message}`);
  });

  test.each([
    [null],
    ['text'],
    [5],
    [[]],
    [{ Type: 5 }],
    [{ Type: 'AWS::IAM::Role', Properties: null }],
    [{ Type: 'AWS::IAM::Role', Properties: { Policies: 5, ManagedPolicyArns: {}, AssumeRolePolicyDocument: 'x' } }],
    [{ Type: 'AWS::IAM::Role', Metadata: { cdk_irsa: { rules_to_suppress: [null, 5, 'x'] } } }],
    [{ Type: 'AWS::IAM::OIDCProvider', Properties: { Url: 'x', ClientIdList: [{ toString: null }] } }],
  ])('the resource %j does no harm', resource => {
    expect(mapOf(assemblyWith({ A: { Resources: { One: resource } } })).access).toEqual([]);
  });
});
