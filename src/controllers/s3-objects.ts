import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { failIf, problem } from '../private/errors';
import { literal } from '../private/values/tokens';

/** Returns the ARNs of objects below these prefixes of each bucket, or of all objects. */
export function objectArns(buckets: IBucket[], prefixes: string[] | undefined): string[] {
  const patterns = prefixes?.map(prefix => `${prefix}*`) ?? ['*'];
  return buckets.flatMap(bucket => patterns.map(pattern => bucket.arnForObjects(pattern)));
}

/**
 * Validates that prefixes are folders, so that `logs` does not include `logs-of-others`.
 *
 * @throws if the list is empty, or a literal prefix is not a folder
 */
export function checkPrefixes(factory: string, prefixes: string[] | undefined): void {
  if (prefixes?.length === 0) {
    failIf(
      `Controller.${factory}`,
      problem('prefixes', 'name at least one prefix', prefixes, 'Leave it out to use whole buckets.'),
    );
  }
  refusePrefix(factory, prefixes, /^[^/*?$][^*?$]*\/$/, {
    rule: 'begin with a name, end with / and contain no *, ? or $',
    advice: 'Use a folder of the bucket, for example `data/images/`.',
  });
}

/** @throws if a literal prefix does not match */
export function refusePrefix(
  factory: string, prefixes: string[] | undefined, pattern: RegExp, { rule, advice }: { rule: string; advice: string },
): void {
  const wrong = prefixes?.find(prefix => literal(prefix) !== undefined && !pattern.test(prefix));
  failIf(`Controller.${factory}`, wrong === undefined ? undefined : problem('prefixes', rule, wrong, advice));
}

/** Returns the given keys and the encryption keys of the buckets, if the CDK knows them. */
export function bucketKeys(buckets: IBucket[], keys: IKey[] = []): IKey[] {
  return [...buckets.flatMap(({ encryptionKey }) => encryptionKey ?? []), ...keys];
}
