import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { failIf, problem } from '../private/errors';
import { literal } from '../private/values/tokens';

/** Below these prefixes of each bucket, or everywhere in them. */
export function objectArns(buckets: IBucket[], prefixes: string[] | undefined): string[] {
  const patterns = prefixes?.map(prefix => `${prefix}*`) ?? ['*'];
  return buckets.flatMap(bucket => patterns.map(pattern => bucket.arnForObjects(pattern)));
}

/**
 * Prefixes as folders, so that `logs` does not reach `logs-of-others`.
 *
 * @throws when the list is empty, or a literal prefix is no folder
 */
export function checkPrefixes(factory: string, prefixes: string[] | undefined): void {
  if (prefixes?.length === 0) {
    failIf(
      `Controller.${factory}`,
      problem('prefixes', 'name at least one prefix', prefixes, 'Leave it out to reach whole buckets.'),
    );
  }
  refusePrefix(factory, prefixes, /^[^/*?$][^*?$]*\/$/, {
    rule: 'begin with a name, end with / and hold no *, ? or $',
    advice: 'Write a folder of the bucket: `data/images/`.',
  });
}

/** @throws if a literal prefix does not match */
export function refusePrefix(
  factory: string, prefixes: string[] | undefined, pattern: RegExp, { rule, advice }: { rule: string; advice: string },
): void {
  const wrong = prefixes?.find(prefix => literal(prefix) !== undefined && !pattern.test(prefix));
  failIf(`Controller.${factory}`, wrong === undefined ? undefined : problem('prefixes', rule, wrong, advice));
}

/** The keys that are given, and those that CDK knows the buckets to be encrypted with. */
export function bucketKeys(buckets: IBucket[], keys: IKey[] = []): IKey[] {
  return [...buckets.flatMap(({ encryptionKey }) => encryptionKey ?? []), ...keys];
}
