import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { AckNamePrefixOptions, AckResourceTagsOptions } from './options';
import { fail, problem } from '../../private/errors';
import { isToken } from '../../private/values/is-token';
import { allow, ControllerDefinition } from '../definition';

/** Conditions as in a `PolicyStatement`. */
export interface Conditions {
  readonly [operator: string]: { [key: string]: unknown };
}

type Reach = Pick<ControllerDefinition, 'managedPolicyNames' | 'unscoped'>;

/** Returns a definition with the conventions of all ACK charts. */
export function ackController(
  service: string,
  reach: Reach,
  statements: (scope: IConstruct) => PolicyStatement[],
): ControllerDefinition {
  const name = `ack-${service}-controller`;
  return { ...reach, name, namespace: 'ack-system', serviceAccountName: name, statements };
}

/** @throws if the prefix is empty, deferred, or contains other characters */
export function checkedPrefix({ namePrefix }: AckNamePrefixOptions, property = 'namePrefix'): string {
  const found = badName(
    property,
    namePrefix,
    /^[\w./#-]+$/,
    'Without a prefix, the controller would have access to the resources of others.',
  );
  return found === undefined ? namePrefix : fail('AckService', found);
}

/** Returns what is wrong with a name that must be known at synth time. */
export function badName(
  property: string,
  value: string | undefined,
  pattern: RegExp,
  advice: string,
): string | undefined {
  if (value !== undefined && !isToken(value) && pattern.test(value)) return undefined;
  return problem(property, `be known at synth time and match ${pattern.source}`, value, advice);
}

/** Conditions for requests that create resources, and for existing resources. */
export interface TagConditions {
  readonly request: Conditions;
  readonly resource: Conditions;
}

/** @throws if there are no tags, a key or value is empty, or a key contains invalid characters */
export function checkedTags({ resourceTags }: AckResourceTagsOptions): TagConditions {
  const tags = Object.entries(resourceTags ?? {});
  const advice = 'Otherwise the controller would have access to the resources of others.';
  if (tags.length === 0 || tags.some(([key, value]) => !key || !value)) {
    fail('AckService', problem('resourceTags', 'have at least one tag, with a key and a value', resourceTags, advice));
  }
  const wrong = tags.find(([key]) => isToken(key) || !/^[\p{L}\p{N} _.:/=+@-]+$/u.test(key));
  if (wrong) {
    fail('AckService', problem('resourceTags', 'have keys of letters, digits, spaces and _.:/=+@-', wrong[0], advice));
  }
  const conditions = (kind: string) => ({
    StringEquals: Object.fromEntries(tags.map(([key, value]) => [`aws:${kind}/${key}`, value])),
  });
  return { request: conditions('RequestTag'), resource: conditions('ResourceTag') };
}

/** Merges several conditions on equality. */
export function allOf(...conditions: Conditions[]): Conditions {
  return { StringEquals: Object.assign({}, ...conditions.map(({ StringEquals }) => StringEquals)) };
}

/** Allows the controller to pass roles only to these services. Empty without roles. */
export function passRoles(roles: IRole[], services: string[]): PolicyStatement[] {
  if (roles.length === 0) return [];
  return [
    allow({
      actions: ['iam:PassRole'],
      resources: roles.map(role => role.roleArn),
      conditions: { StringEquals: { 'iam:PassedToService': services } },
    }),
  ];
}
