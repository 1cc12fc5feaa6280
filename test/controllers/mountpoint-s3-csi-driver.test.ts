/**
 * The Mountpoint for Amazon S3 CSI driver: what the table of all controllers cannot say.
 */
import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Controller } from '../../src';

const PATH = '[Controller.mountpointS3CsiDriver]';
const buckets = (stack = new Stack()): IBucket[] => [Bucket.fromBucketName(stack, 'Bucket', 'data')];

test('needs a bucket', () => {
  expect(() => Controller.mountpointS3CsiDriver({ buckets: [] })).toThrow(
    `${PATH} \`buckets\` must name at least one bucket, got: []. ` + 'Otherwise the controller would have access to '
      + 'all of them, or to none.',
  );
});

test('an empty list of prefixes is no whole bucket', () => {
  expect(() => Controller.mountpointS3CsiDriver({ buckets: buckets(), prefixes: [] })).toThrow(
    `${PATH} \`prefixes\` must name at least one prefix, got: []. Leave it out to use whole buckets.`);
});

test.each(['', '/', '/data/', 'data', '*', 'da*ta/', 'data?/', '${aws:username}/'])(
  'the prefix %j is no folder',
  prefix => {
    expect(() => Controller.mountpointS3CsiDriver({ buckets: buckets(), prefixes: ['good/', prefix] })).toThrow(
      `${PATH} \`prefixes\` must begin with a name, end with / and contain no *, ? or $, got: "${prefix}". ` + 'Use '
        + 'a folder of the bucket, for example `data/images/`.',
    );
  },
);

test('a prefix may be known only at deployment', () => {
  const stack = new Stack();
  const prefixes = [new CfnParameter(stack, 'Prefix').valueAsString];
  const document = Controller.mountpointS3CsiDriver({ buckets: buckets(stack), prefixes }).policyDocument(stack);
  expect(stack.resolve(document).Statement[0].Condition).toEqual({
    StringLike: { 's3:prefix': [{ 'Fn::Join': ['', [{ Ref: 'Prefix' }, '*']] }] },
  });
});

test('who only reads deletes nothing', () => {
  expect(() => Controller.mountpointS3CsiDriver({ buckets: buckets(), readOnly: true, allowDelete: true })).toThrow(
    `${PATH} \`allowDelete\` must not be set with \`readOnly\`, got: true. ` + 'Read-only access does not allow '
      + 'deletion. Use only one of them.',
  );
});
