import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { templateProblems } from '../../judges/cloudformation';
import { letsIn, letsPodIn, trustPolicyErrors } from '../../judges/iam-simulator';
import { manifestProblems } from '../../judges/kubernetes';
import { ACCOUNT, ISSUER, ISSUER_URL, PROVIDER_ARN } from '../../support';
import { configWith, directory, FIXTURES, importText, Synthesized, synthesize, typeErrors } from '../support';

const CLUSTER_ARN = `arn:aws:eks:us-west-2:${ACCOUNT}:cluster/cluster-39`;
const EXAMPLE = readFileSync(join(FIXTURES, '39-pod-identity-association.yaml'), 'utf8');
const P = 'iam.podIdentityAssociations[0]';

const example = importText(EXAMPLE, '--account', ACCOUNT, '--hosted-zone', 'Z1');

/** Associations alone; the first one begins in line 6. */
function associations(items: string, more = ''): string {
  const metadata = 'metadata: { name: test, region: eu-west-1 }';
  const head = `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n${metadata}\niam:\n  podIdentityAssociations:\n`;
  return `${head}${items}${more}`;
}

describe('the example of eksctl', () => {
  let made: Synthesized;
  beforeAll(async () => {
    made = await synthesize(example.stdout);
  }, 60_000);
  const ofType = (type: string) =>
    Object.values<any>(made.template.Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

  test('compiles and is taken by CloudFormation and Kubernetes', () => {
    expect(typeErrors([example.stdout])).toEqual([[]]);
    const file = join(directory, 'associations.template.json');
    writeFileSync(file, JSON.stringify(made.template));
    const areOfTheFile = / W90(02|13) /; // ARNs and accounts that are written out
    expect(templateProblems(file).filter(problem => !areOfTheFile.test(problem))).toEqual([]);
    expect(made.manifests.flatMap(manifestProblems)).toEqual([]);
  }, 60_000);

  test('has the associations of the file, as eksctl makes them', () => {
    const found = ofType('AWS::EKS::PodIdentityAssociation').map(association => [
      `${association.Namespace}/${association.ServiceAccount}`,
      association.ClusterName,
      typeof association.RoleArn === 'string' ? association.RoleArn : 'new',
      association.TargetRoleArn,
      association.DisableSessionTags,
    ]);
    const [name, target] = ['cluster-39', 'arn:aws:iam::444455556666:role/role-b'];
    expect(found).toEqual([
      ['default/s3-reader', name, 'arn:aws:iam::111122223333:role/role-1', undefined, undefined],
      ['dev/app-cache-access', name, 'new', undefined, undefined],
      ['dev/nginx', name, 'new', undefined, undefined],
      ['default/cross-account-s3-reader', name, 'arn:aws:iam::111122223333:role/role-a', target, true],
      ['default/cross-account-s3-reader-b', name, 'new', target, undefined],
    ]);
  });

  test('has roles that exactly one service account of the cluster can assume', () => {
    const roles = ofType('AWS::IAM::Role');
    const names = ['dev/app-cache-access', 'dev/nginx', 'default/cross-account-s3-reader-b'];
    expect(roles.map(({ RoleName }) => RoleName)).toEqual([
      'pod-identity-role-app-cache', expect.anything(), 'pod-identity-role-cross-account',
    ]);
    roles.forEach(({ AssumeRolePolicyDocument: trust }, index) => {
      expect(trustPolicyErrors(trust)).toEqual([]);
      const admitted = [...names, 'default/s3-reader'].filter(pod => {
        const [namespace, serviceAccount] = pod.split('/');
        return letsPodIn(trust, { clusterArn: CLUSTER_ARN, account: ACCOUNT, namespace, serviceAccount });
      });
      expect(admitted).toEqual([names[index]]);
    });
  });

  test('writes only the ServiceAccounts that eksctl creates', () => {
    expect(made.manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ServiceAccount s3-reader', 'ServiceAccount cross-account-s3-reader', 'ServiceAccount cross-account-s3-reader-b',
    ]);
  });

  test('keeps policies and boundary', () => {
    const [cache, nginx] = ofType('AWS::IAM::Role');
    expect(cache.ManagedPolicyArns).toEqual(
      [1, 2].map(number => `arn:aws:iam::111122223333:policy/permission-policy-${number}`),
    );
    expect(cache.PermissionsBoundary).toBe('arn:aws:iam::111122223333:policy/permission-boundary');
    expect(nginx.Policies[0].PolicyDocument.Statement[0].Action).toContain('autoscaling:SetDesiredCapacity');
  });

  test('registers no issuer, and the output says what comes first', () => {
    expect(example.code).toBe(0);
    expect(example.stdout).not.toMatch(/Oidc|Irsa/);
    expect(example.stderr).not.toContain('withOIDC');
    const summary = '5 of 5 service accounts written, 0 values not mapped.';
    expect(example.stderr).toContain(`\n${summary}\nEKS accepts one association `);
  });
});

test('associations that create no ServiceAccount leave nothing to apply', () => {
  const { stdout, stderr } = importText(associations(
    '    - { namespace: a, serviceAccountName: b, roleARN: "arn:aws:iam::111122223333:role/x", tags: { team: web } }\n',
  ));
  expect(stderr).toContain('Next: cdk deploy, kubectl rollout restart.');
  expect(stdout).toContain("Tags.of(aB).add('team', 'web');");
  expect(stdout).toContain('createServiceAccount: false,');
  expect(stdout).not.toContain('createNamespace');
});

test('a service account with a role by IRSA keeps that one', () => {
  const policies = 'attachPolicyARNs: [ arn:aws:iam::aws:policy/ReadOnlyAccess ]';
  const irsa = `    - metadata: { name: b, namespace: a }\n      ${policies}\n`;
  const both = '  podIdentityAssociations:\n    - { namespace: a, serviceAccountName: b, roleName: other }\n';
  const { stdout, stderr } = importText(configWith(irsa + both));
  expect(stderr).toContain(`cluster.yaml:10:7: not mapped: \`${P}\`. a/b is also in iam.serviceAccounts`);
  expect(stderr).toContain('\nComplete these first: a/b.\n');
  expect(stdout).toContain('new IrsaServiceAccount(');
  expect(stdout).not.toContain('new PodIdentityServiceAccount(');
});

describe('refused is', () => {
  test.each([
    [
      'a service account with two associations',
      '    - { namespace: a, serviceAccountName: b }\n    - { namespace: a, serviceAccountName: b }\n',
      '7:43: `iam.podIdentityAssociations[1].serviceAccountName` must be unique in its namespace, got: "b". a/b is '
        + 'already in line 6.',
    ],
    ['an association without a namespace', '    - { serviceAccountName: b }\n', `6:7: \`${P}.namespace\` must be `],
    ['one that is no object', '    - b\n', `6:7: \`${P}\` must be an object, got: "b". Write namespace, `],
    [
      'an ARN that is none',
      '    - { namespace: a, serviceAccountName: b, targetRoleARN: role-b }\n',
      `6:61: \`${P}.targetRoleARN\` must be the ARN of a role`,
    ],
  ])('%s', (_, items, message) => {
    const { code, stdout, stderr } = importText(associations(items));
    expect(stderr).toContain(`cluster.yaml:${message}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('not mapped is', () => {
  test.each([
    [
      'a misspelled key',
      '    - { namespace: a, serviceAccountName: b, policyARNs: [] }\n',
      `6:46: not mapped: \`${P}.policyARNs\`. `,
    ],
    [
      'an impossible role',
      '    - { namespace: a, serviceAccountName: b, roleARN: "arn:aws:iam::1234:role/x" }\n',
      `6:46: not mapped: \`${P}.roleARN\`. No role can have the ARN`,
    ],
  ])('%s', (_, items, message) => {
    expect(importText(associations(items)).stderr).toContain(`cluster.yaml:${message}`);
    expect(importText(associations(items), '--strict').code).toBe(1);
  });

  test('what is ignored beside an existing role is noted', () => {
    const role = 'roleARN: "arn:aws:iam::111122223333:role/x", roleName: y';
    const { stderr } = importText(associations(`    - { namespace: a, serviceAccountName: b, ${role} }\n`));
    expect(stderr).toContain(`note: \`${P}.roleName\`: is ignored, as in eksctl, because roleARN`);
  });
});

describe('a VPC that the file does not name', () => {
  const policies = 'wellKnownPolicies: { awsLoadBalancerController: true }';
  const item = `    - { namespace: a, serviceAccountName: b, ${policies} }\n`;
  const subnets = 'vpc: { subnets: { private: { eu-west-1a: { id: subnet-0123456789abcdef0 } } } }\n';

  test('is asked for, where the file has its subnets', () => {
    const { stdout, stderr } = importText(associations(item, subnets));
    expect(stderr).toContain(
      'not the VPC itself, so the role does not include these permissions. Import again with --vpc <id>.',
    );
    expect(stdout).not.toContain('Vpc.from');
  });

  test('is taken from --vpc', () => {
    const { stdout, stderr } = importText(associations(item, subnets), '--vpc', 'vpc-0123456789abcdef0');
    expect(stdout).toContain("vpcId: 'vpc-0123456789abcdef0'");
    expect(stderr).toContain('security groups of vpc-0123456789abcdef0.');
  });
});

describe('a template', () => {
  test.each([
    ['of envsubst', '    - { namespace: a, serviceAccountName: "${NAME}" }\n', '${NAME}'],
    ['with defaults', '    - { namespace: a, serviceAccountName: "${NAME:-Web}" }\n', '${NAME:-Web}'],
    ['of Go', '    - { namespace: a, serviceAccountName: {{ .Name }} }\n', '{{ .Name }}'],
    ['of Go that is no YAML', '{{ range .Names }}\n    - { namespace: a }\n{{ end }}\n', '{{ range .Names }}'],
  ])('%s is named as such', (_, items, placeholder) => {
    const { code, stderr } = importText(associations(items));
    expect(code).toBe(2);
    expect(stderr).toContain(`\ncluster.yaml contains placeholders, such as ${placeholder}. Render it first, `);
  });

  test('is not what has policy variables, whatever else is wrong', () => {
    const policy = 'permissionPolicy: { Statement: { Resource: "${aws:userid}" } }';
    const item = `    - { namespace: A, serviceAccountName: b, ${policy} }\n`;
    expect(importText(associations(item)).stderr).not.toContain('placeholders');
  });
});

describe('add-ons', () => {
  const addons = `addons:
  - name: coredns
  - name: vpc-cni
    version: v1.20.0-eksbuild.1
    attachPolicyARNs: [ arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy ]
    configurationValues: '{"enableNetworkPolicy":"true","env":{"WARM_IP_TARGET":"2"}}'
    resolveConflicts: overwrite
  - name: external-dns
    version: latest
    podIdentityAssociations:
      - serviceAccountName: external-dns
        wellKnownPolicies: { externalDNS: true }
        tags: { team: dns }
  - name: amazon-cloudwatch-observability
    serviceAccountRoleARN: arn:aws:iam::111122223333:role/cloudwatch
`;
  const imported = importText(
    `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: prod, region: us-west-2 }\n${addons}`,
    '--account', ACCOUNT, '--issuer-url', ISSUER_URL, '--hosted-zone', 'Z1',
  );
  let made: Synthesized;
  beforeAll(async () => {
    made = await synthesize(imported.stdout);
  }, 60_000);
  const ofType = (type: string) =>
    Object.values<any>(made.template.Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

  test('with roles become managed add-ons; those without stay with eksctl', () => {
    expect(imported.code).toBe(0);
    expect(typeErrors([imported.stdout])).toEqual([[]]);
    const [cni, dns, cloudWatch] = ofType('AWS::EKS::Addon');
    expect(cni).toMatchObject({
      AddonName: 'vpc-cni', AddonVersion: 'v1.20.0-eksbuild.1', ClusterName: 'prod', ResolveConflicts: 'OVERWRITE',
    });
    expect(JSON.parse(cni.ConfigurationValues)).toEqual({ enableNetworkPolicy: 'true', env: { WARM_IP_TARGET: '2' } });
    expect(dns).toMatchObject({
      AddonName: 'external-dns', PodIdentityAssociations: [{ ServiceAccount: 'external-dns' }],
    });
    expect(dns.AddonVersion).toBeUndefined();
    expect(cloudWatch).toMatchObject({
      AddonName: 'amazon-cloudwatch-observability',
      ServiceAccountRoleArn: 'arn:aws:iam::111122223333:role/cloudwatch',
    });
    expect(ofType('AWS::EKS::Addon')).toHaveLength(3);
  }, 60_000);

  test('have roles that exactly their service accounts can assume', () => {
    const [cni, dns] = ofType('AWS::IAM::Role').map(({ AssumeRolePolicyDocument: trust }) => trust);
    const token = (sub: string) => ({ providerArn: PROVIDER_ARN, issuer: ISSUER, sub, aud: 'sts.amazonaws.com' });
    const admitted = ['kube-system:aws-node', 'kube-system:other', 'external-dns:external-dns']
      .filter(name => letsIn(cni, token(`system:serviceaccount:${name}`)));
    expect(admitted).toEqual(['kube-system:aws-node']);
    const clusterArn = CLUSTER_ARN.replace('cluster-39', 'prod');
    const pod = { clusterArn, account: ACCOUNT, namespace: 'external-dns' };
    expect(['external-dns', 'other'].map(serviceAccount => letsPodIn(dns, { ...pod, serviceAccount })))
      .toEqual([true, false]);
  });

  test('must go before they come: the output says so', () => {
    expect(imported.stderr).toContain('\n0 of 0 service accounts written, 3 add-ons, 0 values not mapped.\n');
    expect(imported.stderr).toContain(
      '\nA cluster can have each add-on only once. Run eksctl delete addon --preserve ',
    );
  });

  test.each([
    [
      'whose service account nobody knows',
      '  - { name: vendor, attachPolicyARNs: [ arn:aws:iam::aws:policy/A ] }\n',
      'addons[0]`. Its service account is not known',
    ],
    [
      'with several roles',
      '  - { name: adot, podIdentityAssociations: [ { serviceAccountName: a }, { serviceAccountName: b } ] }\n',
      'addons[0].podIdentityAssociations`. It has several roles',
    ],
    [
      'whose policies eksctl chooses',
      '  - { name: aws-efs-csi-driver, useDefaultPodIdentityAssociations: true }\n',
      'addons[0].useDefaultPodIdentityAssociations`. eksctl chooses the policies',
    ],
    [
      'with an impossible role',
      '  - { name: vpc-cni, serviceAccountRoleARN: "arn:aws:iam::1234:role/x" }\n',
      'addons[0].serviceAccountRoleARN`. No role can have the ARN',
    ],
    [
      'with configuration that is not JSON',
      '  - { name: vpc-cni, attachPolicyARNs: [ arn:aws:iam::aws:policy/A ], configurationValues: "a: b" }\n',
      'addons[0].configurationValues`. It is not valid JSON',
    ],
    ...[
      ['tags: { a: b }', 'tags`. ManagedAddon has no property for tags'],
      ['namespaceConfig: { namespace: a }', 'namespaceConfig`. Set customNamespace'],
      ['policyARNs: []', 'policyARNs`. It is not a known key of '],
    ].map(([key, message]) => [
      `with ${key}`,
      `  - { name: vpc-cni, attachPolicyARNs: [ arn:aws:iam::aws:policy/A ], ${key} }\n`,
      `addons[0].${message}`,
    ]),
    ...[
      ['targetRoleARN: "arn:aws:iam::111122223333:role/x"', 'targetRoleARN`. Associations of add-ons do not have it'],
      ['disableSessionTags: true', 'disableSessionTags`. Associations of add-ons do not have it'],
      ['createServiceAccount: true', 'createServiceAccount`. Associations of add-ons do not have it'],
      ['namespace: a', 'namespace`. Associations of add-ons do not have it'],
      ['policyARNs: []', 'policyARNs`. It is not a known key of '],
      [
        'roleARN: "arn:aws:iam::111122223333:role/x", tags: { a: b }',
        'tags`. ManagedAddon does not support tags for its association',
      ],
    ].map(([keys, message]) => [
      `with an association with ${keys}`,
      `  - { name: vpc-cni, podIdentityAssociations: [ { serviceAccountName: aws-node, ${keys} } ] }\n`,
      `addons[0].podIdentityAssociations[0].${message}`,
    ]),
  ])('%s are not mapped', (_, item, message) => {
    const one = '    - { namespace: a, serviceAccountName: b, roleARN: "arn:aws:iam::111122223333:role/x" }\n';
    expect(importText(associations(one, `addons:\n${item}`)).stderr).toContain(`not mapped: \`${message}`);
  });

  test('that repeat a default are mapped', () => {
    const item = 'serviceAccountName: aws-node, disableSessionTags: false, createServiceAccount: false';
    const { stderr } = importText(
      'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: prod, region: us-west-2 }\naddons:\n'
        + `  - { name: vpc-cni, tags: {}, publishers: [ eks ], podIdentityAssociations: [ { ${item} } ] }\n`,
      '--account', ACCOUNT, '--issuer-url', ISSUER_URL,
    );
    expect(stderr).toContain(', 1 add-on, 0 values not mapped.');
  });
});
