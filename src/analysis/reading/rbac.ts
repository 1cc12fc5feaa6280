/**
 * Reads Kubernetes RBAC roles and bindings from manifests, each with its place. Parts that Kubernetes would reject are
 * reported, never guessed, and the rest of the object still counts.
 */
import { keeps, NAMESPACE, OBJECT_NAME } from '../../conventions/name-rules';
import { Text } from '../access-map';
import { arrayOf, isObject, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { RBAC_GROUP, RbacBinding, RbacObjects, RbacRole, Rule, Subject, UnknownRbac } from '../rbac-objects';
import { hasStandIn, isStandIn, standIn } from '../stand-in';
import { ManifestObject, manifestObjects, ManifestText, namespaceOf } from './manifest-objects';
import { Path } from './positions';

const KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];
const VERSION = `${RBAC_GROUP}/v1`;
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/**
 * The roles and bindings in a text. Other objects are skipped.
 *
 * @param namespace the namespace of objects without one; if undefined, it is unknown
 * @throws UnusableInput if it is not valid YAML, with line and column
 */
export function readRbac(text: ManifestText, namespace?: string): RbacObjects {
  const all = noRbac();
  for (const object of manifestObjects(text)) addRbac(all, object, namespace);
  return all;
}

export function noRbac(): RbacObjects {
  return { roles: [], bindings: [], unknown: [] };
}

/**
 * Adds an object of a manifest if it is a role or a binding.
 *
 * @param cluster the ARN of its cluster, if known
 */
export function addRbac(
  all: RbacObjects, { object, at, positionOf }: ManifestObject, namespace?: string, cluster?: Text,
): void {
  const kind = textOf(object.kind);
  if (!KINDS.includes(kind)) return;
  const version = textWithPlaceholders(object.apiVersion ?? '');
  const [group] = version.split('/');
  // Other groups may have kinds with the same names.
  if (!(group === RBAC_GROUP || group === '' || hasStandIn(version))) return;
  const report = (name: Text, path: Path, problem: string) =>
    all.unknown.push({ object: name, path: pathText(path), problem, place: { ...at, ...positionOf(path) } });
  const own = { ...cluster !== undefined && { cluster }, place: at };
  new RbacReader(object, kind, namespace, report).read(version, role => all.roles.push({ ...role, ...own }),
    binding => all.bindings.push({ ...binding, ...own }));
}

type Report = (object: Text, path: Path, problem: string) => void;

class RbacReader {
  private readonly name: Text;
  private readonly namespace?: Text;
  private readonly label: Text;

  constructor(
    private readonly object: JsonObject,
    private readonly kind: string,
    defaultNamespace: string | undefined,
    private readonly reportTo: Report,
  ) {
    const { metadata } = object;
    if (!kind.startsWith('Cluster')) this.namespace = namespaceOf(metadata, defaultNamespace);
    const generated = propertyOf(metadata, 'generateName');
    this.name = this.textAt(metadata, 'name')
      ?? (typeof generated === 'string' && generated !== '' ? generated + standIn('generated') : '');
    this.label = `${kind} ${this.namespace === undefined ? '' : `${this.namespace}/`}${this.name || '(no name)'}`;
  }

  public read(version: Text, onRole: (role: RbacRole) => void, onBinding: (binding: RbacBinding) => void): void {
    if (version !== VERSION && !isStandIn(version)) {
      return this.report(['apiVersion'], `must be ${VERSION}, got: ${version || 'nothing'}`);
    }
    if (this.name === '' || (!hasStandIn(this.name) && /^\.\.?$|[/%]/.test(this.name))) {
      return this.report(['metadata', 'name'], 'must be a name without / or %');
    }
    if (this.namespace !== undefined && !hasStandIn(this.namespace) && !keeps(this.namespace, NAMESPACE)) {
      return this.report(['metadata', 'namespace'], `must be the name of a namespace, got: ${this.namespace}`);
    }
    if (this.kind.endsWith('Binding')) {
      const binding = this.binding();
      if (binding !== undefined) onBinding(binding);
    } else {
      onRole(this.role());
    }
  }

  private role(): RbacRole {
    const { kind, namespace, name, object } = this;
    const rules: Rule[] = [];
    let isWhole = true;
    for (const [index, item] of this.list(['rules']).entries()) {
      const rule = this.rule(item, ['rules', index]);
      if (rule === undefined) isWhole = false;
      else rules.push(rule);
    }
    isWhole &&= object.rules === undefined || object.rules === null || Array.isArray(object.rules);
    const aggregation = this.aggregation();
    const labels = Object.entries(objectOf(propertyOf(object.metadata, 'labels'))).map(([key, value]) => {
      const text = textWithPlaceholders(value ?? '');
      if (typeof (value ?? '') !== 'string' && !isStandIn(text)) {
        this.report(['metadata', 'labels', key], `must be a string, got: ${text}`);
      }
      return [textWithPlaceholders(key), text];
    });
    return {
      kind: kind as RbacRole['kind'],
      ...namespace !== undefined && { namespace },
      name,
      rules,
      labels: Object.fromEntries(labels),
      ...aggregation !== undefined && { aggregation: aggregation.selectors },
      ...!(isWhole && aggregation?.isWhole !== false) && { doubt: `a part of ${this.label} cannot be read` },
    };
  }

  private rule(value: unknown, path: Path): Rule | undefined {
    if (!isObject(value)) return this.reported(path, 'must be an object', value);
    const [verbs, apiGroups, resources, resourceNames, nonResourceURLs] =
      ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs']
        .map(field => this.texts(value[field], [...path, field]));
    if (!verbs || !apiGroups || !resources || !resourceNames || !nonResourceURLs) return undefined;
    if (verbs.length === 0) return this.reported([...path, 'verbs'], 'must not be empty');
    if (nonResourceURLs.length > 0) {
      const others = apiGroups.length + resources.length + resourceNames.length;
      if (this.kind === 'Role') return this.reported([...path, 'nonResourceURLs'], 'are only allowed in ClusterRoles');
      if (others > 0) return this.reported([...path, 'nonResourceURLs'], 'cannot be combined with resources');
    } else if (apiGroups.length === 0 || resources.length === 0) {
      return this.reported([...path, apiGroups.length === 0 ? 'apiGroups' : 'resources'], 'must not be empty');
    }
    return { verbs, apiGroups, resources, resourceNames, nonResourceURLs };
  }

  /** The aggregation, which only ClusterRoles have. */
  private aggregation(): { readonly selectors: unknown[]; readonly isWhole: boolean } | undefined {
    const value = this.object.aggregationRule;
    if (value === undefined || value === null) return undefined;
    const path = ['aggregationRule', 'clusterRoleSelectors'];
    if (this.kind !== 'ClusterRole') return this.reported(['aggregationRule'], 'is only allowed in ClusterRoles');
    const list = propertyOf(value, 'clusterRoleSelectors');
    if (!Array.isArray(list) || list.length === 0) {
      this.report(path, 'must be a list with a label selector');
      return { selectors: [], isWhole: false };
    }
    const selectors = list.map((selector, index) => this.selector(selector, [...path, index]));
    return {
      selectors: selectors.filter(selector => selector !== undefined),
      isWhole: !selectors.includes(undefined),
    };
  }

  private selector(value: unknown, path: Path): unknown {
    const selector = withPlaceholders(value ?? {});
    if (!isObject(selector)) return this.reported(path, 'must be a label selector', value);
    const { matchLabels, matchExpressions } = selector;
    if (!isMapOfTexts(matchLabels ?? {})) {
      return this.reported([...path, 'matchLabels'], 'must be a map of strings', matchLabels);
    }
    const isList = Array.isArray(matchExpressions ?? []);
    return isList && arrayOf(matchExpressions).every(isExpression) ? selector
      : this.reported([...path, 'matchExpressions'], 'must be a list of expressions', matchExpressions);
  }

  private binding(): RbacBinding | undefined {
    const { kind, namespace, name, object } = this;
    const role = objectOf(object.roleRef);
    const [roleKind, roleName] = [this.textAt(role, 'kind') ?? '', this.textAt(role, 'name') ?? ''];
    const kinds = kind === 'RoleBinding' ? ['ClusterRole', 'Role'] : ['ClusterRole'];
    if (!kinds.includes(roleKind) && !hasStandIn(roleKind)) {
      return this.reported(['roleRef', 'kind'], `must be ${kinds.join(' or ')}`, role.kind);
    }
    if (roleName === '') return this.reported(['roleRef', 'name'], 'must be the name of a role', role.name);
    if (!this.isGroup(role.apiGroup, RBAC_GROUP)) {
      return this.reported(['roleRef', 'apiGroup'], `must be ${RBAC_GROUP}`, role.apiGroup);
    }
    return {
      kind: kind as RbacBinding['kind'],
      ...namespace !== undefined && { namespace },
      name,
      role: { kind: roleKind, name: roleName },
      subjects: this.list(['subjects']).flatMap((subject, index) => this.subject(subject, ['subjects', index]) ?? []),
    };
  }

  private subject(value: unknown, path: Path): Subject | undefined {
    if (!isObject(value)) return this.reported(path, 'must be an object', value);
    const [kind, name] = [this.textAt(value, 'kind') ?? '', this.textAt(value, 'name') ?? ''];
    if (name === '') return this.reported([...path, 'name'], 'must be a name', value.name);
    if (kind === 'User' || kind === 'Group') {
      return this.isGroup(value.apiGroup, RBAC_GROUP) ? { kind, name }
        : this.reported([...path, 'apiGroup'], `must be ${RBAC_GROUP}`, value.apiGroup);
    }
    if (kind !== 'ServiceAccount') {
      return this.reported([...path, 'kind'], 'must be User, Group or ServiceAccount', value.kind);
    }
    if (!this.isGroup(value.apiGroup, '')) return this.reported([...path, 'apiGroup'], 'must be empty', value.apiGroup);
    if (!hasStandIn(name) && !keeps(name, OBJECT_NAME)) {
      return this.reported([...path, 'name'], `must ${OBJECT_NAME.rule}`, name);
    }
    const namespace = this.textAt(value, 'namespace') ?? this.namespace;
    return namespace === undefined
      ? this.reported([...path, 'namespace'], 'must be the namespace of the service account', value.namespace)
      : { kind, namespace, name };
  }

  private isGroup(value: unknown, wanted: string): boolean {
    const given = value ?? '';
    return given === '' || given === wanted || isStandIn(textWithPlaceholders(given));
  }

  /** A non-empty string. */
  private textAt(value: unknown, key: string): Text | undefined {
    const item = propertyOf(value, key);
    const text = textWithPlaceholders(item ?? '');
    return text !== '' && (typeof item === 'string' || isStandIn(text)) ? text : undefined;
  }

  private list(path: Path): unknown[] {
    const value = this.object[path[0]];
    if (value !== undefined && value !== null && !Array.isArray(value)) this.reported(path, 'must be a list', value);
    return arrayOf(value);
  }

  /** A list of strings. A placeholder instead of a list may become any list. */
  private texts(value: unknown, path: Path): Text[] | undefined {
    if (value === undefined || value === null) return [];
    const whole = textWithPlaceholders(value);
    if (isStandIn(whole)) return [whole];
    if (!Array.isArray(value)) return this.reported(path, 'must be a list', value);
    const texts = value.map(item => textWithPlaceholders(item));
    const wrong = value.findIndex((item, index) => typeof item !== 'string' && !isStandIn(texts[index]));
    return wrong < 0 ? texts : this.reported([...path, wrong], 'must be a string', value[wrong]);
  }

  private reported(path: Path, problem: string, ...got: unknown[]): undefined {
    const [value] = got;
    const ending = got.length === 0 ? '' : `, got: ${value === undefined || value === '' ? 'nothing' : textOf(value)}`;
    this.report(path, `${problem}${ending}`);
    return undefined;
  }

  private report(path: Path, problem: string): void {
    this.reportTo(this.label, path, problem);
  }
}

function isMapOfTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(item => typeof item === 'string');
}

function isExpression(value: unknown): boolean {
  const { key, operator, values } = objectOf(value);
  const isOpen = hasStandIn(textOf(operator)) || isStandIn(values);
  if (typeof key !== 'string' || key === '') return false;
  if (isOpen) return true;
  const count = arrayOf(values).length;
  return OPERATORS.includes(textOf(operator))
    && arrayOf(values).every(item => typeof item === 'string')
    && (/In$/.test(textOf(operator)) ? count > 0 : count === 0);
}

function withPlaceholders(value: unknown): unknown {
  const text = typeof value === 'string' || isObject(value) ? textWithPlaceholders(value) : '';
  if (typeof value === 'string' || isStandIn(text)) return text;
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) =>
    [textWithPlaceholders(key), withPlaceholders(item)]));
}

function pathText(path: Path): UnknownRbac['path'] {
  return path.map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('').slice(1);
}
