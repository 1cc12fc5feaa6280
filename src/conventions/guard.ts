/**
 * The policies and bindings that guard the service accounts of an app in one cluster.
 */
import {
  ADMISSION_VERSION, BINDING_KIND, GUARD_KINDS, GuardExceptions, GuardKind, GuardMode, NamesByNamespace, POLICY_KIND,
  PolicyFacts, policySpec, VALIDATION_ACTIONS,
} from './guard-policies';

/** A service account of the app. */
export interface GuardedAccount {
  readonly namespace: string;
  readonly name: string;
  /** Whether the app annotates it with a role. */
  readonly isAnnotated: boolean;
  /** The role in the annotation. Undefined if it is known only at deployment. */
  readonly roleArn?: string;
}

interface GuardPart {
  readonly mode: GuardMode;
  readonly exceptions: GuardExceptions;
}

export interface GuardInput {
  /** The name of the app, which is the prefix of the names of its objects. */
  readonly app: string;
  readonly accounts: readonly GuardedAccount[];
  /** The known clusters: issuers without `https://`, or ARNs. */
  readonly clusters: readonly string[];
  /** The annotation that contains the role. */
  readonly key: string;
  readonly integrity?: GuardPart;
  /** The policy for ServiceAccounts that the app does not annotate. */
  readonly unlisted?: GuardPart;
  readonly use?: GuardPart;
  readonly tokens?: GuardPart & {
    readonly audiences: readonly string[];
    /** Whether it applies to all service accounts of the cluster. */
    readonly isForAll: boolean;
  };
  readonly exec?: GuardPart & { readonly namespaces: readonly string[] };
}

/** A policy or a binding. */
export interface GuardObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

export const GUARD_LABEL = 'cdk-irsa/guard';
/** The clusters that an object was generated for, separated by commas. */
export const CLUSTERS_ANNOTATION = 'cdk-irsa/clusters';

/**
 * `kubectl apply` stores the object in an annotation, which Kubernetes limits to 262,144 bytes. A larger object needs
 * `kubectl apply --server-side`.
 */
export const MAX_CLIENT_SIDE_BYTES = 240_000;
/** etcd rejects a request of more than 1.5 MiB. */
export const MAX_POLICY_BYTES = 1_400_000;

/** Returns the policies, each before its binding. The result does not depend on the order of accounts. */
export function guardObjects(input: GuardInput): GuardObject[] {
  return GUARD_KINDS.flatMap(kind => {
    const part = input[kind];
    if (part === undefined) return [];
    const all = factsOf(input, kind);
    return all.flatMap((facts, index) => {
      const name = `${input.app}-guard-${kind}${all.length > 1 ? `-${index + 1}` : ''}`;
      const metadata = metadataOf(name, input);
      return [
        { apiVersion: ADMISSION_VERSION, kind: POLICY_KIND, metadata, spec: policySpec(facts) },
        {
          apiVersion: ADMISSION_VERSION,
          kind: BINDING_KIND,
          metadata,
          spec: { policyName: name, validationActions: [...VALIDATION_ACTIONS[part.mode]] },
        },
      ];
    });
  });
}

/** Returns the size of an object as `kubectl apply` counts it. */
export function sizeOf(object: GuardObject): number {
  return new TextEncoder().encode(JSON.stringify(object)).length;
}

function metadataOf(name: string, { app, clusters }: GuardInput): GuardObject['metadata'] {
  const known = [...new Set(clusters)].sort();
  return {
    name,
    labels: { [GUARD_LABEL]: app },
    ...known.length > 0 && { annotations: { [CLUSTERS_ANNOTATION]: known.join() } },
  };
}

/** Returns the facts of the policies of a kind: several policies if one would be too large. */
function factsOf({ app, key, accounts, ...input }: GuardInput, kind: GuardKind): PolicyFacts[] {
  const { users, groups } = input[kind]!.exceptions;
  const common = { app, exceptions: { users: sortedTexts(users), groups: sortedTexts(groups) } };
  switch (kind) {
    case 'integrity': return rolesInParts(accounts).map(roles => ({ ...common, kind, key, roles }));
    case 'unlisted':
      return [{ ...common, kind, key, accounts: byNamespace(accounts.filter(({ isAnnotated }) => isAnnotated)) }];
    case 'use': return accountsInParts(accounts).map(part => ({ ...common, kind, accounts: part }));
    case 'tokens': {
      const { audiences, isForAll } = input.tokens!;
      const parts = isForAll ? [{}] : accountsInParts(accounts).map(part => ({ accounts: part }));
      return parts.map(part => ({ ...common, kind, audiences: sortedTexts(audiences), ...part }));
    }
    case 'exec': return [{ ...common, kind, namespaces: sortedTexts(input.exec!.namespaces) }];
  }
}

/** Accounts that share a role are in one part, because that policy decides who may have the role. */
function rolesInParts(accounts: readonly GuardedAccount[]): Array<Record<string, string>> {
  const groups = new Map<string, Array<[string, string]>>();
  for (const { namespace, name, roleArn } of sortedAccounts(accounts)) {
    if (roleArn === undefined) continue;
    const group = groups.get(roleArn) ?? [];
    group.push([`${namespace}.${name}`, roleArn]);
    groups.set(roleArn, group);
  }
  return packed([...groups.values()]).map(entries => Object.fromEntries(entries));
}

type AccountName = Pick<GuardedAccount, 'namespace' | 'name'>;

function accountsInParts(accounts: readonly GuardedAccount[]): NamesByNamespace[] {
  const names = sortedAccounts(accounts).map(({ namespace, name }): AccountName => ({ namespace, name }));
  return packed(names.map(name => [name])).map(byNamespace);
}

function byNamespace(accounts: readonly AccountName[]): NamesByNamespace {
  const all = new Map<string, string[]>();
  for (const { namespace, name } of sortedAccounts(accounts)) {
    const names = all.get(namespace);
    if (names) names.push(name);
    else all.set(namespace, [name]);
  }
  return Object.fromEntries(all);
}

/** Merges groups into parts, with as many groups per part as `kubectl apply` accepts in one object. */
function packed<T>(groups: ReadonlyArray<readonly T[]>): T[][] {
  const parts: T[][] = [];
  let size = Infinity;
  for (const group of groups) {
    const own = group.reduce((sum, item) => sum + JSON.stringify(JSON.stringify(item)).length, 0);
    if (size + own > PART_BYTES) {
      parts.push([]);
      size = 0;
    }
    for (const item of group) parts[parts.length - 1].push(item);
    size += own;
  }
  return parts;
}

/** The rest is for the expressions of a policy. */
const PART_BYTES = MAX_CLIENT_SIDE_BYTES - 20_000;

function sortedAccounts<T extends AccountName>(accounts: readonly T[]): T[] {
  const keyed = new Map(accounts.map(account => [`${account.namespace}.${account.name}`, account]));
  return [...keyed].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, account]) => account);
}

function sortedTexts(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
