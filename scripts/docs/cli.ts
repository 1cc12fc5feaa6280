import { code, Page, page, prose, table } from './page';
import { main } from '../../src/cli/main';

/** The command line, from its own help. */
export function cliPage(): Page {
  const root = sectionsOf(helpOf());
  const commands = columnsOf(root.get('Commands')!).map(([name]) => name);
  return page(
    'cli',
    'Command line',
    'Every command and option of cdk-irsa, and its exit codes.',
    'In a CDK project in TypeScript, run the command as `npx cdk-irsa`. The Python package installs it as `cdk-irsa`. '
      + 'Without the library, use `npx cdk-irsa-cli`. To find the right command for a question, see '
      + '[Which tool when](../concepts/which-tool-when.md).',
    '`cdk-irsa help <command>` and `cdk-irsa <command> --help` print what is on this page.',
    ...commands.map(commandSection),
  );
}

function helpOf(...command: string[]): string {
  let help = '';
  const output = { isTTY: true, columns: 100, write: (text: string) => (help += text) };
  void main([...command, '--help'], '', { stdout: output, stderr: output });
  return help;
}

/** The parts of a help, by their titles; the first one is its usage, the second its description. */
function sectionsOf(help: string): Map<string, string[]> {
  const parts = help.trimEnd().split(/\n\n+/).map(part => part.split('\n'));
  return new Map(parts.map((lines, index) => {
    const [, title] = /^(\S.*):$/.exec(lines[0]) ?? [];
    if (title !== undefined) return [title, lines.slice(1)];
    return [index === 0 ? 'Usage' : `text ${index}`, lines];
  }));
}

/** What is in two columns, the second of which may go on in the next lines. */
function columnsOf(lines: string[]): string[][] {
  const rows: string[][] = [];
  for (const line of lines) {
    const [, first, second] = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    if (first !== undefined && !/^ {3}/.test(line)) rows.push([first, second ?? '']);
    else rows[rows.length - 1][1] += ` ${line.trim()}`;
  }
  return rows;
}

function commandSection(name: string): string {
  const sections = sectionsOf(helpOf(...name.split(' ')));
  const usage = sections.get('Usage')!.map((line, index) => (index === 0 ? line : `  ${line.trim()}`)).join('\n');
  const body = [...sections].slice(1).map(([title, lines]) => {
    if (/^text \d+$/.test(title)) return prose(lines.join(' '));
    if (/^Arguments$|^Options$/.test(title) || /^ *-/.test(lines[0])) {
      const rows = columnsOf(lines).map(([term, text]) => [code(term.replaceAll('|', '\\|')), cell(text)]);
      return table([columnNamed(title), 'description'], rows);
    }
    if (title === 'Exit codes') {
      const [codes, rest] = [lines.filter(line => /^ /.test(line)), lines.filter(line => /^\S/.test(line))];
      const rows = columnsOf(codes).map(([number, text]) => [code(number), cell(text)]);
      return [table(['exit code', 'meaning'], rows), ...rest.map(prose)].join('\n\n');
    }
    if (title === 'Example') return `Example:\n\n\`\`\`sh\n${lines.map(line => line.trim()).join('\n')}\n\`\`\``;
    if (/permissions/i.test(title)) return ''; // they have a page
    if (lines.every(line => /^ *https:\S+$/.test(line))) {
      return `${prose(title)}: ${lines.map(line => `<${line.trim()}>`).join(', ')}`;
    }
    return `${prose(title)}:\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\``;
  });
  const command = `cdk-irsa ${name}`;
  return [
    `## ${code(command)} {#${name.replaceAll(' ', '-')}}`,
    `\`\`\`text\n${usage}\n\`\`\``,
    ...body.filter(text => text !== ''),
    ...[...sections.keys()].some(title => /permissions/i.test(title))
      ? ['The permissions that it needs are in [Permissions](./permissions.md).']
      : [],
  ].join('\n\n');
}

/** `option` for `Options`. */
function columnNamed(title: string): string {
  return `${title.charAt(0).toLowerCase()}${title.slice(1)}`.replace(/(?<=^argument|^option)s$/, '');
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|');
}
