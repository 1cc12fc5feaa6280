/**
 * Who can act as which service account in all clusters of a map: IAM principals with access to clusters, and subjects
 * of bindings.
 */
import { AccessMap, Place, Text } from '../access-map';
import { Actor, ClusterPrincipal, Reach, UnknownReach } from '../cluster-access';
import { grouped } from '../json-values';
import { ActorReach, reachOfActor } from './actor-reach';
import { ClusterWorld, clusterWorlds, ReachInput, TargetAccount } from './cluster-worlds';
import { grantsOfAccessPolicies, rulesOfAccessPolicy } from '../rbac/access-policies';
import { CONFIDENCES } from '../rbac/paths';
import { Rbac, Requester, requesterOf, requesterOfUser } from '../rbac/rbac';
import { ClosedBy, ReachWorld } from '../rbac/reach';
import { RbacBinding, RbacObjects, Subject } from '../rbac-objects';
import { standIn } from '../stand-in';

export interface ReachOptions {
  /**
   * Whether the input contains all RBAC of the cluster. Otherwise, a binding to a missing role may grant anything.
   *
   * @default false
   */
  readonly isComplete?: boolean;
  /**
   * Whether to add the roles and bindings that the API server creates.
   *
   * @default - unless `isComplete`
   */
  readonly builtIn?: boolean;
  /**
   * The requests that admission policies deny.
   *
   * @default - none
   */
  readonly closedBy?: ClosedBy;
}

/** An actor of a world. */
interface Acting {
  readonly actor: Actor;
  readonly requester: Requester;
  readonly places: readonly Place[];
  readonly doubts: readonly string[];
}

/** Who can act as which service account, and grants with unknown effect. */
export function reachesOf(
  input: ReachInput, options: ReachOptions = {},
): Pick<AccessMap, 'reaches' | 'unknownReaches'> {
  const results = clusterWorlds(input).map(world => reachesIn(world, input, options));
  return {
    reaches: withoutCopies(results.flatMap(({ reaches }) => reaches)),
    unknownReaches: [
      ...withoutRepetition(results.flatMap(({ unknownReaches }) => unknownReaches)), ...refusedBindings(input.rbac),
    ],
  };
}

function reachesIn(
  world: ClusterWorld, { workloads }: ReachInput, { isComplete, builtIn = !isComplete, closedBy }: ReachOptions,
): Pick<AccessMap, 'reaches' | 'unknownReaches'> {
  const { rbac: objects, cluster, targets, doubtOfManifests } = world;
  const reachWorld: ReachWorld = {
    rbac: new Rbac(objects, { isComplete, builtIn }),
    serviceAccounts: targets.map(({ namespace, name }) => ({ namespace, name })),
    workloads,
    ...cluster !== undefined && { cluster },
    ...closedBy !== undefined && { closedBy },
  };
  const known = [...objects.bindings, ...targets, ...workloads].flatMap(({ namespace }) => namespace ?? []);
  const namespaces = [...new Set(known)];
  const byKey = grouped(targets, ({ namespace, name }) => `${namespace}/${name}`);
  const actors = [
    ...principalActors(world.principals, namespaces, reachWorld.rbac),
    ...world.hasOwnRbac ? subjectActors(objects.bindings) : [],
  ];
  const results = actors.map(acting => ({ acting, found: reachOfActor(reachWorld, acting) }));
  const at = cluster === undefined ? {} : { cluster };
  return {
    reaches: results.flatMap(({ acting: { actor }, found }) => found.accounts.flatMap(account => {
      const name = `${account.namespace}/${account.name}`;
      const isSelf = actor.kind === 'ServiceAccount' && actor.name === name;
      return isSelf ? [] : (byKey.get(name) ?? []).map(target => {
        const isElsewhere = doubtOfManifests !== undefined && account.needsManifests();
        const doubt = target.doubt ?? (isElsewhere ? doubtOfManifests : undefined);
        return reachTo(actor, { ...target, ...doubt !== undefined && { doubt } }, account);
      });
    })),
    unknownReaches: results.flatMap(({ acting: { actor, doubts, places }, found }) => [
      ...doubts.map((reason): UnknownReach => ({ ...at, actor, reason, places })),
      ...found.unknown.map((unknown): UnknownReach => ({ ...at, actor, ...unknown })),
    ]),
  };
}

function reachTo(actor: Actor, target: TargetAccount, account: ActorReach['accounts'][number]): Reach {
  const { namespace, name, cluster, clusters, doubt } = target;
  let ways: Reach['ways'] | undefined;
  return {
    ...cluster !== undefined && { cluster },
    ...clusters !== undefined && { clusters },
    ...doubt !== undefined && { doubt },
    actor,
    namespace,
    serviceAccount: name,
    // Computed lazily, because there may be many and few are needed.
    get ways() {
      return ways ??= account.ways();
    },
  };
}

/** One actor per principal, with everything that it is mapped to. */
function principalActors(principals: readonly ClusterPrincipal[], namespaces: readonly string[], rbac: Rbac): Acting[] {
  return [...grouped(principals, ({ principal }) => principal)].map(([name, entries]): Acting => {
    const [first, ...others] = entries.map(({ user, groups }) =>
      (user === undefined ? { groups: [...groups, 'system:authenticated'] } : requesterOfUser(user, groups)));
    const own = entries.flatMap(entry => grantsOfAccessPolicies(entry, namespaces));
    return {
      actor: { kind: 'IAM principal', name },
      requester: {
        ...first,
        own: [...own, ...others.flatMap(other => rbac.grantsTo(other))],
      },
      places: entries.map(({ place }) => place),
      doubts: entries.flatMap(({ doubt, policies }) => [
        ...doubt === undefined ? [] : [doubt],
        ...policies.filter(({ policy }) => rulesOfAccessPolicy(policy) === undefined)
          .map(({ policy }) => `the permissions of the access policy ${policy} are not known`),
      ]),
    };
  });
}

/** The subjects of bindings in manifests, without the controllers that every cluster has. */
function subjectActors(bindings: readonly RbacBinding[]): Acting[] {
  const subjects = bindings.filter(({ place }) => place !== undefined).flatMap(binding =>
    binding.subjects.map(subject => ({ subject, place: binding.place! })));
  return [...grouped(subjects, ({ subject }) => JSON.stringify(actorOf(subject))).values()].map((same): Acting => ({
    actor: actorOf(same[0].subject),
    requester: requesterOf(same[0].subject),
    places: same.map(({ place }) => place),
    doubts: [],
  }));
}

function actorOf(subject: Subject): Actor {
  const { kind, name } = subject;
  return { kind, name: subject.kind === 'ServiceAccount' ? `${subject.namespace}/${name}` : name };
}

/** Bindings that Kubernetes rejects or that cannot be read completely: their subjects may reach something. */
function refusedBindings({ unknown }: RbacObjects): UnknownReach[] {
  return unknown.filter(({ object }) => /^\w*Binding /.test(object)).map(({ object, path, problem, place }) => ({
    actor: { kind: 'Group', name: standIn(`subjects of ${object}`) },
    reason: `${object}: ${path === '' ? '' : `${path} `}${problem}`,
    places: [place],
  }));
}

/** Removes reaches of uncertain clusters that are also found with a certain cluster. */
function withoutCopies(reaches: readonly Reach[]): Reach[] {
  if (!reaches.some(({ doubt }) => doubt !== undefined)) return [...reaches];
  const keyOf = ({ actor: { kind, name }, namespace, serviceAccount }: Reach, cluster: Text) =>
    JSON.stringify([kind, name, namespace, serviceAccount, cluster]);
  const sure = new Map(reaches.filter(({ doubt }) => doubt === undefined).flatMap(reach =>
    (reach.clusters ?? []).map(cluster => [keyOf(reach, cluster), reach] as const)));
  return reaches.filter(reach => reach.doubt === undefined || !(reach.clusters ?? []).every(cluster => {
    const other = sure.get(keyOf(reach, cluster));
    return other !== undefined && rankOf(other) <= rankOf(reach);
  }));
}

/** The rank of the best way. */
function rankOf({ ways: [{ confidence, closedBy }] }: Reach): number {
  return CONFIDENCES.indexOf(confidence) + (closedBy === undefined ? 0 : CONFIDENCES.length);
}

function withoutRepetition(reaches: readonly UnknownReach[]): UnknownReach[] {
  const keyOf = ({ cluster, actor: { kind, name }, reason }: UnknownReach) =>
    JSON.stringify([cluster, kind, name, reason]);
  return [...new Map([...reaches].reverse().map(reach => [keyOf(reach), reach])).values()].reverse();
}
