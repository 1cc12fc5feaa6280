/**
 * Whether pods actually get the role of their service account.
 */
import {
  allContainers,
  canNonRootRead,
  ContainerJson,
  isNonRoot,
  isWindows,
  SecurityContextJson,
  SKIP_CONTAINERS,
  TOKEN_FILE,
  tokenAt,
  tokensIn,
  WEBHOOK_VOLUME,
  withCredentials,
} from '../../conventions/pod-spec';
import { Workload } from '../access-map';
import { arrayOf, grouped, isObject, objectOf, propertyOf, textOf } from '../json-values';
import { listInShort } from '../lists';
import { trustedBy } from '../reading/trusted-subjects';
import { hasStandIn } from '../stand-in';
import { Rule } from './rule';
import { annotatedIn, placeOf, workloadName } from './words';

const DEFAULT = 'default';

/** Service accounts, indexed by namespace and name. */
class Names {
  private readonly all = new Set<string>();
  private readonly anywhere = new Set<string>();
  private readonly somewhere = new Set<string>();
  private readonly namespaces = new Set<string>();
  private readonly withUnknown = new Set<string>();

  constructor(names: [namespace: string, name: string][]) {
    for (const [namespace, name] of names) {
      this.namespaces.add(namespace);
      if (hasStandIn(name)) this.withUnknown.add(namespace);
      this.all.add(`${namespace}/${name}`);
      this.anywhere.add(name);
      if (hasStandIn(namespace)) this.somewhere.add(name);
    }
  }

  /** Also true if the namespaces or names may turn out to be equal at deployment. */
  public mayHave(namespace: string, name: string): boolean {
    if (!hasStandIn(namespace) && this.withUnknown.has(namespace)) return true;
    return this.all.has(`${namespace}/${name}`) || (hasStandIn(namespace) ? this.anywhere : this.somewhere).has(name);
  }

  /** Whether the namespace or the name occurs at all. */
  public knowsOf(namespace: string, name: string): boolean {
    return this.namespaces.has(namespace) || this.anywhere.has(name);
  }
}

export const UNDECLARED_SERVICE_ACCOUNT: Rule = {
  id: 'undeclared-service-account',
  severity: 'warning',
  title: 'A workload or custom resource uses a ServiceAccount that no manifest declares and no role trusts by name; a '
    + 'note for a custom resource if neither the namespace nor the name occurs in any manifest',
  why: 'Kubernetes creates no pod and no token without the ServiceAccount. The name may be wrong, or a manifest may '
    + 'be missing.',
  check: map => {
    const declared = new Names(map.serviceAccounts
      .filter(({ boundBy }) => boundBy === undefined)
      .map(({ namespace, name }) => [namespace, name]));
    // A ServiceAccount that a role trusts may belong to a Helm chart.
    const trusted = new Names([
      ...map.roles
        .flatMap(({ trust }) => trustedBy(trust))
        .map(({ namespace, serviceAccount }): [string, string] => [namespace, serviceAccount]),
      ...map.associations.map(({ namespace, serviceAccount }): [string, string] => [namespace, serviceAccount]),
    ]);
    const undeclared = [...map.workloads, ...map.impersonators].filter(
      ({ namespace, serviceAccount: name }) =>
        name !== DEFAULT
        && !hasStandIn(name)
        && !declared.mayHave(namespace, name)
        && !trusted.mayHave(namespace, name),
    );
    const told = new Set<string>();
    const isFirst = (workload: Workload) => {
      const key = `${workloadName(workload)} ${workload.serviceAccount}`;
      const isKnown = workload.field !== undefined && told.has(key); // one resource, in several places
      told.add(key);
      return !isKnown;
    };
    return undeclared.filter(isFirst).map(workload => ({
      // Many of them belong to charts or other repositories.
      ...workload.field !== undefined && !declared.knowsOf(workload.namespace, workload.serviceAccount) && {
        severity: 'note' as const,
      },
      message: `${workloadName(workload)}: uses ServiceAccount ${workload.namespace}/${workload.serviceAccount}, `
        + 'which no manifest declares and no role trusts.',
      fix: workload.field === undefined
        ? 'Correct serviceAccountName, or add the ServiceAccount. irsaServiceAccount.applyTo(deployment) sets the '
          + 'right name.'
        : `Correct ${workload.field}, or add the ServiceAccount.`,
      place: placeOf(workload, 'serviceAccountName'),
    }));
  },
};

const SHOWN_WORKLOADS = 3;

/** One note per namespace: most of these workloads never call AWS. */
export const DEFAULT_SERVICE_ACCOUNT: Rule = {
  id: 'default-service-account',
  severity: 'note',
  title: 'Workloads of a namespace use the ServiceAccount `default`',
  why: 'Fine for workloads that do not call AWS. The others get no role, or the role of the node.',
  check: map => {
    const defaults = new Names(
      annotatedIn(map).filter(({ name }) => name === DEFAULT).map(({ namespace, name }) => [namespace, name]),
    );
    const workloads = map.workloads.filter(
      ({ namespace, serviceAccount, spec }) =>
        serviceAccount === DEFAULT
        && spec.automountServiceAccountToken !== false
        && !defaults.mayHave(namespace, DEFAULT),
    );
    return [...grouped(workloads, ({ namespace }) => namespace)].map(([namespace, all]) => ({
      message: `Namespace ${namespace}: ${all.length === 1 ? '1 workload uses' : `${all.length} workloads use`} the `
        + 'ServiceAccount default: '
        + `${listInShort(all.map(({ kind, name }) => `${kind} ${name}`), SHOWN_WORKLOADS)}.`,
      fix: 'Give each workload that calls AWS its own ServiceAccount (serviceAccountName). The others are fine; to '
        + 'remove them from this note, set automountServiceAccountToken: false.',
      place: all[0].place,
    }));
  },
};

export const MISSING_FS_GROUP: Rule = {
  id: 'missing-fs-group',
  severity: 'warning',
  title: 'A non-root container cannot read its token because of the `defaultMode` of the volume',
  why: '`Permission denied`. Kubernetes makes the token readable (0644, or owned by the common `runAsUser` of all '
    + 'containers) unless the pod defines its own projected volume with a restrictive `defaultMode` and no `fsGroup`.',
  check: map => {
    const withRole = new Set(annotatedIn(map).map(({ namespace, name }) => `${namespace}/${name}`));
    return map.workloads.flatMap(workload =>
      unableToRead(workload, withRole.has(`${workload.namespace}/${workload.serviceAccount}`))
        .slice(0, 1)
        .map(({ container, defaultMode }) => ({
          message: `${workloadName(workload)}: container ${textOf(container.name)} runs as non-root and cannot read `
            + `its token: the volume has defaultMode 0${defaultMode.toString(8)}, the pod has no fsGroup, and its `
            + 'containers do not all set the same runAsUser.',
          fix: "Remove defaultMode from the projected volume, or set fsGroup in the pod's securityContext.",
          place: placeOf(workload, 'defaultMode'),
        })),
    );
  },
};

interface Unreadable {
  readonly container: ContainerJson;
  readonly defaultMode: number;
}

/** The containers whose token is unreadable because of the spec itself; the webhook's own volume is always readable. */
function unableToRead({ spec, annotations }: Workload, isInjected: boolean): Unreadable[] {
  const pod = { ...spec, containers: objectsOf(spec.containers), initContainers: objectsOf(spec.initContainers) };
  const own = objectOf<SecurityContextJson>(spec.securityContext);
  if (isWindows(pod)) return [];
  const injected = isInjected ? withCredentials(pod, annotations[SKIP_CONTAINERS] ?? '') : [];
  return allContainers(pod)
    .filter(({ securityContext }) => isNonRoot(objectOf(securityContext), own))
    .flatMap(container => {
      const file = tokenFileOf(container);
      const ofWebhook = injected.includes(container) ? tokensIn(pod, WEBHOOK_VOLUME)[0] : undefined;
      const token = file === undefined ? ofWebhook : tokenAt(pod, container, file);
      return token && !canNonRootRead(pod, token) ? [{ container, defaultMode: token.defaultMode }] : [];
    });
}

/** The token path that a container sets for the SDK. */
function tokenFileOf({ env }: ContainerJson): string | undefined {
  const variable = arrayOf(env).find(entry => propertyOf(entry, 'name') === TOKEN_FILE);
  return variable === undefined ? undefined : textOf(propertyOf(variable, 'value') ?? '');
}

function objectsOf(list: unknown): ContainerJson[] {
  return arrayOf(list).filter(isObject);
}
