import { Token } from 'aws-cdk-lib';
import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { AckNamePrefixOptions, AckResourceTagsOptions } from './options';
import { fail, problem } from '../../private/errors';
import { allow, ControllerDefinition } from '../definition';

/** As in a `PolicyStatement`. */
export interface Conditions {
  readonly [operator: string]: { [key: string]: unknown };
}

type Reach = Pick<ControllerDefinition, 'managedPolicyNames' | 'unscoped'>;

/** What all charts of ACK have in common. */
export function ackController(
  service: string,
  reach: Reach,
  statements: (scope: IConstruct) => PolicyStatement[],
): ControllerDefinition {
  const name = `ack-${service}-controller`;
  return { ...reach, name, namespace: 'ack-system', serviceAccountName: name, statements };
}

/** @throws when the prefix is empty, deferred, or holds other characters */
export function checkedPrefix({ namePrefix }: AckNamePrefixOptions, property = 'namePrefix'): string {
  const found = badName(
    property,
    namePrefix,
    /^[\w./#-]+$/,
    'Without a prefix the controller would reach what others have made.',
  );
  return found === undefined ? namePrefix : fail('AckService', found);
}

/** What is wrong with a name that must be known at synth. */
export function badName(
  property: string,
  value: string | undefined,
  pattern: RegExp,
  advice: string,
): string | undefined {
  if (value !== undefined && !Token.isUnresolved(value) && pattern.test(value)) return undefined;
  return problem(property, `be known at synth and match ${pattern.source}`, value, advice);
}

/** Conditions for what is made, and for what is there. */
export interface TagConditions {
  readonly request: Conditions;
  readonly resource: Conditions;
}

/** @throws when there are no tags, when a key or value is empty, or when a key holds what no key can */
export function checkedTags({ resourceTags }: AckResourceTagsOptions): TagConditions {
  const tags = Object.entries(resourceTags ?? {});
  const advice = 'Without it the controller would reach what others have made.';
  if (tags.length === 0 || tags.some(([key, value]) => !key || !value)) {
    fail('AckService', problem('resourceTags', 'hold at least one tag, with a key and a value', resourceTags, advice));
  }
  const wrong = tags.find(([key]) => Token.isUnresolved(key) || !/^[\p{L}\p{N} _.:/=+@-]+$/u.test(key));
  if (wrong) {
    fail('AckService', problem('resourceTags', 'have keys of letters, digits, spaces and _.:/=+@-', wrong[0], advice));
  }
  const conditions = (kind: string) => ({
    StringEquals: Object.fromEntries(tags.map(([key, value]) => [`aws:${kind}/${key}`, value])),
  });
  return { request: conditions('RequestTag'), resource: conditions('ResourceTag') };
}

/** All of several conditions on equality. */
export function allOf(...conditions: Conditions[]): Conditions {
  return { StringEquals: Object.assign({}, ...conditions.map(({ StringEquals }) => StringEquals)) };
}

/** Roles that the controller may give to a service, and to no other. Nothing without roles. */
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
