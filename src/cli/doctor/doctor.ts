/**
 * Collects the facts, runs the checks and prints the diagnosis. A separate bundle, because it contains the AWS and
 * Kubernetes clients.
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
import { LiveFacts } from './live/live-facts';
import { readLive } from './live/read-live';
import { DoctorOptions } from './options';
import { progressTo } from './progress';
import { diagnoseOnce, watch } from './rounds';
import { connect, requireCluster, requireKubernetes } from './session';
import { JudgePeople } from './survey';
import { surveyContexts, surveyOnce } from './surveys';
import { Output } from '../command';

/** In the order of the chain from token to role. */
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
 * @param judgePeople finds who can act as service accounts; not part of this bundle because other commands use it too
 * @returns the exit code
 * @throws UnusableInput if nothing can be read
 */
export function examine(
  options: DoctorOptions, output: Output, version: string, judgePeople: JudgePeople,
): Promise<number> {
  const run = { options, output, version };
  if (options.all) return (options.contexts.length > 1 ? surveyContexts : surveyOnce)({ ...run, judgePeople });
  return (options.watch ? watch : diagnoseOnce)({ ...run, checks: CHECKS });
}

/**
 * Reads everything that determines who can act as the service accounts of a cluster, with the policies of their roles.
 *
 * @throws UnusableInput if the cluster cannot be queried
 */
export async function readCluster(options: DoctorOptions, output: Output): Promise<LiveFacts> {
  const session = await connect(options);
  const { aws, cluster, clusterName } = session;
  const progress = progressTo(output);
  try {
    if (clusterName !== undefined) requireCluster(cluster, clusterName);
    progress('Reading the cluster and its roles …');
    return await readLive({ ...session, kubernetes: requireKubernetes(session), withPolicies: true });
  } finally {
    progress('');
    aws.close();
  }
}
