import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { HostedZone, IHostedZone } from 'aws-cdk-lib/aws-route53';
import {
  Controller,
  IrsaRole,
  IrsaServiceAccount,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';
import { ACCOUNT, agnosticStack, cluster, literalProvider, literalStack, SAFE_PATTERN } from './support';

const zone = (stack: Stack, id = 'Zone', hostedZoneId = 'Z0123456789EXAMPLE'): IHostedZone =>
  HostedZone.fromHostedZoneAttributes(stack, id, { hostedZoneId, zoneName: 'example.com' });
const dns = (stack: Stack) => Controller.externalDns({ hostedZones: [zone(stack)] });

test('inside the role, where it fits: one resource', () => {
  const stack = literalStack();
  new IrsaServiceAccount(stack, 'Dns', { oidcProvider: literalProvider(stack), controller: dns(stack) });
  const template = Template.fromStack(stack);
  expect(Object.values<any>(template.toJSON().Resources).map(({ Type }) => Type)).toEqual(['AWS::IAM::Role']);
  template.hasResourceProperties('AWS::IAM::Role', { Policies: [{ PolicyName: 'external-dns' }] });
});

test('a long document is split over managed policies, in its order and the same each time', () => {
  const build = () => {
    const stack = literalStack();
    const hostedZones = Array.from({ length: 300 }, (_, index) =>
      zone(stack, `Zone${index}`, `Z${index}`.padEnd(20, 'X')),
    );
    new IrsaServiceAccount(stack, 'Dns', {
      oidcProvider: literalProvider(stack),
      controller: Controller.externalDns({ hostedZones }),
    });
    return Template.fromStack(stack);
  };
  const policies = Object.values<any>(build().findResources('AWS::IAM::ManagedPolicy'));
  expect(policies.length).toBeGreaterThan(1);
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  expect(statements.filter(({ Action }) => Array.isArray(Action)).flatMap(({ Resource }) => Resource)).toHaveLength(
    300,
  );
  const [role] = Object.values<any>(build().findResources('AWS::IAM::Role'));
  expect(role.Properties.ManagedPolicyArns).toHaveLength(policies.length);
  expect(build().toJSON()).toEqual(build().toJSON());
});

test('a long document of an IrsaRole is in managed policies from the start', () => {
  const stack = literalStack();
  const hostedZones = Array.from({ length: 130 }, (_, index) =>
    zone(stack, `Zone${index}`, `Z${index}`.padEnd(20, 'X')),
  );
  new IrsaRole(stack, 'Role', { controller: Controller.externalDns({ hostedZones }), trust: new TrustPolicy() });
  const managed = stack.node.findAll().filter(construct => construct instanceof iam.ManagedPolicy);
  expect(managed.length).toBeGreaterThan(0);
});

test('on an IrsaRole and on a PodIdentityServiceAccount', () => {
  const stack = literalStack();
  new IrsaRole(stack, 'Role', {
    controller: dns(stack),
    trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [ServiceAccountSubject.exact('a', 'b')]),
  });
  const sa = new PodIdentityServiceAccount(stack, 'Pods', {
    clusterName: 'blue',
    controller: Controller.externalDns({ hostedZones: [zone(stack, 'Other')] }),
    namespace: 'dns',
  });
  expect([sa.namespace, sa.serviceAccountName]).toEqual(['dns', 'external-dns']);
  expect(
    Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role')).map(
      ({ Properties }) => Properties.Policies[0].PolicyName,
    ),
  ).toEqual(['external-dns', 'external-dns']);
});

test('a cluster name known only at deployment: Fn::Sub in managed policies', () => {
  const stack = agnosticStack();
  new IrsaServiceAccount(stack, 'Scaler', {
    oidcProvider: literalProvider(stack),
    controller: Controller.clusterAutoscaler({ clusterNames: [cluster(stack).ref] }),
  });
  const [policy] = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  const [text] = policy.Properties.PolicyDocument['Fn::Sub'];
  expect(JSON.parse(text).Version).toBe('2012-10-17');
});

describe('bad input', () => {
  test('names without a controller', () => {
    const stack = literalStack();
    expect(
      () => new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), serviceAccountName: 'a' }),
    ).toThrow(
      '[Stack/Sa] `namespace` must be given, got: nothing. Set it, or set `controller` to use the convention of its '
        + 'chart; cdk-irsa does not guess it.',
    );
    expect(() => new PodIdentityServiceAccount(stack, 'Pods', { clusterName: 'blue', namespace: 'a' })).toThrow(
      '[Stack/Pods] `serviceAccountName` must be given, got: nothing.',
    );
  });

  test('an empty scope', () => {
    expect(() => Controller.externalDns({ hostedZones: [] })).toThrow(
      '[Controller.externalDns] `hostedZones` must name at least one hosted zone, got: []. Otherwise the controller '
        + 'would have access to all of them, or to none.',
    );
  });

  test('a resource of another partition', () => {
    const stack = literalStack(new App(), 'Stack', { account: ACCOUNT, region: 'cn-north-1' });
    const foreign = { hostedZoneArn: 'arn:aws:route53:::hostedzone/Z1' } as IHostedZone;
    new IrsaServiceAccount(stack, 'Dns', {
      oidcProvider: literalProvider(stack),
      controller: Controller.externalDns({ hostedZones: [foreign] }),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Dns/Role] `controller` must name resources in the partition of the stack, aws-cn, got: '
        + '"arn:aws:route53:::hostedzone/Z1". A role cannot access another partition. Pass a resource of this '
        + 'partition to external-dns.',
    );
  });

  test('beside an existing role', () => {
    const stack = literalStack();
    expect(
      () =>
        new IrsaServiceAccount(stack, 'Dns', {
          oidcProvider: literalProvider(stack),
          controller: dns(stack),
          role: iam.Role.fromRoleName(stack, 'Role', 'dns'),
        }),
    ).toThrow('[Stack/Dns] `role` must not be combined with options of a new role (controller)');
  });

  test('an inline policy of the same name', () => {
    const stack = literalStack();
    expect(
      () =>
        new IrsaServiceAccount(stack, 'Dns', {
          oidcProvider: literalProvider(stack),
          controller: dns(stack),
          inlinePolicies: { 'external-dns': new iam.PolicyDocument() },
        }),
    ).toThrow(
      '[Stack/Dns/Role] `inlinePolicies` must not use the name external-dns, which the policy of the controller has, '
        + 'got: "external-dns". '
        + 'Choose another name for your policy.',
    );
  });

  test.each([
    [undefined, false],
    [SAFE_PATTERN, true],
  ])('a zone from a parameter with allowedPattern %s', (allowedPattern, fine) => {
    const stack = literalStack();
    const id = new CfnParameter(stack, 'Id', { allowedPattern }).valueAsString;
    new IrsaServiceAccount(stack, 'Dns', {
      oidcProvider: literalProvider(stack),
      controller: Controller.externalDns({ hostedZones: [zone(stack, 'Zone', id)] }),
    });
    const synth = () => Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
    if (fine) synth();
    else expect(synth).toThrow('[Stack/Dns/Role] `controller (parameter Stack/Id)` must have an allowedPattern');
  });
});
