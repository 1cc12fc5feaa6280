import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { settle } from './tokens';

interface RegisteredProvider extends IConstruct {
  readonly issuerUrl: string;
}

/** A claim of a ServiceAccount on its name: one string for each cluster it is meant for. */
export interface ServiceAccountClaim {
  readonly construct: IConstruct;
  readonly keys: () => string[];
}

/** What is unique within an app, by the root of its construct tree. */
class Registry {
  public readonly providers: RegisteredProvider[] = [];
  public readonly claims: ServiceAccountClaim[] = [];
}

const REGISTRIES = new WeakMap<IConstruct, Registry>();

function registryOf(construct: IConstruct): Registry {
  const { root } = construct.node;
  const registry = REGISTRIES.get(root) ?? new Registry();
  REGISTRIES.set(root, registry);
  return registry;
}

export function registerProvider(provider: RegisteredProvider): void {
  registryOf(provider).providers.push(provider);
}

/** An earlier provider of the same literal issuer, certain to be in the same account. */
export function twinOf(provider: RegisteredProvider): IConstruct | undefined {
  const identity = identityOf(provider);
  const { providers } = registryOf(provider);
  return identity === undefined ? undefined : providers.slice(0, providers.indexOf(provider)).find(other => identityOf(other) === identity);
}

function identityOf(provider: RegisteredProvider): string | undefined {
  const url = settle(provider, provider.issuerUrl);
  const { account, node } = Stack.of(provider);
  // Two stacks without an account may go to two accounts; one stack goes to one.
  return typeof url === 'string' ? `${Token.isUnresolved(account) ? node.addr : account} ${url}` : undefined;
}

export function registerServiceAccount(claim: ServiceAccountClaim): void {
  registryOf(claim.construct).claims.push(claim);
}

/** The constructs that were there first, for each of the claims that is made twice. */
export function earlierClaims(construct: IConstruct): IConstruct[] {
  const { claims } = registryOf(construct);
  const first = new Map<string, IConstruct>();
  const earlier = new Set<IConstruct>();
  for (const claim of claims) {
    for (const key of claim.keys()) {
      const owner = first.get(key) ?? claim.construct;
      first.set(key, owner);
      if (claim.construct === construct && owner !== construct) earlier.add(owner);
    }
  }
  return [...earlier];
}
