import { shell } from './commands';
import { associationOf } from './pods';
import { describeStatement, statementPlace } from './statement-words';
import { ofPodsRole } from './web-identity';
import { readDocument } from '../../../analysis/iam/policy-document';
import { evaluatePolicies, findStatements } from '../../../analysis/iam/policy-evaluator';
import { isObject } from '../../../analysis/json-values';
import { linesInShort } from '../../../analysis/lists';
import { counted, literal, printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Facts, IamPolicy, IamRole, Simulated } from '../facts';

const SHOWN = 20;
const ALLOW_IS_USELESS = 'Adding an Allow elsewhere does not help.';
const NOT_EVALUATED =
  'not evaluated: resource policies (buckets, keys, queues), session policies and VPC endpoint policies';

/** A policy whose document was read. */
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
    if (own.length === 0) return reportNoPolicies(role);
    const evidence = linesInShort(own.map(nameOf), SHOWN);
    const unread = policies.flatMap(policy => unreadable(policy));
    const { id, policy: limit } = associationOf(facts) ?? {};
    if (limit !== undefined && findStatements([limit], {}).length === 0) return reportEmptySession(facts, `${id}`);
    if (unread.length > 0) {
      return unknown(
        `${unread.length} of ${counted(policies.length, 'policy').replace(/policys$/, 'policies')} cannot be read.`,
        { evidence: [...unread, ...evidence] },
      );
    }
    return ok(own.length === 1 ? 'The role has 1 policy.' : `The role has ${own.length} policies.`, evidence);
  })),
};

function reportNoPolicies({ name }: IamRole): Verdict {
  return failed(
    'The role has no policies. It can be assumed but allows nothing, unless a resource policy names it.',
    {
      fix: [
        `Attach a policy: aws iam attach-role-policy --role-name ${shell(name)} --policy-arn <ARN of the policy>`,
        'Or in the CDK app: bucket.grantRead(serviceAccount);',
      ],
    },
  );
}

function reportEmptySession(facts: Facts, id: string): Verdict {
  return failed(`The session policy of association ${id} allows nothing. Pods get the role but cannot do anything.`, {
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
      const { simulated = { unknown: 'it was not called' } } = facts;
      const verdict = 'value' in simulated
        ? bySimulation(facts, role, action, resource, simulated.value)
        : byEvaluator(facts, role, action, resource, simulated.unknown);
      return verdict.status === 'failed' ? verdict : bySessionPolicy(facts, action, resource) ?? verdict;
    });
  },
};

/** What the session policy of an association removes. Neither IAM's simulator nor the role's policies include it. */
function bySessionPolicy(facts: Facts, action: string, resource: string): Verdict | undefined {
  const { id, policy } = associationOf(facts) ?? {};
  if (policy === undefined) return undefined;
  const { decision, statements } = evaluatePolicies([policy], { action, resource });
  if (decision === 'allow') return undefined;
  const where = `the session policy of association ${id}`;
  if (decision === 'conditional' || facts.question.resource === undefined) {
    return unknown(`Cannot tell whether ${where} allows ${action} on ${resource}.`);
  }
  const places = statements.map(([, index]) => describeStatement(policy, index));
  const verb = places.length > 0 ? 'denies' : 'does not allow';
  return failed(`The role is not allowed ${action} on ${resource}: ${where} ${verb} it.`, {
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
  const source = 'evaluated by the IAM policy simulator'
    + `${policies.length === 0 ? '' : `; deciding policies: ${policies.map(printable).join(', ')}`}`;
  const places = 'value' in facts.policies ? decisivePlaces(facts.policies.value, action, resource) : [];
  const missing =
    missingKeys.length === 0 ? [] : [printable(`the simulator had no values for ${missingKeys.join(', ')}`)];
  const evidence = [source, ...places, ...missing, NOT_EVALUATED];
  if (decision === 'allowed') return ok(`The role is allowed ${action} on ${resource}.`, evidence);
  if (organizationAllows === false) return blameOrganization(action, resource, evidence);
  if (decision === 'explicitDeny') return blameDeny(facts, role, action, resource, evidence);
  const elsewhere = 'value' in facts.policies && findAllowed(facts, facts.policies.value, action, evidence);
  if (elsewhere) return elsewhere;
  if (boundaryAllows === false) return blameBoundary(role, action, resource, evidence);
  if (missingKeys.length > 0) {
    return unknown(`Whether the role is allowed ${action} on ${resource} depends on condition keys of the request.`, {
      evidence,
    });
  }
  return blameMissingAllow(role, action, resource, evidence);
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
      printable(`evaluated by cdk-irsa, because the IAM policy simulator is not available: ${why}`),
      ...unread,
      ...decisivePlaces(policies, action, resource),
      `${NOT_EVALUATED}, and service control policies (SCPs)`,
    ];
    if (decision === 'deny') return blameDeny(facts, role, action, resource, evidence);
    if (unread.length > 0) {
      return unknown(
        `Cannot tell whether the role is allowed ${action} on ${resource}: some of its policies cannot be read.`,
        { evidence },
      );
    }
    if (decision === 'allow') return ok(`The role is allowed ${action} on ${resource}.`, evidence);
    if (decision === 'none') {
      const granted = evaluatePolicies(known.map(({ document }) => document), { action, resource }).decision;
      return (
        findAllowed(facts, policies, action, evidence)
        ?? (granted === 'allow' ? blameBoundary : blameMissingAllow)(role, action, resource, evidence)
      );
    }
    return unknown(`Whether the role is allowed ${action} on ${resource} depends on conditions.`, { evidence });
  })!;
}

/** Without `--resource`, the statements that allow the action on some resources. */
function findAllowed(
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
  return unknown(`Whether the role is allowed ${action} depends on the resource. Specify it with --resource.`, {
    evidence: [...places.slice(0, SHOWN).map(([at, index]) => placeOf(known[at], index)), ...evidence],
  });
}

function placeOf({ policy, document }: Known, index: number): string {
  return printable(`${policy.kind} ${policy.name}, ${describeStatement(document, index)}`);
}

function blameMissingAllow({ name }: IamRole, action: string, resource: string, evidence: string[]): Verdict {
  return failed(`The role is not allowed ${action} on ${resource}: no statement allows it.`, {
    evidence,
    fix: [
      `In the CDK app: serviceAccount.addToPrincipalPolicy(new PolicyStatement({ actions: ['${action}'], resources: `
        + `[${literal(resource)}] }));`,
      'Then check with IAM: aws iam simulate-principal-policy --policy-source-arn '
        + `"$(aws iam get-role --role-name ${shell(name)} --query Role.Arn --output text)" `
        + `--action-names ${shell(action)} --resource-arns ${shell(resource)}`,
    ],
  });
}

function blameOrganization(action: string, resource: string, evidence: string[]): Verdict {
  return failed(`The role is not allowed ${action} on ${resource}: an organization policy does not allow it.`, {
    evidence,
    fix: [
      `Ask the administrators of your organization to allow ${action} for this account (SCP). ${ALLOW_IS_USELESS}`,
    ],
  });
}

function blameBoundary({ name, boundary }: IamRole, action: string, resource: string, evidence: string[]): Verdict {
  return failed(`The role is not allowed ${action} on ${resource}: the permissions boundary does not allow it.`, {
    evidence,
    fix: [
      `Allow ${action} in the boundary${boundary === undefined ? '' : ` ${boundary}`}, or replace the boundary: `
        + `aws iam put-role-permissions-boundary --role-name ${shell(name)} `
        + '--permissions-boundary <ARN of another policy>',
      ALLOW_IS_USELESS,
    ],
  });
}

/** Names the statement, because only a narrower Deny helps. */
function blameDeny(facts: Facts, { name }: IamRole, action: string, resource: string, evidence: string[]): Verdict {
  const [found] = 'value' in facts.policies ? denials(facts.policies.value, action, resource) : [];
  const summary = `The role is not allowed ${action} on ${resource}`;
  if (found === undefined) {
    return failed(`${summary}: a statement denies it.`, {
      evidence,
      fix: [
        `Find the Deny in the policies above and narrow it. ${ALLOW_IS_USELESS}`,
        'If none of them has it, it is in an organization policy (SCP, RCP). Ask the administrators of your '
          + 'organization.',
      ],
    });
  }
  const [{ policy, document }, index] = found;
  const place = printable(`${policy.kind} ${policy.name}, ${statementPlace(document, index)}`);
  return failed(`${summary}: ${place} denies it.`, {
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

/** The statements that decide, each with its policy. */
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
