import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { HostedZone, IHostedZone, PrivateHostedZone, PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import { Controller, IrsaServiceAccount } from '../../src';
import { literalProvider, literalStack, warnings } from '../support';

const vpc = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-west-1a'] });

function warningsOf(make: (stack: Stack) => IHostedZone): string[] {
  const app = new App();
  const stack = literalStack(app);
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.certManager({ hostedZones: [make(stack)] }),
  });
  app.synth();
  return warnings(stack).filter(warning => warning.includes('private-zone'));
}

test.each<[string, (stack: Stack) => IHostedZone]>([
  ['PrivateHostedZone', stack => new PrivateHostedZone(stack, 'Zone', { zoneName: 'example.com', vpc: vpc(stack) })],
  ['HostedZone with a VPC', stack => new HostedZone(stack, 'Zone', { zoneName: 'example.com', vpcs: [vpc(stack)] })],
  ['HostedZone that gets its VPC later', stack => {
    const zone = new HostedZone(stack, 'Zone', { zoneName: 'example.com' });
    zone.addVpc(vpc(stack));
    return zone;
  }],
])('a private zone raises a warning: %s', (_, make) => {
  expect(warningsOf(make)).toEqual([
    expect.stringContaining(
      '`controller` (cert-manager) answers challenges in Stack/Zone, which is private. A public certificate '
        + 'authority such as Let\'s Encrypt cannot resolve it. Name the public zone of the same domain.',
    ),
  ]);
});

test.each<[string, (stack: Stack) => IHostedZone]>([
  ['PublicHostedZone', stack => new PublicHostedZone(stack, 'Zone', { zoneName: 'example.com' })],
  ['imported', stack => HostedZone.fromHostedZoneId(stack, 'Zone', 'Z0123456789EXAMPLE')],
])('a public zone raises none: %s', (_, make) => {
  expect(warningsOf(make)).toEqual([]);
});

test.each([undefined, []])('no zone is an error: %j', hostedZones => {
  expect(() => Controller.certManager({ hostedZones: hostedZones as any })).toThrow(
    '[Controller.certManager] `hostedZones` must name at least one hosted zone, got: '
      + `${hostedZones ? '[]' : 'nothing'}. Otherwise the controller would have access to all of them, or to none.`,
  );
});

const zone = () => HostedZone.fromHostedZoneId(new Stack(), 'Zone', 'Z0123456789EXAMPLE');

test('no record name is an error', () => {
  expect(() => Controller.certManager({ hostedZones: [zone()], recordNames: [] })).toThrow(
    '[Controller.certManager] `recordNames` must name at least one record name, got: []. Otherwise the controller '
      + 'would have access to all of them, or to none.',
  );
});

test.each(['', '_ACME-challenge.*', '_acme-challenge.example.com.'])(
  'a record name that can never match is an error: %j',
  name => {
    expect(() => Controller.certManager({ hostedZones: [zone()], recordNames: ['_acme-challenge.*', name] })).toThrow(
      '[Controller.certManager] `recordNames` must be in lower case, without a trailing dot, got: '
        + `${JSON.stringify(name)}. Route 53 compares names in this form. Other names never match.`,
    );
  },
);
