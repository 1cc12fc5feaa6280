import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const ZONE = 'arn:aws:route53:::hostedzone/Z0123456789EXAMPLE';
const OTHER_ZONE = 'arn:aws:route53:::hostedzone/Z9876543210EXAMPLE';

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'externalDns',
    make: stack =>
      Controller.externalDns({
        hostedZones: [
          HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
            hostedZoneId: 'Z0123456789EXAMPLE',
            zoneName: 'example.com',
          }),
        ],
      }),
    namespace: 'external-dns',
    serviceAccountName: 'external-dns',
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
    inputs: '`hostedZones`',
    scopedTo: 'the zones',
  },
];
