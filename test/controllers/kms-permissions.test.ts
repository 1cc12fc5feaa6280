import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alias, IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { ControllerSample } from './sample';
import { SAMPLES } from './samples';
import { optionsOfType } from '../../scripts/docs/controller-inputs';
import { AckService, Controller, IrsaServiceAccount } from '../../src';
import { isObject } from '../../src/conventions/json';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { agnosticStack, literalProvider, literalStack } from '../support';

const ACCOUNT = '111122223333';
const bucket = (stack: Stack) => Bucket.fromBucketName(stack, 'Bucket', 'bucket');
const secret = (stack: Stack) => Secret.fromSecretNameV2(stack, 'Secret', 'db');
const parameter = (stack: Stack) => StringParameter.fromStringParameterName(stack, 'Parameter', '/db');
const queue = (stack: Stack, keyArn: string) =>
  Queue.fromQueueAttributes(stack, 'Queue', { queueArn: stack.formatArn({ service: 'sqs', resource: 'nth' }), keyArn });

type Make = (stack: Stack, key: IKey) => Controller;
const CONTROLLERS: [string, string, Make][] = [
  ['ebsCsiDriver', 'ec2', (_, key) => Controller.ebsCsiDriver({ kmsKeys: [key] })],
  ['fsxLustreCsiDriver', 'fsx', (_, key) => Controller.fsxLustreCsiDriver({ kmsKeys: [key] })],
  ['fsxOpenZfsCsiDriver', 'fsx', (_, key) => Controller.fsxOpenZfsCsiDriver({ kmsKeys: [key] })],
  [
    'mountpointS3CsiDriver',
    's3',
    (stack, key) => Controller.mountpointS3CsiDriver({ buckets: [bucket(stack)], kmsKeys: [key] }),
  ],
  ['velero', 's3', (stack, key) => Controller.velero({ buckets: [bucket(stack)], kmsKeys: [key] })],
  [
    'velero',
    'ec2',
    (stack, key) => Controller.velero({ buckets: [bucket(stack)], volumeSnapshots: true, volumeKmsKeys: [key] }),
  ],
  [
    'externalSecrets',
    'secretsmanager',
    (stack, key) => Controller.externalSecrets({ secrets: [secret(stack)], encryptionKeys: [key] }),
  ],
  [
    'externalSecrets',
    'ssm',
    (stack, key) => Controller.externalSecrets({ parameters: [parameter(stack)], encryptionKeys: [key] }),
  ],
  [
    'secretsStoreCsiProvider',
    'ssm',
    (stack, key) =>
      Controller.secretsStoreCsiProvider({
        namespace: 'a',
        serviceAccountName: 'b',
        parameters: [parameter(stack)],
        encryptionKeys: [key],
      }),
  ],
  [
    'awsNodeTerminationHandler',
    'sqs',
    (stack, key) => Controller.awsNodeTerminationHandler({ queue: queue(stack, key.keyArn) }),
  ],
];

/** The region of the stack, whether synth knows it, that of the key, and the partition with its domain. */
const PLACES: [string, boolean, string, string, string][] = [
  ['eu-west-1', true, 'eu-west-1', 'aws', 'amazonaws.com'],
  ['eu-west-1', true, 'us-east-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', true, 'cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-west-1', true, 'us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['us-iso-east-1', true, 'us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
  ['eu-west-1', false, 'eu-west-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', false, 'cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
];

describe.each(PLACES)(
  'in %s (known at synth: %s), with a key in %s',
  (region, literal, keyRegion, partition, suffix) => {
    test.each(CONTROLLERS)('%s uses it through %s alone', (_, service, make) => {
      const stack = literal ? literalStack(new App(), 'Stack', { account: ACCOUNT, region }) : agnosticStack();
      const key = Key.fromKeyArn(
        stack,
        'Key',
        stack.formatArn({
          service: 'kms',
          resource: 'key',
          resourceName: '1',
          ...(keyRegion === region ? {} : { region: keyRegion }),
        }),
      );
      const values = {
        'AWS::Partition': partition,
        'AWS::Region': region,
        'AWS::AccountId': ACCOUNT,
        'AWS::URLSuffix': suffix,
      };
      const document = deployed(stack.resolve(make(stack, key).policyDocument(stack)), { values });
      const keyArn = `arn:${partition}:kms:${keyRegion}:${ACCOUNT}:key/1`;
      const decrypts = (viaService?: string) =>
        allows([document], 'kms:Decrypt', keyArn, viaService === undefined ? {} : { 'kms:ViaService': viaService });
      // "Use the .amazonaws.com suffix of the AWS KMS ViaService name in all AWS partitions."
      expect(decrypts(`${service}.${keyRegion}.amazonaws.com`)).toBe(true);
      for (const other of [
        undefined,
        `lambda.${keyRegion}.amazonaws.com`,
        `${service}.ap-south-1.amazonaws.com`,
        `${service}.${keyRegion}.amazonaws.com.cn`,
        `${service}.${keyRegion}.amazonaws.com.example.org`,
        ...(suffix === 'amazonaws.com' ? [] : [`${service}.${keyRegion}.${suffix}`]),
      ]) {expect([other, decrypts(other)]).toEqual([other, false]);}
    });
  },
);

test('keys of two regions make one statement, each key once', () => {
  const stack = literalStack();
  const keys = ['eu-west-1', 'us-east-1', 'eu-west-1'].map((region, index) =>
    Key.fromKeyArn(stack, `Key${index}`, `arn:aws:kms:${region}:${ACCOUNT}:key/1`));
  const driver = Controller.mountpointS3CsiDriver({ buckets: [bucket(stack)], kmsKeys: keys, readOnly: true });
  const { Statement } = stack.resolve(driver.policyDocument(stack));
  expect(
    Statement.filter(({ Action }: any) => Action === 'kms:Decrypt').map(({ Resource, Condition }: any) => [
      Resource,
      Condition,
    ]),
  ).toEqual([
    [
      [`arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`, `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`],
      { StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 's3.us-east-1.amazonaws.com'] } },
    ],
  ]);
});

describe.each<[string, Make]>([
  // CDK itself refuses the alias of a queue.
  ...CONTROLLERS.filter(([name]) => name !== 'awsNodeTerminationHandler')
    .map(([name, , make]): [string, Make] => [name, make]),
  ['fluxKustomizeController', (_, key) => Controller.fluxKustomizeController({ keys: [key] })],
  ['kyverno', (_, key) => Controller.kyverno({ keys: [key] })],
  ['grafanaLoki', (stack, key) => Controller.grafanaLoki({ buckets: [bucket(stack)], kmsKeys: [key] })],
])('%s takes no alias for a key', (_, make) => {
  test.each<[string, (stack: Stack) => IKey]>([
    ['made here', stack => new Alias(stack, 'Alias', { aliasName: 'alias/app', targetKey: new Key(stack, 'Key') })],
    ['imported', stack => Alias.fromAliasName(stack, 'Alias', 'alias/app') as IKey],
    ['by its ARN', () => ({
      keyArn: `arn:aws:kms:eu-west-1:${ACCOUNT}:alias/app`,
      env: { region: 'eu-west-1', account: ACCOUNT },
    } as IKey)],
  ])('%s', (_kind, key) => {
    const stack = literalStack();
    const controller = make(stack, key(stack));
    new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
    expect(() => Template.fromStack(stack)).toThrow(
      /`controller` must name keys by their ARNs, not by aliases, got: .*IAM does not resolve aliases\. Pass the key itself to/s,
    );
  });
});

test('aliases themselves are no keys', () => {
  const stack = literalStack();
  const service = AckService.kms({ aliasPrefix: 'apps/', resourceTags: { owner: 'ack' } });
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.ackController({ service }),
  });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

describe('every option for keys has a sample that uses a key by it', () => {
  const OPTIONS = [Controller, AckService].flatMap(owner =>
    Object.getOwnPropertyNames(owner).flatMap(name =>
      optionsOfType(`${owner.name}.${name}`, /^IKey(Ref)?(\[\])?$/).map((option): [string, string, object] =>
        [name, option, owner])));

  test('there are some', () => {
    expect(OPTIONS.length).toBeGreaterThan(20);
    const names = OPTIONS.map(([name, option]) => `${name}.${option}`);
    expect(names).toEqual(expect.arrayContaining(['cortex.kmsKeys', 'kyverno.keys', 'rds.encryptionKeys']));
    expect(optionsOfType('Controller.kubecost', /^IBucket$/)).toContain('costReport.resultBucket');
  });

  test.each(OPTIONS)('%s: %s', (name, option, owner) => {
    const used = SAMPLES.filter(sample => usesKeys(sample, owner, name, option.split('.')));
    expect(used).not.toEqual([]);
  });

  /** Whether a sample gives keys by the option, and calls KMS on each of them. */
  function usesKeys({ make, may }: ControllerSample, owner: any, name: string, path: string[]): boolean {
    const stack = literalStack();
    const factory = jest.spyOn(owner, name);
    make(stack);
    const given = factory.mock.calls.flatMap(([options]) => valuesAt(options, path));
    factory.mockRestore();
    const called = may.filter(({ action }) => action.startsWith('kms:')).map(({ resource }) => resource);
    const arnOf = ({ keyArn }: IKey) => deployed(stack.resolve(keyArn), { values: { 'AWS::Partition': 'aws' } });
    return given.length > 0 && given.every(key => called.includes(arnOf(key as IKey)));
  }

  function valuesAt(value: unknown, [property, ...rest]: string[]): unknown[] {
    if (Array.isArray(value)) return value.flatMap(item => valuesAt(item, [property, ...rest].filter(Boolean)));
    if (property === undefined) return value === undefined ? [] : [value];
    return isObject(value) ? valuesAt(value[property], rest) : [];
  }
});
