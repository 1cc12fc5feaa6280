import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, Aws, CfnParameter, Lazy, NestedStack, Stack, Stage, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import * as cdk8s from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { KubernetesManifests } from '../src';
import { ACCOUNT, agnosticStack, literalStack, REGION, SAFE_PATTERN, serviceAccount } from './support';

/** The manifest files of an app, by path below the cloud assembly. */
function files(app: App): Record<string, string> {
  const { directory } = app.synth();
  const found = readdirSync(directory, { recursive: true }).map(String).filter(file => file.endsWith('.k8s.yaml')).sort();
  return Object.fromEntries(found.map(file => [file, readFileSync(join(directory, file), 'utf8')]));
}

function documents(text: string): any[] {
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).map(document => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

const named = (objects: any[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

function pod(stack: Stack, id: string, extra: any = {}): cdk8s.ApiObject {
  return new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, id, {
    apiVersion: 'v1', kind: 'Pod', metadata: { name: id.toLowerCase(), namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] }, ...extra,
  });
}

describe('the file', () => {
  test('lies beside the template, says who made it, is byte for byte the same each time', () => {
    const synth = () => {
      const app = new App();
      serviceAccount(literalStack(app), 'Sa');
      return files(app);
    };
    expect(synth()).toEqual(synth());
    expect(synth()).toEqual({
      'Stack.k8s.yaml': `# Made by cdk-irsa: do not edit, change the CDK app instead.
# App: App. Stack: Stack (Stack).
apiVersion: v1
kind: ServiceAccount
metadata:
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/default-my-service-account-e8b490b17d
    eks.amazonaws.com/sts-regional-endpoints: "true"
  name: my-service-account
  namespace: default
`,
    });
  });

  test('Namespaces first, once, then ServiceAccounts, then the rest in the order of the chart', () => {
    const app = new App();
    const stack = literalStack(app);
    pod(stack, 'Zebra');
    serviceAccount(stack, 'Z', { serviceAccountName: 'z', createNamespace: true });
    const second = pod(stack, 'Ant');
    serviceAccount(stack, 'A', { serviceAccountName: 'a', createNamespace: true });
    serviceAccount(stack, 'Other', { serviceAccountName: 'a', namespace: 'other', createNamespace: true });
    second.addDependency(pod(stack, 'Needed'));
    expect(named(documents(files(app)['Stack.k8s.yaml']))).toEqual([
      'Namespace default', 'Namespace other', 'ServiceAccount z', 'ServiceAccount a', 'ServiceAccount a', 'Pod zebra', 'Pod needed', 'Pod ant',
    ]);
  });

  test('a Namespace of the user is the only one', () => {
    const app = new App();
    const stack = literalStack(app);
    new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, 'Ns', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { mine: 'yes' } } });
    serviceAccount(stack, 'Sa', { createNamespace: true });
    expect(documents(files(app)['Stack.k8s.yaml'])[0].metadata.labels).toEqual({ mine: 'yes' });
  });

  test('nobody asked for objects: no file', () => {
    const app = new App();
    serviceAccount(literalStack(app), 'Sa', { createServiceAccount: false });
    KubernetesManifests.of(literalStack(app, 'Other'));
    expect(files(app)).toEqual({});
  });

  test('one for each stack; stages and nested assemblies have their own', () => {
    const app = new App();
    serviceAccount(literalStack(app, 'Plain'), 'Sa');
    const stage = new Stage(app, 'Prod');
    serviceAccount(literalStack(stage, 'Payments'), 'Sa', { serviceAccountName: 'b' });
    serviceAccount(literalStack(new Stage(stage, 'Inner'), 'Deep'), 'Sa', { serviceAccountName: 'c' });
    const found = files(app);
    expect(Object.keys(found)).toEqual(['Plain.k8s.yaml', expect.stringMatching(/^assembly-Prod\/ProdPayments\w+\.k8s\.yaml$/), expect.stringMatching(/^assembly-Prod\/assembly-Prod-Inner\/\w+\.k8s\.yaml$/)]);
    for (const file of Object.keys(found)) expect(existsSync(join(app.outdir, file.replace('.k8s.yaml', '.template.json')))).toBe(true);
    expect(Object.values(found)[1]).toContain('# App: App. Stack: Prod/Payments (Prod-Payments).');
  });

  test('a nested stack shares the file of the stack it is deployed with', () => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(new NestedStack(stack, 'Nested'), 'Sa');
    const found = files(app);
    expect(Object.keys(found)).toEqual(['Stack.k8s.yaml']);
    expect(named(documents(found['Stack.k8s.yaml']))).toEqual(['ServiceAccount my-service-account']);
  });

  test('charts below the chart are in it', () => {
    const app = new App();
    const inner = new cdk8s.Chart(KubernetesManifests.of(literalStack(app)).chart, 'Inner');
    new cdk8s.ApiObject(inner, 'Config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inner' } });
    expect(named(documents(files(app)['Stack.k8s.yaml']))).toEqual(['ConfigMap inner']);
  });

  test('quotes what YAML would take for something else', () => {
    const app = new App();
    const data = { yes: 'yes', number: '123456789012', octal: '0755', time: '12:30', colon: 'a: b', hash: 'a #b', nul: 'null', text: 'one\ntwo\n', at: '@x', dollar: '${x}', quote: '"', unicode: 'é', empty: '', long: 'word '.repeat(60) };
    new cdk8s.ApiObject(KubernetesManifests.of(literalStack(app)).chart, 'Config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data });
    expect(documents(files(app)['Stack.k8s.yaml'])[0].data).toEqual(data);
  });
});

describe('tokens in objects of the user', () => {
  test('are written out where synth knows them', () => {
    const app = new App();
    const stack = literalStack(app);
    const sa = serviceAccount(stack, 'Sa');
    pod(stack, 'Pod', {
      spec: {
        replicas: Lazy.number({ produce: () => 3 }),
        env: [{ value: stack.region }, { value: `${Aws.ACCOUNT_ID}.${stack.partition}.${stack.urlSuffix}` }, { value: Lazy.any({ produce: () => 'object' }) }, { value: sa.role.roleArn }, { value: sa.role.roleName }],
        args: Lazy.list({ produce: () => ['a', 'b'] }),
        more: ['x', ...Lazy.list({ produce: () => ['a', 'b'] })],
        [Lazy.string({ produce: () => 'key' })]: true,
      },
    });
    const object = documents(files(app)['Stack.k8s.yaml'])[1];
    expect(object.spec).toEqual({
      replicas: 3,
      env: [{ value: REGION }, { value: `${ACCOUNT}.aws.amazonaws.com` }, { value: 'object' }, { value: sa.roleArn }, { value: 'default-my-service-account-e8b490b17d' }],
      args: ['a', 'b'],
      more: ['x', 'a', 'b'],
      key: true,
    });
  });

  test.each<[string, (bucket: Bucket) => any, string]>([
    ['text', bucket => ({ spec: { env: [{ name: 'B', value: bucket.bucketName }] } }), 'spec.env[0].value'],
    ['a part of a text', bucket => ({ spec: { 'a/b': `s3://${bucket.bucketName}` } }), 'spec["a/b"]'],
    ['an object', bucket => ({ spec: { bucket: Token.asAny({ Ref: bucket.node.id }) } }), 'spec.bucket'],
    ['a number', () => ({ spec: { replicas: Token.asNumber({ Ref: 'X' }) } }), 'spec.replicas'],
    ['a list', () => ({ spec: { args: Token.asList({ Ref: 'X' }) } }), 'spec.args'],
    ['a list in a list', () => ({ spec: { args: ['x', ...Token.asList({ Ref: 'X' })] } }), 'spec.args'],
    ['a key', bucket => ({ spec: { [bucket.bucketName]: 'x' } }), 'spec["'],
  ])('are refused where only the deployment knows them: %s', (_, extra, field) => {
    const app = new App();
    const stack = literalStack(app);
    pod(stack, 'Pod', extra(new Bucket(stack, 'Bucket')));
    expect(() => app.synth()).toThrow(`[Stack/KubernetesManifests] \`${field}`);
    expect(() => app.synth()).toThrow(/ of Pod default\/pod` must be known at synth, got: (\{"Ref"|\{"Fn|"<)/);
  });

  test('a kind is refused without its token', () => {
    const app = new App();
    new cdk8s.ApiObject(KubernetesManifests.of(literalStack(app)).chart, 'Object', { apiVersion: 'v1', kind: Token.asString({ Ref: 'X' }), metadata: { name: 'a' } });
    expect(() => app.synth()).toThrow('[Stack/KubernetesManifests] `kind of <known at deployment only> a` must be known at synth, got: {"Ref":"X"}.');
  });

  test('all refusals are told at once, and nothing is written', () => {
    const app = new App();
    const stack = literalStack(app);
    const bucket = new Bucket(stack, 'Bucket');
    pod(stack, 'One', { spec: { x: bucket.bucketName } });
    pod(stack, 'Two', { spec: { x: bucket.bucketArn } });
    serviceAccount(stack, 'Sa');
    expect(() => app.synth()).toThrow(/Pod default\/one[\s\S]*Pod default\/two/);
    expect(readdirSync(app.outdir)).toEqual([]);
  });

  test('one object twice is an error', () => {
    const app = new App();
    const stack = literalStack(app);
    pod(stack, 'One', { metadata: { name: 'same', namespace: 'default' } });
    pod(stack, 'Two', { metadata: { name: 'same', namespace: 'default' } });
    expect(() => app.synth()).toThrow('`chart` must hold each object once, got: Pod default/same twice.');
  });

  test('a label of a service account that only the deployment knows is refused in a literal environment', () => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(stack, 'Sa', { labels: { bucket: new Bucket(stack, 'Bucket').bucketName } });
    expect(() => app.synth()).toThrow('`metadata.labels.bucket of ServiceAccount default/my-service-account` must be known at synth, got: {"Ref":"Bucket');
  });
});

describe('in an environment-agnostic stack', () => {
  const output = (stack: Stack) => Template.fromStack(stack).toJSON().Outputs.KubernetesManifests;

  test('the manifest is a stack output, and there is no file', () => {
    const app = new App();
    const stack = agnosticStack(app);
    serviceAccount(stack, 'Sa', { createNamespace: true });
    pod(stack, 'Pod', { spec: { script: 'echo ${HOME} "$x"' } });
    const { Description, Value } = output(stack);
    expect(Description).toBe('Kubernetes manifests of this stack, for kubectl apply');
    const [delimiter, parts] = Value['Fn::Join'];
    expect(delimiter).toBe('');
    expect(parts.filter((part: any) => typeof part !== 'string')).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^SaRole/), 'Arn'] }]);
    const deployed = parts.map((part: any) => (typeof part === 'string' ? part : `arn:aws:iam::${ACCOUNT}:role/x`)).join('');
    expect(named(documents(deployed))).toEqual(['Namespace default', 'ServiceAccount my-service-account', 'Pod pod']);
    expect(documents(deployed)[1].metadata.annotations['eks.amazonaws.com/role-arn']).toBe(`arn:aws:iam::${ACCOUNT}:role/x`);
    expect(documents(deployed)[2].spec.script).toBe('echo ${HOME} "$x"');
    expect(files(app)).toEqual({});
  });

  test('values of the deployment stay text, whatever they look like', () => {
    const stack = agnosticStack();
    serviceAccount(stack, 'Sa', { labels: { account: Aws.ACCOUNT_ID } });
    const parts = output(stack).Value['Fn::Join'][1];
    const deployed = parts.map((part: any) => (typeof part === 'string' ? part : '123456789012')).join('');
    expect(documents(deployed)[0].metadata.labels.account).toBe('123456789012');
  });

  test('texts around values of the deployment come through, whatever they hold', () => {
    const stack = agnosticStack();
    serviceAccount(stack, 'Sa');
    const data = (account: string) => ({ block: `  indented\nfoo: ${account}\n`, quotes: `say "hi" 'you' \\ # ${account}`, control: `\t\u0007${account}`, start: `@x ${account}`, [`key-${account}`]: '@x' });
    new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, 'Config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: data(Aws.ACCOUNT_ID) });
    const deployed = output(stack).Value['Fn::Join'][1].map((part: any) => (typeof part === 'string' ? part : ACCOUNT)).join('');
    expect(documents(deployed)[1].data).toEqual(data(ACCOUNT));
  });

  test('tokens of the user are left to the deployment, parameters with a safe pattern only', () => {
    const build = (allowedPattern?: string) => {
      const stack = agnosticStack();
      serviceAccount(stack, 'Sa');
      pod(stack, 'Pod', { spec: { x: new CfnParameter(stack, 'P', { allowedPattern }).valueAsString } });
      return stack;
    };
    expect(JSON.stringify(output(build(SAFE_PATTERN)))).toContain('{"Ref":"P"}');
    expect(() => output(build())).toThrow('`spec.x of Pod default/pod (parameter Stack/P)` must have an allowedPattern');
  });

  test.each([['a list', Token.asList({ Ref: 'Y' }), '"Y"'], ['a number', Token.asNumber({ Ref: 'N' }), '"N"']])('%s cannot be left to the deployment', (_, value, shown) => {
    const stack = agnosticStack();
    serviceAccount(stack, 'Sa');
    pod(stack, 'Pod', { spec: { x: value } });
    expect(() => output(stack)).toThrow(`\`spec.x of Pod default/pod\` must be known at synth, got: {"Ref":${shown}}`);
  });

  test('a nested stack: the output of the stack it is deployed with', () => {
    const stack = agnosticStack();
    serviceAccount(new NestedStack(stack, 'Nested'), 'Sa');
    expect(JSON.stringify(output(stack))).toMatch(/\{"Fn::GetAtt":\["Nested[^"]*","Outputs\.[^"]*RoleC?[^"]*Arn"\]\}/);
  });

  test('a service account that depends on nothing deferred is a file', () => {
    const app = new App();
    const stack = agnosticStack(app);
    pod(stack, 'Pod');
    expect(Object.keys(files(app))).toEqual(['Stack.k8s.yaml']);
  });
});

test('of() gives the same bundle everywhere in a stack', () => {
  const stack = literalStack();
  expect(KubernetesManifests.of(stack)).toBe(KubernetesManifests.of(serviceAccount(stack, 'Sa')));
  expect(KubernetesManifests.of(new NestedStack(stack, 'Nested'))).toBe(KubernetesManifests.of(stack));
  expect(KubernetesManifests.of(literalStack())).not.toBe(KubernetesManifests.of(stack));
});

test('synth without validation does not write what is refused', () => {
  const app = new App();
  const stack = literalStack(app);
  pod(stack, 'Pod', { spec: { x: new Bucket(stack, 'Bucket').bucketName } });
  expect(() => app.synth({ skipValidation: true })).toThrow('[Stack/KubernetesManifests] `spec.x of Pod default/pod` must be known at synth');
  expect(readdirSync(app.outdir).filter(file => file.endsWith('.yaml'))).toEqual([]);
});

test('a file of an earlier synth goes away when nothing is left to write', () => {
  const synth = (createServiceAccount: boolean, outdir?: string) => {
    const app = new App({ outdir });
    serviceAccount(literalStack(app), 'Sa', { createServiceAccount });
    KubernetesManifests.of(app.node.findChild('Stack'));
    app.synth();
    return app.outdir;
  };
  const outdir = synth(true);
  expect(existsSync(join(outdir, 'Stack.k8s.yaml'))).toBe(true);
  synth(false, outdir);
  expect(existsSync(join(outdir, 'Stack.k8s.yaml'))).toBe(false);
});

test('synth without validation writes the same file', () => {
  const app = new App();
  serviceAccount(literalStack(app), 'Sa');
  app.synth({ skipValidation: true });
  expect(readFileSync(join(app.outdir, 'Stack.k8s.yaml'), 'utf8')).toContain('kind: ServiceAccount');
});
