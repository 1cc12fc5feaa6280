/**
 * Controllers that keep data in S3: what the table of all controllers cannot say.
 */
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Controller } from '../../src';

const untyped: any = Controller;
const bucket = () => Bucket.fromBucketName(new Stack(), 'Bucket', 'data');

const IN_FOLDERS = [
  'airflow',
  'argoWorkflows',
  'cloudNativePg',
  'crunchyPostgres',
  'fluxSourceController',
  'gitLabRunner',
  'grafanaLoki',
  'grafanaMimir',
  'grafanaTempo',
  'harbor',
  'perconaOperators',
  'sparkOperator',
  'thanos',
];
const maker = (factory: string) => (options: object) => () =>
  untyped[factory]({ namespace: 'a', serviceAccountName: 'b', postgresClusterName: 'c', ...options });

describe.each(['cortex', ...IN_FOLDERS])('%s', factory => {
  const make = maker(factory);

  test('needs a bucket', () => {
    expect(make({ buckets: [] })).toThrow(
      `[Controller.${factory}] \`buckets\` must name at least one bucket, got: []. ` + 'Otherwise the controller '
        + 'would have access to all of them, or to none.',
    );
  });

  test('refuses keys that went missing', () => {
    expect(make({ buckets: [bucket()], kmsKeys: [] })).toThrow('`kmsKeys` must name at least one KMS key, got: [].');
  });
});

test.each(IN_FOLDERS)('%s takes folders as prefixes', factory => {
  const make = maker(factory);
  expect(make({ buckets: [bucket()], prefixes: ['blue'] })).toThrow(
    `[Controller.${factory}] \`prefixes\` must begin with a name, end with / and contain no *, ? or $, got: "blue".`,
  );
  expect(make({ buckets: [bucket()], prefixes: [] })).toThrow('`prefixes` must name at least one prefix, got: [].');
});

test.each([['blue/'], []])('cortex takes no prefixes: it keeps tenants in the root', (...prefixes) => {
  expect(maker('cortex')({ buckets: [bucket()], prefixes })).toThrow(
    `[Controller.cortex] \`prefixes\` must be left out, got: ${JSON.stringify(prefixes)}. ` + 'It does not support '
      + 'prefixes. Use dedicated buckets.',
  );
});

test.each<[string, object, string]>([
  ['cloudNativePg', { postgresClusterName: 'orders' }, 'namespace'],
  ['cloudNativePg', { namespace: 'shop' }, 'postgresClusterName'],
  ['crunchyPostgres', { namespace: 'shop' }, 'postgresClusterName'],
  ['perconaOperators', { namespace: 'shop' }, 'serviceAccountName'],
])('%s of %j', (factory, options, property) => {
  expect(() => untyped[factory]({ buckets: [bucket()], ...options })).toThrow(
    `[Controller.${factory}] \`${property}\` must be given, got: nothing. Copy it from the resource of the database.`,
  );
});

test.each([{ prefixes: ['blue/'] }, { kmsKeys: [] }])('fluxSourceController with %j needs buckets', options => {
  expect(() => Controller.fluxSourceController({ repositories: [{} as any], ...options })).toThrow(
    '[Controller.fluxSourceController] `buckets` must be set with `prefixes` or `kmsKeys`, got: nothing. Name the '
      + 'buckets that they belong to.',
  );
});
