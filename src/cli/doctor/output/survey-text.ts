import { Status } from '../check';
import { Outcome } from '../diagnosis';
import { ContextSurvey, Survey, SurveyedAccount } from '../survey';
import { peopleLines } from './people-text';
import { describeCluster, COLORS } from './words';
import { painter } from '../../colors';
import { counted, printable, wrap } from '../../text';

/** Leaves room for the names of most roles in 80 columns. */
const MAX_NAME_LENGTH = 38;

/** The surveys of several contexts: a table for each, then the results. */
export function fleetText(surveys: readonly ContextSurvey[], isColored: boolean): string {
  const paint = painter(isColored);
  const width = Math.max(...surveys.map(({ context }) => printable(context).length));
  const results = surveys.map(result => {
    const status = 'survey' in result ? STATUSES[result.survey.outcome] : 'unknown';
    const words = 'survey' in result ? summary(result.survey) : `Not checked: ${result.problem}`;
    return [
      `${paint(COLORS[status], status.padEnd(7))}  ${printable(result.context).padEnd(width)}`.trimEnd(),
      ...wrap(words, ' '.repeat(9)),
    ];
  });
  return [
    ...surveys.map(result => `${paint('bold', `Context ${printable(result.context)}`)}\n\n${'survey' in result
      ? surveyText(result.survey, isColored) : `${wrap(result.problem, '').join('\n')}\n`}`),
    `${[paint('bold', 'All contexts'), ...results.flat()].join('\n')}\n`,
  ].join('\n');
}

const STATUSES: Record<Outcome, Status> = { healthy: 'ok', unhealthy: 'failed', unknown: 'unknown' };

/** A survey as a table, problems first. */
export function surveyText(survey: Survey, isColored: boolean): string {
  const { region, account, namespace, notChecked, provider, accounts, leftoverRoles, people } = survey;
  const acting = people === undefined ? [] : peopleLines(people, account);
  const paint = painter(isColored);
  const width = Math.min(
    MAX_NAME_LENGTH,
    Math.max('SERVICE ACCOUNT'.length, ...accounts.map(surveyed => nameOf(surveyed).length)),
  );
  const indent = ' '.repeat(9);
  const roleOf = ({ roleArn }: SurveyedAccount) =>
    printable(roleArn.replace(/^arn:[^:]*:iam::(\d+):role\//, (start, own) => (own === account ? '' : start)));
  const row = (surveyed: SurveyedAccount) => [
    [
      paint(COLORS[surveyed.status], surveyed.status.padEnd(7)), nameOf(surveyed).padEnd(width), roleOf(surveyed),
    ].join('  ').trimEnd(),
    ...(surveyed.reason === undefined ? [] : wrap(surveyed.reason, indent)),
  ];
  const paragraphs = [
    wrap(
      `${namespace === undefined ? 'All namespaces' : `Namespace ${namespace}`} of `
        + `${describeCluster(survey, region)}. Not checked: ${notChecked.join(', ')}.`,
      '',
    ),
    wrap(provider.summary, indent, `${paint(COLORS[provider.status], provider.status.padEnd(7))}  `),
    ...(accounts.length > 0
      ? [[paint('bold', `STATUS   ${'SERVICE ACCOUNT'.padEnd(width)}  ROLE`), ...accounts.flatMap(row)]]
      : []),
    ...(leftoverRoles.length > 0
      ? [
        [
          paint('bold', 'Roles that trust missing service accounts'),
          ...leftoverRoles.flatMap(({ role, missing, used }) => [
            `  ${printable(role)}${used ? ' (also used by existing ones)' : ''}`,
            ...missing.map(subject => `    - ${printable(subject)}`),
          ]),
          ...wrap(
            'Anyone who can create such a service account gets the role. If it is not needed, delete the role or '
                + 'remove the subject from its trust policy.',
            '  ',
          ),
        ],
      ]
      : []),
    ...acting.length > 0 ? [[paint('bold', 'Who can act as service accounts with a role'), ...acting]] : [],
    wrap(summary(survey), ''),
  ];
  return paragraphs.map(lines => `${lines.join('\n')}\n`).join('\n');
}

function nameOf({ namespace, serviceAccount }: SurveyedAccount): string {
  return printable(`${namespace}/${serviceAccount}`);
}

function summary({ accounts, leftoverRoles: leftover, counted: { serviceAccounts, roles } }: Survey): string {
  const number = (status: Status) => accounts.filter(account => account.status === status).length;
  return (
    `${counted(accounts.length, 'service account')} with a role (of ${serviceAccounts}): ${number('ok')} ok, `
      + `${number('failed')} failed, ${number('unknown')} unknown. `
    + `${counted(leftover.length, 'role')} (of ${roles}) ${leftover.length === 1 ? 'trusts' : 'trust'} missing service `
    + 'accounts.'
  );
}
