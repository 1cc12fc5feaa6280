import { h, name, plural, visible } from './dom';
import { Finding } from '../../../analysis/rules/rule';
import { findingsByRule } from '../numbers';

/** The findings by rule; suppressed findings come last. */
export function findingsSection(findings: Finding[]): HTMLElement {
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const off = findings.filter(({ suppressed }) => suppressed !== undefined);
  return h(
    'section',
    { 'id': 'findings', 'aria-labelledby': 'findings-title' },
    h('h2', { id: 'findings-title' }, 'Findings'),
    open.length === 0
      ? h('p', { class: 'clean' }, 'No findings.')
      : h('div', { class: 'rules' }, ...byRule(open)),
    off.length > 0
      && h(
        'details',
        { class: 'off' },
        h('summary', {}, plural(off.length, 'suppressed finding')),
        h('div', { class: 'rules' }, ...byRule(off)),
      ),
  );
}

function byRule(findings: Finding[]): HTMLElement[] {
  return findingsByRule(findings).map(group =>
    h(
      'details',
      {
        class: `rule is-${group[0].severity}`,
        open: group.length <= 3 && findings.length <= 12 && group[0].severity !== 'note',
      },
      h(
        'summary',
        {},
        h('span', { class: 'severity' }, group[0].severity),
        name(group[0].rule),
        h('span', { class: 'count' }, plural(group.length, 'place')),
        h('span', { class: 'first' }, visible(group[0].message)),
      ),
      lazily(group),
    ),
  );
}

/** The list of findings, limited because there may be thousands. */
function lazily(group: Finding[]): HTMLElement {
  return h(
    'ul',
    {},
    ...group.slice(0, 200).map(item),
    group.length > 200 && h('li', {}, `and ${group.length - 200} more: run cdk-irsa verify to list them`),
  );
}

function item({ message, fix, place, others = [], suppressed }: Finding): HTMLElement {
  const { file, line, logicalId, constructPath } = place;
  const where = [`${file}${line === undefined ? '' : `:${line}`}`, constructPath ?? logicalId]
    .filter(text => text !== undefined)
    .map(text => name(text));
  return h('li', {},
    h('p', {}, visible(message)),
    h('p', { class: 'fix' }, visible(fix)),
    suppressed !== undefined && h('p', { class: 'fix' }, `Suppressed: ${visible(suppressed)}`),
    h('p', { class: 'place' }, ...where, others.length > 0 && ` and ${plural(others.length, 'more place')}`));
}
