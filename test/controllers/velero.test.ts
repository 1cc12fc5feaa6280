/**
 * Velero: what the table of all controllers cannot say.
 */
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Controller, controllers } from '../../src';

const make = (options: Partial<controllers.VeleroOptions>) => () =>
  Controller.velero({ buckets: [Bucket.fromBucketName(new Stack(), 'Bucket', 'backups')], ...options });

test('needs a bucket', () => {
  expect(make({ buckets: [] })).toThrow(
    '[Controller.velero] `buckets` must name at least one bucket, got: []. Otherwise the controller would have '
      + 'access to all of them, or to none.',
  );
});

test('prefixes are folders', () => {
  expect(make({ prefixes: ['clusters/blue'] })).toThrow(
    '[Controller.velero] `prefixes` must begin with a name, end with / and contain no *, ? or $, got: "clusters/blue". '
      + 'Use a folder of the bucket, for example `data/images/`.',
  );
});

test.each<[Partial<controllers.VeleroOptions>, string]>([
  [{ clusterName: 'blue' }, 'nothing'],
  [{ volumeKmsKeys: [], volumeSnapshots: false }, 'false'],
])('options of snapshots need snapshots: %j', (options, got) => {
  expect(make(options)).toThrow(
    `[Controller.velero] \`volumeSnapshots\` must be true with \`clusterName\` or \`volumeKmsKeys\`, got: ${got}. `
      + 'Without snapshots, it does not access volumes.',
  );
});
