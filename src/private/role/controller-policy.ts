import { IResolveContext, Stack } from 'aws-cdk-lib';
import { IManagedPolicy, ManagedPolicy, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ControllerDefinition } from '../../controllers/definition';
import { objectOf, propertyOf } from '../../conventions/json';
import { PolicyJson, StatementJson } from '../../conventions/policy-json';
import { problem, warn } from '../errors';
import { policySize } from '../trust/policy-size';
import { hasDeferredKey, renderTrust, settledCopy, textsIn } from '../trust/trust-document';
import { describeSize } from '../trust/trust-rules';
import { isToken } from '../values/is-token';
import { argumentsOf, literalPartition, settle } from '../values/tokens';
import { embeddedProblems, openProblems, vanishingProblems } from '../values/value-safety';

/** The IAM limit for one managed policy. Inline policies use the same limit, which leaves room for grants. */
const MAX_POLICY_LENGTH = 6144;
/** The limit if lengths are estimated. */
const MAX_ESTIMATE_LENGTH = 5600;

/**
 * A policy whose condition keys may be known only at deployment. It renders as an object, or as `Fn::Sub` of its JSON
 * if a key is deferred, because CloudFormation does not support functions in keys.
 */
class ControllerDocument extends PolicyDocument {
  public resolve(context: IResolveContext): unknown {
    const json = this.toJSON();
    return hasDeferredKey(settledCopy(context.scope, json)) ? renderTrust(context, json) : super.resolve(context);
  }
}

/** Returns all permissions of a controller in one document. */
export function controllerDocument(scope: IConstruct, { statements }: ControllerDefinition): PolicyDocument {
  return new ControllerDocument({ statements: statements(scope) });
}

/**
 * Returns the document for an inline policy if it fits. A document that is too long, or a string because a key is known
 * only at deployment, becomes managed policies. The choice depends only on the controller, not on later grants, so it
 * is stable.
 */
export function inlinePolicy(scope: IConstruct, controller: ControllerDefinition): PolicyDocument | undefined {
  const document = controllerDocument(scope, controller);
  const json = document.toJSON();
  return json && fits(scope, json) && !hasDeferredKey(settledCopy(scope, json)) ? document : undefined;
}

/** Creates and attaches the managed policies of a controller. */
export function attachManagedPolicies(role: Role, controller: ControllerDefinition): void {
  for (const name of controller.managedPolicyNames ?? []) {
    role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(name));
  }
  if (inlinePolicy(role, controller)) return;
  for (const policy of managedPolicies(role, controller)) role.addManagedPolicy(policy);
}

function managedPolicies(role: Role, controller: ControllerDefinition): IManagedPolicy[] {
  const documents = split(role, controller.statements(role).flatMap(statement => shortened(role, statement)));
  return documents.map((statements, index) => new ManagedPolicy(role, `Controller${index === 0 ? '' : index + 1}`, {
    description: `${controller.name}, made by cdk-irsa`,
    document: new ControllerDocument({ statements }),
  }));
}

/** Splits statements into documents, in order, with as many statements per document as fit. */
function split(scope: IConstruct, statements: PolicyStatement[]): PolicyStatement[][] {
  const documents: PolicyStatement[][] = [];
  for (const statement of statements) {
    const last = documents[documents.length - 1];
    if (last && fits(scope, jsonOf([...last, statement]))) last.push(statement);
    else documents.push([statement]);
  }
  return documents;
}

/** Splits a statement that is too long for one document by halving its resources. */
function shortened(scope: IConstruct, statement: PolicyStatement): PolicyStatement[] {
  const { resources } = statement;
  if (resources.length < 2 || fits(scope, jsonOf([statement]))) return [statement];
  const middle = Math.ceil(resources.length / 2);
  return [resources.slice(0, middle), resources.slice(middle)].flatMap(half =>
    shortened(scope, statement.copy({ resources: half })),
  );
}

function jsonOf(statements: PolicyStatement[]): PolicyJson {
  return { Statement: statements.map(statement => statement.toStatementJson()), Version: '2012-10-17' };
}

function fits(scope: IConstruct, json: PolicyJson): boolean {
  const { characters, exact } = policySize(scope, json);
  return characters <= (exact ? MAX_POLICY_LENGTH : MAX_ESTIMATE_LENGTH);
}

/** Returns what is wrong with a controller at `scope`. Risks that are not errors become warnings. */
export function controllerProblems(scope: IConstruct, controller: ControllerDefinition): string[] {
  if (controller.unscoped) {
    warn(
      scope,
      'cdk-irsa:controller-unscoped',
      `\`controller\` (${controller.name}) has permissions beyond the resources that you named: ${controller.unscoped}`,
    );
  }
  for (const { rule, message } of controller.warnings?.(scope) ?? []) {
    warn(scope, `cdk-irsa:${rule}`, `\`controller\` (${controller.name}) ${message}`);
  }
  const json = controllerDocument(scope, controller).toJSON();
  const isText = hasDeferredKey(settledCopy(scope, json));
  return [
    ...(controller.problems?.(scope) ?? []),
    ...partitionProblems(scope, controller, json),
    ...aliasProblems(scope, controller, json),
    ...sizeProblems(scope, controller, json),
    ...(isText
      ? embeddedProblems(scope, 'controller', textsIn(json))
      : openProblems(scope, 'controller', textsIn(json))),
    ...vanishingProblems(
      scope,
      'controller',
      textsIn(statementsOf(json).map(({ Condition: condition }) => condition ?? {})),
    ),
  ];
}

function statementsOf(json: unknown): StatementJson[] {
  return [propertyOf(json, 'Statement') ?? []].flat().map(statement => objectOf<StatementJson>(statement));
}

/** A role can access only resources in its own partition. */
function partitionProblems(scope: IConstruct, { name }: ControllerDefinition, json: unknown): string[] {
  const own = literalPartition(Stack.of(scope));
  if (own === undefined) return [];
  const partitionOf = (resource: unknown) => {
    const settled = settle(scope, resource);
    const [, parts] = argumentsOf(settled, 'Fn::Join');
    const text = Array.isArray(parts) ? parts[0] : settled;
    return typeof text === 'string' && !isToken(text) ? /^arn:([^:]+):/.exec(text)?.[1] : undefined;
  };
  const resources = statementsOf(json).flatMap(({ Resource: named }): unknown[] => [named ?? []].flat());
  return [...new Set(resources.filter(resource => ![undefined, '*', own].includes(partitionOf(resource))))].map(
    resource =>
      problem(
        'controller',
        `name resources in the partition of the stack, ${own}`,
        settle(scope, resource),
        `A role cannot access another partition. Pass a resource of this partition to ${name}.`,
      ),
  );
}

/** A statement with one resource cannot be split further. */
function sizeProblems(scope: IConstruct, { name, statements }: ControllerDefinition, json: PolicyJson): string[] {
  if (fits(scope, json)) return [];
  const tooLong = statements(scope).flatMap(statement => shortened(scope, statement))
    .map(statement => policySize(scope, jsonOf([statement])))
    .filter(({ characters }) => characters > MAX_POLICY_LENGTH);
  const problems = tooLong.map(size =>
    problem(
      'controller',
      `have only statements that fit in ${MAX_POLICY_LENGTH} characters`,
      describeSize(size),
      `IAM does not raise this quota (managed policy length). Name fewer resources for ${name}, or use several roles.`,
    ));
  if (tooLong.length > 0 && tooLong.every(({ exact }) => !exact)) {
    warn(scope, 'cdk-irsa:controller-policy-size', problems[0]);
  }
  return problems.filter((_, index) => tooLong[index].exact);
}

/** The CDK accepts an alias as a key, but IAM authorizes calls by the ARN of the key. */
function aliasProblems(scope: IConstruct, { name }: ControllerDefinition, json: unknown): string[] {
  const aliases = statementsOf(json)
    .filter(({ Action: actions }) => [actions ?? ''].flat().every(action => /^kms:(?!\w*Alias)\w+$/.test(`${action}`)))
    .flatMap(({ Resource: named }): unknown[] => [named ?? []].flat())
    .map(resource => settle(scope, resource))
    .filter(resource => /:kms:.*:alias\//.test(JSON.stringify(resource)));
  return aliases.map(alias =>
    problem(
      'controller',
      'name keys by their ARNs, not by aliases',
      alias,
      `IAM does not resolve aliases. Pass the key itself to ${name}.`,
    ),
  );
}
