/**
 * Implements `IrsaValidator`.
 */
import { resolve } from 'path';
import type { PolicyValidationPluginReportBeta1, PolicyViolationBeta1 } from 'aws-cdk-lib';
import { problem } from '../errors';
import { placeInWords } from './place-words';
import { Place } from '../../analysis/access-map';
import { accessMapOf } from '../../analysis/reading/access-map-reader';
import {
  Assembly,
  assemblyDirectoryOf,
  onlyStacks,
  readAssembly,
  StackTemplate,
  wrote,
} from '../../analysis/reading/assembly';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { RULES } from '../../analysis/rules';
import { counts, Finding, findingsOf } from '../../analysis/rules/rule';
import { nearest } from '../../conventions/nearest';

export const RULE_IDS = RULES.map(({ id }) => id);

/** Returns what is wrong with the ID of a rule. */
export function ruleProblem(property: string, rule: string): string | undefined {
  return RULE_IDS.includes(rule)
    ? undefined
    : problem(property, 'be the ID of a rule', rule, `Did you mean ${nearest(rule, RULE_IDS)[0]}?`);
}

/** Returns what is wrong with the reason for disabling a rule. */
export function reasonProblem(property: string, reason: string): string | undefined {
  return typeof reason === 'string' && reason.trim() !== ''
    ? undefined
    : problem(property, 'be the reason why the rule does not apply', reason, 'Explain it to reviewers.');
}

/**
 * Returns the findings of the rules in the stacks of the given templates.
 *
 * @throws UnusableInput
 */
export function validate(
  templatePaths: string[],
  ignored: ReadonlyMap<string, string>,
  manifests?: string[],
): PolicyValidationPluginReportBeta1 {
  const [template] = templatePaths;
  if (template === undefined) return { success: true, violations: [] };

  const assembly = readAssembly(assemblyDirectoryOf(template));
  const checked = new Set(onlyStacks(assembly, templatePaths).stacks);
  const unread = templatePaths.find(path => ![...checked].some(({ file }) => resolve(file) === resolve(path)));
  if (unread !== undefined) {
    throw new UnusableInput(`${unread}: not a template of the cloud assembly in ${assembly.directory}.`);
  }
  // The rules run on the whole app even if only one stage is checked, because a manifest may name a role of another
  // stack.
  const findings = findingsOf(RULES, accessMapOf(assembly, { manifests }), ignored).filter(({ suppressed, place }) => {
    const owner = ownerOf(assembly, place);
    return suppressed === undefined && (owner === undefined || checked.has(owner));
  });
  return { success: !findings.some(counts), violations: findings.map(finding => violation(assembly, finding)) };
}

/** Returns the stack of a place. Undefined for a manifest that the app did not write. */
function ownerOf({ stacks }: Assembly, { stack, file }: Place): StackTemplate | undefined {
  return stacks.find(candidate => (stack === undefined ? wrote(candidate, file) : candidate.path === stack));
}

/** Converts a finding, located at a resource that is involved, so that the CDK shows its construct. */
function violation(
  assembly: Assembly,
  { rule, severity, message, fix, place, others = [] }: Finding,
): PolicyViolationBeta1 {
  const inTemplate = [place, ...others].find(({ logicalId }) => logicalId !== undefined);
  const inManifests = [place, ...others].filter(({ logicalId }) => logicalId === undefined).map(placeInWords);
  const resource = {
    resourceLogicalId: inTemplate?.logicalId ?? '',
    templatePath: (inTemplate ?? place).file,
    locations: inManifests,
    // Newer versions of the CDK use it; others look it up by the logical ID.
    constructPath: inTemplate?.constructPath ?? ownerOf(assembly, place)?.path,
  };
  // Newer versions of the CDK show no locations.
  return {
    ruleName: rule,
    severity: severity === 'note' ? 'info' : severity, // the CDK treats unknown severities as custom ones
    description: [message, ...inManifests].join('\n    '),
    fix,
    violatingResources: [resource],
  };
}
