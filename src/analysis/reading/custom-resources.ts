/**
 * Service accounts in custom resources: how they are used, and roles that the resources give them.
 */
import { CUSTOM_RESOURCES, CustomResource } from '../../conventions/custom-resources';
import { DEFAULT_AUDIENCE } from '../../conventions/web-identity';
import { AccessMap, Place, ServiceAccount, Text, Workload } from '../access-map';
import { isObject, JsonObject, objectOf, propertyOf, textMapOf, textOf, textsOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { standIn } from '../stand-in';

/** An object of a manifest with its name and place. */
export interface NamedObject {
  readonly object: JsonObject;
  readonly kind: string;
  readonly name: Text;
  /** The namespace of the object, or of kubectl if it has none. */
  readonly namespace: Text;
  readonly place: Place;
}

type NamedAccounts = Pick<AccessMap, 'workloads' | 'impersonators' | 'serviceAccounts'>;

/** No custom resource nests pod templates more deeply. */
const MAX_DEPTH = 24;

/** The known custom resource for an object, if any. */
export function customResourceOf({ apiVersion, kind }: JsonObject): CustomResource | undefined {
  return CUSTOM_RESOURCES.find(({ group, kinds }) =>
    kinds.includes(textOf(kind)) && textOf(apiVersion).startsWith(`${group}/`));
}

/** The namespace of the controller of a cluster-scoped resource. */
export function namespaceOfController({ kind, name }: Pick<NamedObject, 'kind' | 'name'>): Text {
  return standIn(`namespace of the controller of ${kind} ${name}`);
}

/** The service accounts that a custom resource refers to. */
export function accountsNamedIn(named: NamedObject): NamedAccounts {
  const { object } = named;
  const resource = customResourceOf(object);
  const accounts: NamedAccounts = { workloads: [], impersonators: [], serviceAccounts: [] };
  if (resource) addReferences(named, resource, accounts);
  else accounts.workloads.push(...podsIn(named, object.spec, ['spec']));
  return accounts;
}

/** Custom resources have API groups with dots. CustomResourceDefinitions contain no pods. */
export function isCustom({ apiVersion, kind }: JsonObject): boolean {
  return /^[^/]*\./.test(textOf(apiVersion)) && kind !== 'CustomResourceDefinition';
}

function addReferences(named: NamedObject, resource: CustomResource, accounts: NamedAccounts): void {
  for (const reference of resource.references) {
    for (const { path, value } of valuesAt(named.object, reference.within)) {
      const field = [...path, ...reference.field.split('.')];
      const account = accountOf(propertyOf(value, ...reference.field.split('.')), resource);
      if (account === undefined) continue;
      const namespace = resource.isOfCluster
        ? account.namespace ?? namespaceOfController(named)
        : named.namespace;
      const use = typeof reference.use === 'string' ? reference.use : reference.use(named.object);
      const role = reference.role === undefined ? undefined : propertyOf(value, ...reference.role.split('.'));
      const user: Workload = {
        ...workloadOf(named, field.join('.'), account.name),
        namespace,
        ...resource.isOfCluster && { isOfCluster: true },
        ...use === 'tokens' && reference.role === undefined && { takesTokens: true },
      };
      const users = use === 'kubernetes-api' ? accounts.impersonators : accounts.workloads;
      if (!users.some(other => other.serviceAccount === user.serviceAccount)) users.push(user);
      if (role !== undefined) accounts.serviceAccounts.push(boundAccount(named, user, role, account.audiences));
    }
  }
}

interface Account {
  readonly name: Text;
  readonly namespace?: Text;
  readonly audiences: string[];
}

function accountOf(value: unknown, { hasVariables }: CustomResource): Account | undefined {
  const { name, namespace, audiences } = isObject(value) ? value : { name: value };
  if (typeof name !== 'string' || name === '' || (hasVariables && name.includes('{{'))) return undefined;
  return {
    name: textWithPlaceholders(name),
    ...typeof namespace === 'string' && { namespace: textWithPlaceholders(namespace) },
    audiences: textsOf(audiences),
  };
}

/** A service account whose role is set by a custom resource instead of its annotation. */
function boundAccount(
  { kind, name, place }: NamedObject,
  { namespace, serviceAccount }: Workload,
  role: unknown,
  audiences: readonly string[],
): ServiceAccount {
  const [audience = DEFAULT_AUDIENCE] = audiences.includes(DEFAULT_AUDIENCE) ? [DEFAULT_AUDIENCE] : audiences;
  return {
    namespace, name: serviceAccount, roleArn: textWithPlaceholders(role), audience, boundBy: `${kind} ${name}`, place,
  };
}

function workloadOf({ kind, name, namespace, place }: NamedObject, field: string, serviceAccount: Text): Workload {
  return { kind, name, namespace, serviceAccount, field, annotations: {}, spec: {}, place };
}

/** Pod templates with a service account. For others, the controller may choose one. */
function podsIn(named: NamedObject, value: unknown, path: readonly string[]): Workload[] {
  if (path.length > MAX_DEPTH || typeof value !== 'object' || value === null) return [];
  const { apiVersion, kind, metadata, spec } = objectOf(value);
  if (typeof apiVersion === 'string' && typeof kind === 'string') return []; // embedded, for any cluster
  const { containers, serviceAccountName, serviceAccount } = objectOf(spec);
  const account = serviceAccountName || serviceAccount;
  const isTopLevel = path.join('.') === 'spec.template'; // read as a built-in workload
  if (Array.isArray(containers) && !isTopLevel) {
    return typeof account !== 'string' ? [] : [{
      ...workloadOf(named, [...path, 'spec', 'serviceAccountName'].join('.'), textWithPlaceholders(account)),
      annotations: textMapOf(propertyOf(metadata, 'annotations')),
      spec: objectOf(spec),
    }];
  }
  return Object.entries(value).flatMap(([key, inner]) => podsIn(named, inner, [...path, key]));
}

/** The values at a path, in which `*` matches each item of a list. */
export function valuesAt(value: unknown, path: string): { path: string[]; value: unknown }[] {
  return path.split('.').reduce(
    (found, step) => found.flatMap(({ path: before, value: inner }) => {
      const steps = step === '*' && Array.isArray(inner) ? Object.keys(inner) : [step];
      return steps.flatMap(key => {
        const next = objectOf(Array.isArray(inner) ? { ...inner } : inner)[key];
        return next === undefined ? [] : [{ path: [...before, key], value: next }];
      });
    }),
    [{ path: [] as string[], value }],
  );
}
