import { RegionInfo } from 'aws-cdk-lib/region-info';
import { partitionOf } from '../../src/conventions/partitions';

describe('partitionOf', () => {
  const regions = RegionInfo.regions.filter(({ partition }) => partition !== undefined);

  it('knows the regions of all partitions', () => {
    expect(new Set(regions.map(({ partition }) => partition)).size).toBeGreaterThan(6);
  });

  it.each(regions.map(region => [region.name, region] as const))('agrees with the CDK on %s', (name, region) => {
    expect(partitionOf(name)).toEqual({ name: region.partition, urlSuffix: region.domainSuffix });
  });

  it.each(['', 'eu-west', 'eu-west-1a', 'xeu-west-1', 'cn-', 'us-gov-east', 'EU-WEST-1', 'moon-base-1'])(
    'does not guess the partition of %p',
    name => expect(partitionOf(name)).toBeUndefined(),
  );
});
