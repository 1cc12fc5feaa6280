import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { policySize, PolicySize } from './policy-size';
import { DEFAULT_TRUST_QUOTA, MAX_TRUST_QUOTA, TRUST_QUOTA_NAME } from '../../conventions/policy-quotas';
import { problem, show, warn } from '../errors';
import { hasDeferredKey, settledCopy, settledTokensOf, textsIn } from './trust-document';
import { hasOverrides, overrideProblem, withOverrides } from './trust-overrides';
import { statementProblem, wildcardNamespaces } from './trust-statement';
import { worstCase } from './worst-case';
import { propertyOf } from '../../conventions/json';
import { PolicyJson, StatementJson } from '../../conventions/policy-json';
import { WEB_IDENTITY_ACTION } from '../../conventions/web-identity';
import { fingerprint, literalRoleArn, SettledTokens } from '../values/tokens';
import { embeddedProblems } from '../values/value-safety';

/**
 * Returns what is wrong with a whole trust policy, for a role at `scope`. Risks that are not errors become warnings.
 *
 * @param written the policy as JSON with unresolved tokens and without the overrides of its resource
 * @param trusted the statements that TrustPolicy.addServiceAccounts() wrote, which are already validated
 */
export function trustProblems(scope: IConstruct, written: PolicyJson, trusted: StatementJson[]): string[] {
  const tokens = settledTokensOf(scope);
  const role = roleOf(scope);
  const texts = new Set(trusted.map(statement => JSON.stringify(statement)));
  const isOwn = (statement: StatementJson) => texts.has(JSON.stringify(statement));
  if (!(role && hasOverrides(role)) && statementsIn(written).every(isOwn) && !trusted.some(hasPattern)) {
    return sizeProblems(scope, written, trusted, tokens);
  }

  const asWritten = settledCopy(scope, written, tokens);
  const isText = hasDeferredKey(asWritten);
  const overridden = role && overrideProblem(role, isText);
  if (overridden !== undefined) return [overridden];

  const document = role && hasOverrides(role) ? withOverrides(role, asWritten) : written;
  const settled = document === written ? asWritten : document;
  for (const statement of settledCopy(scope, trusted, tokens)) texts.add(JSON.stringify(statement));
  const others = statementsIn(document).filter(statement => !isOwn(statement));
  const settledOthers = settledCopy(scope, others, tokens);

  const withPatterns = statementsIn(settled).filter(hasPattern);
  for (const sub of wildcardNamespaces(withPatterns.map(statement => worstCase(scope, statement)))) {
    warn(scope, 'cdk-irsa:wildcard-namespace',
      `\`trust\` allows a pattern of namespaces, ${show(sub)}: `
      + 'anyone who can create a matching namespace can assume this role.');
  }
  return [
    ...settledOthers.map(statement => statementProblem('assumeRolePolicy', worstCase(scope, statement), statement))
      .filter((text): text is string => text !== undefined),
    ...selfProblems(scope, settledOthers),
    // In a JSON string, a value could end the text that contains it. In an object, CloudFormation keeps values
    // separate.
    ...isText ? embeddedProblems(scope, 'assumeRolePolicy', textsIn(others)) : [],
    ...sizeProblems(scope, document, trusted, tokens),
  ];
}

function hasPattern({ Condition: condition }: StatementJson): boolean {
  return propertyOf(condition, 'StringLike') !== undefined;
}

/** An override may have removed the statements. */
function statementsIn(document: PolicyJson): StatementJson[] {
  return [document.Statement ?? []].flat() as StatementJson[];
}

/** IAM validates principals when it creates the role, so a role cannot name itself. */
function selfProblems(scope: IConstruct, statements: StatementJson[]): string[] {
  const role = roleOf(scope);
  if (role === undefined) return [];
  const principals = statements.flatMap(({ Principal: principal }) => [propertyOf(principal, 'AWS') ?? []].flat());
  if (principals.length === 0) return [];
  const own = [fingerprint(role, role.attrArn), JSON.stringify(literalRoleArn(role))];
  if (!principals.some(principal => own.includes(fingerprint(scope, principal)))) return [];
  return [problem('assumeRolePolicy', 'not name the role itself as a principal', scope.node.path,
    'The role does not exist yet when IAM validates its trust policy. '
    + 'To allow the role to assume itself, trust the account with a condition: '
    + 'trust.addPrincipal(new iam.AccountPrincipal(account).withConditions('
    + '{ ArnEquals: { \'aws:PrincipalArn\': <ARN of the role> } })).')];
}

function roleOf(scope: IConstruct): CfnRole | undefined {
  const resource = scope.node.defaultChild ?? scope;
  return resource instanceof CfnRole ? resource : undefined;
}

function sizeProblems(
  scope: IConstruct, document: PolicyJson, trusted: StatementJson[], tokens: SettledTokens,
): string[] {
  const size = policySize(scope, document, tokens);
  const tooLong = (quota: number, advice: string) => (
    problem('trust', `fit in ${quota} characters`, describeSize(size), `${advice}${room(scope, size, trusted)}`));
  if (size.characters > MAX_TRUST_QUOTA) {
    return [tooLong(MAX_TRUST_QUOTA, 'IAM does not allow more. Split the subjects into several roles.')];
  }
  if (size.characters > DEFAULT_TRUST_QUOTA) {
    warn(scope, 'cdk-irsa:trust-policy-quota', tooLong(DEFAULT_TRUST_QUOTA,
      `This exceeds IAM's default quota (${TRUST_QUOTA_NAME}). `
      + `Request an increase, up to ${MAX_TRUST_QUOTA}, or split the subjects into several roles.`));
  }
  return [];
}

/**
 * Describes how many clusters are trusted by web identity, and how many like these would fit, based on the size of the
 * actual statements including commas.
 */
function room(scope: IConstruct, { characters }: PolicySize, trusted: StatementJson[]): string {
  const clusters = new Map<string, number>();
  const webIdentity = trusted.filter(({ Action }) => Action === WEB_IDENTITY_ACTION);
  for (const statement of webIdentity) {
    const provider = fingerprint(scope, propertyOf(statement.Principal, 'Federated'));
    clusters.set(provider, (clusters.get(provider) ?? 0) + policySize(scope, statement).characters + 1);
  }
  const sizes = [...clusters.values()];
  if (sizes.length === 0) return '';
  const others = characters - sizes.reduce((sum, size) => sum + size, 0);
  const average = (characters - others) / sizes.length;
  const fitting = (quota: number) => Math.max(Math.floor((quota - others) / average), 0);
  const how = webIdentity.length < trusted.length ? ' through web identity' : '';
  const many = `${sizes.length} cluster${sizes.length === 1 ? '' : 's'}${how}`;
  return ` It trusts ${many}. Of clusters like these, ${fitting(DEFAULT_TRUST_QUOTA)} fit in ${DEFAULT_TRUST_QUOTA} `
    + `characters and ${fitting(MAX_TRUST_QUOTA)} in ${MAX_TRUST_QUOTA}.`;
}

/** Describes a size in a message. */
export function describeSize({ characters, exact }: PolicySize): string {
  return `${exact ? '' : 'about '}${characters} characters`;
}
