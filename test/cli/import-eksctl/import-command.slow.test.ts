import { readFileSync } from 'fs';
import { join } from 'path';
import { parse } from 'yaml';
import { deployed } from '../../judges/deployment';
import { allows, letsIn, trustPolicyErrors } from '../../judges/iam-simulator';
import { manifestProblems } from '../../judges/kubernetes';
import { ACCOUNT, ISSUER, ISSUER_URL, PROVIDER_ARN } from '../../support';
import { cli, directory, FIXTURES, importText, ROOT, Synthesized, synthesize, typeErrors } from '../support';

/**
 * The two first of eksctl's source, pkg/cfn/builder/iam_helper.go; for the third it has statements of the same reach.
 */
const MANAGED_BY_AWS: Record<string, string> = {
  imageBuilder: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser',
  ebsCSIController: 'arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy',
  efsCSIController: 'arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy',
};
const ZONES = ['--hosted-zone', 'Z0000000000000000001', '--hosted-zone', 'Z2'];
const BUILT_IN = ['default', 'kube-system'];

const OWN = `
# anchors and merge keys, as eksctl takes them
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: 1-cluster_x
  region: eu-west-1
  tags: { team: platform, both: cluster }
iam:
  withOIDC: yes
  serviceAccounts:
    - &all
      metadata:
        name: every.thing
        namespace: web
        labels: &labels { app.kubernetes.io/name: web, empty: "" }
        annotations:
          example.com/text: "it's ünïcode \\\\ 'quoted' \\" \${x} \`y\`\\nsecond line"
          eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/old
          eks.amazonaws.com/audience: sts.amazonaws.com
          eks.amazonaws.com/token-expiration: "3600"
          eks.amazonaws.com/sts-regional-endpoints: "false"
      attachPolicyARNs: &arns
        - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
        - arn:aws:iam::111122223333:policy/team/own
        - arn:aws-cn:iam::aws:policy/OfAnotherPartition
      attachPolicy:
        Version: 2012-10-17
        Id: some-id
        Statement:
          - Sid: Read
            Effect: Allow
            Action: "s3:Get*"
            Resource: ["arn:aws:s3:::b/\${aws:PrincipalTag/team}/*"]
            Condition: { Bool: { "aws:SecureTransport": true }, NumericLessThan: { "s3:max-keys": [10, 2.5] } }
          - { Effect: Deny, NotAction: [s3:ListBucket], NotResource: "*" }
      permissionsBoundary: arn:aws:iam::111122223333:policy/boundary
      roleName: web-role
      tags: { Owner: "John 'Doe'", both: account }
    - metadata: { name: plain, labels: *labels }
      attachPolicyARNs: *arns
    - <<: *all
      metadata: { name: thing, namespace: web-every }
      roleName: ""
    - metadata: { name: c, namespace: a-b }
      attachPolicy: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "*", Resource: "*" } }
    - metadata: { name: b-c, namespace: a }
      attachPolicy: { Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
    - metadata: { name: 9to5, namespace: 24x7 }
      wellKnownPolicies: { imageBuilder: true, ebsCSIController: false }
    - metadata: { name: existing, namespace: web }
      attachRoleARN: arn:aws:iam::111122223333:role/path/existing
    - metadata: { name: elsewhere, namespace: helm }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess ]
      roleOnly: true
      tags: { a: b }
`;

/** The policy says whose role it is. */
const PATTERNS = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: patterns, region: eu-west-1 }
iam:
  withOIDC: true
  serviceAccounts:
    - metadata: { name: job-main, namespace: batch }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/Jobs ]
      subjectPattern: job-*
      tags: { a: b }
    - metadata: { name: provider, namespace: crossplane }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/Providers ]
      subjectPattern: provider-?.aws
      roleOnly: true
    - metadata: { name: job, namespace: batch }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/Others ]
      subjectPattern: job-?*
    - metadata: { name: any }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/All ]
      subjectPattern: "*"
    - metadata: { name: one, namespace: batch }
      attachPolicyARNs: [ arn:aws:iam::aws:policy/One ]
      subjectPattern: ""
`;

const INPUTS: [name: string, text: string][] = [
  ...['13-iamserviceaccounts', '17-permissions-boundary', 'iamserviceaccounts-guide'].map((name): [string, string] => [
    name,
    readFileSync(join(FIXTURES, `${name}.yaml`), 'utf8'),
  ]),
  ['the one with everything', OWN],
];

/** Each controller by itself, and all in one role. */
const WELL_KNOWN = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: blue, region: eu-west-1 }
vpc: { id: vpc-0123456789abcdef0 }
iam:
  withOIDC: true
  serviceAccounts:
    - metadata: { name: autoScaler, namespace: one }
      wellKnownPolicies: { autoScaler: true }
    - metadata: { name: awsLoadBalancerController, namespace: one }
      wellKnownPolicies: { awsLoadBalancerController: true }
    - metadata: { name: externalDNS, namespace: one }
      wellKnownPolicies: { externalDNS: true }
    - metadata: { name: certManager, namespace: one }
      wellKnownPolicies: { certManager: true }
      roleOnly: true
    - metadata: { name: all }
      wellKnownPolicies: { autoScaler: true, awsLoadBalancerController: true, externalDNS: true, certManager: true }
      attachPolicy: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:GetObject", Resource: "*" } }
`.replaceAll(/name: (autoS|awsL|ext|cert)\w+,/g, name => name.toLowerCase());

const programs = new Map(
  INPUTS.map(([name, text]) => [name, importText(text, '--account', ACCOUNT, '--issuer-url', ISSUER_URL, ...ZONES)]),
);
const wellKnown = importText(WELL_KNOWN, '--account', ACCOUNT, '--issuer-url', ISSUER_URL, ...ZONES);
const inMadeVpc = importText(WELL_KNOWN.replace(/\nvpc: .*\n/, '\n'), '--account', ACCOUNT, '--issuer-url', ISSUER_URL);
const patterns = importText(PATTERNS, '--account', ACCOUNT, '--issuer-url', ISSUER_URL);
const synthesized = new Map<string, Synthesized>();
beforeAll(async () => {
  for (const [name, { stdout }] of programs) synthesized.set(name, await synthesize(stdout));
}, 300_000);

test('every program passes tsc --strict', () => {
  const looked = importText(INPUTS[0][1]);
  const right = [...programs.values(), patterns, wellKnown, inMadeVpc, looked].map(({ stdout }) => stdout);
  const wrong = looked.stdout.replace('oidcProvider,', 'oidcProvider: 1,'); // tests the judge itself
  const errors = typeErrors([...right, wrong]);
  expect(errors.slice(0, -1)).toEqual(right.map(() => []));
  expect(errors[right.length]).not.toEqual([]);
});

describe.each(INPUTS)('%s', (name, text) => {
  const input = parse(text, { merge: true });
  const accounts: any[] = input.iam.serviceAccounts;
  const nameOf = ({ metadata }: any) => `${metadata.namespace ?? 'default'}/${metadata.name}`;
  const values = { 'AWS::Partition': 'aws' };
  const manifests = () => synthesized.get(name)!.manifests;
  const rolesOf = () =>
    Object.entries<any>(synthesized.get(name)!.template.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
  const token = (account: any) => ({
    providerArn: PROVIDER_ARN,
    issuer: ISSUER,
    sub: `system:serviceaccount:${nameOf(account).replace('/', ':')}`,
    aud: 'sts.amazonaws.com',
  });
  const roleOf = (account: any) => {
    const found = rolesOf().filter(([, { Properties }]) => letsIn(Properties.AssumeRolePolicyDocument, token(account)));
    expect(found).toHaveLength(1);
    return { id: found[0][0], ...found[0][1].Properties };
  };
  const manifestOf = (account: any) =>
    manifests().find(
      ({ kind, metadata }) => kind === 'ServiceAccount' && `${metadata.namespace}/${metadata.name}` === nameOf(account),
    );
  const usable = accounts.filter(({ attachRoleARN = '' }) => !attachRoleARN.includes(':123:'));
  const withRole = usable.filter(({ attachRoleARN }) => !attachRoleARN);

  test('makes these service accounts, their namespaces and roles, and nothing else', () => {
    const made = usable.filter(({ roleOnly }) => !roleOnly);
    const namespaces = new Set(
      made.map(({ metadata }) => metadata.namespace).filter(namespace => namespace && !BUILT_IN.includes(namespace)),
    );
    expect(
      manifests()
        .filter(({ kind }) => kind === 'ServiceAccount')
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .sort(),
    ).toEqual(made.map(nameOf).sort());
    expect(
      manifests()
        .filter(({ kind }) => kind === 'Namespace')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual([...namespaces].sort());
    expect(manifests().flatMap(manifestProblems)).toEqual([]);
    // The policy of one controller is too long for a role.
    const types = accounts.some(({ wellKnownPolicies }) => wellKnownPolicies?.awsLoadBalancerController)
      ? ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Role']
      : ['AWS::IAM::Role'];
    expect(
      [...new Set(Object.values<any>(synthesized.get(name)!.template.Resources).map(({ Type }) => Type))].sort(),
    ).toEqual(types);
    expect(rolesOf()).toHaveLength(withRole.length);
  });

  test.each(usable.map(account => [nameOf(account), account]))(
    '%s has labels, annotations and role as eksctl gives them',
    (_, account) => {
      if (account.roleOnly) {
        expect(manifestOf(account)).toBeUndefined();
        return;
      }
      const { labels, annotations } = manifestOf(account)!.metadata;
      expect(labels ?? {}).toEqual(account.metadata.labels ?? {});
      const {
        'eks.amazonaws.com/role-arn': arn,
        'eks.amazonaws.com/sts-regional-endpoints': regional,
        ...others
      } = annotations;
      const {
        'eks.amazonaws.com/role-arn': _old,
        'eks.amazonaws.com/sts-regional-endpoints': wanted = 'true',
        ...expected
      } = account.metadata.annotations ?? {};
      expect({ others, regional }).toEqual({ others: expected, regional: wanted });
      expect(arn).toBe(account.attachRoleARN ?? `arn:aws:iam::${ACCOUNT}:role/${roleOf(account).RoleName}`);
    },
  );

  test.each(withRole.map(account => [nameOf(account), account]))(
    '%s has the policies, boundary, name and tags that eksctl gives to the role',
    (_, account) => {
      const role = roleOf(account);
      const managed = Object.entries(account.wellKnownPolicies ?? {})
        .filter(([key, value]) => value && MANAGED_BY_AWS[key])
        .map(([key]) => MANAGED_BY_AWS[key]);
      const ofOthers = (role.ManagedPolicyArns ?? []).filter((arn: any) => !arn.Ref);
      expect(deployed(ofOthers, { values }).sort()).toEqual([...(account.attachPolicyARNs ?? []), ...managed].sort());
      expect(
        (role.Policies ?? [])
          .filter(({ PolicyName }: any) => PolicyName === 'attachPolicy')
          .map(({ PolicyDocument }: any) => normal(PolicyDocument.Statement)),
      ).toEqual(account.attachPolicy ? [normal(account.attachPolicy.Statement)] : []);
      expect(role.PermissionsBoundary).toBe(account.permissionsBoundary);
      if (account.roleName) expect(role.RoleName).toBe(account.roleName);
      expect(Object.fromEntries((role.Tags ?? []).map(({ Key, Value }: any) => [Key, Value]))).toEqual({
        ...input.metadata.tags,
        ...account.tags,
      });
    },
  );

  test.each(withRole.map(account => [nameOf(account), account]))('%s alone may assume its role', (_, account) => {
    const trust = roleOf(account).AssumeRolePolicyDocument;
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(letsIn(trust, { ...token(account), aud: 'another' })).toBe(false);
    expect(letsIn(trust, { ...token(account), sub: `${token(account).sub}x` })).toBe(false);
    for (const other of accounts.filter(one => nameOf(one) !== nameOf(account))) {
      expect(letsIn(trust, token(other))).toBe(false);
    }
  });

  test('gives the ARNs of roles without a ServiceAccount as outputs, as eksctl does', () => {
    const outputs = Object.values<any>(synthesized.get(name)!.template.Outputs ?? {}).map(
      ({ Value }) => Value['Fn::GetAtt'],
    );
    expect(outputs).toEqual(usable.filter(({ roleOnly }) => roleOnly).map(account => [roleOf(account).id, 'Arn']));
  });
});

describe('subjectPattern', () => {
  let made: Synthesized;
  beforeAll(async () => {
    made = await synthesize(patterns.stdout);
  }, 60_000);
  const roleOf = (policy: string) => Object.values<any>(made.template.Resources).map(({ Properties }) => Properties)
    .find(({ ManagedPolicyArns }) => JSON.stringify(ManagedPolicyArns).includes(`:iam::aws:policy/${policy}"`));

  test.each([
    [
      'Jobs',
      ['batch:job-main', 'batch:job-', 'batch:job-1.x'],
      ['batch:job', 'batch:a-job-main', 'batch2:job-main', 'default:job-main', 'crossplane:job-main'],
    ],
    [
      'Providers',
      ['crossplane:provider-1.aws'],
      [
        'crossplane:provider',
        'crossplane:provider-.aws',
        'crossplane:provider-12.aws',
        'crossplane:provider-1-aws',
        'batch:provider-1.aws',
      ],
    ],
    ['Others', ['batch:job-main'], ['batch:job', 'batch:job-', 'crossplane:job-main']],
    ['All', ['default:any', 'default:other'], ['batch:any', 'default2:any', 'kube-system:any']],
    ['One', ['batch:one'], ['batch:', 'batch:*', 'batch:two']],
  ])('the role of %s lets %j in, and %j not', (policy, inside, outside) => {
    const trust = roleOf(policy).AssumeRolePolicyDocument;
    const gets = (subject: string, aud = 'sts.amazonaws.com') =>
      letsIn(trust, { providerArn: PROVIDER_ARN, issuer: ISSUER, sub: `system:serviceaccount:${subject}`, aud });
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(inside.filter(subject => !gets(subject))).toEqual([]);
    expect([
      ...inside.filter(subject => gets(subject, 'another')),
      ...outside.filter(subject => gets(subject)),
    ]).toEqual([]);
  });

  test('the ServiceAccount is made where the role lets it in, with its role', () => {
    const accounts = made.manifests
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ metadata: { namespace, name, annotations } }) => [
        `${namespace}/${name}`,
        annotations!['eks.amazonaws.com/role-arn'],
      ]);
    const arnOf = (policy: string) => `arn:aws:iam::${ACCOUNT}:role/${roleOf(policy).RoleName}`;
    expect(accounts.sort()).toEqual([
      ['batch/job-main', arnOf('Jobs')],
      ['batch/one', arnOf('One')],
      ['default/any', arnOf('All')],
    ]);
    expect(roleOf('Jobs').Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    expect(Object.keys(made.template.Outputs)).toHaveLength(2);
    expect(patterns.stderr).toContain('cluster.yaml:18:7: not mapped: `iam.serviceAccounts[2].subjectPattern`. ');
    expect(patterns.stderr).toContain('\n5 of 5 service accounts written, 1 value not mapped.\n');
  });
});

describe('wellKnownPolicies', () => {
  let made: Synthesized;
  beforeAll(async () => {
    made = await synthesize(wellKnown.stdout);
  }, 60_000);

  /** What the role of a service account may do. */
  function policies(account: string): any[] {
    const resources = Object.entries<any>(made.template.Resources);
    const token = {
      providerArn: PROVIDER_ARN,
      issuer: ISSUER,
      sub: `system:serviceaccount:${account}`,
      aud: 'sts.amazonaws.com',
    };
    const [, { Properties: role }] = resources.find(
      ([, { Type, Properties }]) => Type === 'AWS::IAM::Role' && letsIn(Properties.AssumeRolePolicyDocument, token),
    )!;
    const attached = resources
      .filter(([id]) => role.ManagedPolicyArns?.some(({ Ref }: any) => Ref === id))
      .map(([, { Properties }]) => Properties);
    return deployed(
      [...(role.Policies ?? []), ...attached].map(({ PolicyDocument }) => PolicyDocument),
      { values: { 'AWS::Partition': 'aws', 'AWS::AccountId': ACCOUNT, 'AWS::Region': 'eu-west-1' } },
    );
  }

  const group = `arn:aws:autoscaling:eu-west-1:${ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/workers`;
  const balancer = `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:loadbalancer/app/web/1`;
  const ports = `arn:aws:ec2:eu-west-1:${ACCOUNT}:security-group/sg-1`;
  const zone = (id: string) => `arn:aws:route53:::hostedzone/${id}`;
  const record = (type: string, name: string) => ({
    'route53:ChangeResourceRecordSetsRecordTypes': type,
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': name,
  });
  type Target = [resource: string, context?: Record<string, string>];
  type Case = [flag: string, action: string, own: Target, others: Target];
  const CASES: Case[] = [
    [
      'autoScaler',
      'autoscaling:SetDesiredCapacity',
      [group, { 'aws:ResourceTag/k8s.io/cluster-autoscaler/blue': 'owned' }],
      [group, { 'aws:ResourceTag/k8s.io/cluster-autoscaler/green': 'owned' }],
    ],
    [
      'awsLoadBalancerController',
      'elasticloadbalancing:DeleteLoadBalancer',
      [balancer, { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'blue' }],
      [balancer, { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'green' }],
    ],
    [
      'awsLoadBalancerController',
      'ec2:AuthorizeSecurityGroupIngress',
      [ports, { 'ec2:Vpc': `arn:aws:ec2:eu-west-1:${ACCOUNT}:vpc/vpc-0123456789abcdef0` }],
      [ports, { 'ec2:Vpc': `arn:aws:ec2:eu-west-1:${ACCOUNT}:vpc/vpc-1` }],
    ],
    [
      'externalDNS',
      'route53:ChangeResourceRecordSets',
      [zone('Z2'), record('A', 'web.example.com')],
      [zone('Z3'), record('A', 'web.example.com')],
    ],
    [
      'certManager',
      'route53:ChangeResourceRecordSets',
      [zone('Z0000000000000000001'), record('TXT', '_acme-challenge.example.com')],
      [zone('Z3'), record('TXT', '_acme-challenge.example.com')],
    ],
  ];

  test.each(CASES)(
    "%s: %s on what is the cluster's, and on nothing else, alone and beside others",
    (flag, action, own, others) => {
      for (const account of [`one:${flag.toLowerCase()}`, 'default:all']) {
        expect(
          [own, others].map(([resource, context]) => allows(policies(account), action, resource, context)),
        ).toEqual([true, false]);
      }
    },
  );

  test('attachPolicy stays beside them', () => {
    expect(allows(policies('default:all'), 's3:GetObject', 'arn:aws:s3:::any/thing')).toBe(true);
    expect(
      allows(
        policies('one:certmanager'),
        'route53:ChangeResourceRecordSets',
        zone('Z2'),
        record('A', 'web.example.com'),
      ),
    ).toBe(false);
  });

  test('what is narrower than with eksctl is said', () => {
    const said = (flag: string, text: string) =>
      expect(wellKnown.stderr).toContain(`.wellKnownPolicies.${flag}\`: is written as ${text}\n`);
    said(
      'autoScaler',
      'Controller.clusterAutoscaler, which is narrower than in eksctl: it only changes Auto Scaling groups with the '
        + 'tag k8s.io/cluster-autoscaler/blue = owned. Make sure that yours have it.',
    );
    said(
      'awsLoadBalancerController',
      'Controller.awsLoadBalancerController, which is narrower than in eksctl: it only changes load balancers with the '
        + 'tag elbv2.k8s.aws/cluster = blue, and security groups of vpc-0123456789abcdef0.',
    );
    said(
      'externalDNS',
      'Controller.externalDns, which is narrower than in eksctl: it only changes records in the zones of '
        + '--hosted-zone.',
    );
    said(
      'certManager',
      'Controller.certManager, which is narrower than in eksctl: it only changes TXT records _acme-challenge.* in the '
        + 'zones of --hosted-zone.',
    );
    expect(wellKnown.stderr).toContain('\n5 of 5 service accounts written, 0 values not mapped.\n');
  });

  test.each([
    ['nothing', '\n'],
    ['no VPC id', '\nvpc: { id: "*", cidr: 10.0.0.0/16 }\n'],
    ['something else', '\nvpc: yes\n'],
  ])('with %s about the VPC, the CDK CLI looks it up', (_, vpc) => {
    const { stdout, stderr } = importText(WELL_KNOWN.replace(/\nvpc: .*\n/, vpc));
    expect(stdout).toContain(
      "const vpc = Vpc.fromLookup(stack, 'Vpc', { tags: { 'alpha.eksctl.io/cluster-name': 'blue' } });\n",
    );
    expect(stderr).toContain(
      'and security groups of the VPC with the tag alpha.eksctl.io/cluster-name = blue, which the CDK CLI looks '
        + 'up.\n',
    );
  });

  test('nothing reaches every hosted zone: without zones the role has no policy, and that is said', async () => {
    const { template } = await synthesize(inMadeVpc.stdout);
    expect(JSON.stringify(template)).not.toContain('ChangeResourceRecordSets');
    expect(inMadeVpc.stdout).not.toContain('HostedZone');
    expect(inMadeVpc.stderr).toContain('\n5 of 5 service accounts written, 4 values not mapped.\n');
  }, 60_000);
});

test('what is not mapped is said with its line, on stderr and at its place', () => {
  const file = join(FIXTURES, '13-iamserviceaccounts.yaml');
  const { code, stdout, stderr } = cli('import', 'eksctl', file);
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const [flag, factory] of [['externalDNS', 'externalDns'], ['certManager', 'certManager']]) {
    const line = lines.findIndex(text => text.includes(`${flag}: true`)) + 1;
    expect(stderr.replace(/\[\d+\]/g, '[]')).toContain(
      `${file}:${line}:7: not mapped: \`iam.serviceAccounts[].wellKnownPolicies.${flag}\`. eksctl allows it to `
        + 'change all records in all hosted zones of the account. The role does not include these permissions.'
        + ' Import again with --hosted-zone <id> for each zone that it manages, or '
        + `add controller: Controller.${factory}({ hostedZones: […] }).\n`,
    );
    expect(stdout).toContain(`// Not mapped: wellKnownPolicies.${flag} (13-iamserviceaccounts.yaml:${line}).`);
  }
  expect(stderr).toContain(
    `${file}:30:7: note: \`iam.serviceAccounts[2].wellKnownPolicies.ebsCSIController\`: is written as the AWS `
      + 'managed policy service-role/AmazonEBSCSIDriverPolicy, which eksctl attaches for it. Controller.ebsCsiDriver '
      + 'is narrower.\n',
  );
  expect(stderr).toContain(
    `${file}:83:5: not mapped: \`iam.serviceAccounts[10].attachRoleARN\`. No role can have the ARN `
      + '"arn:aws:iam::123:role/already-created-role-for-app". Correct it (the account has 12 digits) and import '
      + 'again.\n',
  );
  expect(stderr).toContain('\n10 of 11 service accounts written, 3 values not mapped.\n');
  expect(code).toBe(0);
  expect(cli('import', 'eksctl', file, '--strict')).toEqual({ code: 1, stdout, stderr });
});

test('all that is mapped passes --strict', () => {
  expect(cli('import', 'eksctl', join(FIXTURES, '17-permissions-boundary.yaml'), '--strict')).toMatchObject({
    code: 0,
  });
});

test('without options the program has the CDK CLI look up account and issuer', async () => {
  const { stdout } = cli('import', 'eksctl', join(FIXTURES, '17-permissions-boundary.yaml'));
  const { template } = await synthesize(stdout, { CDK_DEFAULT_ACCOUNT: ACCOUNT });
  const issuer = `dummy.us-west-2.example/${ACCOUNT}/cluster-17`;
  const [role] = Object.values<any>(template.Resources);
  expect(
    letsIn(role.Properties.AssumeRolePolicyDocument, {
      issuer,
      providerArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`,
      sub: 'system:serviceaccount:default:s3-reader',
      aud: 'sts.amazonaws.com',
    }),
  ).toBe(true);
});

test.each([
  ['cn-north-1', 'arn:aws-cn:iam::aws:policy/X', "fromAwsManagedPolicyName('X')"],
  ['us-gov-west-1', 'arn:aws-us-gov:iam::aws:policy/X', "fromAwsManagedPolicyName('X')"],
  ['cn-north-1', 'arn:aws:iam::aws:policy/X', "'arn:aws:iam::aws:policy/X'"],
  ['us-iso-east-1', 'arn:aws-iso:iam::aws:policy/X', "fromAwsManagedPolicyName('X')"],
  ['eusc-de-east-1', 'arn:aws-eusc:iam::aws:policy/X', "fromAwsManagedPolicyName('X')"],
])('in %s %s is written %s', (region, arn, written) => {
  const text = INPUTS[1][1].replace('us-west-2', region).replace('arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess', arn);
  expect(importText(text).stdout).toContain(written);
});

test('the example is what the command prints', () => {
  const example = join(ROOT, 'examples', 'from-eksctl');
  const { code, stdout, stderr } = cli(
    'import',
    'eksctl',
    join(example, 'cluster.yaml'),
    '--account',
    ACCOUNT,
    '--issuer-url',
    ISSUER_URL,
    '--stack-name',
    'FromEksctl',
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: readFileSync(join(example, 'app.ts'), 'utf8') });
  const [, quoted] = /^```text\n(.*?)\n```$/ms.exec(readFileSync(join(example, 'README.md'), 'utf8'))!;
  expect(stderr.replaceAll(`${example}/`, '').split('\n')).toContain(quoted.replaceAll('\n', ' '));
});

test('the same file gives the same program, wherever it is', () => {
  expect(importText(OWN).stdout).toBe(importText(OWN).stdout);
  expect(importText(OWN).stdout).not.toContain(directory);
});

/** Statements as IAM reads them: one value and a list of it are the same. */
function normal(statements: any): any {
  return [statements].flat().map(({ Action, NotAction, Resource, NotResource, ...others }: any) => ({
    ...others,
    ...Object.fromEntries(Object.entries({ Action, NotAction, Resource, NotResource })
      .filter(([, value]) => value).map(([key, value]) => [key, [value].flat().sort()])),
  }));
}
