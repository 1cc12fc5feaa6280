import { ANNOTATION_CASES } from './annotation-cases';
import { ANNOTATION_VALUE_CASES } from './annotation-value-cases';
import { ASSOCIATION_CASES } from './association-cases';
import { CHAIN_CASES } from './chain-cases';
import { CHANGED_FILE_CASES } from './changed-file-cases';
import { CUSTOM_RESOURCE_CASES } from './custom-resource-cases';
import { IMPOSSIBLE_TRUST_CASES } from './impossible-trust-cases';
import { MANIFEST_CASES } from './manifest-cases';
import { POD_CASES } from './pod-cases';
import { POLICY_CASES } from './policy-cases';
import { REACH_CASES } from './reach-cases';
import { ROLE_CASES } from './role-cases';
import { Case } from './support';
import { TRUST_CASES } from './trust-cases';

/** The golden cases of all rules. */
export const CASES: readonly Case[] = [
  ...TRUST_CASES, ...IMPOSSIBLE_TRUST_CASES, ...ASSOCIATION_CASES, ...CHAIN_CASES, ...ANNOTATION_CASES,
  ...ANNOTATION_VALUE_CASES, ...CUSTOM_RESOURCE_CASES,
  ...MANIFEST_CASES, ...CHANGED_FILE_CASES, ...POD_CASES, ...POLICY_CASES, ...ROLE_CASES,
  ...REACH_CASES,
];
