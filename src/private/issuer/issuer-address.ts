import { IConstruct } from 'constructs';
import { fail, failIf, problem } from '../errors';
import { issuerUrlProblem } from './issuer';
import { joinedParts, settle } from '../values/tokens';

/** An issuer, and what the keys of its documents begin with in the bucket that they lie in. */
export interface IssuerAddress {
  readonly issuerUrl: string;
  readonly keyPrefix: string;
}

/**
 * The address of an issuer.
 *
 * @param roots the issuers whose documents lie at the root of the bucket; the first is the default
 * @param issuerUrl the issuer that is asked for: one of the roots, or a path under it. What synth does not know of a
 * root fits anything
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
      problem('issuerUrl', 'be known at synth', issuerUrl, 'Leave it out: the issuer is what the hosting serves then.'),
    );
  }
  failIf(scope, issuerUrlProblem('issuerUrl', literal));
  for (const root of settled) {
    const match = new RegExp(`^${renderRoot(root, escaped, '[a-z0-9.-]+')}(?:/(.+))?$`).exec(literal);
    if (match) return { issuerUrl: literal, keyPrefix: match[1] ? `${match[1]}/` : '' };
  }
  const served = settled.map(root => renderRoot(root, text => text, '<known at deployment only>')).join(' or ');
  return fail(
    scope,
    problem(
      'issuerUrl',
      `be served by \`hosting\`: ${served}, with or without a path behind it`,
      literal,
      'Nobody would find the documents there: correct it, leave it out, or host the documents where it points to.',
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
