/**
 * Whether an RBAC rule allows a request, following `evaluation_helpers.go` of Kubernetes. All comparisons are
 * case-sensitive.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
import { literal, matches } from '../iam/patterns';
import { some, every, Truth } from '../iam/truth';
import { Rule } from '../rbac-objects';

/** A request to the API server. */
export interface RbacRequest {
  readonly verb: string;
  /** Empty for the core group: Pods, Secrets, …. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** The name of the object. Requests that create a top-level object, or that list, have none. */
  readonly name?: string;
  /** Undefined for cluster-wide requests. */
  readonly namespace?: string;
}

/** Whether two texts are the same; the reason if that depends on a stand-in. */
export function isSameText(one: string, other: string): Truth {
  if (one === other) return true;
  const [start, otherStart] = [one.indexOf('⟨'), other.indexOf('⟨')];
  if (start < 0 && otherStart < 0) return false;
  const prefix = Math.min(start < 0 ? one.length : start, otherStart < 0 ? other.length : otherStart);
  if (one.slice(0, prefix) !== other.slice(0, prefix)) return false; // avoids most of the work
  return matches(literal(one), literal(other)) ?? `whether ${one} is ${other} cannot be determined yet`;
}

/** Whether a rule allows a request in a namespace that it applies to. */
export function ruleAllows(rule: Rule, request: RbacRequest): Truth {
  const { verb, group, resource, subresource, name = '' } = request;
  const resources = subresource ? [`${resource}/${subresource}`, `*/${subresource}`] : [resource];
  return every([
    () => hasAny(rule.verbs, '*', verb),
    () => hasAny(rule.apiGroups, '*', group),
    () => hasAny(rule.resources, '*', ...resources),
    () => rule.resourceNames.length === 0 || hasAny(rule.resourceNames, name),
  ], isMet => isMet());
}

function hasAny(list: readonly string[], ...wanted: string[]): Truth {
  return wanted.some(text => list.includes(text)) || some(list, item => some(wanted, text => isSameText(item, text)));
}
