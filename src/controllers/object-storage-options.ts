import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';

/**
 * Options of controllers that store their data in whole buckets: `Controller.cortex`.
 */
export interface BucketStorageOptions {
  /**
   * The buckets that it reads and writes. At least one.
   */
  readonly buckets: IBucket[];

  /**
   * Customer managed keys that encrypt the objects, in addition to the `encryptionKey` of the buckets. They can be used
   * only through S3.
   *
   * @default - the `encryptionKey` of the buckets
   */
  readonly kmsKeys?: IKey[];
}

/**
 * Options of controllers that store their data in S3: `Controller.grafanaLoki`, `grafanaMimir`, `grafanaTempo`,
 * `thanos`, `airflow`, `argoWorkflows`, `harbor` and `sparkOperator`.
 */
export interface ObjectStorageOptions extends BucketStorageOptions {
  /**
   * The folders of each bucket that it uses, with a trailing slash: `clusters/blue/`. Configure the controller with the
   * same prefix. It can nevertheless list the names of objects in the whole bucket, because S3 otherwise does not
   * report that an object is missing.
   *
   * @default - whole buckets
   */
  readonly prefixes?: string[];
}
