/**
 * What `IrsaValidator` finds.
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

/** What is wrong with the id of a rule. */
export function ruleProblem(property: string, rule: string): string | undefined {
  return RULE_IDS.includes(rule)
    ? undefined
    : problem(property, 'be the id of a rule', rule, `The nearest is ${nearest(rule, RULE_IDS)[0]}.`);
}

/** What is wrong with the reason for switching one off. */
export function reasonProblem(property: string, reason: string): string | undefined {
  return typeof reason === 'string' && reason.trim() !== ''
    ? undefined
    : problem(property, 'be the reason why the rule does not hold', reason, 'Say it to reviewers.');
}

/**
 * What the rules find in the stacks of some templates.
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
    throw new UnusableInput(`${unread}: no template of the cloud assembly in ${assembly.directory}.`);
  }
  // Of the whole app, also where one stage alone is checked: a manifest may name a role of another stack.
  const findings = findingsOf(RULES, accessMapOf(assembly, { manifests }), ignored).filter(({ suppressed, place }) => {
    const owner = ownerOf(assembly, place);
    return suppressed === undefined && (owner === undefined || checked.has(owner));
  });
  return { success: !findings.some(counts), violations: findings.map(finding => violation(assembly, finding)) };
}

/** The stack that a place is in; undefined of a manifest that is none of the app's. */
function ownerOf({ stacks }: Assembly, { stack, file }: Place): StackTemplate | undefined {
  return stacks.find(candidate => (stack === undefined ? wrote(candidate, file) : candidate.path === stack));
}

/** A finding, at the resource that has a part in it, so that the CDK shows its construct. */
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
    // Newer versions of the CDK take it; others look it up by the logical id.
    constructPath: inTemplate?.constructPath ?? ownerOf(assembly, place)?.path,
  };
  // Newer versions of the CDK show no locations.
  return {
    ruleName: rule,
    severity: severity === 'note' ? 'info' : severity, // the word of the CDK, which takes others for custom ones
    description: [message, ...inManifests].join('\n    '),
    fix,
    violatingResources: [resource],
  };
}
