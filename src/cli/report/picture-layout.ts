/**
 * The layout of the picture. Columns: cluster, actors (if known), namespace and service account, role, resources. Also
 * runs in the browser.
 */
import { resourceInShort, roleInShort, serviceOf } from './in-words';
import { ActorWay } from './people';
import { permissionsOf } from './permissions';
import { DrawnActors, drawnActors } from './picture-people';
import { Answer, isPattern } from './rows';
import { identityPolicies, sortedTexts } from './statements';
import { Access, Text } from '../../analysis/access-map';
import { Actor } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';

export interface Box {
  readonly id: string;
  readonly kind: 'cluster' | 'actor' | 'namespace' | 'account' | 'role' | 'target';
  readonly x: number;
  y: number;
  readonly width: number;
  height: number;
  readonly label: string;
  /** A second line, or the number of items in it. */
  readonly more?: string;
  /** For a namespace: whether its service accounts are drawn. For actors: whether no admission policy denies it. */
  readonly isOpen?: boolean;
  /** For actors: all their names. */
  readonly names?: readonly string[];
  /** For actors: the right that they have. */
  readonly right?: string;
}

export interface Edge {
  readonly from: Box;
  readonly to: Box;
  /** `closed` by an admission policy; a namespace `contains` its service accounts, which is not drawn. */
  readonly kind?: 'closed' | 'contains';
  /** Whether it is one of many edges, which would hide others. */
  readonly isFaint?: boolean;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: Box[];
  readonly edges: Edge[];
  /** Service accounts that are not drawn. */
  readonly leftOut: number;
  /** Actors that are not drawn. */
  readonly actorsLeftOut: number;
}

/** Who can act as the service accounts of an answer, and the names of actors. */
export interface PictureActors {
  readonly of: (answer: Answer) => readonly ActorWay[];
  readonly nameOf: (actor: Actor) => string;
}

type Column = readonly [x: number, width: number];
type Columns = Record<'cluster' | 'actor' | 'account' | 'role' | 'target', Column>;
const COLUMNS: Columns = {
  cluster: [0, 196], actor: [0, 0], account: [232, 250], role: [576, 270], target: [940, 260],
};
const COLUMNS_WITH_ACTORS: Columns = {
  cluster: [0, 140], actor: [164, 222], account: [440, 214], role: [706, 234], target: [986, 214],
};
const WIDTH = 1200;
const ROW = 30;
const STEP = 38;
const HEADING = 26;
const BETWEEN_CLUSTERS = 22;
const ACTOR = 42;
const ACTOR_STEP = 50;
const MAX_ACTORS = 60;
const MAX_NAMES = 20;
const MANY = 8;
const MAX_ROWS = 60;
/** Up to this number, all are drawn. */
const ALL_OPEN = 40;
const MAX_TARGETS = 3;
const NEAR = 6 * STEP;

type Drawn = Answer & { readonly access: Access };

/**
 * @param toggled namespaces that the user has opened or closed, by ID
 * @param isOpenByDefault whether the user has opened or closed all others
 */
export function layOut(
  answers: Answer[],
  toggled: ReadonlyMap<string, boolean>,
  isOpenByDefault?: boolean,
  actors?: PictureActors,
): Picture {
  const columns = actors ? COLUMNS_WITH_ACTORS : COLUMNS;
  const box = boxIn(columns);
  const drawn = answers
    .filter(({ row }) => row.access)
    .map((answer): Drawn => ({ ...answer, access: answer.row.access! }));
  const accounts = new Set(drawn.map(({ access }) => accountId(access)));
  const boxes: Box[] = [];
  const sources = new Map<Drawn, Box>();
  let y = 0;
  let rows = 0;
  const leftOut = new Set<string>();
  const people = new PeopleColumn(columns, actors);
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
        people.contain(heading, account);
        for (const one of ofAccount) sources.set(one, account);
        y += STEP;
        rows++;
      }
      y += 6;
    }
    if (boxes.length === before) continue;
    y = Math.max(y, people.addCluster(inCluster.flatMap(answer => {
      const source = sources.get(answer);
      return source ? [[source, answer] as const] : [];
    }), clusterBox.y, y - (STEP - ROW)) + STEP - ROW);
    boxes.push({ ...clusterBox, height: Math.max(y - clusterBox.y - (STEP - ROW), 44) });
    y = Math.max(y, clusterBox.y + 52) + BETWEEN_CLUSTERS;
  }
  const left = y;
  const { edges, roles } = rolesFor(sources, box);
  const targets = targetsFor(roles, edges, box);
  const all = [...boxes, ...people.boxes, ...roles.keys(), ...targets];
  const height = Math.max(0, left - BETWEEN_CLUSTERS, ...all.map(shape => shape.y + shape.height));
  return {
    width: WIDTH,
    height: height + 2,
    boxes: all,
    edges: [...people.edges, ...edges],
    leftOut: leftOut.size,
    actorsLeftOut: people.leftOut.size,
  };
}

/** Boxes and edges of actors that can act as service accounts. */
class PeopleColumn {
  public readonly boxes: Box[] = [];
  public readonly edges: Edge[] = [];
  /** Names of actors that are not drawn. */
  public readonly leftOut = new Set<string>();
  /** The service accounts of open namespaces. */
  private readonly contents = new Map<Box, Box[]>();
  private readonly opened = new Set<Box>();

  constructor(private readonly columns: Columns, private readonly actors?: PictureActors) {}

  public contain(namespace: Box, account: Box): void {
    const known = this.contents.get(namespace);
    if (known) known.push(account);
    else this.contents.set(namespace, [account]);
  }

  /**
   * @param sources the boxes of a cluster
   * @returns the end of the column
   */
  public addCluster(sources: ReadonlyArray<readonly [Box, Answer]>, top: number, bottom: number): number {
    if (!this.actors || sources.length === 0) return bottom;
    const { of, nameOf } = this.actors;
    const all = drawnActors(sources.map(([source, answer]) => [source, of(answer)] as const));
    const room = Math.max(0, MAX_ACTORS - this.boxes.length);
    for (const { actors } of all.slice(room)) for (const actor of actors) this.leftOut.add(nameOf(actor));
    const drawn = all.slice(0, room).map(one => ({ one, wanted: middleOf([...one.to.keys()]) - ACTOR / 2 }));
    drawn.sort((left, right) => left.wanted - right.wanted);
    const places = packed(drawn.map(({ wanted }) => wanted), top, bottom);
    drawn.forEach(({ one }, index) => this.add(one, places[index], `${sources[0][1].row.access!.cluster} ${index}`));
    return Math.max(bottom, ...places.map(y => y + ACTOR));
  }

  private add({ actors, to, right }: DrawnActors<Box>, y: number, id: string): void {
    const names = actors.slice(0, MAX_NAMES).map(this.actors!.nameOf);
    const [x, width] = this.columns.actor;
    const box: Box = {
      id: `actor ${id}`,
      kind: 'actor',
      x,
      y,
      width,
      height: ACTOR,
      label: names[0],
      ...actors.length > 1 && { more: `+${actors.length - 1}` },
      isOpen: [...to.values()].includes(true),
      names: [...names, ...actors.length > MAX_NAMES ? [`and ${actors.length - MAX_NAMES} more`] : []],
      right,
    };
    this.boxes.push(box);
    const left = new Map(to);
    const more = to.size > MANY ? { isFaint: true } : {};
    for (const [namespace, accounts] of this.contents) {
      const states = new Set(accounts.map(account => to.get(account)));
      const [state] = states;
      if (accounts.length < 2 || states.size > 1 || state === undefined) continue;
      for (const account of accounts) left.delete(account);
      this.edges.push({ from: box, to: namespace, ...!state && { kind: 'closed' }, ...more });
      if (this.opened.has(namespace)) continue;
      this.opened.add(namespace);
      this.edges.push(...accounts.map((account): Edge => ({ from: namespace, to: account, kind: 'contains' })));
    }
    for (const [account, state] of left) {
      this.edges.push({ from: box, to: account, ...!state && { kind: 'closed' }, ...more });
    }
  }
}

function middleOf(boxes: readonly Box[]): number {
  return boxes.reduce((sum, { y, height }) => sum + y + height / 2, 0) / boxes.length;
}

/** Positions as near as possible to the wanted ones, between top and bottom if there is room. */
function packed(wanted: readonly number[], top: number, bottom: number): number[] {
  const places: number[] = [];
  for (const y of wanted) places.push(Math.max(y, places.length === 0 ? top : places[places.length - 1] + ACTOR_STEP));
  let limit = Math.max(bottom, top + wanted.length * ACTOR_STEP - (ACTOR_STEP - ACTOR)) - ACTOR;
  for (let index = places.length - 1; index >= 0; index--, limit -= ACTOR_STEP) {
    places[index] = limit = Math.min(places[index], limit);
  }
  return places;
}

/** A role, if it is in the input, with the session policy that limits it. */
type Limited = Partial<Pick<Answer['row'], 'role'>> & Pick<Access, 'sessionPolicy'>;

/** Boxes for roles. Roles used only by the same closed namespaces share a box, if they have no session policies. */
function rolesFor(sources: Map<Drawn, Box>, box: MakeBox): { roles: Map<Box, Limited[]>; edges: Edge[] } {
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

/** Boxes for resources, shared between roles; by service if there would be too many. */
function targetsFor(roles: Map<Box, Limited[]>, edges: Edge[], box: MakeBox): Box[] {
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

/** The services of roles that share a box. */
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
 * Places each box as near as possible to its first source. Distant sources would pull everything into the middle.
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

type MakeBox = (
  id: string, kind: Box['kind'], y: number,
) => Pick<Box, 'id' | 'kind' | 'x' | 'y' | 'width' | 'height'>;

function boxIn(columns: Columns): MakeBox {
  return (id, kind, y) => {
    const [x, width] = columns[kind === 'namespace' ? 'account' : kind];
    return { id, kind, x, y, width, height: ROW };
  };
}

function accountId({ cluster, namespace, serviceAccount }: Access): string {
  return JSON.stringify([cluster, namespace, serviceAccount]);
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return [...grouped(items, keyOf).values()];
}
