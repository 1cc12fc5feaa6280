import { Stack } from 'aws-cdk-lib';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const ZONE = 'arn:aws:route53:::hostedzone/Z0123456789EXAMPLE';
const OTHER_ZONE = 'arn:aws:route53:::hostedzone/Z9876543210EXAMPLE';
const CHANGE = 'route53:ChangeResourceRecordSets';

const zone = (stack: Stack) =>
  HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' });
const record = (name: string, type = 'TXT') => ({
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': name,
  'route53:ChangeResourceRecordSetsRecordTypes': type,
});

const MAY: Call[] = [
  { action: 'route53:GetChange', resource: 'arn:aws:route53:::change/C2682N5HXP0BZ4' },
  { action: 'route53:ListResourceRecordSets', resource: ZONE },
  { action: 'route53:ListHostedZonesByName', resource: '*' },
];
const MAY_NOT: Call[] = [
  { action: 'route53:ListResourceRecordSets', resource: OTHER_ZONE },
  { action: 'route53:DeleteHostedZone', resource: ZONE },
  { action: CHANGE, resource: ZONE, context: record('www.example.com', 'A') },
  { action: CHANGE, resource: ZONE, context: record('_acme-challenge.example.com', 'CNAME') },
  { action: CHANGE, resource: ZONE, context: record('_dmarc.example.com') },
];

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'certManager',
    make: stack => Controller.certManager({ hostedZones: [zone(stack)] }),
    namespace: 'cert-manager',
    serviceAccountName: 'cert-manager',
    may: [
      ...MAY,
      { action: CHANGE, resource: ZONE, context: record('_acme-challenge.example.com') },
      { action: CHANGE, resource: ZONE, context: record('_acme-challenge.shop.example.com') },
    ],
    mayNot: [...MAY_NOT, { action: CHANGE, resource: OTHER_ZONE, context: record('_acme-challenge.example.com') }],
    scopedTo: 'TXT records `_acme-challenge.*` of the zones',
  },
  {
    factory: 'certManager',
    variant: 'with record names',
    make: stack =>
      Controller.certManager({ hostedZones: [zone(stack)], recordNames: ['shop-example-com.acme.example.com'] }),
    namespace: 'cert-manager',
    serviceAccountName: 'cert-manager',
    may: [...MAY, { action: CHANGE, resource: ZONE, context: record('shop-example-com.acme.example.com') }],
    mayNot: [...MAY_NOT, { action: CHANGE, resource: ZONE, context: record('_acme-challenge.example.com') }],
    scopedTo: 'those TXT records of the zones',
  },
];
