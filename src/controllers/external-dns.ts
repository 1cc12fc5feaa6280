import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { allow, ControllerDefinition, required } from './definition';

/**
 * Options of `Controller.externalDns`.
 */
export interface ExternalDnsOptions {
  /**
   * The zones whose records it manages; at least one.
   */
  readonly hostedZones: IHostedZone[];
}

/**
 * @see https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md#iam-policy
 *
 * @internal
 */
export function externalDns(options: ExternalDnsOptions): ControllerDefinition {
  const zones = required('externalDns', 'hostedZones', 'hosted zone', options.hostedZones);
  return {
    name: 'external-dns',
    namespace: 'external-dns',
    serviceAccountName: 'external-dns',
    statements: () => [
      allow({
        // Releases differ in which of the two they call for the tags.
        actions: [
          'route53:ChangeResourceRecordSets',
          'route53:ListResourceRecordSets',
          'route53:ListTagsForResource',
          'route53:ListTagsForResources',
        ],
        resources: zones.map(zone => zone.hostedZoneArn),
      }),
      allow({ actions: ['route53:ListHostedZones'], resources: ['*'] }),
    ],
  };
}
