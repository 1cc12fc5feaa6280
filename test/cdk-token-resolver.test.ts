import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Aws, CfnParameter, CfnResource, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { CfnGlobalTable, CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRepository } from 'aws-cdk-lib/aws-ecr';
import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { CfnRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStream } from 'aws-cdk-lib/aws-kinesis';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as cdk8s from 'cdk8s';
import * as kplus from 'cdk8s-plus-33';
import { manifestProblems, parseManifests } from './judges/kubernetes';
import { ACCOUNT, agnosticStack, literalStack, REGION, serviceAccount } from './support';
import { CdkTokenResolver } from '../src';

const outdir = mkdtempSync(join(tmpdir(), 'resolver-'));
afterAll(() => rmSync(outdir, { recursive: true }));

function chartOf(stack: Stack): cdk8s.Chart {
  return new cdk8s.Chart(
    new cdk8s.App({ outdir: mkdtempSync(join(outdir, 'dist-')), resolvers: [new CdkTokenResolver(stack)] }),
    'own',
  );
}

/** What `cdk8s synth` writes of an object. */
function written(stack: Stack, props: any): any {
  const chart = chartOf(stack);
  new cdk8s.ApiObject(chart, 'Object', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    ...props,
    metadata: { name: 'config', namespace: 'default', ...props.metadata },
  });
  const app = cdk8s.App.of(chart);
  app.synth();
  const [file] = readdirSync(app.outdir);
  return parseManifests(readFileSync(join(app.outdir, file), 'utf8'))[0];
}

describe('what synth knows is written', () => {
  test.each<[string, (stack: Stack) => any, any]>([
    ['the account', () => Aws.ACCOUNT_ID, ACCOUNT],
    ['the region', stack => stack.region, REGION],
    ['the partition, in a text', stack => `arn:${stack.partition}:x`, 'arn:aws:x'],
    ['a text', () => Lazy.string({ produce: () => 'text' }), 'text'],
    ['a number', () => Lazy.number({ produce: () => 3 }), 3],
    ['a list', () => Lazy.list({ produce: () => ['a', Aws.REGION] }), ['a', REGION]],
    ['a list from a split', () => Fn.split('/', 'a/b'), ['a', 'b']],
    ['a list in a list', () => ['a', ...Lazy.list({ produce: () => ['b', Aws.REGION] }), 'c'], ['a', 'b', REGION, 'c']],
    ['an object', () => Lazy.any({ produce: () => ({ a: [Aws.REGION] }) }), { a: [REGION] }],
    ['nothing', () => Lazy.any({ produce: () => undefined }), undefined],
    ['a token inside lists and maps', () => [{ a: [{ b: Aws.REGION }] }], [{ a: [{ b: REGION }] }]],
    ['a key', () => ({ [`to-${Aws.REGION}`]: Aws.ACCOUNT_ID, plain: 1 }), { [`to-${REGION}`]: ACCOUNT, plain: 1 }],
    [
      'the ARN of a role with a fixed name',
      stack =>
        new Role(stack, 'R', { roleName: 'fixed', assumedBy: new ServicePrincipal('ec2.amazonaws.com') }).roleArn,
      `arn:aws:iam::${ACCOUNT}:role/fixed`,
    ],
    [
      'the name of a role with a fixed name',
      stack =>
        new Role(stack, 'R', { roleName: 'fixed', assumedBy: new ServicePrincipal('ec2.amazonaws.com') }).roleName,
      'fixed',
    ],
    [
      'the role of a service account',
      stack => serviceAccount(stack, 'Sa').role.roleName,
      'default-my-service-account-e8b490b17d',
    ],
    ['the name of a bucket whose', stack => new Bucket(stack, 'B', { bucketName: 'mine' }).bucketName, 'mine'],
    [
      'the name of a bucket in a text',
      stack => `s3://${new Bucket(stack, 'B', { bucketName: 'mine' }).bucketName}/x`,
      's3://mine/x',
    ],
  ])('%s', (_, value, expected) => {
    const stack = literalStack();
    expect(written(stack, { x: value(stack) }).x).toEqual(expected);
  });

  test('in metadata, by constructors of cdk8s-plus too', () => {
    const stack = literalStack();
    const chart = chartOf(stack);
    const deployment = new kplus.Deployment(chart, 'App', {
      metadata: { namespace: Aws.REGION, annotations: { [`a/${Aws.REGION}`]: Aws.ACCOUNT_ID } },
      podMetadata: { labels: { region: stack.region, partition: stack.partition } },
      containers: [
        {
          image: `${stack.account}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}/app`,
          portNumber: Lazy.number({ produce: () => 80 }),
          envVariables: { REGION: kplus.EnvValue.fromValue(Aws.REGION) },
        },
      ],
    });
    deployment.metadata.addLabel('account', Aws.ACCOUNT_ID);
    const [manifest] = cdk8s.Testing.synth(chart);
    expect(manifestProblems(manifest)).toEqual([]);
    expect(manifest.metadata).toMatchObject({
      namespace: REGION,
      annotations: { [`a/${REGION}`]: ACCOUNT },
      labels: { account: ACCOUNT },
    });
    expect(manifest.spec.template.metadata.labels).toMatchObject({ region: REGION, partition: 'aws' });
    expect(manifest.spec.template.spec.containers[0]).toMatchObject({
      image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/app`,
      ports: [{ containerPort: 80 }],
      env: [{ name: 'REGION', value: REGION }],
    });
  });

  test('in the environment of the stack that was given', () => {
    const app = new App();
    const china = literalStack(app, 'China', { account: '222233334444', region: 'cn-north-1' });
    expect(written(china, { x: `${Aws.PARTITION}.${Aws.URL_SUFFIX}.${Aws.ACCOUNT_ID}` }).x).toBe(
      'aws-cn.amazonaws.com.cn.222233334444',
    );
  });

  test('beside a service account in the chart', () => {
    const stack = literalStack();
    const chart = chartOf(stack);
    serviceAccount(stack, 'Sa', { chart, labels: { region: Aws.REGION } });
    expect(cdk8s.Testing.synth(chart)[0].metadata.labels).toEqual({ region: REGION });
  });
});

test('values of cdk8s are left to cdk8s', () => {
  class Port { // as `cdk8s import` generates unions
    constructor(public readonly value: number | string) {}
  }
  const resolved: unknown[][] = [];
  const object = written(literalStack(), {
    lazy: cdk8s.Lazy.any({ produce: () => ({ region: Aws.REGION }) }),
    implicit: { resolve: (...args: unknown[]) => { resolved.push(args); return [1]; } },
    int: new Port(80),
    text: new Port('http'),
    token: new Port(Aws.REGION),
    duration: cdk8s.Duration.hours(1).toSeconds(),
    map: { ref: { Ref: 'X' }, value: 'plain', resolve: 'text' },
    list: ['${x}', '$(HOME)'],
    no: false,
    zero: 0,
  });
  expect(object).toMatchObject({
    lazy: { region: REGION },
    implicit: [1],
    int: { value: 80 },
    text: { value: 'http' },
    token: { value: REGION },
    duration: 3600,
    map: { ref: { Ref: 'X' }, value: 'plain', resolve: 'text' },
    list: ['${x}', '$(HOME)'],
    no: false,
    zero: 0,
  });
  expect(resolved).toEqual([[]]); // by cdk8s, which passes nothing
});

describe('what only the deployment knows is refused', () => {
  const advice =
    'Write a literal instead of an attribute of a resource (for account and region, set env on the stack), or '
      + 'pass the value to the pod in another way.';

  test.each<[string, (stack: Stack) => any, string, string]>([
    [
      'a text',
      stack => ({ data: { bucket: new Bucket(stack, 'B').bucketName } }),
      'data.bucket',
      '{"Ref":"B08E7C7AF"}',
    ],
    [
      'a part of a text',
      stack => ({ data: { 'a/b': `s3://${new Bucket(stack, 'B').bucketName}` } }),
      'data["a/b"]',
      '{"Fn::Join":["",["s3://",{"Ref":"B08E7C7AF"}]]}',
    ],
    ['a number', () => ({ spec: { replicas: Token.asNumber({ Ref: 'N' }) } }), 'spec.replicas', '{"Ref":"N"}'],
    ['a list', () => ({ spec: { args: Token.asList({ Ref: 'L' }) } }), 'spec.args', '{"Ref":"L"}'],
    ['a list in a list', () => ({ spec: { args: ['a', ...Token.asList({ Ref: 'L' })] } }), 'spec.args', '{"Ref":"L"}'],
    ['an object', () => ({ spec: [{ x: Token.asAny({ Ref: 'O' }) }] }), 'spec[0].x', '{"Ref":"O"}'],
    [
      'a key',
      stack => ({ data: { [new Bucket(stack, 'B').bucketName]: 'x' } }),
      'data["<known only at deployment>"]',
      '{"Ref":"B08E7C7AF"}',
    ],
    [
      'metadata',
      stack => ({ metadata: { labels: { b: new Bucket(stack, 'B').bucketName } } }),
      'metadata.labels.b',
      '{"Ref":"B08E7C7AF"}',
    ],
    ['a parameter', stack => ({ data: { p: new CfnParameter(stack, 'P').valueAsString } }), 'data.p', '{"Ref":"P"}'],
    [
      'an ARN',
      stack => ({ data: { t: new Bucket(stack, 'B', { bucketName: 'mine' }).bucketArn } }),
      'data.t',
      '{"Fn::GetAtt":["B08E7C7AF","Arn"]}',
    ],
  ])('%s', (_, props, field, got) => {
    const stack = literalStack();
    const expected = `[Stack] \`${field} of ConfigMap default/config\` must be known at synth time, got: ${got}. `
      + `${advice}`;
    expect(() => written(stack, props(stack))).toThrow(expected);
    expect(() => written(stack, props(literalStack()))).not.toThrow(/\$\{Token/);
  });

  test('the account of an environment-agnostic stack', () => {
    expect(() => written(agnosticStack(), { data: { account: Aws.ACCOUNT_ID } })).toThrow(
      '[Stack] `data.account of ConfigMap default/config` must be known at synth time, got: {"Ref":"AWS::AccountId"}.',
    );
  });

  test('keys that turn out to be the same', () => {
    const same = { [Lazy.string({ produce: () => 'same' })]: 1, same: 2 };
    expect(() => written(literalStack(), { data: same })).toThrow(
      '[Stack] `chart` must contain maps with different keys, got: ["same","same"]. Two keys resolve to the same '
        + 'text. Keep one of them.',
    );
  });
});

describe('names of resources', () => {
  const bucket = (stack: Stack, bucketName?: string) => new CfnBucket(stack, 'R', { bucketName });
  /** With what the L1 says of its `Ref`, made from the schemas of CloudFormation. */
  const NAMED: [string, (stack: Stack) => { resource: CfnResource; nameByRef: string }][] = [
    [
      'S3 bucket',
      stack => {
        const resource = bucket(stack, 'n');
        return { resource, nameByRef: resource.bucketRef.bucketName };
      },
    ],
    [
      'DynamoDB table',
      stack => {
        const resource = new CfnTable(stack, 'R', { tableName: 'n', keySchema: [] });
        return { resource, nameByRef: resource.tableRef.tableName };
      },
    ],
    [
      'DynamoDB global table',
      stack => {
        const resource = new CfnGlobalTable(stack, 'R', {
          tableName: 'n',
          keySchema: [],
          attributeDefinitions: [],
          replicas: [],
        });
        return { resource, nameByRef: resource.globalTableRef.tableName };
      },
    ],
    [
      'Kinesis stream',
      stack => {
        const resource = new CfnStream(stack, 'R', { name: 'n' });
        return { resource, nameByRef: resource.streamRef.streamName };
      },
    ],
    [
      'log group',
      stack => {
        const resource = new CfnLogGroup(stack, 'R', { logGroupName: 'n' });
        return { resource, nameByRef: resource.logGroupRef.logGroupName };
      },
    ],
    [
      'ECR repository',
      stack => {
        const resource = new CfnRepository(stack, 'R', { repositoryName: 'n' });
        return { resource, nameByRef: resource.repositoryRef.repositoryName };
      },
    ],
    [
      'EKS cluster',
      stack => {
        const resource = new CfnCluster(stack, 'R', { name: 'n', roleArn: 'r', resourcesVpcConfig: { subnetIds: [] } });
        return { resource, nameByRef: resource.clusterRef.clusterName };
      },
    ],
    [
      'role',
      stack => {
        const resource = new CfnRole(stack, 'R', { roleName: 'n', assumeRolePolicyDocument: {} });
        return { resource, nameByRef: resource.roleRef.roleName };
      },
    ],
  ];

  test.each(NAMED)('%s', (_, make) => {
    const stack = literalStack();
    const { resource, nameByRef } = make(stack);
    expect(stack.resolve(nameByRef)).toEqual({ Ref: 'R' });
    expect(written(stack, { data: { n: resource.ref } }).data.n).toBe('n');
  });

  test.each<[string, (stack: Stack) => string]>([
    [
      'a queue: its Ref is a URL',
      stack => (new Queue(stack, 'R', { queueName: 'n' }).node.defaultChild as CfnResource).ref,
    ],
    [
      'a topic: its Ref is an ARN',
      stack => (new Topic(stack, 'R', { topicName: 'n' }).node.defaultChild as CfnResource).ref,
    ],
    ['a bucket without a name', stack => bucket(stack).ref],
    ['a bucket named by a parameter', stack => bucket(stack, new CfnParameter(stack, 'P').valueAsString).ref],
    [
      'a bucket whose name is taken away',
      stack => {
        const resource = bucket(stack, 'n');
        resource.addPropertyDeletionOverride('BucketName');
        return resource.ref;
      },
    ],
    ['another attribute', stack => bucket(stack, 'n').attrDomainName],
  ])('not of %s', (_, value) => {
    const stack = literalStack();
    const token = value(stack);
    expect(() => written(stack, { data: { n: token } })).toThrow(
      '`data.n of ConfigMap default/config` must be known at synth time',
    );
  });

  test('an override counts', () => {
    const stack = literalStack();
    const resource = bucket(stack, 'n');
    resource.addPropertyOverride('BucketName', 'overridden');
    expect(written(stack, { data: { n: resource.ref } }).data.n).toBe('overridden');
  });
});
