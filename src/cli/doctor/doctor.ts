/**
 * Collects the facts, runs the checks and prints the diagnosis. With the clients of AWS and Kubernetes, so in a bundle
 * of its own.
 */
import { Check } from './check';
import { ASSUME_CHECKS } from './checks/assume-checks';
import { CLUSTER_CHECKS } from './checks/cluster-checks';
import { POD_CHECKS } from './checks/pod-checks';
import { ofWebIdentity } from './checks/pod-identity-checks';
import { POLICY_CHECKS } from './checks/policy-checks';
import { PROVIDER_CHECKS } from './checks/provider-checks';
import { ROLE_CHECKS } from './checks/role-checks';
import { SERVICE_ACCOUNT_CHECKS } from './checks/service-account-checks';
import { TRAIL_CHECKS } from './checks/trail-checks';
import { DoctorOptions } from './options';
import { diagnoseOnce, watch } from './rounds';
import { surveyContexts, surveyOnce } from './surveys';
import { Output } from '../command';

/** In the order in which a token travels. */
export const CHECKS: readonly Check[] = [
  ...CLUSTER_CHECKS,
  ...ofWebIdentity(PROVIDER_CHECKS),
  ...SERVICE_ACCOUNT_CHECKS,
  ...ROLE_CHECKS,
  ...POLICY_CHECKS,
  ...POD_CHECKS,
  ...ASSUME_CHECKS,
  ...ofWebIdentity(TRAIL_CHECKS),
];

/**
 * @returns the exit code
 * @throws UnusableInput if nothing can be read
 */
export function examine(options: DoctorOptions, output: Output, version: string): Promise<number> {
  const run = { options, output, version };
  if (options.all) return options.contexts.length > 1 ? surveyContexts(run) : surveyOnce(run);
  return (options.watch ? watch : diagnoseOnce)({ ...run, checks: CHECKS });
}
