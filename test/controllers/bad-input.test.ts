/**
 * Every factory with the options of its samples, and one of them wrong.
 */
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ControllerSample } from './sample';
import { SAMPLES } from './samples';
import { Controller, IrsaServiceAccount } from '../../src';
import { isObject } from '../../src/conventions/json';
import { agnosticStack, literalProvider, literalStack, warnings } from '../support';

type Options = Record<string, unknown>;
const factories: Record<string, (options?: object) => Controller> = Controller as any;

/** The options that a sample gives to its factory. */
function optionsOf({ factory, make }: ControllerSample, stack: Stack): Options {
  const factoryOf = jest.spyOn(factories, factory);
  make(stack);
  const [options = {}] = factoryOf.mock.calls[0];
  factoryOf.mockRestore();
  return options as Options;
}

/** The paths of all lists in the options, and of what is in an option that groups others. */
function listsIn(options: Options, path: string[] = []): string[][] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [[...path, name]];
    return isGroup(value) ? listsIn(value, [...path, name]) : [];
  });
}

function isGroup(value: unknown): value is Options {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}

function withValue(options: Options, [name, ...rest]: string[], value: unknown): Options {
  return { ...options, [name]: rest.length === 0 ? value : withValue(options[name] as Options, rest, value) };
}

const LISTS = SAMPLES.filter(({ factory }) => factory !== 'ackController').flatMap((sample) => {
  const options = optionsOf(sample, literalStack());
  return listsIn(options).map((path): [string, string, string[], ControllerSample] =>
    [sample.factory, path.join('.'), path, sample]);
});
const first = LISTS.filter(([factory, name], index) =>
  LISTS.findIndex(other => other[0] === factory && other[1] === name) === index);

test.each(first)('%s refuses an empty list of %s', (factory, name, path, sample) => {
  const options = optionsOf(sample, literalStack());
  expect(() => factories[factory](options)).not.toThrow();
  expect(() => factories[factory](withValue(options, path, []))).toThrow(`[Controller.${factory}] \`${name}\` must`);
});

/** Stands for a construct, with its ARNs changed. */
function withArns<T extends object>(resource: T, change: (arn: string) => string): T {
  const names = Object.keys(resource).filter(name => /Arn$/.test(name) && typeof (resource as any)[name] === 'string');
  const changed = names.map(name => [name, { value: change((resource as any)[name]) }]);
  return Object.create(resource, Object.fromEntries(changed));
}

const RESOURCES = first.filter(([, , path, sample]) => {
  const [resource] = valueAt(optionsOf(sample, literalStack()), path) as unknown[];
  return isObject(resource) && Object.keys(resource).some(name => /Arn$/.test(name));
});

function valueAt(options: Options, [name, ...rest]: string[]): unknown {
  return rest.length === 0 ? options[name] : valueAt(options[name] as Options, rest);
}

/** The role of a controller whose resources in one list have other ARNs. */
function withOtherArns(sample: ControllerSample, path: string[], change: (arn: string) => string): Stack {
  const stack = literalStack();
  const options = optionsOf(sample, stack);
  const resources = (valueAt(options, path) as object[]).map(resource => withArns(resource, change));
  const controller = factories[sample.factory](withValue(options, path, resources));
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
  return stack;
}

test('there are lists of resources', () => {
  expect(RESOURCES.map(([factory, name]) => `${factory}.${name}`)).toEqual(
    expect.arrayContaining(['thanos.buckets', 'kyverno.repositories', 'keda.queues', 'grafana.logGroups']),
  );
});

test.each(RESOURCES)('%s refuses %s of another partition', (_factory, _name, path, sample) => {
  const stack = withOtherArns(sample, path, arn => arn.replace(/^arn:[^:]+:/, 'arn:aws-cn:'));
  expect(() => Template.fromStack(stack)).toThrow('must name resources in the partition of the stack, aws, got:');
});

test.each(RESOURCES)('%s takes %s of another account for what they are', (_factory, _name, path, sample) => {
  const template = (change: (arn: string) => string) =>
    JSON.stringify(Template.fromStack(withOtherArns(sample, path, change)).toJSON());
  let isOfAccount = false;
  const other = template(arn => arn.replace(/^(arn:[^:]+:[^:]*:[^:]*:)([^:]+):/, (_, before) => {
    isOfAccount = true;
    return `${before}999988887777:`;
  }));
  expect(other.includes('999988887777')).toBe(isOfAccount);
});

test.each(['grafanaLoki', 'grafanaMimir'])('%s takes a prefix that its storage_prefix takes', factory => {
  const make = (prefix: string) => factories[factory]({
    buckets: [Bucket.fromBucketName(literalStack(), 'Bucket', 'data')],
    prefixes: [prefix],
  });
  for (const prefix of ['blue/', 'blue-1/', 'B/']) expect(() => make(prefix)).not.toThrow();
  for (const prefix of ['clusters/blue/', 'blue_1/', 'blue.1/', 'blue green/', 'bl\u00fce/']) {
    expect(() => make(prefix)).toThrow(
      `[Controller.${factory}] \`prefixes\` must be a single folder of letters, digits and dashes, got: `
        + `${JSON.stringify(prefix)}. Its \`storage_prefix\` accepts nothing else. For example \`blue/\`.`,
    );
  }
});

describe('a statement that IAM takes in no policy', () => {
  const many = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const zones = (stack: Stack) =>
    [HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' })];
  const CASES: [string, (stack: Stack, count: number) => Controller][] = [
    ['certManager', (stack, count) => Controller.certManager({
      hostedZones: zones(stack),
      recordNames: many(count, '_acme-challenge').map(name => `${name}.example.com`),
    })],
    ['cloudWatchAgent', (_, count) => Controller.cloudWatchAgent({
      clusterName: 'blue',
      metricNamespaces: many(count, 'a-namespace-of-metrics'),
    })],
    ['yetAnotherCloudWatchExporter', (_, count) => Controller.yetAnotherCloudWatchExporter({
      regions: many(count, 'eu-west'),
    })],
  ];
  const synthesized = (stack: Stack, controller: Controller) => {
    new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
    return () => Template.fromStack(stack);
  };

  test.each(CASES)('%s: an error that names the quota', (_, make) => {
    const stack = literalStack(new App());
    expect(synthesized(stack, make(stack, 900))).toThrow(
      /^[^]*\[Stack\/Sa\/Role\] `controller` must have only statements that fit in 6144 characters, got: "\d+ characters"\. IAM does not raise this quota \(managed policy length\)\. Name fewer resources for [\w-]+, or use several roles\./,
    );
  });

  test('a warning where the length is an estimate', () => {
    const stack = agnosticStack();
    const [[, make]] = CASES;
    expect(synthesized(stack, make(stack, 900))).not.toThrow();
    expect(warnings(stack).filter(text => text.includes('must have only statements that fit'))).toEqual([
      expect.stringMatching(/got: "about \d+ characters"\..* \[ack: cdk-irsa:controller-policy-size\]$/),
    ]);
  });

  test.each(CASES)('%s: no error where it fits', (_, make) => {
    const stack = literalStack(new App());
    expect(synthesized(stack, make(stack, 40))).not.toThrow();
  });
});
