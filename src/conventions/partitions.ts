import { remembered } from './remembered';

/** A group of AWS regions with its own accounts and its own first part of ARNs. */
export interface Partition {
  readonly name: string;
  /** The domain of AWS services, `AWS::URLSuffix`. */
  readonly urlSuffix: string;
}

/**
 * Region names by partition. RegionInfo of the CDK contains the same facts, but takes about 50 ms to load.
 *
 * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
const PARTITIONS: readonly [region: RegExp, name: string, urlSuffix: string][] = [
  [/^(af|ap|ca|eu|il|me|mx|sa|us)-(central|(north|south)?(east|west)|north|south)-\d+$/, 'aws', 'amazonaws.com'],
  [/^cn-[a-z]+-\d+$/, 'aws-cn', 'amazonaws.com.cn'],
  [/^us-gov-[a-z]+-\d+$/, 'aws-us-gov', 'amazonaws.com'],
  [/^us-iso-[a-z]+-\d+$/, 'aws-iso', 'c2s.ic.gov'],
  [/^us-isob-[a-z]+-\d+$/, 'aws-iso-b', 'sc2s.sgov.gov'],
  [/^eu-isoe-[a-z]+-\d+$/, 'aws-iso-e', 'cloud.adc-e.uk'],
  [/^us-isof-[a-z]+-\d+$/, 'aws-iso-f', 'csp.hci.ic.gov'],
  [/^eusc-[a-z]+-[a-z]+-\d+$/, 'aws-eusc', 'amazonaws.eu'],
];

/** Returns the partition of a region, or undefined if the name of the region does not determine it. */
export const partitionOf = remembered((region): Partition | undefined => {
  const [, name, urlSuffix] = PARTITIONS.find(([pattern]) => pattern.test(region)) ?? [];
  return name === undefined || urlSuffix === undefined ? undefined : { name, urlSuffix };
});
