/**
 * What tables, pictures and numbers show of the access map.
 */
import { Access } from './access-map';
import { grouped } from './json-values';
import { matchesPattern } from '../conventions/wildcards';

/**
 * Without the trust policies for EKS Pod Identity whose associations are on the map: the association gives the role,
 * and says to whom.
 */
export function shownAccess(access: readonly Access[]): Access[] {
  const associated = grouped(access.filter(({ association }) => association === true), ({ role }) => role);
  return access.filter(entry => entry.via === 'irsa' || entry.association === true
    || !(associated.get(entry.role) ?? []).some(association => isMatch(entry, association)));
}

function isMatch(access: Access, association: Access): boolean {
  return (['cluster', 'namespace', 'serviceAccount'] as const).every(
    key => matchesPattern(access[key], association[key]),
  );
}
