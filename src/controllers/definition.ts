import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { fail, problem } from '../private/errors';
import { isToken } from '../private/values/is-token';
import { literalPartition } from '../private/values/tokens';

/** A warning about valid but risky use of a controller. */
export interface ControllerWarning {
  /** The ID of the warning, after `cdk-irsa:`. */
  readonly rule: string;
  readonly message: string;
}

/** A value of a chart. The type `unknown` would hide the function. */
export type HelmValue = object | string | boolean | undefined
| ((serviceAccount: { readonly namespace: string; readonly serviceAccountName: string }) => unknown);

/** A controller that runs in a cluster: its conventional names, and its AWS permissions. */
export interface ControllerDefinition {
  /** Its name in the spelling of its project: `external-dns`. */
  readonly name: string;
  /** The namespace that its chart or manifest uses. */
  readonly namespace: string;
  /** The ServiceAccount that its chart or manifest creates. */
  readonly serviceAccountName: string;
  /**
   * The key of the ServiceAccount in the values of its chart, with `create`, `name` and `annotations`. Default:
   * `serviceAccount`.
   */
  readonly helmKey?: string;
  /** Whether its chart does not create the ServiceAccount, so that `helmKey` contains only the name. */
  readonly helmNameOnly?: boolean;
  /**
   * Additional values of its chart that the permissions depend on, in dot notation, with `\.` for a dot in a key. A
   * value that is not completely known at synth time is omitted. A function gets the ServiceAccount.
   */
  readonly helmValues?: { readonly [key: string]: HelmValue };
  /** What to do instead if no chart supports its annotations. */
  readonly insteadOfHelmValues?: string;
  /** Returns its permissions for a role at `scope`. Called for each document. */
  readonly statements: (scope: IConstruct) => PolicyStatement[];
  /** ARNs of AWS-managed policies to attach, without the account: `service-role/AmazonEBSCSIDriverPolicy`. */
  readonly managedPolicyNames?: string[];
  /** What cannot be scoped to the user's resources, and why. Raises `cdk-irsa:controller-unscoped`. */
  readonly unscoped?: string;
  /** Returns warnings about other valid but risky use. */
  readonly warnings?: (scope: IConstruct) => ControllerWarning[];
  /** Returns errors that can be detected only in a stack. */
  readonly problems?: (scope: IConstruct) => string[];
}

/** Returns options for callers without types, who may omit them. Required options are checked individually. */
export function given<T>(options: T | undefined): T {
  return options ?? {} as T;
}

/** One statement of a controller. */
export interface Permission {
  readonly actions: string[];
  readonly resources: string[];
  /** Operator, key and value, as in a policy. Keys may contain tokens. */
  readonly conditions?: { [operator: string]: { [key: string]: unknown } };
}

/** Returns an `Allow` statement. */
export function allow({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources, conditions });
}

/**
 * Validates a required list. An empty scope must not become `*` or an empty Resource.
 *
 * @throws if it is missing or empty
 */
export function required<T>(factory: string, property: string, what: string, values: T[] | undefined): T[] {
  if (values && !isToken(values) && values.length > 0) return [...values];
  return fail(
    `Controller.${factory}`,
    problem(
      property,
      `name at least one ${what}`,
      values,
      'Otherwise the controller would have access to all of them, or to none.',
    ),
  );
}

/** Returns an ARN in the account, region and partition of the stack of `scope`, unless overridden. */
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

/** Returns conditions for calls that AWS cannot scope to a resource. */
export function inRegion(scope: IConstruct): NonNullable<Permission['conditions']> {
  return { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } };
}

/**
 * Allows the creation of the service-linked role that AWS creates with the first resource of a service in an account.
 *
 * @param role the name of the role, if it is known
 */
export function serviceLinkedRole(scope: IConstruct, service: string, role = '*'): PolicyStatement {
  return allow({
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [arn(scope, 'iam', `role/aws-service-role/${service}/${role}`, { region: '' })],
    conditions: { StringEquals: { 'iam:AWSServiceName': service } },
  });
}
