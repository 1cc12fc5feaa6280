import { IConstruct } from 'constructs';
import { fail, failIf, problem } from '../errors';
import { issuerUrlProblem } from './issuer';
import { joinedParts, settle } from '../values/tokens';

/** An issuer, and the prefix of the keys of its documents in their bucket. */
export interface IssuerAddress {
  readonly issuerUrl: string;
  readonly keyPrefix: string;
}

/**
 * Returns the address of an issuer.
 *
 * @param roots the issuers whose documents are at the root of the bucket; the first is the default
 * @param issuerUrl the requested issuer: one of the roots, or a path below it. Parts of a root that are known only at
 * deployment match any text
 */
export function issuerAddress(scope: IConstruct, roots: string[], issuerUrl: string | undefined): IssuerAddress {
  const settled = roots.map(root => settle(scope, root));
  if (issuerUrl === undefined) {
    return { issuerUrl: typeof settled[0] === 'string' ? settled[0] : roots[0], keyPrefix: '' };
  }

  const literal = settle(scope, issuerUrl);
  if (typeof literal !== 'string') {
    fail(
      scope,
      problem('issuerUrl', 'be known at synth time', issuerUrl, 'Leave it out to use the address of the hosting.'),
    );
  }
  failIf(scope, issuerUrlProblem('issuerUrl', literal));
  for (const root of settled) {
    const match = new RegExp(`^${renderRoot(root, escaped, '[a-z0-9.-]+')}(?:/(.+))?$`).exec(literal);
    if (match) return { issuerUrl: literal, keyPrefix: match[1] ? `${match[1]}/` : '' };
  }
  const served = settled.map(root => renderRoot(root, text => text, '<known only at deployment>')).join(' or ');
  return fail(
    scope,
    problem(
      'issuerUrl',
      `be served by \`hosting\`: ${served}, optionally followed by a path`,
      literal,
      'The documents would not be available there. Correct it, leave it out, or host the documents at that URL.',
    ),
  );
}

function renderRoot(settled: unknown, literal: (text: string) => string, deferred: string): string {
  const parts = joinedParts(settled) ?? [settled];
  return parts.map(part => (typeof part === 'string' ? literal(part) : deferred)).join('');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
