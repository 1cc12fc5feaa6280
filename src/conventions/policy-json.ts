/**
 * Untrusted policy documents: any element can be missing or have an unexpected type.
 */

export interface PolicyJson {
  readonly Version?: unknown;
  readonly Id?: unknown;
  readonly Statement?: unknown;
}

export interface StatementJson {
  readonly Sid?: unknown;
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

export interface PrincipalJson {
  readonly AWS?: unknown;
  readonly Federated?: unknown;
  readonly Service?: unknown;
  readonly CanonicalUser?: unknown;
}
