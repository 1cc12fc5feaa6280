import { ANNOTATION_CASES } from './annotation-cases';
import { ASSOCIATION_CASES } from './association-cases';
import { CHANGED_FILE_CASES } from './changed-file-cases';
import { IMPOSSIBLE_TRUST_CASES } from './impossible-trust-cases';
import { MANIFEST_CASES } from './manifest-cases';
import { POD_CASES } from './pod-cases';
import { POLICY_CASES } from './policy-cases';
import { Case } from './support';
import { TRUST_CASES } from './trust-cases';

/** The golden cases of all rules. */
export const CASES: readonly Case[] = [
  ...TRUST_CASES, ...IMPOSSIBLE_TRUST_CASES, ...ASSOCIATION_CASES, ...ANNOTATION_CASES,
  ...MANIFEST_CASES, ...CHANGED_FILE_CASES, ...POD_CASES, ...POLICY_CASES,
];
