/** The clusters, each in its own account and region. */
export const CLUSTERS = [
  {
    id: 'Europe',
    clusterName: 'europe',
    account: '111122223333',
    region: 'eu-west-1',
    issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
  },
  {
    id: 'America',
    clusterName: 'america',
    account: '444455556666',
    region: 'us-east-1',
    issuerUrl: 'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLEA3E5D4633E53DE1B71EXAMPLE',
  },
];

export interface ServiceAccount {
  /** Chosen by the team; no rule decides this. */
  readonly clusterName: string;
  readonly namespace: string;
  readonly name: string;
}

/** 50 teams with 40 services each; in a real project, read from a file per team. */
export const SERVICE_ACCOUNTS = counted(50, 'team').flatMap((namespace, team) =>
  counted(40, 'service').map((name): ServiceAccount => ({
    clusterName: CLUSTERS[team % CLUSTERS.length].clusterName,
    namespace,
    name,
  })),
);

/** `team-00`, `team-01` and so on. */
function counted(count: number, what: string): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${String(index).padStart(2, '0')}`);
}
