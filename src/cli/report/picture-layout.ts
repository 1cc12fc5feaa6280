/**
 * Where the picture has what. Columns: cluster, namespace and service account, role, resources. Runs in the browser.
 */
import { resourceInShort, roleInShort, serviceOf } from './in-words';
import { permissionsOf } from './permissions';
import { Answer, isPattern } from './rows';
import { identityPolicies, sortedTexts } from './statements';
import { Access, Text } from '../../analysis/access-map';
import { grouped } from '../../analysis/json-values';

export interface Box {
  readonly id: string;
  readonly kind: 'cluster' | 'namespace' | 'account' | 'role' | 'target';
  readonly x: number;
  y: number;
  readonly width: number;
  height: number;
  readonly label: string;
  /** A second line, or what is in it. */
  readonly more?: string;
  /** Of a namespace: whether its service accounts are drawn. */
  readonly isOpen?: boolean;
}

export interface Edge {
  readonly from: Box;
  readonly to: Box;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: Box[];
  readonly edges: Edge[];
  /** Service accounts that are not drawn. */
  readonly leftOut: number;
}

const COLUMNS = { cluster: [0, 196], account: [232, 250], role: [576, 270], target: [940, 260] } as const;
const WIDTH = 1200;
const ROW = 30;
const STEP = 38;
const HEADING = 26;
const BETWEEN_CLUSTERS = 22;
const MAX_ROWS = 60;
/** As long as there are not more, all are drawn. */
const ALL_OPEN = 40;
const MAX_TARGETS = 3;
const NEAR = 6 * STEP;

type Drawn = Answer & { readonly access: Access };

/**
 * @param toggled namespaces that somebody has opened or closed, by their id
 * @param isOpenByDefault whether somebody has opened or closed all others
 */
export function layOut(answers: Answer[], toggled: ReadonlyMap<string, boolean>, isOpenByDefault?: boolean): Picture {
  const drawn = answers
    .filter(({ row }) => row.access)
    .map((answer): Drawn => ({ ...answer, access: answer.row.access! }));
  const accounts = new Set(drawn.map(({ access }) => accountId(access)));
  const boxes: Box[] = [];
  const sources = new Map<Drawn, Box>();
  let y = 0;
  let rows = 0;
  const leftOut = new Set<string>();
  for (const inCluster of groups(drawn, ({ access }) => access.cluster)) {
    const { cluster, via } = inCluster[0].access;
    const clusterBox: Box = {
      ...box(`cluster ${cluster}`, 'cluster', y),
      label: cluster,
      more: via === 'irsa' ? 'issuer' : 'EKS Pod Identity',
    };
    const before = boxes.length;
    for (const inNamespace of groups(inCluster, ({ access }) => access.namespace)) {
      const ids = new Set(inNamespace.map(({ access }) => accountId(access)));
      if (rows >= MAX_ROWS) {
        for (const id of ids) leftOut.add(id);
        continue;
      }
      const { namespace } = inNamespace[0].access;
      const id = `namespace ${JSON.stringify([cluster, namespace])}`;
      const isOpen = toggled.get(id) ?? isOpenByDefault ?? accounts.size <= ALL_OPEN;
      const heading: Box = {
        ...box(id, 'namespace', y),
        height: isOpen ? HEADING : ROW,
        label: namespace,
        more: `${ids.size}`,
        isOpen,
      };
      boxes.push(heading);
      y += isOpen ? HEADING + 2 : STEP;
      rows++;
      if (!isOpen) {
        for (const one of inNamespace) sources.set(one, heading);
        continue;
      }
      for (const ofAccount of groups(inNamespace, ({ access }) => accountId(access))) {
        if (rows >= MAX_ROWS) {
          leftOut.add(accountId(ofAccount[0].access));
          continue;
        }
        const account: Box = {
          ...box(`account ${accountId(ofAccount[0].access)}`, 'account', y),
          label: ofAccount[0].access.serviceAccount,
          more: isPattern(ofAccount[0].access.serviceAccount) ? 'pattern' : undefined,
        };
        boxes.push(account);
        for (const one of ofAccount) sources.set(one, account);
        y += STEP;
        rows++;
      }
      y += 6;
    }
    if (boxes.length === before) continue;
    boxes.push({ ...clusterBox, height: Math.max(y - clusterBox.y - (STEP - ROW), 44) });
    y = Math.max(y, clusterBox.y + 52) + BETWEEN_CLUSTERS;
  }
  const left = y;
  const { edges, roles } = rolesFor(sources);
  const targets = targetsFor(roles, edges);
  const all = [...boxes, ...roles.keys(), ...targets];
  const height = Math.max(0, left - BETWEEN_CLUSTERS, ...all.map(shape => shape.y + shape.height));
  return { width: WIDTH, height: height + 2, boxes: all, edges, leftOut: leftOut.size };
}

/** A role, undefined where it is elsewhere, with the session policy that limits it. */
type Limited = Partial<Pick<Answer['row'], 'role'>> & Pick<Access, 'sessionPolicy'>;

/** Roles that closed namespaces alone use, and the same ones, are one box; but one for each session policy. */
function rolesFor(sources: Map<Drawn, Box>): { roles: Map<Box, Limited[]>; edges: Edge[] } {
  const users = new Map<string, Limited & { arn: Text; boxes: Set<Box> }>();
  for (const [{ row: { arn, role }, access: { sessionPolicy } }, source] of sources) {
    const key = sessionPolicy === undefined ? arn : JSON.stringify([arn, sessionPolicy]);
    const user = users.get(key);
    if (user) user.boxes.add(source);
    else users.set(key, { arn, role, sessionPolicy, boxes: new Set([source]) });
  }
  const together = groups([...users], ([key, { boxes }]) =>
    [...boxes].every(({ kind }) => kind === 'namespace') ? [...boxes].map(({ id }) => id).join('\n') : key,
  );
  const roles = new Map<Box, Limited[]>();
  const edges: Edge[] = [];
  for (const some of together) {
    const [[key, { arn, boxes, sessionPolicy }]] = some;
    const more = sessionPolicy === undefined ? {} : { more: 'with a session policy' };
    const role: Box = some.length === 1 ? { ...box(`role ${key}`, 'role', 0), label: roleInShort(arn), ...more }
      : { ...box(`roles ${[...boxes].map(({ id }) => id).join()}`, 'role', 0), label: `${some.length} roles` };
    roles.set(role, some.map(([, user]) => user));
    for (const from of boxes) edges.push({ from, to: role });
  }
  place([...roles.keys()], edges);
  return { roles, edges };
}

/** The resources, those of several roles once; by service where they would be too many. */
function targetsFor(roles: Map<Box, Limited[]>, edges: Edge[]): Box[] {
  const targets = new Map<string, Box>();
  for (const [from, some] of roles) {
    for (const { key, label, more } of some.length === 1 ? targetsOf(some[0]) : servicesOf(from, some)) {
      const target = targets.get(key) ?? { ...box(`target ${key}`, 'target', 0), label, more };
      targets.set(key, target);
      edges.push({ from, to: target });
    }
  }
  place([...targets.values()], edges);
  return [...targets.values()];
}

interface Target {
  readonly key: string;
  readonly label: string;
  readonly more?: string;
}

/** Of roles that are one box, in one box too. */
function servicesOf({ id }: Box, roles: Limited[]): Target[] {
  const services = sortedTexts(
    roles
      .flatMap(targetsOf)
      .map(({ label, more }) => (more === undefined || more.endsWith(' resources') ? label : more)),
  );
  return services.length === 0 ? [] : [{ key: `services ${id}`, label: services.join(', ') }];
}

function targetsOf({ role, sessionPolicy }: Limited): Target[] {
  const policies = role ? identityPolicies(role) : [];
  const elsewhere = policies
    .filter(({ document }) => document === undefined)
    .map(({ name, arn }): Target => ({ key: `policy ${arn ?? name}`, label: name, more: 'policy' }));
  const permissions = permissionsOf(policies.map(({ document }) => document), sessionPolicy).filter(
    ({ effect }) => effect === 'Allow',
  );
  const single = permissions.flatMap(({ actions, resources, notActions, notResources }): Target[] =>
    notResources
      ? [{ key: 'all but', label: 'all but some resources' }]
      : resources.flatMap(resource => {
        if (resource === '*') {
          return (notActions ? ['*'] : sortedTexts(actions.map(serviceOf))).map(service => ({
            key: `${service} *`,
            label: 'all resources',
            more: service,
          }));
        }
        const whole = resource.replace(/^(arn:[^:]*:s3:::[^/]+)\/\*$/, '$1'); // a bucket and what is in it
        const [service, name] = splitShort(resourceInShort(whole));
        return [{ key: whole, label: name ?? service, more: name === undefined ? undefined : service }];
      }),
  );
  const unique = [...new Map([...single, ...elsewhere].map(target => [target.key, target])).values()];
  if (unique.length <= MAX_TARGETS) return unique;
  return groups(unique, ({ more, label }) => more ?? label).map(([first, ...others]): Target => {
    const service = first.more ?? first.label;
    return others.length === 0
      ? first
      : {
        key: `service ${service} ${role!.arn}`,
        label: service === '*' ? 'all services' : service,
        more: `${others.length + 1} resources`,
      };
  });
}

function splitShort(short: string): [string, string?] {
  const at = short.indexOf(': ');
  return at < 0 ? [short] : [short.slice(0, at), short.slice(at + 2)];
}

/**
 * Each as near as it can be to what leads to it first: what does from far away would pull everything into the middle.
 */
function place(boxes: Box[], edges: Edge[]): void {
  const wanted = new Map(boxes.map(shape => {
    const from = edges
      .filter(({ to }) => to === shape)
      .map(({ from: source }) => source.y + source.height / 2 - ROW / 2);
    const near = from.filter(middle => middle - from[0] < NEAR);
    return [shape, near.reduce((sum, middle) => sum + middle, 0) / near.length] as const;
  }));
  const sorted = [...boxes].sort((left, right) => wanted.get(left)! - wanted.get(right)!);
  let y = 0;
  for (const one of sorted) {
    one.y = Math.max(wanted.get(one)!, y);
    y = one.y + STEP;
  }
}

function box(id: string, kind: Box['kind'], y: number): Pick<Box, 'id' | 'kind' | 'x' | 'y' | 'width' | 'height'> {
  const [x, width] = COLUMNS[kind === 'namespace' ? 'account' : kind];
  return { id, kind, x, y, width, height: ROW };
}

function accountId({ cluster, namespace, serviceAccount }: Access): string {
  return JSON.stringify([cluster, namespace, serviceAccount]);
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return [...grouped(items, keyOf).values()];
}
