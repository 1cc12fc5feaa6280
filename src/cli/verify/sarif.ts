import { isAbsolute, relative } from 'path';
import { pathToFileURL } from 'url';
import { Verified } from './verified';
import { Place } from '../../analysis/access-map';
import { RULES } from '../../analysis/rules';
import { DOCUMENTATION, helpUrl } from '../../analysis/rules/help';
import { Finding, Rule } from '../../analysis/rules/rule';

/**
 * Formats findings as SARIF for code scanning.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif({ version, findings, unreadable, skipped }: Verified): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'cdk-irsa',
            semanticVersion: version,
            informationUri: DOCUMENTATION,
            rules: RULES.map(descriptor),
          },
        },
        // Files that were not checked are reported as notifications, not as results.
        invocations: [
          {
            executionSuccessful: unreadable.length === 0,
            toolExecutionNotifications: [
              ...unreadable.map(text => notification('error', text)),
              ...skipped.map(text => notification('warning', text)),
            ],
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: findings.map(result),
      },
    ],
  };
}

function notification(level: 'error' | 'warning', text: string): object {
  return { level, message: { text } };
}

function descriptor({ id, severity, title, why }: Rule): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    helpUri: helpUrl(id),
    defaultConfiguration: { level: severity },
  };
}

function result({ rule, severity, message, fix, place, others = [], suppressed }: Finding): object {
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: `${message} ${fix}` },
    locations: [location(place)],
    ...others.length > 0 && { relatedLocations: others.map((other, id) => ({ id, ...location(other) })) },
    ...suppressed !== undefined && { suppressions: [{ kind: 'external', justification: suppressed }] },
  };
}

function location({ file, line, column, constructPath, logicalId }: Place): object {
  const name = constructPath ?? logicalId;
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      // Code scanning does not show results without a line.
      region: line === undefined ? { startLine: 1 } : { startLine: line, startColumn: column },
    },
    ...(name !== undefined && {
      logicalLocations: [
        { fullyQualifiedName: name, ...(logicalId !== undefined && { name: logicalId }), kind: 'resource' },
      ],
    }),
  };
}

/** Relative to the working directory, usually the root of the repository; absolute for files outside it. */
function uriOf(file: string): string {
  const path = relative(process.cwd(), file);
  if (isAbsolute(path) || path.startsWith('..')) return pathToFileURL(file).href;
  return path.split(/[\\/]/).map(encodeURIComponent).join('/');
}
