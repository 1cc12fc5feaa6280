import { ofPodsRole } from './asked';
import { shell } from './commands';
import { associationOf } from './pods';
import { shownStatement, statementPlace } from './statement-words';
import { readDocument } from '../../../analysis/iam/policy-document';
import { evaluatePolicies, findStatements } from '../../../analysis/iam/policy-evaluator';
import { isObject } from '../../../analysis/json-values';
import { linesInShort } from '../../../analysis/lists';
import { counted, literal, printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, wrong } from '../check';
import { Facts, IamPolicy, IamRole, Simulated } from '../facts';

const SHOWN = 20;
const ALLOW_IS_USELESS = 'Another Allow does not help.';
const NOT_LOOKED_AT =
  'not evaluated: policies of resources (buckets, keys, queues), of sessions and of VPC endpoints';

/** With its document, where it was read. */
interface Known {
  readonly policy: IamPolicy;
  readonly document: unknown;
}

const POLICIES: Check = {
  id: 'policies',
  title: 'the policies of the role',
  follows: ['role-exists'],
  run: facts => ofPodsRole(facts, role => judgeRead(facts.policies, policies => {
    const own = policies.filter(({ kind }) => kind !== 'boundary');
    if (own.length === 0) return none(role);
    const evidence = linesInShort(own.map(nameOf), SHOWN);
    const unread = policies.flatMap(policy => unreadable(policy));
    const { id, policy: limit } = associationOf(facts) ?? {};
    if (limit !== undefined && findStatements([limit], {}).length === 0) return nothingLeft(facts, `${id}`);
    if (unread.length > 0) {
      return unknown(
        `${unread.length} of ${counted(policies.length, 'policy').replace(/policys$/, 'policies')} cannot be read.`,
        { evidence: [...unread, ...evidence] },
      );
    }
    return ok(own.length === 1 ? 'The role has 1 policy.' : `The role has ${own.length} policies.`, evidence);
  })),
};

function none({ name }: IamRole): Verdict {
  return wrong(
    'The role has no policies: it can be assumed but allows nothing, unless the policy of a resource names it.',
    {
      fix: [
        `Attach a policy: aws iam attach-role-policy --role-name ${shell(name)} --policy-arn <the policy>`,
        'Or in the CDK app: bucket.grantRead(serviceAccount);',
      ],
    },
  );
}

function nothingLeft(facts: Facts, id: string): Verdict {
  return wrong(`The session policy of association ${id} allows nothing: pods get the role, and are allowed nothing.`, {
    fix: [changeSessionPolicy(facts, id)],
  });
}

function changeSessionPolicy({ question: { clusterName } }: Facts, id: string): string {
  return `aws eks update-pod-identity-association --cluster-name ${clusterName} --association-id ${id} `
    + '--policy file://policy.json';
}

function unreadable(policy: IamPolicy): string[] {
  const { document } = policy;
  if ('unknown' in document) return [printable(`${nameOf(policy)}: ${document.unknown}`)];
  const read = readDocument(document.value, 'identity');
  return typeof read === 'string' ? [printable(`${nameOf(policy)}: ${read}`)] : [];
}

function nameOf({ name, kind, arn }: IamPolicy): string {
  return printable(`${kind}: ${kind === 'inline' ? name : arn ?? name}`);
}

const ACTION: Check = {
  id: 'action',
  title: 'the role is allowed to do what --action names',
  follows: ['role-exists', 'policies', 'permissions-boundary'],
  run: facts => {
    const { action, resource = '*' } = facts.question;
    if (action === undefined) return undefined;
    return ofPodsRole(facts, role => {
      const { simulated = { unknown: 'IAM was not asked' } } = facts;
      const verdict = 'value' in simulated
        ? bySimulation(facts, role, action, resource, simulated.value)
        : byEvaluator(facts, role, action, resource, simulated.unknown);
      return verdict.status === 'wrong' ? verdict : bySessionPolicy(facts, action, resource) ?? verdict;
    });
  },
};

/** What the session policy of an association takes away; neither IAM's simulation nor the role's policies know it. */
function bySessionPolicy(facts: Facts, action: string, resource: string): Verdict | undefined {
  const { id, policy } = associationOf(facts) ?? {};
  if (policy === undefined) return undefined;
  const { decision, statements } = evaluatePolicies([policy], { action, resource });
  if (decision === 'allow') return undefined;
  const where = `the session policy of association ${id}`;
  if (decision === 'conditional' || facts.question.resource === undefined) {
    return unknown(`Whether ${where} allows ${action} on ${resource} is not known.`);
  }
  const places = statements.map(([, index]) => shownStatement(policy, index));
  const verb = places.length > 0 ? 'denies' : 'does not allow';
  return wrong(`The role is not allowed ${action} on ${resource}: ${where} ${verb} it.`, {
    evidence: places,
    fix: [
      `${places.length > 0 ? 'Narrow the Deny in' : 'Allow it in'} ${where}: `
        + changeSessionPolicy(facts, `${id}`),
      ALLOW_IS_USELESS,
    ],
  });
}

function bySimulation(facts: Facts, role: IamRole, action: string, resource: string, simulated: Simulated): Verdict {
  const { decision, policies, missingKeys, boundaryAllows, organizationAllows } = simulated;
  const said = 'evaluated by the policy simulator of IAM'
    + `${policies.length === 0 ? '' : `; deciding: ${policies.map(printable).join(', ')}`}`;
  const places = 'value' in facts.policies ? decisivePlaces(facts.policies.value, action, resource) : [];
  const missing =
    missingKeys.length === 0 ? [] : [printable(`the simulator had no values for ${missingKeys.join(', ')}`)];
  const evidence = [said, ...places, ...missing, NOT_LOOKED_AT];
  if (decision === 'allowed') return ok(`The role is allowed ${action} on ${resource}.`, evidence);
  if (organizationAllows === false) return outsideOrganization(action, resource, evidence);
  if (decision === 'explicitDeny') return denied(facts, role, action, resource, evidence);
  const elsewhere = 'value' in facts.policies && somewhere(facts, facts.policies.value, action, evidence);
  if (elsewhere) return elsewhere;
  if (boundaryAllows === false) return outsideBoundary(role, action, resource, evidence);
  if (missingKeys.length > 0) {
    return unknown(`Whether the role is allowed ${action} on ${resource} depends on condition keys of the request.`, {
      evidence,
    });
  }
  return notAllowed(role, action, resource, evidence);
}

function byEvaluator(facts: Facts, role: IamRole, action: string, resource: string, why: string): Verdict {
  return judgeRead(facts.policies, policies => {
    const unread = policies.flatMap(unreadable);
    const { known, boundary } = split(policies);
    const { decision } = evaluatePolicies(
      known.map(({ document }) => document),
      { action, resource },
      boundary?.document,
    );
    const evidence = [
      printable(`evaluated by cdk-irsa, as the policy simulator of IAM is not available: ${why}`),
      ...unread,
      ...decisivePlaces(policies, action, resource),
      `${NOT_LOOKED_AT}, and of the organization (SCPs)`,
    ];
    if (decision === 'deny') return denied(facts, role, action, resource, evidence);
    if (unread.length > 0) {
      return unknown(
        `Whether the role is allowed ${action} on ${resource} is not known: not all of its policies can be read.`,
        { evidence },
      );
    }
    if (decision === 'allow') return ok(`The role is allowed ${action} on ${resource}.`, evidence);
    if (decision === 'none') {
      const granted = evaluatePolicies(known.map(({ document }) => document), { action, resource }).decision;
      return (
        somewhere(facts, policies, action, evidence)
        ?? (granted === 'allow' ? outsideBoundary : notAllowed)(role, action, resource, evidence)
      );
    }
    return unknown(`Whether the role is allowed ${action} on ${resource} depends on conditions.`, { evidence });
  })!;
}

/** Where no resource is asked for, what is allowed on some of them. */
function somewhere(
  { question }: Facts,
  policies: readonly IamPolicy[],
  action: string,
  evidence: string[],
): Verdict | undefined {
  if (question.resource !== undefined) return undefined;
  const { known, boundary } = split(policies);
  const places = findStatements(
    known.map(({ document }) => document),
    { action },
    boundary?.document,
  );
  if (places.length === 0) return undefined;
  return unknown(`Whether the role is allowed ${action} depends on the resource. Name it with --resource.`, {
    evidence: [...places.slice(0, SHOWN).map(([at, index]) => placeOf(known[at], index)), ...evidence],
  });
}

function placeOf({ policy, document }: Known, index: number): string {
  return printable(`${policy.kind} ${policy.name}, ${shownStatement(document, index)}`);
}

function notAllowed({ name }: IamRole, action: string, resource: string, evidence: string[]): Verdict {
  return wrong(`The role is not allowed ${action} on ${resource}: no statement allows it.`, {
    evidence,
    fix: [
      `In the CDK app: serviceAccount.addToPrincipalPolicy(new PolicyStatement({ actions: ['${action}'], resources: `
        + `[${literal(resource)}] }));`,
      'Then see what IAM decides: aws iam simulate-principal-policy --policy-source-arn '
        + `"$(aws iam get-role --role-name ${shell(name)} --query Role.Arn --output text)" `
        + `--action-names ${shell(action)} --resource-arns ${shell(resource)}`,
    ],
  });
}

function outsideOrganization(action: string, resource: string, evidence: string[]): Verdict {
  return wrong(`The role is not allowed ${action} on ${resource}: a policy of the organization does not allow it.`, {
    evidence,
    fix: [
      `Ask the administrators of the organization to allow ${action} for this account (SCP). ${ALLOW_IS_USELESS}`,
    ],
  });
}

function outsideBoundary({ name, boundary }: IamRole, action: string, resource: string, evidence: string[]): Verdict {
  return wrong(`The role is not allowed ${action} on ${resource}: the permissions boundary does not allow it.`, {
    evidence,
    fix: [
      `Allow ${action} in the boundary${boundary === undefined ? '' : ` ${boundary}`}, or replace the boundary: `
        + `aws iam put-role-permissions-boundary --role-name ${shell(name)} --permissions-boundary <another policy>`,
      ALLOW_IS_USELESS,
    ],
  });
}

/** Names the statement: only a narrower Deny helps. */
function denied(facts: Facts, { name }: IamRole, action: string, resource: string, evidence: string[]): Verdict {
  const [found] = 'value' in facts.policies ? denials(facts.policies.value, action, resource) : [];
  const summary = `The role is not allowed ${action} on ${resource}`;
  if (found === undefined) {
    return wrong(`${summary}: a statement denies it.`, {
      evidence,
      fix: [
        `Find the Deny in the policies above, and narrow it. ${ALLOW_IS_USELESS}`,
        'If it is in none of them, it is in a policy of the organization (SCP, RCP): ask its administrators.',
      ],
    });
  }
  const [{ policy, document }, index] = found;
  const place = printable(`${policy.kind} ${policy.name}, ${statementPlace(document, index)}`);
  return wrong(`${summary}: ${place} denies it.`, {
    evidence,
    fix: [
      `Narrow the Deny in ${place}: exempt this action, resource or role. ${ALLOW_IS_USELESS}`,
      `Read the policy: ${readCommand(name, policy)}`,
    ],
  });
}

function denials(policies: readonly IamPolicy[], action: string, resource: string): [Known, number][] {
  const { known, boundary } = split(policies);
  const all = boundary ? [...known, boundary] : known;
  const { decision, statements } = evaluatePolicies(
    known.map(({ document }) => document),
    { action, resource },
    boundary?.document,
  );
  return decision === 'deny' ? statements.map(([at, index]) => [all[at], index]) : [];
}

function readCommand(role: string, { arn, name }: IamPolicy): string {
  if (arn === undefined) return `aws iam get-role-policy --role-name ${shell(role)} --policy-name ${shell(name)}`;
  return `aws iam get-policy-version --policy-arn ${shell(arn)} --version-id "$(aws iam get-policy --policy-arn `
    + `${shell(arn)} --query Policy.DefaultVersionId --output text)"`;
}

/** The statements that allow or deny, as they stand in their policies. */
function decisivePlaces(policies: readonly IamPolicy[], action: string, resource: string): string[] {
  const { known, boundary } = split(policies);
  const all = boundary ? [...known, boundary] : known;
  const { statements } = evaluatePolicies(
    known.map(({ document }) => document),
    { action, resource },
    boundary?.document,
  );
  return statements.map(([at, index]) => placeOf(all[at], index));
}

function split(policies: readonly IamPolicy[]): { readonly known: Known[]; readonly boundary?: Known } {
  const all = policies.flatMap((policy): Known[] =>
    'value' in policy.document && isObject(policy.document.value) ? [{ policy, document: policy.document.value }] : [],
  );
  const boundary = all.find(({ policy }) => policy.kind === 'boundary');
  return { known: all.filter(({ policy }) => policy.kind !== 'boundary'), ...boundary && { boundary } };
}

export const POLICY_CHECKS: readonly Check[] = [POLICIES, ACTION];
