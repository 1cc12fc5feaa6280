import { CfnOutput, Stack, Stage } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { objectOf, propertyOf } from '../conventions/json';
import { StatementJson } from '../conventions/policy-json';
import { trustDocumentOf } from './trust/trust-overrides';
import { isToken } from './values/is-token';
import { deployedStack, effectiveProperty, fingerprint, literalRoleArn, pointed, settle } from './values/tokens';

/**
 * Indexes constructs of the whole app: exports by name, roles by name and account, by ARN and by trusted principal, and
 * policies by role.
 */
export class AppIndex {
  /**
   * Returns the index of the app that contains `scope`. It is cached for one round of validation, because walking
   * through the app for each role would take quadratic time.
   */
  public static of(scope: IConstruct): AppIndex {
    const { root } = scope.node;
    const known = INDEXES.get(root);
    if (known) return known;
    const index = new AppIndex(root);
    INDEXES.set(root, index);
    forgetOnValidation(index.all);
    queueMicrotask(() => INDEXES.delete(root)); // a synth is synchronous
    return index;
  }

  /**
   * Computes something only once in a synth, from its validation on. Before and after, values may change between two
   * calls. This does not create the index, because walking through the app for each document would be slow.
   *
   * @see AppIndex.once
   */
  public static onceInSynth<T>(scope: IConstruct, keys: readonly [question: string, ...unknown[]], find: () => T): T {
    const index = INDEXES.get(scope.node.root);
    return index ? index.once(keys, find) : find();
  }

  /** Clears the index of an app. For callers outside of validation, because the app may change between their calls. */
  public static forget(scope: IConstruct): void {
    INDEXES.delete(scope.node.root);
  }

  private readonly all: IConstruct[];
  private readonly answers = new Map<unknown, unknown>();
  private exports?: Map<string, CfnOutput[]>;
  private roles?: Map<string, CfnRole[]>;
  private byArn?: Map<string, CfnRole[]>;
  private byPrincipal?: Map<string, CfnRole[]>;
  private policies?: Map<string, (CfnPolicy | CfnManagedPolicy)[]>;

  private constructor(root: IConstruct) {
    this.all = root.node.findAll();
  }

  /**
   * Computes a view of all constructs only once.
   *
   * @param read the function that computes the view, which is also the cache key
   */
  public view<T>(read: (all: readonly IConstruct[]) => T): T {
    return this.once(['view', read], () => read(this.all));
  }

  /**
   * Computes something only once per round, such as the problems of a provider that all roles trust.
   *
   * @param keys the question, and everything that the answer depends on; the same number of keys for each question
   */
  public once<T>(keys: readonly [question: string, ...unknown[]], find: () => T): T {
    let answers = this.answers;
    for (const key of keys.slice(0, -1)) {
      const inner = answers.get(key) as Map<unknown, unknown> | undefined ?? new Map<unknown, unknown>();
      answers.set(key, inner);
      answers = inner;
    }
    const last = keys[keys.length - 1];
    if (!answers.has(last)) answers.set(last, find());
    return answers.get(last) as T;
  }

  /** Returns the outputs of this app that are exported under a name, which may be deferred. */
  public outputsExportedAs(scope: IConstruct, name: unknown): CfnOutput[] {
    this.exports ??= grouped(
      this.all.filter((construct): construct is CfnOutput => construct instanceof CfnOutput),
      output => JSON.stringify(settle(output, output.exportName)),
    );
    return this.exports.get(JSON.stringify(settle(scope, name))) ?? [];
  }

  /** Returns the roles with the same name in the same account, regardless of path. IAM ignores the case of names. */
  public rolesNamedLike(role: CfnRole): CfnRole[] {
    this.roles ??= grouped(this.allRoles(), nameInAccount);
    const name = nameInAccount(role);
    return name === undefined ? [] : this.roles.get(name) ?? [];
  }

  /** Returns the role of this app with a literal ARN. */
  public roleWithArn(arn: string): CfnRole | undefined {
    this.byArn ??= grouped(this.allRoles(), literalRoleArn);
    return this.byArn.get(arn)?.[0];
  }

  /** Whether the trust policy of a role in this app names any role, user or account. */
  public get trustsRoles(): boolean {
    return this.principals.size > 0;
  }

  /** Returns the roles of this app whose trust policies name a principal, by any of its fingerprints. */
  public rolesTrusting(fingerprints: string[]): CfnRole[] {
    return [...new Set(fingerprints.flatMap(key => this.principals.get(key) ?? []))];
  }

  private get principals(): Map<string, CfnRole[]> {
    this.byPrincipal ??= groupedByMany(this.allRoles(), namedPrincipals);
    return this.byPrincipal;
  }

  /** Returns the policies of this app that are attached to a role. */
  public policiesOf(role: CfnRole): (CfnPolicy | CfnManagedPolicy)[] {
    this.policies ??= groupedByMany(
      this.all.filter(construct => construct instanceof CfnPolicy || construct instanceof CfnManagedPolicy),
      // The CDK omits the roles of a managed policy that is attached to none, or only by roles themselves.
      policy => [pointed(policy, policy.roles).value ?? []].flat().map(name => JSON.stringify(name)),
    );
    const names = [role.ref, effectiveProperty(role, 'RoleName', role.roleName)].filter(name => name !== undefined);
    return [...new Set(names.flatMap(name => this.policies!.get(fingerprint(role, name)) ?? []))];
  }

  private allRoles(): CfnRole[] {
    return this.all.filter((construct): construct is CfnRole => construct instanceof CfnRole);
  }
}

/** Returns the roles, users and accounts that the trust policy of a role names. */
function namedPrincipals(role: CfnRole): string[] {
  const statements = [propertyOf(trustDocumentOf(role), 'Statement') ?? []].flat();
  return statements
    .flatMap(statement => [propertyOf(objectOf<StatementJson>(statement).Principal, 'AWS') ?? []].flat())
    .map(principal => fingerprint(role, principal));
}

/** By the root of the construct tree. */
const INDEXES = new WeakMap<IConstruct, AppIndex>();
const STAGES = new WeakSet<IConstruct>();

/** CDK validates an app stage by stage, and each stage before its contents. */
function forgetOnValidation(constructs: IConstruct[]): void {
  for (const stage of constructs.filter(construct => Stage.isStage(construct) && !STAGES.has(construct))) {
    STAGES.add(stage);
    stage.node.addValidation({
      validate: () => {
        AppIndex.forget(stage);
        return [];
      },
    });
  }
}

/** Stacks without an account may be deployed to different accounts. A stack and its nested stacks share one account. */
function nameInAccount(role: CfnRole): string | undefined {
  const name = settle(role, effectiveProperty(role, 'RoleName', role.roleName));
  if (typeof name !== 'string') return undefined;
  const { account } = Stack.of(role);
  return `${isToken(account) ? deployedStack(role).node.addr : account} ${name.toLowerCase()}`;
}

function grouped<T>(items: T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  return groupedByMany(items, item => [keyOf(item)].filter(key => key !== undefined));
}

function groupedByMany<T>(items: T[], keysOf: (item: T) => string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) groups.set(key, [...groups.get(key) ?? [], item]);
  }
  return groups;
}
