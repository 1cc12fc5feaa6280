import { Aws } from 'aws-cdk-lib';
import { BucketStorageOptions, ObjectStorageOptions } from './object-storage-options';
import { unique } from './parts';

/** The storage location of a chart, as in its values. */
export interface StorageLocation {
  readonly bucket: string;
  readonly region: string;
  /** Without a scheme. */
  readonly endpoint: string;
  /** Without the slash at the end. */
  readonly folder?: string;
}

/** Returns the location if there is only one. With several, the user must decide what each is for. */
export function storageLocation({ buckets, prefixes = [] }: ObjectStorageOptions): StorageLocation | undefined {
  const [bucket] = buckets;
  if (buckets.length > 1 || prefixes.length > 1) return undefined;
  const { region } = bucket.env;
  return { bucket: bucket.bucketName, region, endpoint: endpointOf(region), folder: prefixes[0]?.slice(0, -1) };
}

/** Returns the region of all buckets, if it is the same. */
export function storageRegion(
  { buckets }: BucketStorageOptions,
): Pick<StorageLocation, 'region' | 'endpoint'> | undefined {
  const [region, other] = unique(buckets.map(({ env }) => env.region));
  return other === undefined ? { region, endpoint: endpointOf(region) } : undefined;
}

function endpointOf(region: string): string {
  return `s3.${region}.${Aws.URL_SUFFIX}`;
}
