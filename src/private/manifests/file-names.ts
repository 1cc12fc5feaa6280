import { createHash } from 'crypto';
import { Manifest } from './objects';
import { rank } from './text';

const MAX_LENGTH = 150;
const HASH_LENGTH = 8;

/**
 * The file name of one object, `1_serviceaccount_payments_api.yaml`: its place in the order, kind, namespace and name.
 * The same for the same object only, on file systems that take a and A for one letter too.
 *
 * `kubectl apply -f <folder>` goes by the alphabet, so the number keeps Namespaces and admission policies before
 * ServiceAccounts and Roles, and these before the rest. Numbers within the rest would rename files when an object is
 * added. No part holds `_` of its own: namespaces and names of DNS cannot, others get a hash.
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

/** `deployment`, and `service.serving.knative.dev` for kinds that could bear the name of another one. */
function qualifiedKind({ apiVersion, kind }: Manifest): string {
  const [group, version] = `${apiVersion}`.split('/');
  return version !== undefined && group.includes('.') ? `${kind}.${group}` : `${kind}`;
}

function hash(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_LENGTH);
}
