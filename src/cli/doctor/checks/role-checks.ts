import { annotateCommand, shell } from './commands';
import { ofWebIdentity } from './pod-identity-checks';
import { closings, openings } from './role-map';
import { describeStatement, statementPlace } from './statement-words';
import {
  admissionOfToken, audienceToTrust, issuerOf, ofPodsRole, ofRole, otherAudiences, ownerOf, providerArn, roleArnOf,
  subjectOf, tokenAudienceOf,
} from './web-identity';
import { Admission } from '../../../analysis/admission/admission';
import { Mismatch } from '../../../analysis/iam/near-misses';
import { evaluatePolicies, findStatements } from '../../../analysis/iam/policy-evaluator';
import { objectOf, textsOf } from '../../../analysis/json-values';
import { linesInShort } from '../../../analysis/lists';
import { conditionsOf, issuerOfArn, statementsOf, trustedBy } from '../../../analysis/reading/trusted-subjects';
import { PrincipalJson, StatementJson } from '../../../conventions/policy-json';
import { DEFAULT_AUDIENCE, SERVICE_ACCOUNT } from '../../../conventions/web-identity';
import {
  MAX_TOKEN_SECONDS,
  ROLE_ARN_ANNOTATION,
  TOKEN_EXPIRATION_ANNOTATION,
} from '../../../conventions/webhook-annotations';
import { counted, literal, printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Facts, IamPolicy, IamRole } from '../facts';
import { RoleArn } from '../role-arn';

const SHOWN = 8;

const ACCOUNT: Check = {
  id: 'role-account',
  title: 'the accounts of the role and of the cluster',
  follows: ['cluster-exists'],
  run: facts => (facts.question.issuerUrl === undefined ? ofEks(facts) : undefined),
};

function ofEks(facts: Facts): Verdict | undefined {
  return judgeRead(roleArnOf(facts), role => judgeRead(facts.cluster, cluster => {
    if (cluster === undefined) return undefined;
    const { partition, account } = ownerOf(cluster.arn);
    if (role.partition !== partition) return otherPartition(facts, role, partition);
    if (role.account === account) return ok(`The role and the cluster are in account ${account}.`);
    return ok(
      `The role is in account ${role.account}, the cluster in account ${account}: the OIDC provider must be in `
        + `account ${role.account}.`,
    );
  }));
}

function otherPartition(facts: Facts, role: RoleArn, partition: string): Verdict {
  return failed(
    `The role is in partition ${role.partition}, the cluster in ${partition}. Partitions are isolated from each other.`,
    {
      evidence: [`role: ${role.arn}`],
      fix: [
        annotateRole(facts, `arn:${partition}:iam::${role.account}:role${role.path}${role.name}`),
        'If the CDK app builds the ARN by hand, use `Aws.PARTITION` instead of `aws`.',
      ],
    },
  );
}

const EXISTS: Check = {
  id: 'role-exists',
  title: 'the role exists',
  decisive: true,
  follows: ['namespace-exists', 'service-account-exists', 'role-annotation'],
  run: facts => judgeRead(roleArnOf(facts), wanted => judgeRead(facts.role, role => {
    if (role === undefined) return missing(wanted);
    return role.arn === wanted.arn
      ? ok(`Role ${role.name} exists in account ${wanted.account}.`, [role.arn])
      : otherArn(facts, wanted, role);
  })),
};

function missing({ arn, account, name }: RoleArn): Verdict {
  return failed(`Role ${name} does not exist in account ${account}. STS reports this as AccessDenied.`, {
    evidence: [`role: ${arn}`],
    fix: [
      'Deploy the role, or annotate the ServiceAccount with the ARN of an existing role: `serviceAccount.roleArn` in '
        + 'the CDK app.',
      "List the roles: aws iam list-roles --query 'Roles[].Arn'",
    ],
  });
}

function otherArn(facts: Facts, wanted: RoleArn, { arn }: IamRole): Verdict {
  const path = arn.slice(arn.indexOf(':role/') + ':role'.length, arn.lastIndexOf('/') + 1);
  const what = path === wanted.path ? 'another ARN' : `the path ${path} instead of ${wanted.path}`;
  return failed(`Role ${wanted.name} has ${what}. STS compares the whole ARN.`, {
    evidence: [`requested: ${wanted.arn}`, `in IAM: ${arn}`],
    fix: [
      annotateRole(facts, arn),
      'In the CDK app, use `serviceAccount.roleArn` instead of building the ARN by hand.',
    ],
  });
}

function annotateRole({ question }: Facts, arn: string): string {
  return annotateCommand(question, ROLE_ARN_ANNOTATION, arn);
}

const TRUST: Check = {
  id: 'trust',
  title: 'the role trusts this service account',
  decisive: true,
  follows: ['cluster-exists', 'cluster-issuer', 'annotation-values', 'role-exists'],
  run: facts => ofRole(facts, role => judgeRead(issuerOf(facts), issuer => {
    const admission = admissionOfToken(facts, role, issuer);
    const { answer, statement, reasons } = admission;
    const subject = subjectOf(facts);
    if (answer === 'in') {
      return ok(`The trust policy allows ${subject} to assume the role.`, [describeStatement(role.trust, statement!)]);
    }
    if (answer === 'out') return byOtherAudience(facts, role, issuer) ?? untrusted(facts, role, issuer, admission);
    return unknown(`The trust policy by itself does not determine whether ${subject} can assume the role.`, {
      evidence: reasons.map(printable),
    });
  })),
};

/** If the annotation is unknown, pods may request another audience that the role trusts. */
function byOtherAudience(facts: Facts, role: IamRole, issuer: string): Verdict | undefined {
  const audience = otherAudiences(facts, role, issuer)
    .find(other => admissionOfToken(facts, role, issuer, other).answer !== 'out');
  return audience === undefined ? undefined : unknown(
    `The trust policy allows ${subjectOf(facts)} only with the audience ${printable(audience)}. Cannot tell whether `
      + 'its pods request that audience.',
  );
}

function untrusted(facts: Facts, role: IamRole, issuer: string, { statement, nearest, reasons }: Admission): Verdict {
  const asked = `requested: ${subjectOf(facts)}, audience ${tokenAudienceOf(facts)}, issuer ${issuer}`;
  if (statement !== undefined) {
    return failed(`A Deny statement in the trust policy denies ${subjectOf(facts)}.`, {
      evidence: [asked, describeStatement(role.trust, statement)],
      fix: [
        `Read the trust policy: aws iam get-role --role-name ${shell(role.name)} --query Role.AssumeRolePolicyDocument`,
        'Remove the statement from the trust policy, or exempt the service account from it.',
      ],
    });
  }
  const isSwapped = nearest?.misses.some(swaps) ?? false;
  const why = [
    ...isSwapped ? ['`sub` and `aud` are swapped'] : [], ...issuerMiss(issuer, nearest?.misses[0]), ...reasons,
  ].map(printable);
  // Findings about the statement meant for the service account, not about those for others.
  const causes = closings(role, 'value' in facts.providers ? facts.providers.value : [])
    .filter(({ message }) => !isSwapped && nearest !== undefined && message.includes(`Statement[${nearest.statement}]`))
    .slice(0, SHOWN);
  return failed(`The trust policy does not allow ${subjectOf(facts)} to assume the role: ${why[0]}.`, {
    evidence: [
      asked,
      ...(nearest ? [`closest match: ${statementPlace(role.trust, nearest.statement)}`] : []),
      ...why.slice(1),
      ...causes.map(({ message }) => printable(message)),
    ],
    fix: [...causes.map(({ fix }) => printable(fix)), ...trustFix(facts, role, issuer)],
  });
}

/** Whether a statement requires a subject as the audience. Adding that to the provider would not help. */
function swaps({ key = '', trusted = [] }: Mismatch): boolean {
  return key.toLowerCase().endsWith(':aud') && trusted.some(value => value.startsWith(SERVICE_ACCOUNT));
}

/** If the principal is the provider of another issuer: which one, and how it differs. */
function issuerMiss(issuer: string, nearest: Mismatch | undefined): string[] {
  if (nearest?.what !== 'principal') return [];
  const others = (nearest.trusted ?? []).flatMap(arn => issuerOfArn(arn) ?? []).filter(other => other !== issuer);
  const near = others.find(other => hostOf(other) === hostOf(issuer));
  if (near !== undefined) return [`it trusts another cluster of the region, ${near}, not ${issuer}`];
  const region = others.find(other => idOf(other) === idOf(issuer));
  return region === undefined ? [] : [`it trusts the issuer in another region, ${region}, not ${issuer}`];
}

function hostOf(issuer: string): string {
  return issuer.split('/')[0];
}

function idOf(issuer: string): string {
  return issuer.slice(issuer.lastIndexOf('/') + 1);
}

/** How to add the missing statement, with the AWS CLI and with the CDK. */
function trustFix(facts: Facts, role: IamRole, issuer: string): string[] {
  const { namespace, serviceAccount } = facts.question;
  const audience = audienceToTrust(facts);
  const statement = {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: providerArn(ownerOf(role.arn), issuer) },
    Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subjectOf(facts) } },
  };
  const options = audience === DEFAULT_AUDIENCE ? '' : `, { audience: ${literal(audience)} }`;
  return [
    `aws iam get-role --role-name ${shell(role.name)} --query Role.AssumeRolePolicyDocument > trust.json`,
    `Add this statement: ${JSON.stringify(statement)}`,
    `aws iam update-assume-role-policy --role-name ${shell(role.name)} --policy-document file://trust.json`,
    'Or in the CDK app: trust.addServiceAccounts(provider, '
      + `[ServiceAccountSubject.exact('${namespace}', '${serviceAccount}')]${options});`,
    'Or, if the role belongs to an IrsaServiceAccount of another cluster: serviceAccount.trustCluster(provider);',
  ];
}

const OTHERWISE: Check = {
  id: 'trust-others',
  title: 'who else can assume the role',
  run: facts => ofRole(facts, role => {
    const issuer = issuerOf(facts);
    const others = trustedBy(role.trust).filter(
      ({ cluster, namespace, serviceAccount }) =>
        !(
          'value' in issuer
          && cluster === issuer.value
          && namespace === facts.question.namespace
          && serviceAccount === facts.question.serviceAccount
        ),
    );
    const open = openings(role);
    const evidence = [
      ...open.map(({ severity, message }) => `${severity === 'error' ? 'risk' : 'note'}: ${printable(message)}`),
      ...others.map(({ cluster, namespace, serviceAccount, via }) =>
        printable(
          `trusted: ${namespace}:${serviceAccount} of `
            + `${cluster}${via === 'pod-identity' ? ', through EKS Pod Identity' : ''}`,
        ),
      ),
      ...principalsOf(role.trust).map(principal => printable(`also: ${principal}`)),
    ];
    if (evidence.length === 0) return ok('The trust policy trusts no one else.');
    const shown = linesInShort(evidence, SHOWN);
    return ok(
      open.length > 0
        ? `The trust policy is broader than this service account needs: ${counted(open.length, 'finding')}.`
        : 'The trust policy also trusts other principals.',
      shown,
    );
  }),
};

/** AWS principals, services and other providers. Pod Identity is listed with its subjects instead. */
function principalsOf(trust: unknown): string[] {
  const statements = statementsOf(trust).map(statement => objectOf<StatementJson>(statement));
  const allowed = statements.filter(({ Effect: effect }) => effect === 'Allow');
  return [...new Set(allowed.flatMap(({ Principal: principal }) => {
    if (principal === '*') return ['everyone (*)'];
    const { AWS: aws, Service: services, Federated: providers } = objectOf<PrincipalJson>(principal);
    return [
      ...textsOf(aws),
      ...textsOf(services).filter(service => service !== 'pods.eks.amazonaws.com'),
      ...textsOf(providers).filter(arn => issuerOfArn(arn) === undefined),
    ];
  }))];
}

const SESSION: Check = {
  id: 'session-length',
  title: 'how long a session lasts',
  run: facts => ofRole(facts, ({ maxSessionSeconds, trust }) => {
    const text =
      'value' in facts.serviceAccount
        ? facts.serviceAccount.value?.annotations[TOKEN_EXPIRATION_ANNOTATION]
        : undefined;
    const limits = statementsOf(trust)
      .flatMap(conditionsOf)
      .filter(({ key }) => key.toLowerCase() === 'sts:durationseconds');
    const max = `${maxSessionSeconds} seconds`;
    return ok(`A session lasts one hour unless the SDK requests another duration, up to ${max}.`, [
      `the token is valid for ${text ?? MAX_TOKEN_SECONDS} `
        + `seconds${text === undefined ? ' by default' : ''}, unless the pod overrides it; the kubelet renews it in `
        + 'time, and neither duration limits the other',
      ...limits.map(
        ({ operator, values }) => `the trust policy requires sts:DurationSeconds ${operator} ${values.join(', ')}`,
      ),
    ]);
  }),
};

const BOUNDARY: Check = {
  id: 'permissions-boundary',
  title: 'the permissions boundary of the role',
  follows: ['role-exists'],
  run: facts => ofPodsRole(facts, role => {
    if (role.boundary === undefined) return ok('The role has no permissions boundary.');
    return judgeRead(facts.policies, policies =>
      boundaryVerdict(
        facts,
        role,
        policies.find(({ kind }) => kind === 'boundary'),
      ),
    );
  }),
};

function boundaryVerdict(
  { question: { action, resource = '*' } }: Facts,
  { boundary, name }: IamRole,
  policy: IamPolicy | undefined,
): Verdict {
  if (policy === undefined) return unknown(`The permissions boundary ${boundary} was not read.`);
  return judgeRead(policy.document, document => {
    const statements = statementsOf(document).map((_, index) => describeStatement(document, index));
    const shown = linesInShort(statements, SHOWN);
    const summary = `Permissions boundary ${policy.name} limits the role`;
    const { decision, statements: deciding } = action === undefined
      ? { decision: 'allow', statements: [] } : evaluatePolicies([document], { action, resource });
    const isAllowedSomewhere =
      resource === '*' && decision === 'none' && findStatements([document], { action }).length > 0;
    if (isAllowedSomewhere || (decision !== 'none' && decision !== 'deny')) return ok(`${summary}.`, shown);
    return failed(`${summary} and does not allow ${action} on ${resource}.`, {
      evidence: [`${boundary}`, ...shown],
      fix: [
        ...decision === 'deny'
          ? deciding.map(([, index]) => `Narrow the Deny in ${statementPlace(document, index)} of the boundary.`)
          : [],
        `Allow ${action} in the boundary: aws iam create-policy-version --policy-arn ${shell(boundary!)} `
          + '--set-as-default --policy-document file://boundary.json',
        'Or replace the boundary: aws iam put-role-permissions-boundary --role-name '
          + `${shell(name)} --permissions-boundary <ARN of another policy>`,
        'Or in the CDK app, pass another `permissionsBoundary` to IrsaServiceAccount.',
      ],
    });
  })!;
}

export const ROLE_CHECKS: readonly Check[] = [
  ...ofWebIdentity([ACCOUNT, EXISTS, TRUST, OTHERWISE, SESSION]),
  BOUNDARY,
];
