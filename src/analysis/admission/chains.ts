/**
 * Role chains: pods that assume one role, and with it another role.
 */
import { chainAnswer, NextRole } from './role-chains';
import { ASSUME_ROLE, sessionRequest } from './trust-requests';
import { StatementJson } from '../../conventions/policy-json';
import { hasAction, matchesAction } from '../../conventions/web-identity';
import { AccessMap, Association, Role, Text } from '../access-map';
import { operatorOf } from '../iam/conditions';
import { arnParts } from '../iam/patterns';
import { grouped, objectOf, propertyOf, textsOf } from '../json-values';
import { conditionsOf, statementsOf } from '../reading/trusted-subjects';
import { accessOfPods } from '../rules/words';
import { withoutStandIns } from '../stand-in';

/** One step: pods act as the caller, whose policies name the next role or which the next role trusts. */
export interface Chain {
  readonly caller: Role;
  /** In the input, or known only by its ARN. */
  readonly next: NextRole & Partial<Role>;
  /** The associations that give pods sessions of the caller. */
  readonly associations: readonly Association[];
  /** Whether pods also get the caller, or a role before it, by web identity. */
  readonly isWebIdentity: boolean;
  /** The side that declares the chain. */
  readonly saidBy: ReadonlySet<'caller' | 'next'>;
}

type GrowingChain = Chain & { associations: Association[]; isWebIdentity: boolean };

interface Step {
  readonly next: Text;
  readonly saidBy: Set<'caller' | 'next'>;
}

const KNOWN = new WeakMap<AccessMap, Chain[]>();
const ROLE_ARN = /^arn:[^:]*:iam::[^:]*:role\//;

/**
 * The chains that start with a role of pods. A permission without an exact role ARN, or trust in a whole account, is
 * not a chain by itself. Cached, because two rules need it.
 */
export function chainsOf(map: AccessMap): Chain[] {
  const known = KNOWN.get(map) ?? findChains(map);
  KNOWN.set(map, known);
  return known;
}

function findChains(map: AccessMap): Chain[] {
  // Roles in environment-agnostic stacks can have the same ARN, which is then ambiguous.
  const roles = new Map([...grouped(map.roles, ({ arn }) => arn)]
    .flatMap(([arn, all]) => (all.length === 1 ? [[arn, all[0]] as const] : [])));
  const steps = stepsOf(map, roles);
  if (steps.size === 0) return [];
  const chains = new Map<string, GrowingChain>();
  const pods = grouped(map.associations, ({ roleArn, targetRoleArn }) => targetRoleArn ?? roleArn);
  const accesses = grouped(accessOfPods(map), ({ role }) => role);
  for (const [start, access] of accesses) {
    const isWebIdentity = access.some(({ via }) => via === 'irsa');
    const associations = access.some(({ associated }) => associated) ? pods.get(start) ?? [] : [];
    for (const { caller, step } of stepsFrom(start, steps, roles)) {
      const key = JSON.stringify([caller.arn, step.next]);
      const chain: GrowingChain = chains.get(key) ?? {
        caller,
        next: roles.get(step.next) ?? { arn: step.next, account: accountOf(step.next) },
        associations: [],
        isWebIdentity: false,
        saidBy: step.saidBy,
      };
      chain.associations.push(...associations);
      chain.isWebIdentity ||= isWebIdentity;
      chains.set(key, chain);
    }
  }
  return [...chains.values()];
}

/** All steps that can be reached from one role. */
function stepsFrom(
  start: Text, steps: ReadonlyMap<Text, Step[]>, roles: ReadonlyMap<Text, Role>,
): { caller: Role; step: Step }[] {
  const found: { caller: Role; step: Step }[] = [];
  const seen = new Set([start]);
  for (const arn of seen) {
    const caller = roles.get(arn);
    for (const step of caller ? steps.get(arn) ?? [] : []) {
      found.push({ caller: caller!, step });
      const next = roles.get(step.next);
      const request = { actions: [ASSUME_ROLE], ...sessionRequest(arn) };
      if (next && chainAnswer({ role: caller! }, next, request) !== 'out') seen.add(step.next);
    }
  }
  return found;
}

/** The declared steps by caller, without the target roles of associations. */
function stepsOf({ roles: all, associations }: AccessMap, roles: ReadonlyMap<Text, Role>): Map<Text, Step[]> {
  const targets = new Set(associations.map(({ roleArn, targetRoleArn }) => JSON.stringify([roleArn, targetRoleArn])));
  const steps = new Map<Text, Step[]>();
  const add = (caller: Text, next: Text, by: 'caller' | 'next') => {
    if (targets.has(JSON.stringify([caller, next]))) return;
    const known = steps.get(caller) ?? [];
    const step = known.find(other => other.next === next);
    if (step) step.saidBy.add(by);
    else steps.set(caller, [...known, { next, saidBy: new Set([by]) }]);
  };
  for (const role of all) {
    for (const next of namedByPolicies(role)) add(role.arn, next, 'caller');
    for (const caller of namedByTrust(role)) if (roles.has(caller)) add(caller, role.arn, 'next');
  }
  return steps;
}

/** The roles whose exact ARN the policies allow to assume. */
function namedByPolicies({ policies }: Role): Text[] {
  return policies.filter(({ kind }) => kind !== 'boundary').flatMap(({ document }) =>
    statementsOf(document).flatMap(value => {
      const { Effect: effect, Action: actions, Resource: resources } = objectOf<StatementJson>(value);
      const isAssumeRole = (action: string) => /^sts:/i.test(action) && matchesAction(action, ASSUME_ROLE);
      if (effect !== 'Allow' || !textsOf(actions).some(isAssumeRole)) return [];
      return textsOf(resources).filter(arn => ROLE_ARN.test(arn) && !/[*?]|\$\{/.test(withoutStandIns(arn)));
    }));
}

/** The roles in a trust policy: as principals, or in a condition on a trusted account. */
function namedByTrust({ trust }: Role): Text[] {
  return statementsOf(trust).flatMap(value => {
    const statement = objectOf<StatementJson>(value);
    if (statement.Effect !== 'Allow' || !hasAction(statement, ASSUME_ROLE)) return [];
    const compared = conditionsOf(statement).filter(({ key, operator }) =>
      key.toLowerCase() === 'aws:principalarn' && operatorOf(operator)?.negated === false);
    return [...textsOf(propertyOf(statement.Principal, 'AWS')), ...compared.flatMap(({ values }) => values)];
  });
}

function accountOf(arn: Text): Text {
  return arnParts(arn)[4] ?? '';
}
