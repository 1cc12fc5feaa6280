import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Annotations, App, Aws, CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import * as cdk8s from 'cdk8s';
import * as kplus from 'cdk8s-plus-33';
import { Construct } from 'constructs';
import { deployed } from './judges/deployment';
import { Manifest, manifestProblems, parseManifests } from './judges/kubernetes';
import { ACCOUNT, agnosticStack, literalStack, SAFE_PATTERN, serviceAccount, warnings } from './support';
import {
  CdkTokenResolver, IrsaServiceAccount, KubernetesManifests, PodIdentityServiceAccount, WorkloadOptions,
} from '../src';

const ARN = `arn:aws:iam::${ACCOUNT}:role/default-my-service-account-e8b490b17d`;
const ROLE_ARN = 'cdk-irsa/role-arn';
const AUDIENCE = 'cdk-irsa/audience';
const EXPIRATION = 'eks.amazonaws.com/token-expiration';
const SKIP = 'eks.amazonaws.com/skip-containers';

const outdir = mkdtempSync(join(tmpdir(), 'workload-'));
afterAll(() => rmSync(outdir, { recursive: true }));

function ownChart(props: cdk8s.AppProps = {}): cdk8s.Chart {
  return new cdk8s.Chart(new cdk8s.App({ outdir: mkdtempSync(join(outdir, 'dist-')), ...props }), 'own');
}

const container = (name = 'app', extra: any = {}) => ({ name, image: 'image', ...extra });
const POD = { containers: [container()] };
const LABELS = { app: 'app' };

/** The spec that a kind needs around the pod. */
const KINDS: Record<string, { apiVersion: string; spec: (pod: any, metadata?: any) => any }> = {
  Pod: { apiVersion: 'v1', spec: pod => pod },
  ReplicationController: {
    apiVersion: 'v1',
    spec: (spec, metadata) => ({ selector: LABELS, template: { metadata: { labels: LABELS, ...metadata }, spec } }),
  },
  Deployment: {
    apiVersion: 'apps/v1',
    spec: (spec, metadata) => ({
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS, ...metadata }, spec },
    }),
  },
  ReplicaSet: {
    apiVersion: 'apps/v1',
    spec: (spec, metadata) => ({
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS, ...metadata }, spec },
    }),
  },
  DaemonSet: {
    apiVersion: 'apps/v1',
    spec: (spec, metadata) => ({
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS, ...metadata }, spec },
    }),
  },
  StatefulSet: {
    apiVersion: 'apps/v1',
    spec: (spec, metadata) => ({
      serviceName: 'app',
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS, ...metadata }, spec },
    }),
  },
  Job: {
    apiVersion: 'batch/v1',
    spec: (spec, metadata) => ({
      template: { ...(metadata && { metadata }), spec: { restartPolicy: 'Never', ...spec } },
    }),
  },
  CronJob: {
    apiVersion: 'batch/v1',
    spec: (spec, metadata) => ({
      schedule: '0 0 * * *',
      jobTemplate: { spec: { template: { ...(metadata && { metadata }), spec: { restartPolicy: 'Never', ...spec } } } },
    }),
  },
  Rollout: {
    apiVersion: 'argoproj.io/v1alpha1',
    spec: (spec, metadata) => ({
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS, ...metadata }, spec },
    }),
  },
};

function workload(
  chart: Construct,
  kind = 'Deployment',
  pod: any = POD,
  podMetadata?: any,
  metadata: any = { name: 'app' },
): cdk8s.ApiObject {
  const { apiVersion, spec } = KINDS[kind];
  return new cdk8s.ApiObject(chart, `${kind}App`, {
    apiVersion,
    kind,
    metadata: { ...metadata, ...(kind === 'Pod' && podMetadata) },
    spec: spec(pod, podMetadata),
  });
}

/** The pod of a rendered workload: metadata and spec. */
function podOf({ kind, metadata, spec }: Manifest): any {
  if (kind === 'Pod') return { metadata, spec };
  return kind === 'CronJob' ? spec.jobTemplate.spec.template : spec.template;
}

/** A pod spec in a Deployment, as it is rendered with the service account. */
function rendered(pod: any, options?: WorkloadOptions, kind = 'Deployment', podMetadata?: any): Manifest {
  const object = workload(ownChart(), kind, pod, podMetadata);
  serviceAccount(literalStack(), 'Sa').applyTo(object, options);
  const manifest = object.toJson();
  if (kind !== 'Rollout') expect(manifestProblems(manifest)).toEqual([]);
  return manifest;
}

/** What `cdk8s synth` writes. */
function written(chart: cdk8s.Chart): Manifest[] {
  const app = cdk8s.App.of(chart);
  app.synth();
  return readdirSync(app.outdir).sort().flatMap(file => parseManifests(readFileSync(join(app.outdir, file), 'utf8')));
}

/** What `cdk synth` writes. */
function stackFile(app: App): Manifest[] {
  const { directory } = app.synth();
  return parseManifests(readFileSync(join(directory, 'Stack.k8s.yaml'), 'utf8'));
}

const workloadIn = (manifests: Manifest[]) => manifests.find(({ kind }) => kind !== 'ServiceAccount')!;

describe('every kind of workload', () => {
  const WITHOUT_ROLLOUT = ['Pod', 'Job', 'CronJob'];

  test.each(Object.keys(KINDS))('%s in a cdk8s app of one\'s own', kind => {
    const chart = ownChart();
    const sa = serviceAccount(literalStack(), 'Sa', { chart });
    sa.applyTo(workload(chart, kind));
    const manifest = workloadIn(written(chart));
    if (kind !== 'Rollout') expect(manifestProblems(manifest)).toEqual([]);
    expect(manifest.metadata).toEqual({ name: 'app', namespace: 'default' });
    const { metadata, spec } = podOf(manifest);
    expect(spec).toEqual({
      ...POD,
      ...(['Job', 'CronJob'].includes(kind) && { restartPolicy: 'Never' }),
      serviceAccountName: 'my-service-account',
    });
    expect(metadata?.annotations).toEqual(WITHOUT_ROLLOUT.includes(kind) ? undefined : { [ROLE_ARN]: ARN });
  });

  test.each(Object.keys(KINDS))('%s in the file of the stack', kind => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(stack, 'Sa').applyTo(workload(KubernetesManifests.of(stack).chart, kind), {
      tokenExpiration: Duration.hours(1),
    });
    const manifest = workloadIn(stackFile(app));
    const { metadata, spec } = podOf(manifest);
    expect(manifest.metadata.namespace).toBe('default');
    expect(spec.serviceAccountName).toBe('my-service-account');
    expect(metadata.annotations).toEqual({
      ...(!WITHOUT_ROLLOUT.includes(kind) && { [ROLE_ARN]: ARN }),
      [EXPIRATION]: '3600',
    });
  });

  test.each<[string, (chart: cdk8s.Chart) => kplus.AbstractPod]>([
    ['Deployment', chart => new kplus.Deployment(chart, 'App', { containers: [{ image: 'image' }] })],
    [
      'StatefulSet',
      chart =>
        new kplus.StatefulSet(chart, 'App', {
          containers: [{ image: 'image' }],
          service: new kplus.Service(chart, 'Service', { ports: [{ port: 80 }] }),
        }),
    ],
    ['DaemonSet', chart => new kplus.DaemonSet(chart, 'App', { containers: [{ image: 'image' }] })],
    ['Job', chart => new kplus.Job(chart, 'App', { containers: [{ image: 'image' }] })],
    [
      'CronJob',
      chart => new kplus.CronJob(chart, 'App', { containers: [{ image: 'image' }], schedule: cdk8s.Cron.daily() }),
    ],
    ['Pod', chart => new kplus.Pod(chart, 'App', { containers: [{ image: 'image' }] })],
  ])('%s of cdk8s-plus, with containers that are added later', (kind, make) => {
    const chart = ownChart();
    const pod = make(chart);
    const before = cdk8s.Testing.synth(chart).find(manifest => manifest.kind === kind);
    serviceAccount(literalStack(), 'Sa', { chart }).applyTo(pod, { skipContainers: ['late'] });
    pod.addContainer({ name: 'late', image: 'late' });
    const manifests = written(chart);
    expect(manifests.flatMap(manifestProblems)).toEqual([]);
    const manifest = manifests.find(candidate => candidate.kind === kind)!;
    const { metadata, spec } = podOf(manifest);
    expect(spec.containers.map(({ name }: any) => name)).toEqual(['main', 'late']);
    expect(spec).toMatchObject({
      serviceAccountName: 'my-service-account',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(metadata.annotations).toEqual({
      ...(!WITHOUT_ROLLOUT.includes(kind) && { [ROLE_ARN]: ARN }),
      [SKIP]: 'late',
    });
    // Everything else is as cdk8s-plus writes it.
    delete spec.serviceAccountName;
    spec.containers.pop();
    delete metadata.annotations;
    delete manifest.metadata.namespace;
    if (Object.keys(metadata).length === 0) delete podOf(before).metadata;
    expect(manifest).toEqual(before);
  });

  test('a ServiceAccount of cdk8s-plus with the same name is the same one', () => {
    const chart = ownChart();
    const account = kplus.ServiceAccount.fromServiceAccountName(chart, 'Account', 'my-service-account');
    const pod = new kplus.Pod(chart, 'Pod', {
      containers: [{ image: 'image' }],
      serviceAccount: account,
      metadata: { namespace: 'default' },
    });
    serviceAccount(literalStack(), 'Sa').applyTo(pod);
    expect(workloadIn(written(chart)).spec.serviceAccountName).toBe('my-service-account');
  });

  test.each<[string, (chart: cdk8s.Chart) => Construct]>([
    [
      'Service default/app',
      chart =>
        new cdk8s.ApiObject(chart, 'A', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'app', namespace: 'default' },
          spec: { ports: [] },
        }),
    ],
    [
      'ConfigMap app',
      chart => new cdk8s.ApiObject(chart, 'A', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' } }),
    ],
    [
      'SealedSecret app',
      chart =>
        new cdk8s.ApiObject(chart, 'A', {
          apiVersion: 'x/v1',
          kind: 'SealedSecret',
          metadata: { name: 'app' },
          spec: { template: { type: 'Opaque' } },
        }),
    ],
    [
      'CronJob app',
      chart =>
        new cdk8s.ApiObject(chart, 'A', {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'app' },
          spec: { template: { spec: POD } },
        }),
    ],
    [
      'Pod app',
      chart => new cdk8s.ApiObject(chart, 'A', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app' }, spec: {} }),
    ],
  ])('%s makes no pods', (name, make) => {
    const chart = ownChart();
    serviceAccount(literalStack(), 'Sa').applyTo(make(chart));
    expect(() => cdk8s.Testing.synth(chart)).toThrow(
      '[Stack/Sa] `workload` must be a Pod, a CronJob, or have a pod template with containers at spec.template, '
        + `got: "${name}". Pass the object that creates the pods.`,
    );
  });

  test.each<[string, (stack: Stack) => Construct]>([
    ['own', () => ownChart()],
    ['Stack/Bucket', stack => new CfnBucket(stack, 'Bucket')],
  ])('%s is no object of cdk8s', (path, make) => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa');
    expect(() => sa.applyTo(make(stack))).toThrow(
      '[Stack/Sa] `workload` must be an ApiObject of cdk8s, or a construct whose default child is one, got: '
        + `"${path}". Pass the workload itself, such as the Deployment.`,
    );
  });
});

describe('names', () => {
  test.each<[string, any, any, string]>([
    [
      'serviceAccountName',
      { serviceAccountName: 'other', ...POD },
      {},
      '`spec.template.spec.serviceAccountName of Deployment app` must be "my-service-account", as applyTo() sets it, '
        + 'got: "other". Leave it to applyTo(), or call applyTo() on the intended service account.',
    ],
    [
      'its old name',
      { serviceAccount: 'other', ...POD },
      {},
      '`spec.template.spec.serviceAccount of Deployment app` must be "my-service-account"',
    ],
    [
      'the namespace',
      POD,
      { namespace: 'other' },
      '`metadata.namespace of Deployment other/app` must be "default", as applyTo() sets it, got: "other". A pod can '
        + 'use only service accounts in its own namespace. Move',
    ],
  ])('another one is an error: %s', (_, pod, metadata, message) => {
    const object = workload(ownChart(), 'Deployment', pod, undefined, { name: 'app', ...metadata });
    serviceAccount(literalStack(), 'Sa').applyTo(object);
    expect(() => object.toJson()).toThrow(`[Stack/Sa] ${message}`);
  });

  test('the same ones are not', () => {
    const object = workload(
      ownChart(),
      'Deployment',
      { serviceAccountName: 'my-service-account', serviceAccount: 'my-service-account', ...POD },
      undefined,
      { name: 'app', namespace: 'default' },
    );
    serviceAccount(literalStack(), 'Sa').applyTo(object);
    expect(object.toJson().spec.template.spec).toMatchObject({
      serviceAccountName: 'my-service-account',
      serviceAccount: 'my-service-account',
    });
  });

  test('the namespace of the chart counts', () => {
    const chart = new cdk8s.Chart(new cdk8s.App(), 'chart', { namespace: 'other' });
    const object = workload(chart);
    serviceAccount(literalStack(), 'Sa').applyTo(object);
    expect(() => object.toJson()).toThrow('`metadata.namespace of Deployment other/app` must be "default"');
  });

  test('tokens count by their value', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa', { namespace: stack.region });
    const object = workload(ownChart(), 'Deployment', POD, undefined, {
      name: 'app',
      namespace: Lazy.string({ produce: () => 'eu-west-1' }),
    });
    sa.applyTo(object);
    expect(object.toJson().metadata.namespace).toBe('eu-west-1');
  });
});

describe('fsGroup', () => {
  const nonRoot = { securityContext: { runAsNonRoot: true } };
  const user = (runAsUser: number) => ({ securityContext: { runAsUser } });

  test.each<[string, any, WorkloadOptions | undefined, number | undefined]>([
    ['nothing is said about the user', POD, {}, undefined],
    ['the pod is not root', { ...POD, ...nonRoot }, undefined, undefined],
    ['the pod runs as a user', { ...POD, ...user(1000) }, {}, undefined],
    [
      'the containers run as different users',
      { containers: [container('a', user(1)), container('b', user(2))], initContainers: [container('c', nonRoot)] },
      undefined,
      undefined,
    ],
    ['the pod has one', { ...POD, securityContext: { runAsNonRoot: true, fsGroup: 101 } }, undefined, 101],
    ['the pod has 0', { ...POD, securityContext: { runAsNonRoot: true, fsGroup: 0 } }, undefined, 0],
    ['the option says one', POD, { fsGroup: 2000 }, 2000],
    ['the option says the smallest', POD, { fsGroup: 0 }, 0],
    ['the option says the largest', POD, { fsGroup: 2147483647 }, 2147483647],
    ['both say the same', { ...POD, securityContext: { fsGroup: 2000 } }, { fsGroup: 2000 }, 2000],
    ['the option says one, for Linux', { ...POD, os: { name: 'linux' }, ...nonRoot }, { fsGroup: 2000 }, 2000],
  ])('%s', (_, pod, options, expected) => {
    const { spec } = podOf(rendered(pod, options));
    expect(spec.securityContext?.fsGroup).toBe(expected);
    expect({ ...spec.securityContext, fsGroup: undefined }).toEqual({ ...pod.securityContext, fsGroup: undefined });
  });

  test('a contradiction is an error', () => {
    expect(() => rendered({ ...POD, securityContext: { fsGroup: 101 } }, { fsGroup: 102 })).toThrow(
      '[Stack/Sa] `spec.template.spec.securityContext.fsGroup of Deployment app` must be 102, as applyTo() sets it, '
        + 'got: 101. Set it in one place.',
    );
  });

  test.each<[string, any]>([
    ['spec.os', { ...POD, os: { name: 'windows' } }],
    ['nodeSelector', { ...POD, nodeSelector: { 'kubernetes.io/os': 'windows' } }],
    ['options of the pod', { ...POD, securityContext: { windowsOptions: { runAsUserName: 'x' } } }],
    [
      'options of a container',
      { containers: [container('a', { securityContext: { windowsOptions: { runAsUserName: 'x' } } })] },
    ],
  ])('so is one for Windows, by %s', (_, pod) => {
    expect(() => rendered(pod, { fsGroup: 0 })).toThrow(
      '[Stack/Sa] `fsGroup` must be left out for a Windows pod, got: 0. Windows has no file groups, and '
        + 'Deployment app runs on Windows.',
    );
  });

  test.each([-1, 2147483648, 1.5, NaN])('%s is no group', fsGroup => {
    const sa = serviceAccount(literalStack(), 'Sa');
    expect(() => sa.applyTo(workload(ownChart()), { fsGroup })).toThrow(
      /^\[Stack\/Sa\] `fsGroup` must be a whole number, 0 to 2147483647, got: .+\. Leave it out unless other volumes of the pod need it\. The token is readable without it\.$/,
    );
  });

  test('a token counts by its value', () => {
    expect(podOf(rendered(POD, { fsGroup: Lazy.number({ produce: () => 7 }) })).spec.securityContext).toEqual({
      fsGroup: 7,
    });
    expect(() => rendered(POD, { fsGroup: Lazy.number({ produce: () => -7 }) })).toThrow(
      '`fsGroup` must be a whole number, 0 to 2147483647, got: -7',
    );
    expect(() => rendered(POD, { fsGroup: Token.asNumber({ Ref: 'Group' }) })).toThrow(
      '`spec.template.spec.securityContext.fsGroup of Deployment default/app` must be known at synth time, got: '
        + '{"Ref":"Group"}',
    );
  });
});

describe('tokenExpiration', () => {
  test.each([[600, '600'], [86400, '86400']])('%s seconds', (seconds, expected) => {
    expect(podOf(rendered(POD, { tokenExpiration: Duration.seconds(seconds) })).metadata.annotations[EXPIRATION]).toBe(
      expected,
    );
  });

  test.each([599, 86401])('not %s seconds', seconds => {
    const sa = serviceAccount(literalStack(), 'Sa');
    const message = '[Stack/Sa] `tokenExpiration` must be 600 to 86400 whole seconds (10 minutes to 24 hours), got: '
      + `"${seconds} s".`;
    expect(() => sa.applyTo(workload(ownChart()), { tokenExpiration: Duration.seconds(seconds) })).toThrow(message);
    expect(() => rendered(POD, { tokenExpiration: Duration.seconds(Lazy.number({ produce: () => seconds })) })).toThrow(
      message,
    );
  });

  test('may differ from the service account\'s', () => {
    const chart = ownChart();
    const sa = serviceAccount(literalStack(), 'Sa', { tokenExpiration: Duration.hours(12), chart });
    sa.applyTo(workload(chart, 'Pod'), { tokenExpiration: Duration.hours(1) });
    expect(written(chart).map(({ kind, metadata }) => [kind, metadata.annotations[EXPIRATION]])).toEqual([
      ['ServiceAccount', '43200'],
      ['Pod', '3600'],
    ]);
  });

  test('of the workload itself stays, and must not contradict', () => {
    const own = { annotations: { [EXPIRATION]: '700', mine: 'x' } };
    expect(podOf(rendered(POD, {}, 'Pod', own)).metadata.annotations).toEqual({ [EXPIRATION]: '700', mine: 'x' });
    expect(
      podOf(rendered(POD, { tokenExpiration: Duration.seconds(700) }, 'Pod', own)).metadata.annotations[EXPIRATION],
    ).toBe('700');
    expect(() => rendered(POD, { tokenExpiration: Duration.seconds(800) }, 'Pod', own)).toThrow(
      `[Stack/Sa] \`metadata.annotations["${EXPIRATION}"] of Pod app\` must be "800", as applyTo() sets it, got: `
        + '"700". Remove the annotation from the workload.',
    );
    expect(() => rendered(POD, { tokenExpiration: Duration.seconds(800) }, 'CronJob', own)).toThrow(
      `\`spec.jobTemplate.spec.template.metadata.annotations["${EXPIRATION}"] of CronJob app\` must be "800"`);
  });
});

describe('skipContainers', () => {
  const pod = {
    containers: [container('app'), container('proxy'), container('logs')],
    initContainers: [container('init')],
  };
  /** As the webhook reads the annotation: split at commas, not trimmed. */
  const skipped = (manifest: Manifest) => podOf(manifest).metadata.annotations[SKIP].split(',');

  test.each<[string[]]>([[['proxy']], [['proxy', 'logs']], [['logs', 'proxy', 'init']], [['app', 'proxy', 'logs']]])(
    '%j',
    skipContainers => {
      expect(skipped(rendered(pod, { skipContainers }))).toEqual(skipContainers);
    },
  );

  test('repeats count once; none are no annotation', () => {
    expect(skipped(rendered(pod, { skipContainers: ['proxy', 'proxy'] }))).toEqual(['proxy']);
    expect(podOf(rendered(pod, { skipContainers: [] }, 'Pod')).metadata.annotations).toBeUndefined();
  });

  test.each<[string[], string]>([
    [['proxi'], '"proxi"'],
    [['proxy', ' logs'], '" logs"'],
    [['proxy,logs'], '"proxy,logs"'],
    [[''], '""'],
    [['Proxy'], '"Proxy"'],
    [[Token.asString({ Ref: 'X' })], '{"Ref":"X"}'],
  ])('%j: no such container', (skipContainers, got) => {
    expect(() => rendered(pod, { skipContainers })).toThrow(
      '[Stack/Sa] `skipContainers` must name containers of Deployment app ("app", "proxy", "logs", "init"), got: '
        + `${got}. The webhook compares names exactly.`,
    );
  });

  test('one must remain', () => {
    expect(() => rendered(pod, { skipContainers: ['init', 'app', 'proxy', 'logs'] })).toThrow(
      '[Stack/Sa] `skipContainers` must leave credentials for a container of Deployment app ("app", "proxy", "logs", '
        + '"init"), got: '
        + '["init","app","proxy","logs"]. Otherwise no container would use the service account.',
    );
  });

  test('the list is the one of the call', () => {
    const skipContainers = ['proxy'];
    const object = workload(ownChart(), 'Pod', pod);
    serviceAccount(literalStack(), 'Sa').applyTo(object, { skipContainers });
    skipContainers.push('app');
    expect(skipped(object.toJson())).toEqual(['proxy']);
  });

  test('a list that only the deployment knows is refused, a name that synth knows is not', () => {
    const sa = serviceAccount(literalStack(), 'Sa');
    expect(() => sa.applyTo(workload(ownChart()), { skipContainers: Token.asList({ Ref: 'X' }) })).toThrow(
      '[Stack/Sa] `skipContainers` must be a list known at synth time, got: a value known only at deployment. Pass '
        + 'an array of literals.',
    );
    expect(skipped(rendered(pod, { skipContainers: [Lazy.string({ produce: () => 'proxy' })] }))).toEqual(['proxy']);
  });

  test('an annotation of the workload must not contradict', () => {
    const own = { annotations: { [SKIP]: 'proxy' } };
    expect(skipped(rendered(pod, { skipContainers: ['proxy'] }, 'Pod', own))).toEqual(['proxy']);
    expect(() => rendered(pod, { skipContainers: ['logs'] }, 'Pod', own)).toThrow(
      `\`metadata.annotations["${SKIP}"] of Pod app\` must be "logs", as applyTo() sets it, got: "proxy".`,
    );
  });
});

describe('includeContainers', () => {
  const pod = {
    containers: [container('app'), container('proxy'), container('logs')],
    initContainers: [container('init')],
  };
  const skipped = (manifest: Manifest) => podOf(manifest).metadata.annotations?.[SKIP];

  test.each<[string[], string | undefined]>([
    [['app'], 'proxy,logs,init'],
    [['init', 'app'], 'proxy,logs'],
    [['logs', 'logs'], 'app,proxy,init'],
    [['app', 'proxy', 'logs', 'init'], undefined],
    [[Lazy.string({ produce: () => 'app' })], 'proxy,logs,init'],
  ])('%j: the others are skipped', (includeContainers, expected) => {
    expect(skipped(rendered(pod, { includeContainers }))).toBe(expected);
  });

  test('the list is the one of the call, and containers that come later are skipped', () => {
    const includeContainers = ['app'];
    const chart = ownChart();
    const deployment = new kplus.Deployment(chart, 'Api', { containers: [{ name: 'app', image: 'image' }] });
    serviceAccount(literalStack(), 'Sa').applyTo(deployment, { includeContainers });
    includeContainers.push('late');
    deployment.addContainer({ name: 'late', image: 'image', portNumber: 1 });
    expect(skipped(written(chart)[0])).toBe('late');
  });

  test.each<[string, WorkloadOptions, string]>([
    ['an unknown one', { includeContainers: ['app', 'ap'] }, '`includeContainers` must name containers of Deployment '
      + 'app ("app", "proxy", "logs", "init"), got: "ap". The webhook compares names exactly.'],
    ['none', { includeContainers: [] }, '`includeContainers` must leave credentials for a container of Deployment app'],
    ['both lists', { includeContainers: ['app'], skipContainers: [] }, '`includeContainers` must not be combined '
      + 'with `skipContainers`, got: ["app"]. Use only one of them.'],
    ['a deferred list', { includeContainers: Token.asList({ Ref: 'X' }) },
      '`includeContainers` must be a list known at synth time'],
  ])('%s: an error', (_, options, message) => {
    expect(() => rendered(pod, options)).toThrow(`[Stack/Sa] ${message}`);
  });

  test('a container that is skipped may have static credentials', () => {
    const stack = literalStack();
    const chart = KubernetesManifests.of(stack).chart;
    const keys = { env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'x' }] };
    const object = workload(chart, 'Pod', { containers: [container('app'), container('proxy', keys)] });
    serviceAccount(stack, 'Sa').applyTo(object, { includeContainers: ['app'] });
    Template.fromStack(stack);
    expect(warnings(stack)).toEqual([]);
  });
});

describe('sessionNameFromPod', () => {
  const NAME = 'AWS_ROLE_SESSION_NAME';
  const FROM_POD = { name: NAME, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
  /** What STS takes. */
  const SESSION = /^[\w+=,.@-]{2,64}$/;
  const named = (kind: string, name: string, pod: any = POD, options: WorkloadOptions = {}) => {
    const object = workload(ownChart(), kind, pod, undefined, { name });
    serviceAccount(literalStack(), 'Sa').applyTo(object, { sessionNameFromPod: true, ...options });
    const manifest = object.toJson();
    if (kind in KINDS && kind !== 'Rollout' && kind !== 'Custom') expect(manifestProblems(manifest)).toEqual([]);
    return podOf(manifest).spec;
  };

  beforeAll(() => {
    KINDS.Custom = { ...KINDS.Deployment, apiVersion: 'example.com/v1' };
  });

  afterAll(() => {
    delete KINDS.Custom;
  });

  const OF_KUBERNETES = [
    'ReplicationController', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob', 'Rollout',
  ];
  test.each(OF_KUBERNETES)(
    'a %s: the name of the pod, however long its own is',
    kind => {
      for (const name of ['a', 'a'.repeat(52)]) expect(named(kind, name).containers[0].env).toEqual([FROM_POD]);
    },
  );

  test.each([['ab'], ['a'.repeat(64)]])('a Pod %s: its name', name => {
    expect(named('Pod', name).containers[0].env).toEqual([FROM_POD]);
  });

  test.each<[string, string, string]>([
    ['Pod', 'a', 'default.a'],
    ['Pod', 'a'.repeat(65), `default.${'a'.repeat(45)}-`],
    ['Pod', 'a'.repeat(253), `default.${'a'.repeat(45)}-`],
    ['Custom', 'app', 'default.app'],
    ['Custom', 'a'.repeat(56), `default.${'a'.repeat(56)}`],
    ['Custom', 'a'.repeat(57), `default.${'a'.repeat(45)}-`],
  ])('a %s %s: a fixed name', (kind, name, start) => {
    const [{ name: variable, value, ...rest }] = named(kind, name).containers[0].env;
    expect([variable, rest]).toEqual([NAME, {}]);
    expect(value).toMatch(SESSION);
    expect(value.startsWith(start)).toBe(true);
    expect(named(kind, name).containers[0].env[0].value).toBe(value);
  });

  test('two long names are two sessions', () => {
    const [one, other] = ['b', 'c'].map(end => named('Pod', `${'a'.repeat(70)}${end}`).containers[0].env[0].value);
    expect(one).not.toBe(other);
  });

  test('only containers with credentials have it, and those that set it keep it', () => {
    const own = { env: [{ name: 'X', value: 'y' }, { name: NAME, value: 'mine' }] };
    const pod = {
      containers: [container('app', { env: [{ name: 'X', value: 'y' }] }), container('own', own), container('proxy')],
      initContainers: [container('init'), container('skipped')],
    };
    const { containers, initContainers } = named('Deployment', 'app', pod, { skipContainers: ['proxy', 'skipped'] });
    expect(containers.map(({ env }: any) => env)).toEqual([[{ name: 'X', value: 'y' }, FROM_POD], own.env, undefined]);
    expect(initContainers.map(({ env }: any) => env)).toEqual([[FROM_POD], undefined]);
  });

  test('is not written unless asked for, nor for EKS Pod Identity', () => {
    expect(podOf(rendered(POD)).spec.containers[0].env).toBeUndefined();
    const object = workload(ownChart());
    new PodIdentityServiceAccount(literalStack(), 'Sa', {
      clusterName: 'production', namespace: 'default', serviceAccountName: 'api',
    }).applyTo(object, { sessionNameFromPod: true });
    expect(podOf(object.toJson()).spec.containers[0].env).toBeUndefined();
  });

  test('a Pod whose name only the deployment knows is an error', () => {
    const stack = literalStack();
    const name = new CfnParameter(stack, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString;
    const object = workload(KubernetesManifests.of(stack).chart, 'Pod', POD, undefined, { name });
    serviceAccount(stack, 'Sa').applyTo(object, { sessionNameFromPod: true });
    expect(() => Template.fromStack(stack)).toThrow('`sessionNameFromPod` must be left out for Pod ');
  });
});

describe('restartOnChange', () => {
  const annotations = (
    props: Partial<ConstructorParameters<typeof IrsaServiceAccount>[2]> = {},
    options?: WorkloadOptions,
  ) => {
    const object = workload(ownChart());
    serviceAccount(literalStack(), 'Sa', props).applyTo(object, options);
    return object.toJson().spec.template.metadata.annotations;
  };

  test('the template changes exactly with the role and the audience', () => {
    expect(annotations()).toEqual({ [ROLE_ARN]: ARN });
    expect(annotations({ tokenExpiration: Duration.hours(1), labels: { a: 'b' } })).toEqual({ [ROLE_ARN]: ARN });
    expect(annotations({ roleName: 'other' })).toEqual({ [ROLE_ARN]: `arn:aws:iam::${ACCOUNT}:role/other` });
    expect(annotations({ audience: 'sts.amazonaws.com' })).toEqual({
      [ROLE_ARN]: ARN,
      [AUDIENCE]: 'sts.amazonaws.com',
    });
  });

  test('false: no annotation', () => {
    expect(annotations({ audience: 'sts.amazonaws.com' }, { restartOnChange: false })).toBeUndefined();
  });

  test('an annotation of the workload must not contradict', () => {
    expect(() => rendered(POD, {}, 'Deployment', { annotations: { [ROLE_ARN]: 'other' } })).toThrow(
      `\`spec.template.metadata.annotations["${ROLE_ARN}"] of Deployment app\` must be "${ARN}"`,
    );
  });
});

describe('static credentials', () => {
  const id = { name: 'AWS_ACCESS_KEY_ID', value: 'AKIAIOSFODNN7EXAMPLE' };
  const secret = { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };
  const found = (pod: any, options?: WorkloadOptions, podMetadata?: any) => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(stack, 'Sa').applyTo(
      workload(KubernetesManifests.of(stack).chart, 'Deployment', pod, podMetadata),
      options,
    );
    app.synth();
    return warnings(stack);
  };
  const warning = (name: string, variables: string) =>
    `Container "${name}" of Deployment app has ${variables} ` + 'in its environment. SDKs prefer them to the role. '
      + 'Remove them, or skip the container with `skipContainers`. [ack: cdk-irsa:static-credentials]';

  test.each<[string, any, WorkloadOptions | undefined, string[]]>([
    [
      'as values and references',
      { containers: [container('a', { env: [id, secret] })] },
      undefined,
      [warning('a', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')],
    ],
    [
      'one of them, in an init container',
      { containers: [container('a')], initContainers: [container('b', { env: [secret] })] },
      undefined,
      [warning('b', 'AWS_SECRET_ACCESS_KEY')],
    ],
    [
      'not in a skipped container',
      { containers: [container('a'), container('b', { env: [id, secret] })] },
      { skipContainers: ['b'] },
      [],
    ],
    [
      'not in other variables',
      {
        containers: [
          container('a', {
            env: [
              { name: 'AWS_REGION', value: 'x' },
              { name: 'MY_AWS_ACCESS_KEY_ID', value: 'x' },
            ],
          }),
        ],
      },
      undefined,
      [],
    ],
  ])('%s', (_, pod, options, expected) => {
    expect(found(pod, options)).toEqual(expected);
  });

  test('a container that the workload itself skips is skipped', () => {
    expect(
      found({ containers: [container('a'), container('b', { env: [id] })] }, {}, { annotations: { [SKIP]: 'b' } }),
    ).toEqual([]);
    // The webhook does not trim.
    expect(
      found({ containers: [container('a'), container('b', { env: [id] })] }, {}, { annotations: { [SKIP]: ' b' } }),
    ).toHaveLength(1);
  });

  test('the warning can be acknowledged, before synth too, and also comes for a cdk8s app of one\'s own', () => {
    const synth = (acknowledge: boolean) => {
      const app = new App();
      const stack = literalStack(app);
      const sa = serviceAccount(stack, 'Sa');
      if (acknowledge) Annotations.of(sa).acknowledgeWarning('cdk-irsa:static-credentials', 'migration');
      sa.applyTo(workload(ownChart(), 'Pod', { containers: [container('a', { env: [id] })] }));
      app.synth();
      return warnings(stack);
    };
    expect(synth(false)).toHaveLength(1);
    expect(synth(true)).toEqual([]);
  });
});

describe('when it is applied', () => {
  test('twice with the same service account is as once', () => {
    const chart = ownChart();
    const object = workload(chart, 'Deployment', { ...POD, securityContext: { runAsNonRoot: true } });
    const sa = serviceAccount(literalStack(), 'Sa', { audience: 'sts.amazonaws.com' });
    const options = { tokenExpiration: Duration.hours(1), skipContainers: [], fsGroup: 3 };
    sa.applyTo(object, options);
    const once = cdk8s.Yaml.stringify(object.toJson());
    sa.applyTo(object, options);
    expect(cdk8s.Yaml.stringify(object.toJson())).toBe(once);
    sa.applyTo(object, { fsGroup: 4 });
    expect(() => object.toJson()).toThrow(
      '`spec.template.spec.securityContext.fsGroup of Deployment default/app` must be 4',
    );
  });

  test('with another service account is an error', () => {
    const stack = literalStack();
    const chart = ownChart();
    const object = new kplus.Deployment(chart, 'App', { containers: [{ image: 'image' }] });
    serviceAccount(stack, 'One').applyTo(object);
    const two = serviceAccount(stack, 'Two', { serviceAccountName: 'two' });
    expect(() => two.applyTo(object)).toThrow(
      '[Stack/Two] `workload` must use only one service account, got: "own/App". Stack/One is already applied to it, '
        + 'and '
        + 'a pod can have only one service account.',
    );
    expect(() => two.applyTo(cdk8s.ApiObject.of(object))).toThrow('Stack/One is already applied to it, and a pod can');
  });

  test('patches of the user are in it, and count', () => {
    const chart = ownChart();
    const sa = serviceAccount(literalStack(), 'Sa');
    const object = workload(chart);
    sa.applyTo(object, { fsGroup: 5 });
    object.addJsonPatch(
      cdk8s.JsonPatch.add('/spec/replicas', 3),
      cdk8s.JsonPatch.replace('/spec/template/spec/containers/0/image', 'patched'),
    );
    expect(object.toJson().spec).toMatchObject({
      replicas: 3,
      template: {
        spec: {
          serviceAccountName: 'my-service-account',
          containers: [{ image: 'patched' }],
          securityContext: { fsGroup: 5 },
        },
      },
    });
    object.addJsonPatch(cdk8s.JsonPatch.add('/spec/template/spec/securityContext', { fsGroup: 6 }));
    expect(() => object.toJson()).toThrow('`spec.template.spec.securityContext.fsGroup of Deployment app` must be 5');
  });

  test('keys are in the order of cdk8s, which can be switched off', () => {
    const keys = () => {
      const object = workload(ownChart(), 'Deployment', { volumes: [], ...POD }, { annotations: { z: 'z', a: 'a' } });
      serviceAccount(literalStack(), 'Sa').applyTo(object, { fsGroup: 1 });
      const { template } = object.toJson().spec;
      return [object.toJson(), object.toJson().metadata, template, template.metadata.annotations, template.spec].map(
        value => Object.keys(value),
      );
    };
    expect(keys()).toEqual([
      ['apiVersion', 'kind', 'metadata', 'spec'],
      ['name', 'namespace'],
      ['metadata', 'spec'],
      ['a', ROLE_ARN, 'z'],
      ['containers', 'securityContext', 'serviceAccountName', 'volumes'],
    ]);
    process.env.CDK8S_DISABLE_SORT = '1';
    try {
      expect(keys().at(-1)).toEqual(['volumes', 'containers', 'serviceAccountName', 'securityContext']);
    } finally {
      delete process.env.CDK8S_DISABLE_SORT;
    }
  });

  test('the ServiceAccount comes first in a chart of one\'s own', () => {
    const chart = ownChart();
    const object = workload(chart);
    serviceAccount(literalStack(), 'Sa', { chart }).applyTo(object);
    expect(written(chart).map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Deployment']);
  });

  test('without metadata in the template, metadata comes before the spec', () => {
    const object = workload(ownChart(), 'CronJob');
    serviceAccount(literalStack(), 'Sa').applyTo(object, { tokenExpiration: Duration.hours(1) });
    expect(Object.keys(podOf(object.toJson()))).toEqual(['metadata', 'spec']);
  });
});

describe('what is wrong', () => {
  const wrong = (app: App, chart?: cdk8s.Chart) => {
    const stack = literalStack(app);
    const sa = serviceAccount(stack, 'Sa', { chart });
    sa.applyTo(
      workload(
        chart ?? KubernetesManifests.of(stack).chart,
        'Deployment',
        { serviceAccountName: 'other', ...POD },
        undefined,
        { name: 'app', namespace: 'other' },
      ),
      { skipContainers: ['x'] },
    );
  };

  test('in the file of the stack stops the CDK app, and nothing is written', () => {
    const app = new App();
    wrong(app);
    expect(() => app.synth()).toThrow(
      /\[Stack\/Sa\] `metadata\.namespace of .*\n`skipContainers` must .*\n`spec\.template\.spec\.serviceAccountName of /,
    );
    expect(readdirSync(app.outdir)).toEqual([]);
  });

  test('in a cdk8s app of one\'s own stops the CDK app, and nothing is written', () => {
    const app = new App();
    wrong(app, ownChart());
    expect(() => app.synth()).toThrow(
      /\[Stack\/Sa\] `metadata\.namespace of [\s\S]*\[Stack\/Sa\] `skipContainers` must [\s\S]*\[Stack\/Sa\] `spec\.template\.spec\.serviceAccountName of /,
    );
    expect(readdirSync(app.outdir)).toEqual([]);
  });

  test('stops a cdk8s app alone too', () => {
    const chart = ownChart();
    wrong(new App(), chart);
    expect(() => cdk8s.App.of(chart).synth()).toThrow(
      '[Stack/Sa] `metadata.namespace of Deployment other/app` must be "default"',
    );
    expect(readdirSync(cdk8s.App.of(chart).outdir)).toEqual([]);
  });
});

describe('what only the deployment knows', () => {
  test('is in the output of an environment-agnostic stack', () => {
    const stack = agnosticStack();
    const sa = serviceAccount(stack, 'Sa', {
      namespace: new CfnParameter(stack, 'Namespace', { allowedPattern: SAFE_PATTERN }).valueAsString,
    });
    sa.applyTo(workload(KubernetesManifests.of(stack).chart), {
      tokenExpiration: Duration.hours(1),
      fsGroup: Lazy.number({ produce: () => 1 }),
    });
    const template = Template.fromStack(stack).toJSON();
    const [role] = Object.keys(template.Resources);
    const text = deployed(template.Outputs.KubernetesManifests.Value, {
      values: { Namespace: 'blue', [`${role}.Arn`]: ARN },
    });
    const [, manifest] = parseManifests(text);
    expect(manifestProblems(manifest)).toEqual([]);
    expect(manifest.metadata.namespace).toBe('blue');
    expect(manifest.spec.template.metadata.annotations).toEqual({ [ROLE_ARN]: ARN, [EXPIRATION]: '3600' });
    expect(manifest.spec.template.spec.securityContext).toEqual({ fsGroup: 1 });
  });

  test('is refused in a cdk8s app of one\'s own, by both apps', () => {
    const app = new App();
    const stack = agnosticStack(app);
    const chart = ownChart({ resolvers: [new CdkTokenResolver(stack)] });
    serviceAccount(stack, 'Sa').applyTo(workload(chart));
    const message =
      /\[Stack\/Sa\] `spec\.template\.metadata\.annotations\["cdk-irsa\/role-arn"\] of Deployment default\/app` must be known at synth time, got: \{"Fn::GetAtt":\["SaRole\w+","Arn"\]\}/;
    expect(() => cdk8s.Testing.synth(chart)).toThrow(message);
    expect(() => app.synth()).toThrow(message);
  });

  test.each<[string, any, string]>([
    ['a text', { args: [`x-${Token.asString({ Ref: 'X' })}`] }, 'spec.containers[0].args[0]'],
    ['a number', { port: Token.asNumber({ Ref: 'X' }) }, 'spec.containers[0].port'],
    ['a list', { args: Token.asList({ Ref: 'X' }) }, 'spec.containers[0].args'],
    [
      'a key',
      { resources: { [Token.asString({ Ref: 'X' })]: 1 } },
      'spec.containers[0].resources["<known only at deployment>"]',
    ],
  ])('%s of the workload itself never reaches the file of a cdk8s app without the resolver', (_, extra, field) => {
    const app = new App();
    const chart = ownChart();
    serviceAccount(literalStack(app), 'Sa').applyTo(workload(chart, 'Pod', { containers: [container('app', extra)] }));
    const message = `[Stack/Sa] \`${field} of Pod default/app\` must be known at synth time, got: {"`;
    expect(() => written(chart)).toThrow(message);
    expect(() => app.synth()).toThrow(message);
  });

  test('of the workload itself is written where synth knows it, without the resolver too', () => {
    const stack = literalStack();
    const chart = ownChart();
    const image = `${stack.partition}-${Aws.ACCOUNT_ID}`;
    serviceAccount(stack, 'Sa').applyTo(
      workload(chart, 'Pod', {
        containers: [container('app', { image, args: Token.asList(['a', Aws.REGION]), port: Token.asNumber(7) })],
      }),
    );
    expect(written(chart)[0].spec.containers).toEqual([
      { name: 'app', image: `aws-${ACCOUNT}`, args: ['a', 'eu-west-1'], port: 7 },
    ]);
  });

  test('is not needed without restartOnChange', () => {
    const chart = ownChart();
    const object = workload(chart);
    serviceAccount(agnosticStack(), 'Sa').applyTo(object, { restartOnChange: false });
    expect(manifestProblems(object.toJson())).toEqual([]);
  });

  test('an account of another stack, in the file of this one', () => {
    const app = new App();
    const stack = literalStack(app);
    serviceAccount(literalStack(app, 'Other'), 'Sa', { roleName: 'other' }).applyTo(
      workload(KubernetesManifests.of(stack).chart),
    );
    expect(stackFile(app)[0].spec.template.metadata.annotations).toEqual({
      [ROLE_ARN]: `arn:aws:iam::${ACCOUNT}:role/other`,
    });
  });
});
