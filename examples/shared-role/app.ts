import { Annotations, App, Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  ClusterOidcProvider,
  IrsaRole,
  IrsaServiceAccount,
  IrsaValidator,
  ServiceAccountSubject,
  TrustPolicy,
} from 'cdk-irsa';

const BUCKET_NAME = 'build-artifacts-111122223333';

const app = new App();
const stack = new Stack(app, 'SharedRole', { env: { account: '111122223333', region: 'eu-west-1' } });
const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc',
  'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE');

// 1. One role for the runners in many namespaces: teams by name, pull requests by pattern.
const teams = ['payments', 'orders'];
const runners = new IrsaRole(stack, 'Runners', {
  roleName: 'runners',
  trust: new TrustPolicy().addServiceAccounts(oidcProvider, [
    ...teams.map(team => ServiceAccountSubject.exact(team, 'runner')),
    ServiceAccountSubject.matching('pull-request-*', 'runner'),
  ]),
});
// Suppressed at synth time, and for `cdk-irsa verify`, which reads the template.
const reason = 'only the CI system may create namespaces of this name';
Annotations.of(runners).acknowledgeWarning('cdk-irsa:wildcard-namespace', reason);
IrsaValidator.suppress(runners, 'wildcard-namespace', reason);
new Bucket(stack, 'Artifacts', { bucketName: BUCKET_NAME }).grantReadWrite(runners);

// A manifest per team. The CI system creates those of pull requests, with `runners.roleArn` in the annotation.
for (const team of teams) {
  new IrsaServiceAccount(stack, `Runner-${team}`, {
    oidcProvider,
    role: runners,
    namespace: team,
    serviceAccountName: 'runner',
  });
}

// 2. Manifests for an existing role of another team: synth prints what its trust policy must contain.
const audit = Role.fromRoleName(stack, 'Audit', 'audit-reader');
for (const team of teams) {
  new IrsaServiceAccount(stack, `Audit-${team}`, {
    oidcProvider,
    role: audit,
    namespace: team,
    serviceAccountName: 'audit',
  });
}
