import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';

/**
 * Options of controllers that keep their data in whole buckets: `Controller.cortex`.
 */
export interface BucketStorageOptions {
  /**
   * The buckets that it reads and writes; at least one.
   */
  readonly buckets: IBucket[];

  /**
   * Customer managed keys that the objects are encrypted with, besides the buckets' own where CDK knows them. They can
   * be used through S3 only.
   *
   * @default - the `encryptionKey` of the buckets
   */
  readonly kmsKeys?: IKey[];
}

/**
 * Options of controllers that keep their data in S3: `Controller.grafanaLoki`, `grafanaMimir`, `grafanaTempo`,
 * `thanos`, `airflow`, `argoWorkflows`, `harbor` and `sparkOperator`.
 */
export interface ObjectStorageOptions extends BucketStorageOptions {
  /**
   * The folders of each bucket that it uses, with a slash at the end: `clusters/blue/`. The controller must be
   * configured with the same prefix. It can list the names of objects in the whole bucket nevertheless: without that
   * permission S3 does not report that an object is missing.
   *
   * @default - whole buckets
   */
  readonly prefixes?: string[];
}
