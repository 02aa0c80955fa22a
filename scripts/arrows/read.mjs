import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'
import { isTestFile, readManifest } from './resolve.mjs'

/** Reads every package in `packages/` and `apps/`: its manifest and its parsed source files. */
export function readWorkspace(root) {
  return ['packages', 'apps'].flatMap((group) => {
    const path = join(root, group)
    return existsSync(path) ? readdirSync(path).flatMap((name) => readPackage(name, join(path, name), root)) : []
  })
}

function readPackage(name, folder, root) {
  const manifest = readManifest(folder)
  if (manifest === undefined) return []
  const source = join(folder, 'src')
  return [{ name, folder, manifest, files: sourcePaths(source).map((path) => readSource(path, source, root)) }]
}

function sourcePaths(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path))
    .sort()
    .map((path) => join(folder, path))
}

function readSource(path, source, root) {
  const { program, errors } = parseSync(path, readFileSync(path, 'utf8'))
  if (errors.length > 0) throw new Error(`${relative(root, path)} does not parse: ${errors[0].message}`)
  const found = { imports: new Set(), computed: false, declared: new Set(), read: new Set(), global: new Set() }
  visit(program, found)
  const platform = [...found.read].filter((name) => !found.declared.has(name)).concat([...found.global])
  return {
    path,
    label: relative(root, path),
    /** The path from `src`. */
    inSource: relative(source, path),
    test: isTestFile(relative(source, path)),
    imports: [...found.imports],
    computed: found.computed,
    globals: new Set(platform),
  }
}

const binds = {
  VariableDeclarator: ['id'],
  FunctionDeclaration: ['id', 'params'],
  FunctionExpression: ['id', 'params'],
  ArrowFunctionExpression: ['params'],
  TSDeclareFunction: ['id', 'params'],
  TSEmptyBodyFunctionExpression: ['params'],
  TSFunctionType: ['params'],
  TSMethodSignature: ['params'],
  TSConstructSignatureDeclaration: ['params'],
  TSCallSignatureDeclaration: ['params'],
  TSIndexSignature: ['parameters'],
  ClassDeclaration: ['id'],
  ClassExpression: ['id'],
  CatchClause: ['param'],
  ImportSpecifier: ['local'],
  ImportDefaultSpecifier: ['local'],
  ImportNamespaceSpecifier: ['local'],
  TSInterfaceDeclaration: ['id'],
  TSTypeAliasDeclaration: ['id'],
  TSTypeParameter: ['name'],
  TSNamedTupleMember: ['label'],
}

/** Keys under which an identifier is a property name, not a reference. */
const names = {
  MemberExpression: 'property',
  ImportSpecifier: 'imported',
  ExportSpecifier: 'exported',
  TSQualifiedName: 'right',
}

function visit(node, found) {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, found)
    return
  }
  if (node === null || typeof node !== 'object') return

  // import, export from, import() and the type import('...') all carry their specifier in `source`.
  if (typeof node.source?.value === 'string') found.imports.add(node.source.value)
  else if (node.type === 'ImportExpression') found.computed = true
  if (node.type === 'TSImportEqualsDeclaration' && node.moduleReference.expression) {
    found.imports.add(node.moduleReference.expression.value)
  }
  if (node.type === 'Identifier') found.read.add(node.name)
  if (node.type === 'MemberExpression' && unwrap(node.object).name === 'globalThis') {
    found.global.add(node.computed ? node.property.value : node.property.name)
  }
  for (const key of binds[node.type] ?? []) bind(node[key], found.declared)

  for (const [key, child] of Object.entries(node)) {
    const isName = key === names[node.type] || (key === 'key' && 'key' in node)
    if (isName && !node.computed && child?.type === 'Identifier') continue
    visit(child, found)
  }
}

const wrappers = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'ParenthesizedExpression']

const unwrap = (node) => (wrappers.includes(node.type) ? unwrap(node.expression) : node)

function bind(pattern, declared) {
  if (Array.isArray(pattern)) {
    for (const part of pattern) bind(part, declared)
  } else if (pattern?.type === 'Identifier') declared.add(pattern.name)
  else if (pattern?.type === 'AssignmentPattern') bind(pattern.left, declared)
  else if (pattern?.type === 'RestElement') bind(pattern.argument, declared)
  else if (pattern?.type === 'ArrayPattern') bind(pattern.elements, declared)
  else if (pattern?.type === 'ObjectPattern') bind(pattern.properties, declared)
  else if (pattern?.type === 'Property') bind(pattern.value, declared)
  else if (pattern?.type === 'TSParameterProperty') bind(pattern.parameter, declared)
}
