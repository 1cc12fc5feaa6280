import {
  annotated,
  arnOf,
  association,
  Files,
  mapOf,
  OTHER_ISSUER,
  podIdentity,
  role,
  trusting,
  webIdentity,
} from './rules/support';
import { countsOf } from '../../src/analysis/counts';
import { ISSUER } from '../support';

const GITHUB = 'token.actions.githubusercontent.com';
const like = (...subs: string[]) => webIdentity({
  StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
  StringLike: { [`${ISSUER}:sub`]: subs.map(sub => `system:serviceaccount:${sub}`) },
});
const account = annotated('payments/api', arnOf('api'));

test.each<[string, Files, object]>([
  ['nothing', { resources: {} }, { roles: 0, workloadRoles: 0, serviceAccounts: 0, serviceAccountPatterns: 0 }],
  [
    'a service account in a trust policy and in manifests is one',
    { resources: { Role: role('api', [trusting()]) }, manifests: { 'a.yaml': account, 'b.yaml': account } },
    { clusters: 1, roles: 1, workloadRoles: 1, serviceAccounts: 1 },
  ],
  [
    'one that no role trusts',
    { resources: { Role: role('api', [trusting('payments:web')]) }, manifests: { 'a.yaml': account } },
    { workloadRoles: 1, serviceAccounts: 2 },
  ],
  [
    'the same name in two clusters is two',
    { resources: { Role: role('api', [trusting(), trusting('payments:api', 'sts.amazonaws.com', OTHER_ISSUER)]) } },
    { clusters: 2, roles: 1, serviceAccounts: 2 },
  ],
  [
    'patterns are no service accounts',
    { resources: { Role: role('api', [like('payments:api', 'ci-*:runner', '*:*')]) } },
    { serviceAccounts: 1, serviceAccountPatterns: 2, workloadRoles: 1 },
  ],
  [
    'an association says whom the trust policy means',
    { resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) } },
    { serviceAccounts: 1, serviceAccountPatterns: 0, podIdentityAssociations: 1, workloadRoles: 1 },
  ],
  [
    'other identity providers have no service accounts',
    {
      resources: {
        Role: role('deploy', [webIdentity({ StringLike: { [`${GITHUB}:sub`]: '*' } }, {
          Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${GITHUB}` },
        })]),
      },
    },
    { roles: 1, workloadRoles: 0, serviceAccounts: 0, serviceAccountPatterns: 0 },
  ],
])('%s', (_, files, expected) => {
  expect(countsOf(mapOf(files).map)).toMatchObject(expected);
});
