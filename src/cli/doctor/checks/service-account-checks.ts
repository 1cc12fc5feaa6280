/**
 * The first links: the namespace, the ServiceAccount, and its annotations.
 */
import { annotateCommand, shell } from './commands';
import { ofWebIdentity } from './pod-identity-checks';
import {
  annotatedRole, associationOf, broughtByPods, containersOf, environmentOf, livePods, ownPods, podLines, restart,
  ROLE_ARN,
} from './pods';
import { listInShort } from '../../../analysis/lists';
import { WEBHOOK_ROLE_ARN } from '../../../conventions/name-rules';
import { likeness, nearest } from '../../../conventions/nearest';
import {
  AUDIENCE_ANNOTATION,
  isMistakenRoleKey,
  MAX_TOKEN_SECONDS,
  REGIONAL_STS_ANNOTATION,
  ROLE_ARN_ANNOTATION,
  MIN_TOKEN_SECONDS,
  TOKEN_EXPIRATION_ANNOTATION,
} from '../../../conventions/webhook-annotations';
import { quoted } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Facts, Question, ServiceAccountObject } from '../facts';

const SHOWN = 5;
const SIMILAR = 0.6;

/** The booleans that the webhook accepts: Go's strconv.ParseBool. */
const GO_BOOLEAN = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;

const NAMESPACE_EXISTS: Check = {
  id: 'namespace-exists',
  title: 'the namespace exists',
  decisive: true,
  run: facts => {
    const { namespace, serviceAccount, question } = facts;
    // The ServiceAccount proves it, even if the namespace itself cannot be read.
    if ('unknown' in namespace && 'value' in serviceAccount && serviceAccount.value) {
      return ok(`Namespace ${question.namespace} exists: it contains the ServiceAccount.`);
    }
    return judgeRead(namespace, value =>
      value
        ? ok(`Namespace ${question.namespace} exists.`)
        : failed(`Namespace ${question.namespace} does not exist.`, {
          fix: [
            ...nearNamespaces(facts),
            `Create it: kubectl create namespace ${question.namespace}`,
            'Or in the CDK app, set `createNamespace: true` on IrsaServiceAccount and apply its manifest.',
          ],
        }),
    );
  },
};

const SERVICE_ACCOUNT_EXISTS: Check = {
  id: 'service-account-exists',
  title: 'the ServiceAccount exists',
  decisive: true,
  follows: ['namespace-exists'],
  run: facts => {
    const { serviceAccount, question } = facts;
    return judgeRead(serviceAccount, value =>
      value
        ? ok(`ServiceAccount ${nameOf(question)} exists.`)
        : failed(`ServiceAccount ${nameOf(question)} does not exist.`, {
          evidence: similarNames(facts),
          fix: [
            ...nearNames(facts),
            'Apply the manifest that cdk synth writes: kubectl apply -f cdk.out/<stack>.k8s.yaml',
            `Or list the existing ones: kubectl get serviceaccounts -n ${question.namespace}`,
          ],
        }),
    );
  },
};

/** A missing name is more often mistyped than not created yet. */
function nearNamespaces({ otherServiceAccounts, question }: Facts): string[] {
  if (otherServiceAccounts === undefined || 'unknown' in otherServiceAccounts) return [];
  const accounts = otherServiceAccounts.value;
  return near(question.namespace, accounts.map(({ namespace }) => namespace)).map(namespace => {
    const name = question.serviceAccount;
    const hasName = accounts.some(account => account.namespace === namespace && account.name === name);
    return `Did you mean --namespace ${namespace}?${hasName ? ` It has a ServiceAccount ${name}.` : ''}`;
  });
}

function nearNames(facts: Facts): string[] {
  return near(facts.question.serviceAccount, existingNames(facts))
    .map(name => `Did you mean --service-account ${name}?`);
}

function similarNames(facts: Facts): string[] | undefined {
  const names = nearest(facts.question.serviceAccount, existingNames(facts));
  return names.length === 0 ? undefined : [`ServiceAccounts in the namespace: ${listInShort(names, SHOWN)}`];
}

function existingNames({ otherServiceAccounts, question }: Facts): string[] {
  if (otherServiceAccounts === undefined || 'unknown' in otherServiceAccounts) return [];
  return otherServiceAccounts.value.filter(({ namespace }) => namespace === question.namespace).map(({ name }) => name);
}

/** The most similar name, if it is similar enough to be a typo. */
function near(wanted: string, names: readonly string[]): string[] {
  return nearest(wanted, [...new Set(names)]).filter(name => likeness(name, wanted) >= SIMILAR).slice(0, 1);
}

const ROLE_ANNOTATION: Check = {
  id: 'role-annotation',
  title: `the ServiceAccount names a role: ${ROLE_ARN_ANNOTATION}`,
  decisive: true,
  follows: ['service-account-exists'],
  run: facts => ofServiceAccount(facts, serviceAccount => {
    const arn = serviceAccount.annotations[ROLE_ARN_ANNOTATION];
    if (arn === undefined) return judgeMissingAnnotation(facts, serviceAccount);
    if (associationOf(facts)) return ok('The annotation is not used: the service account uses EKS Pod Identity.');
    if (WEBHOOK_ROLE_ARN.test(arn)) return ok(`The ServiceAccount names role ${arn}.`);
    return explainMalformed(facts, arn);
  }),
};

function judgeMissingAnnotation(facts: Facts, { annotations }: ServiceAccountObject): Verdict {
  const { question } = facts;
  const brought = broughtByPods(facts);
  const association = associationOf(facts);
  const associations = nearAssociations(facts);
  if (association === undefined && brought !== undefined && WEBHOOK_ROLE_ARN.test(brought.role)) {
    return ok(
      `The ServiceAccount names no role. The pod templates set role ${brought.role} and the token.`,
    );
  }
  if (association) {
    return ok(`The ServiceAccount names no role. It gets ${association.roleArn} through EKS Pod Identity.`, [
      `association ${association.id}`,
    ]);
  }
  const mistaken = Object.entries(annotations).filter(
    ([key]) => isMistakenRoleKey(key) || key.trim().toLowerCase() === ROLE_ARN_ANNOTATION,
  );
  const ofPods = rolesOfPods(facts);
  const arn = mistaken.map(([, value]) => cleanArn(value)).find(value => WEBHOOK_ROLE_ARN.test(value))
    ?? ofPods[0]?.arn;
  return failed(
    mistaken.length > 0
      ? `The ServiceAccount names a role under another key, which the webhook does not read: ${mistaken[0][0]}.`
      : 'The ServiceAccount names no role.',
    {
      evidence: [
        ...mistaken.map(([key, value]) => `${key}: ${quoted(value)}`),
        ...podLines(ofPods, ({ words }) => words),
        ...associations.map(name => `similar: EKS Pod Identity has an association for ${name}`),
      ],
      fix: [
        ...associations.length > 0
          ? [
            `aws eks create-pod-identity-association --cluster-name ${question.clusterName} --namespace `
              + `${question.namespace} --service-account ${question.serviceAccount} --role-arn <ARN of the role>`,
          ]
          : [],
        annotateCommand(question, ROLE_ARN_ANNOTATION, arn ?? '<ARN of the role>'),
        ...restart(facts),
      ],
    },
  );
}

/** Associations of service accounts with the same name, or with a similar name in the same namespace. */
function nearAssociations({ otherAssociations, question: { namespace, serviceAccount } }: Facts): string[] {
  if (otherAssociations === undefined || 'unknown' in otherAssociations) return [];
  return otherAssociations.value
    .filter(({ namespace: other, name }) => name === serviceAccount
      || (other === namespace && likeness(name, serviceAccount) >= SIMILAR))
    .map(({ namespace: other, name }) => `${other}/${name}`)
    .slice(0, SHOWN);
}

/** Roles that pods have from an earlier annotation, or from an annotation on the pods, which the webhook ignores. */
function rolesOfPods(facts: Facts): { readonly arn: string; readonly words: string }[] {
  return ownPods(facts).flatMap(pod => {
    const injectedRole = containersOf(pod).map(container => environmentOf(container).get(ROLE_ARN)?.value)
      .find(role => role !== undefined && WEBHOOK_ROLE_ARN.test(role));
    const annotation = pod.annotations[ROLE_ARN_ANNOTATION];
    return [
      ...injectedRole === undefined
        ? [] : [{ arn: injectedRole, words: `pod ${pod.name} has ${ROLE_ARN} ${injectedRole}` }],
      ...annotation !== undefined && WEBHOOK_ROLE_ARN.test(annotation)
        ? [{
          arn: annotation,
          words: `pod ${pod.name} itself has the annotation, which the webhook ignores: ${annotation}`,
        }]
        : [],
    ];
  });
}

function explainMalformed(facts: Facts, arn: string): Verdict {
  const { question } = facts;
  const clean = cleanArn(arn);
  const isStray = WEBHOOK_ROLE_ARN.test(clean);
  return failed(
    isStray
      ? `The ARN of the role has ${strayIn(arn)}.` : `${quoted(arn)} is not the ARN of a role${mistakenFor(clean)}.`,
    {
      evidence: [`${ROLE_ARN_ANNOTATION}: ${quoted(arn)}`],
      fix: [annotateCommand(question, ROLE_ARN_ANNOTATION, isStray ? clean : '<ARN of the role>'), ...restart(facts)],
    },
  );
}

/** Removes the whitespace and quotes that YAML, shells and templates leave around a value. */
function cleanArn(arn: string): string {
  return arn.trim().replace(/^["'`]+|["'`]+$/g, '').trim();
}

function strayIn(arn: string): string {
  if (/[\r\n]/.test(arn)) return 'a line break';
  return /["'`]/.test(arn) ? 'quotes' : 'leading or trailing whitespace';
}

const OTHER_KINDS: Record<string, string> = {
  'assumed-role': 'a role session',
  'instance-profile': 'an instance profile',
  'oidc-provider': 'an OIDC provider',
};

function mistakenFor(arn: string): string {
  if (arn === '') return ': it is empty';
  const kind = /^arn:[^:]*:(?:iam|sts)::\d*:(user|policy|instance-profile|group|assumed-role|oidc-provider)\//.exec(
    arn,
  )?.[1];
  if (kind) return `: it names ${OTHER_KINDS[kind] ?? `a ${kind}`}`;
  if (/[${}<>]|\[TOKEN/.test(arn)) return ': a placeholder was not replaced';
  if (WEBHOOK_ROLE_ARN.test(arn.toLowerCase()) || (/^arn:/i.test(arn) && !arn.startsWith('arn:'))) {
    return ': ARNs start with lower-case letters';
  }
  if (/^[\w+=,.@-]+$/.test(arn)) return ': it is only a name';
  if (/^arn:aws[\w-]*:iam::(?!\d{12}:)/.test(arn)) return ': its account ID does not have 12 digits';
  return '';
}

/** Only with `--role`. */
const ROLE_EXPECTED: Check = {
  id: 'role-expected',
  title: 'the service account has the role of --role',
  follows: ['service-account-exists', 'role-annotation'],
  run: facts => {
    const { roleArn: asked, namespace, serviceAccount } = facts.question;
    if (asked === undefined) return undefined;
    const association = associationOf(facts);
    const actual = association ? association.targetRoleArn ?? association.roleArn : annotatedRole(facts);
    if (actual === undefined) {
      return 'unknown' in facts.serviceAccount
        ? unknown(`Cannot tell whether ${namespace}/${serviceAccount} has role ${asked}: `
          + `${facts.serviceAccount.unknown}.`)
        : undefined;
    }
    if (actual === asked) return ok(`${namespace}/${serviceAccount} has role ${asked}.`);
    return failed(`The role of ${namespace}/${serviceAccount} is not the one in --role.`, {
      evidence: [
        `--role: ${asked}`, `${association ? `association ${association.id}` : ROLE_ARN_ANNOTATION}: ${quoted(actual)}`,
      ],
      fix: [
        association
          ? 'If --role is right: aws eks update-pod-identity-association --cluster-name '
            + `${shell(`${facts.question.clusterName}`)} --association-id ${association.id} `
            + `${association.targetRoleArn === undefined ? '--role-arn' : '--target-role-arn'} ${shell(asked)}`
          : `If --role is right: ${annotateCommand(facts.question, ROLE_ARN_ANNOTATION, asked)}`,
        ...restart(facts),
      ],
    });
  },
};

const ANNOTATION_VALUES: Check = {
  id: 'annotation-values',
  title: 'audience, expiration and STS annotations are valid',
  follows: ['service-account-exists'],
  run: facts => ofServiceAccount(facts, ({ annotations }) => {
    const { question } = facts;
    const problems = [
      problemOf(
        annotations,
        AUDIENCE_ANNOTATION,
        value => value !== '' && value === value.trim(),
        'an audience without leading or trailing whitespace',
        'sts.amazonaws.com',
      ),
      problemOf(
        annotations,
        TOKEN_EXPIRATION_ANNOTATION,
        isTokenLife,
        `a whole number from ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS}`,
        `${MAX_TOKEN_SECONDS}`,
      ),
      problemOf(annotations, REGIONAL_STS_ANNOTATION, value => GO_BOOLEAN.test(value), '"true" or "false"', 'true'),
    ].filter(problem => problem !== undefined);
    if (problems.length === 0) return ok('The annotations for audience, expiration and STS are valid or not set.');
    const [first, ...more] = problems;
    // For an invalid number or boolean the webhook uses its default, or the nearest allowed value.
    const harmless = problems.every(({ key }) => key !== AUDIENCE_ANNOTATION);
    const others = more.length > 0 ? ` Also invalid: ${more.map(({ key }) => key).join(', ')}.` : '';
    return failed(`${first.key} must be ${first.rule}.${others}`, {
      evidence: problems.map(({ key }) => `${key}: ${quoted(annotations[key])}`),
      fix: [...problems.map(({ key, good }) => annotateCommand(question, key, good)), ...restart(facts)],
      harmless,
    });
  }),
};

function isTokenLife(value: string): boolean {
  return /^\d+$/.test(value) && Number(value) >= MIN_TOKEN_SECONDS && Number(value) <= MAX_TOKEN_SECONDS;
}

interface Problem {
  readonly key: string;
  readonly rule: string;
  readonly good: string;
}

function problemOf(
  annotations: ServiceAccountObject['annotations'],
  key: string,
  isValid: (value: string) => boolean,
  rule: string,
  good: string,
): Problem | undefined {
  return annotations[key] === undefined || isValid(annotations[key]) ? undefined : { key, rule, good };
}

const ANNOTATION_DUPLICATES: Check = {
  id: 'annotation-duplicates',
  title: 'the role is named only once',
  follows: ['service-account-exists'],
  run: facts => ofServiceAccount(facts, ({ annotations }) => {
    const role = annotations[ROLE_ARN_ANNOTATION];
    if (role === undefined) return undefined; // role-annotation reports the other annotations
    const others = Object.entries(annotations).filter(([key]) => isMistakenRoleKey(key));
    const evidence = others.map(([key, value]) => `${key}: ${quoted(value)}`);
    if (others.length === 0) return ok('Only one annotation names a role.');
    const differing = others.filter(([, value]) => cleanArn(value) !== cleanArn(role));
    if (differing.length === 0) return ok('Two annotations name the same role.', evidence);
    const [[key]] = differing;
    // A webhook reads one prefix, on EKS this one. Pods show which one it reads.
    if (isInjected(facts)) {
      return ok(`${key} names another role, but the pods get the one in ${ROLE_ARN_ANNOTATION}.`, evidence);
    }
    return failed(`Two annotations name different roles. EKS uses ${ROLE_ARN_ANNOTATION}.`, {
      evidence: [`${ROLE_ARN_ANNOTATION}: ${quoted(role)}`, ...evidence],
      fix: [annotateCommand(facts.question, key)],
      harmless: true,
    });
  }),
};

function isInjected(facts: Facts): boolean {
  const role = annotatedRole(facts);
  return livePods(facts).some(({ spec }) =>
    (spec.containers ?? []).some(container => environmentOf(container).get(ROLE_ARN)?.value === role),
  );
}

function ofServiceAccount(
  { serviceAccount }: Pick<Facts, 'serviceAccount'>,
  judge: (object: ServiceAccountObject) => Verdict | undefined,
): Verdict | undefined {
  return judgeRead(serviceAccount, value => (value ? judge(value) : unknown('There is no ServiceAccount to check.')));
}

function nameOf({ namespace, serviceAccount }: Question): string {
  return `${namespace}/${serviceAccount}`;
}

export const SERVICE_ACCOUNT_CHECKS: Check[] = [
  NAMESPACE_EXISTS,
  SERVICE_ACCOUNT_EXISTS,
  ROLE_ANNOTATION,
  ROLE_EXPECTED,
  ...ofWebIdentity([ANNOTATION_VALUES, ANNOTATION_DUPLICATES]),
];
