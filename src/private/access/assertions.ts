/**
 * Implements `IrsaAssertions`.
 */
import { failIf, problem } from '../errors';
import { audienceProblem, issuerUrlProblem } from '../issuer/issuer';
import { namePatternProblem, namespacePatternProblem, namespaceProblem, objectNameProblem } from '../kubernetes-names';
import { placeInWords } from './place-words';
import { roleInWords, selectedRoles } from './role-selection';
import type {
  AllowedServiceAccounts,
  AllowsOnlyOptions,
  IrsaAssertionsOptions,
  RoleSelection,
  ServiceAccountAccess,
} from '../../access-options';
import { AccessMap, Association, Place, Role } from '../../analysis/access-map';
import { Admission, anyOf } from '../../analysis/admission/admission';
import { targetAdmission } from '../../analysis/admission/manifest-admissions';
import { openStatements, roleAdmission, Subject } from '../../analysis/admission/role-admission';
import { withConstructPaths } from '../../analysis/construct-paths';
import { claimOf } from '../../analysis/iam/claims';
import { listInShort } from '../../analysis/lists';
import { accessMapOf } from '../../analysis/reading/access-map-reader';
import { onlyStacks, readAssembly, StackTemplate, wrote } from '../../analysis/reading/assembly';
import { conditionsOf, statementsOf, trustedBy } from '../../analysis/reading/trusted-subjects';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { RULES } from '../../analysis/rules';
import { Finding, findingsOf } from '../../analysis/rules/rule';
import { hasWildcard } from '../../analysis/rules/web-identities';
import { propertyOf } from '../../conventions/json';
import { DEFAULT_AUDIENCE, POD_IDENTITY_SERVICE } from '../../conventions/web-identity';
import { AUDIENCE_ANNOTATION } from '../../conventions/webhook-annotations';
import type { IWorkloadIdentity } from '../../workload-identity';
import { isToken } from '../values/is-token';

const WHERE = 'IrsaAssertions';
const MAX_STATEMENT_LENGTH = 600;
const MAX_KEYS = 3;
const MANIFEST_RULES = ['role-not-found', 'role-does-not-trust', 'audience-mismatch', 'not-rendered'];
const NEEDS_CODE = /^(AWS::Lambda::Function|AWS::CloudFormation::CustomResource|Custom::.+)$/;

type Trusted = ReturnType<typeof trustedBy>[number];

export class AccessAssertions {
  private readonly map: AccessMap;
  private readonly roles: Role[];
  private readonly stacks: StackTemplate[];
  private readonly missingContext: readonly string[];

  /**
   * @param template the template of the stack to check; without it, all stacks are checked
   * @throws UnusableInput
   */
  constructor(directory: string, { manifests }: IrsaAssertionsOptions, template?: string) {
    const assembly = readAssembly(directory);
    this.stacks = template === undefined ? assembly.stacks : onlyStacks(assembly, [template]).stacks;
    if (template !== undefined && this.stacks.length === 0) {
      throw new UnusableInput(`${template}: not a template of the cloud assembly in ${directory}.`);
    }

    const paths = new Set(this.stacks.map(({ path }) => path));
    const together = new Set(this.stacks.map(outermost)); // nested stacks share a manifest file with their parent
    const strangers = assembly.stacks.filter(stack => !together.has(outermost(stack)));
    const isOurs = ({ stack, file }: Place) =>
      (stack === undefined ? !strangers.some(stranger => wrote(stranger, file)) : paths.has(stack));
    this.missingContext = assembly.missingContext ?? [];
    const map = accessMapOf(assembly, { manifests });
    this.roles = map.roles.filter(({ place }) => isOurs(place));
    // Roles of other stacks stay in the map, because manifests may name them.
    this.map = {
      ...map,
      serviceAccounts: map.serviceAccounts.filter(({ place }) => isOurs(place)),
      associations: map.associations.filter(({ place }) => isOurs(place)),
    };
  }

  public allows(access: ServiceAccountAccess): void {
    const subject = tokenOf(access);
    this.report(this.selected(access).map(role => denial(this.map, role, subject)));
  }

  public denies(access: ServiceAccountAccess): void {
    const subject = subjectOf(access);
    this.report(this.selected(access).map(role => permission(this.map, role, subject)));
  }

  public allowsOnly(accesses: AllowedServiceAccounts[], options: AllowsOnlyOptions): void {
    const isLimited = Object.values(options).some(value => value !== undefined);
    const limited = isLimited ? selectedRoles(WHERE, this.roles, options) : this.roles;
    const given = accesses.map(access => ({
      access,
      subject: tokenOf(access, access.pattern),
      roles: this.selected(access),
    }));
    const givenOf = (role: Role) => given.filter(({ roles }) => roles.includes(role))
      .flatMap(({ access, subject }) => [subject, ...access.identity ? [subjectOf(access)] : []]);
    this.report([
      ...given.flatMap(({ access, subject, roles }) =>
        roles.map(role => denial(this.map, role, access.pattern ? sample(subject) : subject)),
      ),
      ...limited.flatMap(role => others(this.map, role, givenOf(role))),
    ]);
  }

  public manifestsMatchRoles(): void {
    if (!this.map.serviceAccounts.some(({ roleArn }) => roleArn !== undefined)) {
      throw new Error(
        'No manifest contains a ServiceAccount with the annotation eks.amazonaws.com/role-arn. Pass the files or '
          + `folders with \`manifests\`.${this.describeMissingContext()}`,
      );
    }
    const findings = findingsOf(RULES.filter(({ id }) => MANIFEST_RULES.includes(id)), this.map);
    // of any severity: a value that is known only at deployment does not match
    const open = findings.filter(({ suppressed }) => suppressed === undefined).map(inWords);
    const isWaiting = open.length > 0 && this.missingContext.length > 0;
    this.report(isWaiting ? [...open, this.describeMissingContext().trim()] : open);
  }

  /** Context lookups that have not run leave dummy values behind. */
  private describeMissingContext(): string {
    if (this.missingContext.length === 0) return '';
    return ` Context is missing, so some values are placeholders: ${listInShort(this.missingContext, MAX_KEYS)}. Run `
      + '`cdk synth` once with credentials and commit cdk.context.json, or pass these values as `context` of the App.';
  }

  public hasNoLambda(): void {
    const found = this.stacks.flatMap(({ path, template }) =>
      Object.entries(template.Resources ?? {})
        .map(([logicalId, resource]) => ({ logicalId, type: `${propertyOf(resource, 'Type')}` }))
        .filter(({ type }) => NEEDS_CODE.test(type))
        .map(({ logicalId, type }) => `\n  ${path}/${logicalId}: ${type}`),
    );
    if (found.length > 0) throw new Error(`Templates contain Lambda functions or custom resources:${found.join('')}`);
  }

  private report(problems: (string | undefined)[]): void {
    const found = problems.filter(message => message !== undefined);
    if (found.length > 0) throw new Error(withConstructPaths(found.join('\n'), this.map.constructPaths));
  }

  private selected({ identity, ...selection }: ServiceAccountAccess): Role[] {
    const { role, roleOf, roleMatching }: RoleSelection = selection;
    const isSelected = [role, roleOf, roleMatching].some(value => value !== undefined);
    return selectedRoles(WHERE, this.roles, isSelected ? { role, roleOf, roleMatching } : { roleOf: identity });
  }
}

function outermost(stack: StackTemplate): StackTemplate {
  return stack.parent ? outermost(stack.parent.stack) : stack;
}

/** Returns a service account with the token that its pods request. */
function tokenOf(access: ServiceAccountAccess, pattern = false): Subject {
  const { [AUDIENCE_ANNOTATION]: audience } = access.identity?.annotations ?? {};
  return subjectOf({ ...access, audience: access.audience ?? audience }, pattern);
}

function subjectOf({ identity, ...access }: ServiceAccountAccess, pattern = false): Subject {
  failIf(WHERE, identityProblem(identity, access));
  const { issuer, audience } = access;
  const { namespace, serviceAccount } = identity
    ? { namespace: identity.namespace, serviceAccount: identity.serviceAccountName }
    : { namespace: access.namespace!, serviceAccount: access.serviceAccount! };
  const [ofNamespace, ofName] = pattern
    ? [namespacePatternProblem, namePatternProblem]
    : [namespaceProblem, objectNameProblem];
  const issuerUrl = issuer?.replace(/^(?!https:\/\/)/, 'https://');
  failIf(WHERE, deferredProblem({ namespace, serviceAccount, audience }, 'Write it as a literal.')
    ?? deferredProblem({ issuer }, 'Leave it out to check every issuer in the trust policy.')
    ?? ofNamespace('namespace', namespace) ?? ofName('serviceAccount', serviceAccount)
    ?? (issuerUrl === undefined ? undefined : issuerUrlProblem('issuer', issuerUrl))
    ?? (audience === undefined ? undefined : audienceProblem('audience', audience)));
  return { namespace, serviceAccount, issuer: issuerUrl?.slice('https://'.length), audience };
}

function identityProblem(
  identity: IWorkloadIdentity | undefined,
  { namespace, serviceAccount }: ServiceAccountAccess,
): string | undefined {
  const given = namespace ?? serviceAccount;
  if (identity === undefined || given === undefined) return undefined;
  return problem('identity', 'not be combined with `namespace` and `serviceAccount`', given,
    'Remove them, because the construct has both.');
}

function deferredProblem(values: Record<string, string | undefined>, advice: string): string | undefined {
  const found = Object.entries(values).find(([, value]) => isToken(value));
  return found && problem(found[0], 'be known at synth time', found[1], advice);
}

/** Returns one service account that a pattern matches. */
function sample({ namespace, serviceAccount, ...rest }: Subject): Subject {
  return { ...rest, namespace: fillPattern(namespace), serviceAccount: fillPattern(serviceAccount) };
}

function fillPattern(pattern: string): string {
  return pattern.replace(/[*?]/g, 'x');
}

/** Returns whether a role admits a service account, by its trust policy or as the target role of an association. */
function admissionOf({ associations, roles }: AccessMap, role: Role, subject: Subject): Admission {
  const { namespace, serviceAccount, issuer, audience } = subject;
  const direct = roleAdmission(role, subject);
  if (direct.answer === 'in' || issuer !== undefined || audience !== undefined) return direct;
  const targets = targetsOf(associations, role)
    .filter(association => association.namespace === namespace && association.serviceAccount === serviceAccount);
  return anyOf([...targets.map(association => asTarget(role, association, roles)), direct])!;
}

function asTarget(target: Role, association: Association, roles: readonly Role[]): Admission {
  return targetAdmission(target, association, roles.find(({ arn }) => arn === association.roleArn));
}

function targetsOf(associations: readonly Association[], { arn }: Role): Association[] {
  return associations.filter(({ targetRoleArn }) => targetRoleArn === arn);
}

function denial(map: AccessMap, role: Role, subject: Subject): string | undefined {
  const admission = admissionOf(map, role, subject);
  if (admission.answer === 'in') return undefined;
  if (admission.answer === 'unknown') return doubt(role, subject, admission);
  const because = admission.reasons.join('; ');
  return `${who(subject)} cannot assume ${roleInWords(role)}: ${because}.${describeStatement(role, admission)}`;
}

function permission(map: AccessMap, role: Role, asked: Subject): string | undefined {
  const answers = withAudiences(role, asked)
    .map(subject => ({ subject, admission: admissionOf(map, role, subject) }));
  const first = (answer: Admission['answer']) => answers.find(({ admission }) => admission.answer === answer);
  const permitted = first('in') ?? first('unknown');
  if (permitted === undefined) return undefined;
  const { subject, admission } = permitted;
  if (admission.answer === 'unknown') return doubt(role, subject, admission);
  return `${who(subject)} can assume ${roleInWords(role)}: `
    + `statement ${admission.statement} of its trust policy allows it.${describeStatement(role, admission)}`;
}

/** Adds every audience in the trust policy, because a pod can request tokens for any audience. */
function withAudiences({ trust }: Role, subject: Subject): Subject[] {
  if (subject.audience !== undefined) return [subject];
  const audiences = statementsOf(trust)
    .flatMap(conditionsOf)
    .filter(({ key }) => claimOf(key).toLowerCase() === 'aud')
    .flatMap(({ values }) => values);
  return [subject, ...[...new Set(audiences)].map(audience => ({ ...subject, audience: fillPattern(audience) }))];
}

function doubt(role: Role, subject: Subject, { reasons }: Admission): string {
  return `Whether ${who(subject)} can assume ${roleInWords(role)} cannot be determined: `
    + `${reasons.join('; ')}.${describeStatement(role, {})}`;
}

/** Returns every service account that a trust policy allows and that is not listed. */
function others({ associations, roles }: AccessMap, role: Role, given: Subject[]): string[] {
  if (role.trust === undefined) {
    return [`The trust policy of ${roleInWords(role)} cannot be read: ${role.unresolved.join('; ')}.`];
  }
  const open = openStatements(role.trust).map(
    statement => `${roleInWords(role)} allows principals that it does not name.`
      + describeStatement(role, { statement }),
  );
  const strangers = trustedBy(role.trust).filter(
    trusted => !given.some(subject => covers(subject, trusted)) && !isDenied(role, trusted),
  );
  const throughOthers = targetsOf(associations, role)
    .filter(association => asTarget(role, association, roles).answer !== 'out')
    .map(({ cluster, namespace, serviceAccount }): Omit<Trusted, 'statement'> =>
      ({ cluster, namespace, serviceAccount, audience: POD_IDENTITY_SERVICE, via: 'pod-identity' }))
    .filter(trusted => !given.some(subject => covers(subject, trusted)));
  return [
    ...open,
    ...throughOthers.map(trusted => `${inWordsOf(trusted)} can assume ${roleInWords(role)} as the target role of an `
      + `association but is not in the expected list.${describeStatement(role, {})}`),
    ...strangers.map(
      trusted => `${inWordsOf(trusted)} can assume ${roleInWords(role)} but is not in the expected list.`
        + describeStatement(role, trusted),
    ),
  ];
}

function covers(
  subject: Subject,
  { via, cluster, namespace, serviceAccount, audience }: Omit<Trusted, 'statement'>,
): boolean {
  if (namespace !== subject.namespace || serviceAccount !== subject.serviceAccount) return false;
  if (via === 'pod-identity') return subject.issuer === undefined && subject.audience === undefined;
  return (
    audience === (subject.audience ?? DEFAULT_AUDIENCE) && (subject.issuer === undefined || cluster === subject.issuer)
  );
}

/** Whether another statement denies one service account what this statement allows. */
function isDenied(role: Role, { via, cluster, namespace, serviceAccount, audience }: Trusted): boolean {
  if ([namespace, serviceAccount, audience].some(hasWildcard)) return false;
  const token = via === 'irsa' ? { issuer: cluster, audience } : {};
  return roleAdmission(role, { namespace, serviceAccount, ...token }).answer === 'out';
}

function who({ namespace, serviceAccount, issuer, audience }: Subject): string {
  const ofIssuer = issuer === undefined ? '' : ` of ${issuer}`;
  return `${namespace}/${serviceAccount}${ofIssuer}${audience === undefined ? '' : ` with the audience ${audience}`}`;
}

function inWordsOf({ via, cluster, namespace, serviceAccount, audience }: Omit<Trusted, 'statement'>): string {
  return via === 'irsa'
    ? who({ namespace, serviceAccount, issuer: cluster, audience })
    : `${namespace}/${serviceAccount} of ${cluster} through EKS Pod Identity`;
}

/** Describes the decisive or nearest statement, or else all statements. */
function describeStatement({ trust }: Role, { statement, nearest }: Partial<Admission>): string {
  const statements = statementsOf(trust);
  const index = statement ?? nearest?.statement;
  if (index === undefined) return `\n  Trust policy: ${inShort(statements)}`;
  return `\n  ${statement === undefined ? 'Nearest statement' : 'Statement'} ${index}: ${inShort(statements[index])}`;
}

function inShort(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_STATEMENT_LENGTH
    ? `${text.slice(0, MAX_STATEMENT_LENGTH)}… (${text.length} characters)`
    : text;
}

function inWords({ rule, message, fix, place }: Finding): string {
  return `${placeInWords(place)}: ${message} ${fix} (${rule})`;
}
