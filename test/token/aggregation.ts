import { ApiServer } from './kubernetes-cluster';
import { Manifest } from '../judges/kubernetes';

const VERSION = 'rbac.authorization.k8s.io/v1';
const RBAC = `/apis/${VERSION}`;

/** What the controller manager does: the rules of aggregated roles. The API server evaluates the selectors. */
export async function aggregateRoles(cluster: ApiServer): Promise<void> {
  for (let isStable = false; !isStable;) {
    isStable = true;
    const { items } = await cluster.document(`${RBAC}/clusterroles`);
    for (const role of items.filter((item: Manifest) => item.aggregationRule)) {
      const rules = new Map<string, object>();
      for (const selector of role.aggregationRule.clusterRoleSelectors) {
        const query = encodeURIComponent(queryOf(selector));
        const { items: members } = await cluster.document(`${RBAC}/clusterroles?labelSelector=${query}`);
        for (const { metadata, rules: own } of members) {
          if (metadata.name === role.metadata.name) continue;
          for (const rule of own ?? []) rules.set(JSON.stringify(rule), rule);
        }
      }
      const computed = [...rules.values()];
      if (JSON.stringify(computed) === JSON.stringify(role.rules ?? [])) continue;
      isStable = false;
      await cluster.replace({ apiVersion: VERSION, kind: 'ClusterRole', ...role, rules: computed });
    }
  }
}

function queryOf({ matchLabels = {}, matchExpressions = [] }: Manifest): string {
  const operators: Record<string, (key: string, values?: string[]) => string> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: key => key,
    DoesNotExist: key => `!${key}`,
  };
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }: Manifest) => operators[operator](key, values)),
  ].join(',');
}
