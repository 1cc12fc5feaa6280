/**
 * Bundles third-party code into files with its licenses, and shrinks the output of the compiler: `npx projen bundle`.
 * With a folder, only writes the bundles there.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { build, BuildOptions, Plugin } from 'esbuild';
import * as ts from 'typescript';
import { pageAssets } from '../src/cli/report/page-assets';

const ROOT = join(__dirname, '..');

/** Source and target of a bundle. */
interface Bundle {
  readonly source: string;
  readonly target: string;
  readonly options?: BuildOptions;
}

/** The YAML parsers, for the library and the command. */
const YAML: Bundle = {
  source: 'src/analysis/reading/yaml.ts',
  target: 'analysis/reading/yaml.js',
  options: { minify: true },
};

/** The YAML printer, for the library. */
const PRINTER: Bundle = {
  source: 'src/private/manifests/yaml-printer.ts',
  target: 'private/manifests/yaml-printer.js',
  options: { minify: true, mainFields: ['module', 'main'] },
};

/** All bundles of the command. */
export const COMMAND: readonly Bundle[] = [
  { source: 'src/cli/main.ts', target: 'cli.js', options: { minify: true } },
  // The SDK's modules for bundlers are half the size of the others.
  {
    source: 'src/cli/doctor/doctor.ts',
    target: 'doctor.js',
    options: { minify: true, mainFields: ['module', 'main'], conditions: ['module', 'import'] },
  },
  YAML,
];

/** The page of the report, built in advance. */
const PAGE: Plugin = {
  name: 'page',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]page-assets\.ts$/ }, () => ({
      contents: `export const pageAssets = () => (${JSON.stringify(pageAssets())});`,
    })),
};

/** The doctor is a separate bundle next to that of the command line. */
const DOCTOR: Plugin = {
  name: 'doctor',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.(\.\/doctor)?\/doctor$/ }, () => ({ path: './doctor.js', external: true })),
};

/** So are the YAML parsers. */
const PARSERS: Plugin = {
  name: 'parsers',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^(\.\/)?yaml$/ }, ({ importer }) =>
      (importer.endsWith(YAML.source) ? undefined : { path: `./${YAML.target}`, external: true })),
};

/**
 * Only the kubeconfig of the Kubernetes client is used, not its thousand API models. node-fetch is not needed either,
 * because Node.js has `Headers`.
 */
const KUBECONFIG: Plugin = {
  name: 'kubeconfig',
  setup: ({ onLoad }) => {
    onLoad({ filter: /client-node[\\/]dist[\\/]gen[\\/]index\.js$/ }, () => ({
      contents: 'export const createConfiguration = undefined, ServerConfiguration = undefined;',
    }));
    onLoad({ filter: /node_modules[\\/]node-fetch[\\/]/ }, () => ({
      contents: 'export const Headers = globalThis.Headers;',
    }));
  },
};

async function main(folder?: string): Promise<void> {
  const library = join(ROOT, 'lib');
  for (const bundle of COMMAND) await write(bundle, folder ?? library);
  if (folder !== undefined) return;
  await write(PRINTER, library);
  shrink(library);
}

/** Makes the output of the compiler smaller and faster to load. */
function shrink(folder: string): void {
  const bundled = new Set([...COMMAND, PRINTER].map(({ target }) => join(folder, target)));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file));
  loadOnUse(join(folder, 'index.js'));
  for (const file of files) if (file.endsWith('.js') && !bundled.has(file)) removeComments(file);
  const typed = declarationsFrom(join(folder, 'index.d.ts'));
  for (const file of files) if (file.endsWith('.d.ts') && !typed.has(file)) rmSync(file);
}

/**
 * Loads each module on first use, as aws-cdk-lib does, because most programs need few. To find the names for `import`,
 * Node.js scans CommonJS files and does not support getters like these. Behind an assignment it does not see them, and
 * uses `exports.… = void 0` instead.
 */
function loadOnUse(file: string): void {
  const exported =
    /Object\.defineProperty\(exports, ("\w+"), \{ enumerable: true, get: function \(\) \{ return \w+\.(\w+); \} \}\);/g;
  const text = readFileSync(file, 'utf8');
  const named = text
    .replace(/^var (__createBinding|__setModuleDefault|__importStar) = [^]*?^\}\)(?:\(\))?\)?;\n/gm, '')
    .replace(
      /^exports\.(\w+) = __importStar\((require\("[^"]+"\))\);$/gm,
      'Object.defineProperty(exports, name = "$1", { enumerable: true, get: function () { return $2; } });',
    );
  const lazy = named.replace(
    new RegExp(`var \\w+ = require\\("([^"]+)"\\);\n((?:${exported.source}\n)+)`, 'g'),
    (_, module, names) =>
      names.replace(
        exported,
        'Object.defineProperty(exports, name = $1, { enumerable: true, get: function () { return '
          + `require("${module}").$2; } });`,
      ),
  );
  if (/^var /m.test(lazy)) throw new Error(`${file}: the compiler writes exports in a different way now`);
  if (lazy !== text) writeFileSync(file, lazy.replace('"use strict";\n', '"use strict";\nlet name;\n'));
}

/**
 * Removes the comments of a file, which the declarations and the jsii assembly also contain, and the inline source map
 * of jsii.
 */
function removeComments(file: string): void {
  const text = readFileSync(file, 'utf8');
  const { outputText } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: {
      allowJs: true,
      removeComments: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
    },
  });
  writeFileSync(file, withLazyRequires(outputText));
}

/** Loads each module when it is first used, as aws-cdk-lib does. The names are those that the compiler generates. */
function withLazyRequires(text: string): string {
  const names: string[] = [];
  const lazy = text.replace(/^const (\w+_\d+) = require\("([^"]+)"\);$/gm, (_, name, module) => {
    names.push(name);
    return `let ${name}$ = () => { const loaded = require("${module}"); ${name}$ = () => loaded; return loaded; };`;
  });
  return names.reduce((rest, name) => rest.replace(new RegExp(`\\b${name}\\b(?!\\$)`, 'g'), `(${name}$())`), lazy);
}

/** A declaration file and its direct and indirect imports. */
function declarationsFrom(file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const name of modulesIn(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022))) {
    if (!name.startsWith('.')) continue;
    const path = join(dirname(file), name);
    const declaration = [`${path}.d.ts`, join(path, 'index.d.ts')].find(candidate => existsSync(candidate));
    if (declaration === undefined) throw new Error(`${file}: ${name} is missing`);
    declarationsFrom(declaration, known);
  }
  return known;
}

/** The imports of a file: `import …`, `export … from`, `import('…')`. */
function modulesIn(node: ts.Node): string[] {
  const specifier = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier
    : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal
      : undefined;
  const modules = specifier !== undefined && ts.isStringLiteral(specifier) ? [specifier.text] : [];
  ts.forEachChild(node, child => void modules.push(...modulesIn(child)));
  return modules;
}

/** Writes a bundle into a folder. */
export async function write({ source, target, options }: Bundle, folder: string): Promise<void> {
  const { outputFiles: [{ text }], metafile } = await build({
    ...options,
    absWorkingDir: ROOT,
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    target: 'node20.16',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'inline',
    write: false,
    metafile: true,
    plugins: [PAGE, DOCTOR, PARSERS, KUBECONFIG],
  });
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap(input => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const outfile = join(folder, target);
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, `${text}\n${notices([...packages].sort())}`);
}

/** The licenses of packages, without repeating texts. */
function notices(folders: readonly string[]): string {
  const byText = new Map<string, string[]>();
  for (const folder of folders) {
    const text = licenseIn(folder).replaceAll('*/', '* /');
    byText.set(text, [...byText.get(text) ?? [], folder]);
  }
  const nameAndVersion = (folder: string) => `${packageJson(folder).name} ${packageJson(folder).version}`;
  return [...byText].map(([text, own]) => `/*!\n${own.map(nameAndVersion).join('\n')}\n\n${text}\n*/\n`).join('\n');
}

/** The license and notices of a package. Some AWS packages only name their license, which is the same as ours. */
function licenseIn(folder: string): string {
  const files = readdirSync(join(ROOT, folder)).filter(file => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  if (files.length > 0) return files.map(file => readFileSync(join(ROOT, folder, file), 'utf8').trim()).join('\n\n');
  const { name, license } = packageJson(folder);
  if (license !== packageJson('.').license) throw new Error(`${name}: has no license file to bundle`);
  return `License: ${license}, whose text is in the file LICENSE of this package.`;
}

function packageJson(folder: string): { name: string; version: string; license: string } {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

if (require.main === module) void main(process.argv[2]); // an error ends the process
