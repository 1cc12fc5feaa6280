import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { allow, arn, ControllerDefinition, required } from './definition';
import { isToken } from '../private/values/is-token';

/**
 * Options of `Controller.externalDns`.
 */
export interface ExternalDnsOptions {
  /**
   * The zones whose records it manages. At least one.
   */
  readonly hostedZones: IHostedZone[];

  /**
   * Whether it may read the records and tags of every hosted zone in the account. external-dns reads all zones that its
   * filters include, and stops at the first one that it may not read. Without this option, set `--zone-id-filter` for
   * each zone. `helmValues()` does this if the IDs of all zones are known at synth time.
   *
   * @default false
   */
  readonly readAllZones?: boolean;
}

/**
 * @see https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md#iam-policy
 *
 * @internal
 */
export function externalDns(options: ExternalDnsOptions): ControllerDefinition {
  const zones = required('externalDns', 'hostedZones', 'hosted zone', options.hostedZones);
  const ids = zones.map(({ hostedZoneId }) => hostedZoneId);
  // Set all filters or none: an incomplete list would exclude zones.
  const isFilterKnown = !options.readAllZones && !ids.some(id => isToken(id));
  const reading = ['route53:ListResourceRecordSets', 'route53:ListTagsForResource', 'route53:ListTagsForResources'];
  return {
    name: 'external-dns',
    namespace: 'external-dns',
    serviceAccountName: 'external-dns',
    helmValues: isFilterKnown ? { extraArgs: ids.map(id => `--zone-id-filter=${id}`) } : undefined,
    statements: scope => [
      allow({
        // It depends on the release which of the two calls reads the tags.
        actions: ['route53:ChangeResourceRecordSets', ...options.readAllZones ? [] : reading],
        resources: zones.map(zone => zone.hostedZoneArn),
      }),
      ...options.readAllZones
        ? [allow({ actions: reading, resources: [arn(scope, 'route53', 'hostedzone/*', { region: '', account: '' })] })]
        : [],
      allow({ actions: ['route53:ListHostedZones'], resources: ['*'] }),
    ],
  };
}
