/**
 * Judge: the template validator of AWS, with the resource schemas of CloudFormation.
 */
import { Engine, RegoEngine, TemplateFile } from '@aws/cloudformation-validate';

/** About what CDK's own constructs write: a DependsOn that a Ref implies, and availability zones by name. */
const NOT_OURS = ['W3005', 'W3010'];

let engine: Engine | undefined;

/** What is wrong with a template file: everything above information. */
export function templateProblems(file: string): string[] {
  engine ??= new RegoEngine();
  const report = engine.validateStandard(new TemplateFile(file), { severityLevel: 'WARN', exclude: { ids: NOT_OURS } });
  return [
    ...(report.status === 'OK' ? [] : [`analysis: ${report.status}`]),
    // The role of another account, or of a person, is no resource of the template.
    ...report.diagnostics
      .filter(({ ruleId, propertyPath = '' }) =>
        ruleId !== 'W9002' || !['Properties.TargetRoleArn', 'Properties.PrincipalArn'].includes(propertyPath))
      .map(({ severity, ruleId, entity, propertyPath, message }) =>
        [severity, ruleId, entity?.logicalId, propertyPath, message].filter(part => part !== undefined).join(' '),
      ),
  ];
}
