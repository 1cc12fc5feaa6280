import { CfnResource, Stack } from 'aws-cdk-lib';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { allow, arn, ControllerDefinition, ControllerWarning, required } from './definition';
import { propertyOf } from '../conventions/json';
import { fail, problem } from '../private/errors';

/**
 * Options of `Controller.certManager`.
 */
export interface CertManagerOptions {
  /**
   * The public zones in which it answers DNS-01 challenges. At least one.
   */
  readonly hostedZones: IHostedZone[];

  /**
   * The names of the TXT records that it may write, in lower case and without a trailing dot. `*` matches any
   * characters.
   *
   * For challenges that are delegated by CNAME (`cnameStrategy: Follow`), name the records that the CNAMEs point to.
   *
   * @default - `_acme-challenge.*`, the records that ACME requires
   */
  readonly recordNames?: string[];
}

/**
 * @see https://cert-manager.io/docs/configuration/acme/dns01/route53/#set-up-an-iam-policy
 *
 * @internal
 */
export function certManager(options: CertManagerOptions): ControllerDefinition {
  const zones = required('certManager', 'hostedZones', 'hosted zone', options.hostedZones);
  const names = recordNames(options.recordNames ?? ['_acme-challenge.*']);
  return {
    name: 'cert-manager',
    namespace: 'cert-manager',
    serviceAccountName: 'cert-manager',
    warnings: () => zones.filter(isPrivate).map(privateZoneWarning),
    statements: scope => [
      allow({
        actions: ['route53:GetChange'],
        resources: [arn(scope, 'route53', 'change/*', { region: '', account: '' })],
      }),
      allow({ actions: ['route53:ListResourceRecordSets'], resources: zones.map(zone => zone.hostedZoneArn) }),
      allow({
        actions: ['route53:ChangeResourceRecordSets'],
        resources: zones.map(zone => zone.hostedZoneArn),
        conditions: {
          'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsRecordTypes': ['TXT'] },
          'ForAllValues:StringLike': { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': names },
        },
      }),
      allow({ actions: ['route53:ListHostedZonesByName'], resources: ['*'] }),
    ],
  };
}

/** Validates names in the form in which Route 53 compares them. */
function recordNames(names: string[]): string[] {
  const given = required('certManager', 'recordNames', 'record name', names);
  const wrong = given.find(name => name === '' || name !== name.toLowerCase() || name.endsWith('.'));
  if (wrong === undefined) return given;
  return fail(
    'Controller.certManager',
    problem(
      'recordNames',
      'be in lower case, without a trailing dot',
      wrong,
      'Route 53 compares names in this form. Other names never match.',
    ),
  );
}

/** Whether the zone is a private zone that this app creates. This is unknown for an imported zone. */
function isPrivate(zone: IHostedZone): boolean {
  const resource = zone.node.defaultChild;
  if (!resource || !CfnResource.isCfnResource(resource)) return false;
  const vpcs = Stack.of(resource).resolve(propertyOf(resource, 'vpcs'));
  return Array.isArray(vpcs) && vpcs.length > 0;
}

function privateZoneWarning(zone: IHostedZone): ControllerWarning {
  return {
    rule: 'private-zone',
    message: `answers challenges in ${zone.node.path}, which is private. A public certificate authority such as `
      + 'Let\'s Encrypt cannot resolve it. Name the public zone of the same domain.',
  };
}
