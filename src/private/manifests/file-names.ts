import { createHash } from 'crypto';
import { Manifest } from './objects';
import { rank } from './text';

const MAX_LENGTH = 150;
const HASH_LENGTH = 8;

/**
 * Returns the file name of one object, `1_serviceaccount_payments_api.yaml`: its order, kind, namespace and name. It is
 * unique per object, also on case-insensitive file systems.
 *
 * `kubectl apply -f <folder>` uses alphabetical order, so the number keeps Namespaces and admission policies before
 * ServiceAccounts and Roles, and these before the rest. Numbering the rest would rename files when an object is added.
 * No part contains `_`: DNS names cannot, and other names get a hash.
 */
export function objectFileName(manifest: Manifest): string {
  const { kind, metadata } = manifest;
  const parts = [qualifiedKind(manifest), metadata?.namespace, metadata?.name]
    .filter(part => part !== undefined)
    .map(part => `${part}`);
  const plain = parts.map(part => part.toLowerCase().replace(/[^a-z0-9.-]/g, '-'));
  const unchanged =
    plain.join('_').length <= MAX_LENGTH
    && parts.every((part, index) => plain[index] === (index === 0 ? part.toLowerCase() : part));
  const readable = unchanged ? plain.join('_') : `${plain.join('_').slice(0, MAX_LENGTH)}_${hash(parts)}`;
  return `${rank({ kind })}_${readable}.yaml`;
}

/** Returns `deployment`, or `service.serving.knative.dev` for kinds that could have the same name as another kind. */
function qualifiedKind({ apiVersion, kind }: Manifest): string {
  const [group, version] = `${apiVersion}`.split('/');
  return version !== undefined && group.includes('.') ? `${kind}.${group}` : `${kind}`;
}

function hash(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_LENGTH);
}
