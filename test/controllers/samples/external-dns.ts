import { Stack } from 'aws-cdk-lib';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const ZONE = 'arn:aws:route53:::hostedzone/Z0123456789EXAMPLE';
const OTHER_ZONE = 'arn:aws:route53:::hostedzone/Z9876543210EXAMPLE';

const zone = (stack: Stack) => HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
  hostedZoneId: 'Z0123456789EXAMPLE',
  zoneName: 'example.com',
});
const common = { factory: 'externalDns', namespace: 'external-dns', serviceAccountName: 'external-dns' };

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack => Controller.externalDns({ hostedZones: [zone(stack)] }),
    may: [
      { action: 'route53:ChangeResourceRecordSets', resource: ZONE },
      { action: 'route53:ListResourceRecordSets', resource: ZONE },
      { action: 'route53:ListTagsForResource', resource: ZONE },
      { action: 'route53:ListTagsForResources', resource: ZONE },
      { action: 'route53:ListHostedZones', resource: '*' },
    ],
    mayNot: [
      { action: 'route53:ChangeResourceRecordSets', resource: OTHER_ZONE },
      { action: 'route53:ListResourceRecordSets', resource: OTHER_ZONE },
      { action: 'route53:DeleteHostedZone', resource: ZONE },
    ],
    scopedTo: 'the zones; needs `--zone-id-filter`, which `helmValues()` sets, or `readAllZones`',
  },
  {
    ...common,
    variant: 'all zones readable',
    make: stack => Controller.externalDns({ hostedZones: [zone(stack)], readAllZones: true }),
    may: [
      { action: 'route53:ChangeResourceRecordSets', resource: ZONE },
      // It reads each zone that its filters leave, and stops at the first one that it may not read.
      ...['ListResourceRecordSets', 'ListTagsForResource', 'ListTagsForResources'].flatMap(name =>
        [ZONE, OTHER_ZONE].map(resource => ({ action: `route53:${name}`, resource }))),
      { action: 'route53:ListHostedZones', resource: '*' },
    ],
    mayNot: [
      { action: 'route53:ChangeResourceRecordSets', resource: OTHER_ZONE },
      { action: 'route53:DeleteHostedZone', resource: ZONE },
    ],
    scopedTo: 'the zones; reading: all zones',
  },
];
