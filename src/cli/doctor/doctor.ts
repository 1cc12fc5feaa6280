/**
 * Looks, and says what it has seen. With the clients of AWS and Kubernetes, so in a bundle of its own.
 */
import { Check } from './check';
import { annotationOf, audienceToTrust, isForApiServer, roleArnOf } from './checks/asked';
import { ASSUME_CHECKS } from './checks/assume-checks';
import { CLUSTER_CHECKS } from './checks/cluster-checks';
import { POD_CHECKS } from './checks/pod-checks';
import { ofWebIdentity } from './checks/pod-identity-checks';
import { associationOf } from './checks/pods';
import { POLICY_CHECKS } from './checks/policy-checks';
import { PROVIDER_CHECKS } from './checks/provider-checks';
import { ROLE_CHECKS } from './checks/role-checks';
import { SERVICE_ACCOUNT_CHECKS } from './checks/service-account-checks';
import { TRAIL_CHECKS } from './checks/trail-checks';
import { diagnose, Outcome } from './diagnosis';
import { EksCluster, Facts, Question, Read } from './facts';
import { DoctorOptions } from './options';
import { diagnosisJson } from './output/diagnosis-json';
import { diagnosisText } from './output/diagnosis-text';
import { surveyJson } from './output/survey-json';
import { surveyText } from './output/survey-text';
import { Kubernetes } from './read/kubernetes';
import { survey } from './survey';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { Output, wantsColors } from '../command';
import { jsonText } from '../text';
import { Aws } from './read/aws';

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

const EXIT_CODES: Record<Outcome, number> = { healthy: 0, found: 1, unsure: 2 };

/**
 * @returns the exit code
 * @throws UnusableInput where nothing can be looked at
 */
export async function examine(options: DoctorOptions, output: Output, version: string): Promise<number> {
  const { cluster: clusterName, region, profile, roleProfile, context, timeoutSeconds, all, format } = options;
  const kubernetes = Kubernetes.connect({
    context,
    ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
  });
  const aws = await Aws.connect({ region, profile, roleProfile });
  const cluster = await aws.cluster(clusterName);
  refuseOtherCluster(cluster, kubernetes);

  const isColored = wantsColors(output);
  if (all) {
    const surveyed = await survey({
      aws,
      kubernetes,
      cluster,
      clusterName,
      namespace: options.namespace,
      progress: progressTo(output),
    });
    output.stdout.write(
      format === 'json' ? `${jsonText(surveyJson(surveyed, version), 2)}\n` : surveyText(surveyed, isColored),
    );
    return EXIT_CODES[surveyed.outcome];
  }
  const facts = await read(options, aws, kubernetes, cluster);
  const diagnosis = diagnose(CHECKS, facts);
  output.stdout.write(
    format === 'json'
      ? `${jsonText(diagnosisJson(diagnosis, facts, version), 2)}\n`
      : diagnosisText(diagnosis, facts, isColored),
  );
  return EXIT_CODES[diagnosis.outcome];
}

/** What was true of one cluster would be said of another one. */
function refuseOtherCluster(cluster: Read<EksCluster | undefined>, kubernetes: Kubernetes): void {
  if ('unknown' in cluster || cluster.value === undefined) return;
  const words = kubernetes.strangerTo(cluster.value);
  if (words !== undefined) {
    throw new UnusableInput(
      `${words} Name the right one, --context, or make it: aws eks update-kubeconfig --name ${cluster.value.name}.`,
    );
  }
}

async function read(
  options: DoctorOptions,
  aws: Aws,
  kubernetes: Kubernetes,
  cluster: Read<EksCluster | undefined>,
): Promise<Facts> {
  const { cluster: clusterName, pod, action, resource } = options;
  const question: Question = {
    clusterName,
    namespace: options.namespace!,
    serviceAccount: options.serviceAccount!,
    pod,
    action,
    resource,
  };
  const now = new Date();
  const ofKubernetes = await kubernetes.facts(question);
  const ofAws = await aws.facts({ ...question, cluster, roleArn: annotationOf({ question, ...ofKubernetes }), now });
  const ofAgent = associationOf(ofAws)
    && { agentPods: await kubernetes.agentPods(), plugins: await kubernetes.networkPlugins() };
  const facts: Facts = { question, now, ...ofKubernetes, ...ofAws, ...ofAgent };
  return options.assume ? { ...facts, assumed: await assumeRole(facts, aws, kubernetes) } : facts;
}

/** The token stays in memory, and is forgotten. */
async function assumeRole(facts: Facts, aws: Aws, kubernetes: Kubernetes): Promise<NonNullable<Facts['assumed']>> {
  if (associationOf(facts)) return { unknown: 'EKS assumes the role itself' };
  const role = roleArnOf(facts);
  if ('unknown' in role) return role;
  // Whoever holds such a token can act as the service account in the cluster, so the doctor sends it nowhere.
  if (isForApiServer(facts)) {
    return { unknown: 'the pods request tokens for the API server, which the doctor does not send to STS' };
  }
  const { namespace, serviceAccount } = facts.question;
  const token = await kubernetes.mintToken(namespace, serviceAccount, audienceToTrust(facts));
  return 'unknown' in token ? token : aws.assumed(role.value.arn, token.value);
}

/** On a terminal alone, in one line that the next one overwrites. */
function progressTo({ stderr }: Output): (words: string) => void {
  if (process.stderr.isTTY !== true) return () => undefined;
  return words => stderr.write(`\r${words.padEnd(79).slice(0, 79)}${words === '' ? '\r' : ''}`);
}
