import { Stack, Token } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { fail, problem } from '../private/errors';
import { literalPartition } from '../private/values/tokens';

/** What legal but risky use of a controller raises. */
export interface ControllerWarning {
  /** After `cdk-irsa:`. */
  readonly rule: string;
  readonly message: string;
}

/** A value of a chart. `unknown` alone would hide the function. */
export type HelmValue = object | string | boolean | undefined
| ((serviceAccount: { readonly namespace: string; readonly serviceAccountName: string }) => unknown);

/** A controller that runs in a cluster: who it is by convention, and what it may do on AWS. */
export interface ControllerDefinition {
  /** Its own name, as its project writes it: `external-dns`. */
  readonly name: string;
  /** The namespace that its chart or manifest uses. */
  readonly namespace: string;
  /** The ServiceAccount that its chart or manifest makes. */
  readonly serviceAccountName: string;
  /**
   * Where the values of its chart have the ServiceAccount, with `create`, `name` and `annotations`; `serviceAccount`
   * where not given.
   */
  readonly helmKey?: string;
  /** Whether its chart makes no ServiceAccount of the name at `helmKey`, and takes the name only. */
  readonly helmNameOnly?: boolean;
  /**
   * More values that its chart needs for the permissions to fit, in dot notation, with `\.` for a dot in a key. One
   * that synth does not know as a whole is left out. A function gets the ServiceAccount.
   */
  readonly helmValues?: { readonly [key: string]: HelmValue };
  /** Where no chart takes its annotations: what to do instead. */
  readonly insteadOfHelmValues?: string;
  /** What it may do, for a role in the place of `scope`. Called anew for each document. */
  readonly statements: (scope: IConstruct) => PolicyStatement[];
  /** ARNs of AWS-managed policies to attach, without the account: `service-role/AmazonEBSCSIDriverPolicy`. */
  readonly managedPolicyNames?: string[];
  /** What cannot be held to resources of the user's, and why. Raises `cdk-irsa:controller-unscoped`. */
  readonly unscoped?: string;
  /** More that is legal but risky. */
  readonly warnings?: (scope: IConstruct) => ControllerWarning[];
  /** What is wrong, as far as only a stack can tell. */
  readonly problems?: (scope: IConstruct) => string[];
}

/** Options of callers without types, who may leave them out: what is required is checked one by one. */
export function given<T>(options: T | undefined): T {
  return options ?? {} as T;
}

/** One statement of a controller. */
export interface Permission {
  readonly actions: string[];
  readonly resources: string[];
  /** Operator, key, value: as in a policy. Keys may hold tokens. */
  readonly conditions?: { [operator: string]: { [key: string]: unknown } };
}

/** An `Allow` statement. */
export function allow({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources, conditions });
}

/**
 * A list that a factory cannot do without: an empty scope must become neither `*` nor an empty Resource.
 *
 * @throws when it is missing or empty
 */
export function required<T>(factory: string, property: string, what: string, values: T[] | undefined): T[] {
  if (values && !Token.isUnresolved(values) && values.length > 0) return [...values];
  return fail(
    `Controller.${factory}`,
    problem(
      property,
      `name at least one ${what}`,
      values,
      'Without it the controller would reach all of them, or none.',
    ),
  );
}

/** An ARN in the account, region and partition of the stack of `scope`, unless said otherwise. */
export function arn(
  scope: IConstruct,
  service: string,
  resource: string,
  { region, account }: { region?: string; account?: string } = {},
): string {
  const stack = Stack.of(scope);
  const partition = literalPartition(stack) ?? stack.partition;
  return `arn:${partition}:${service}:${region ?? stack.region}:${account ?? stack.account}:${resource}`;
}

/** For calls that AWS cannot hold to a resource. */
export function inRegion(scope: IConstruct): NonNullable<Permission['conditions']> {
  return { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } };
}

/**
 * The role that AWS makes for a service with its first resource in an account.
 *
 * @param role its name, where it is known
 */
export function serviceLinkedRole(scope: IConstruct, service: string, role = '*'): PolicyStatement {
  return allow({
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [arn(scope, 'iam', `role/aws-service-role/${service}/${role}`, { region: '' })],
    conditions: { StringEquals: { 'iam:AWSServiceName': service } },
  });
}
