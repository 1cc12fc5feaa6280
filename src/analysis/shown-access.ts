/**
 * The part of the access map that tables, pictures and counts show.
 */
import { Access } from './access-map';
import { grouped } from './json-values';
import { matchesPattern } from '../conventions/wildcards';

/**
 * Leaves out EKS Pod Identity trust policies whose associations are on the map, because the association determines the
 * service account.
 */
export function shownAccess(access: readonly Access[]): Access[] {
  const associated = grouped(access.filter(entry => entry.associated === true), ({ role }) => role);
  return access.filter(entry => entry.via === 'irsa' || entry.associated === true
    || !(associated.get(entry.role) ?? []).some(association => isMatch(entry, association)));
}

function isMatch(access: Access, association: Access): boolean {
  return (['cluster', 'namespace', 'serviceAccount'] as const).every(
    key => matchesPattern(access[key], association[key]),
  );
}
