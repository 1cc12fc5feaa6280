/**
 * The names of the session tags, as the IAM engine understands them.
 */
import * as iam from 'aws-cdk-lib/aws-iam';
import { PodIdentityTags } from '../src';
import { allows } from './judges/iam-simulator';

/** As AWS documents them. */
const TAGS = [
  'eks-cluster-arn', 'eks-cluster-name', 'kubernetes-namespace', 'kubernetes-service-account', 'kubernetes-pod-name',
  'kubernetes-pod-uid',
];
const nameOf = (tag: string) => tag.toUpperCase().replaceAll('-', '_');
const constant = (name: string): string => (PodIdentityTags as any)[name];

test('there is a key and a variable for each tag', () => {
  expect(Object.keys(PodIdentityTags).sort()).toEqual(
    TAGS.flatMap(tag => [nameOf(tag), `${nameOf(tag)}_VARIABLE`]).sort(),
  );
});

test.each(TAGS)('%s: as a key, and as a variable', tag => {
  const ofSession = (value: string) => ({ [`aws:PrincipalTag/${tag}`]: value });
  const byKey = new iam.PolicyStatement({
    actions: ['s3:GetObject'],
    resources: ['arn:aws:s3:::data/*'],
    conditions: { StringEquals: { [constant(nameOf(tag))]: 'own' } },
  });
  const byVariable = new iam.PolicyStatement({
    actions: ['s3:GetObject'], resources: [`arn:aws:s3:::data/${constant(`${nameOf(tag)}_VARIABLE`)}/*`],
  });
  for (const statement of [byKey, byVariable]) {
    const policy = { Version: '2012-10-17', Statement: [statement.toStatementJson()] };
    const may = (context: Record<string, string>) =>
      allows([policy], 's3:GetObject', 'arn:aws:s3:::data/own/file', context);
    expect(may(ofSession('own'))).toBe(true);
    expect(may(ofSession('other'))).toBe(false);
    expect(may({})).toBe(false);
  }
});
