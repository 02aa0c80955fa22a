// The text of docs/keras.md.
import type { AnyDefinition } from '@gradus/core'
import { standard } from 'gradus'
import * as ops from 'gradus/ops'
import names from '../recorded/keras-names.json' with { type: 'json' }
import { type ClassRow, classRow, commonFields } from './class-rows.ts'
import { findClass, type NamedRow, standingOf } from './named-rows.ts'

const introduction = `# Gradus and Keras

What Gradus has of Keras 3, with TensorFlow.js and PyTorch beside it, and every class with its options and defaults. The cells
of Gradus come from its registry, its options and its methods; those of the others are recorded. \`partial\` and \`no\` of Gradus
have a reason.

This page is written by \`npm run keras-table\` in \`packages/testing\`, and a test fails when it is out of date.
`

interface OperationGroup {
  readonly group: string
  readonly names: readonly string[]
  readonly tensorflow: number
  readonly pytorch: string
  readonly reason: string
}

const sections = names.sections as unknown as readonly { readonly title: string; readonly rows: readonly NamedRow[] }[]
const groups = names.operations as readonly OperationGroup[]

/** The kinds of the tables of classes, with their titles. */
const kinds = {
  layer: 'Layers',
  activation: 'Activations',
  loss: 'Losses',
  metric: 'Metrics',
  optimizer: 'Optimizers',
  schedule: 'Learning-rate schedules',
  callback: 'Callbacks',
  initializer: 'Initializers',
  regularizer: 'Regularizers',
  constraint: 'Constraints',
} as const

/** The rows of the tables with the cell of Gradus. */
export function namedRows(): { row: NamedRow; standing: string }[] {
  return sections.flatMap(({ rows }) => rows.map((row) => ({ row, standing: standingOf(row) })))
}

/** The rows of the registered classes of a kind, in the order of their names. */
export function classRows(kind: keyof typeof kinds): ClassRow[] {
  const definitions = new Set<AnyDefinition>(standard.definitions.filter((definition) => definition.kind === kind))
  return [...definitions].sort((a, b) => (a.type < b.type ? -1 : 1)).map(classRow)
}

/** The whole page. */
export function kerasPage(): string {
  return [
    introduction,
    ...sections.map(({ title, rows }) => `## ${title}\n\n${namedTable(rows)}\n`),
    `## Operations\n\n${operationsText()}\n`,
    ...Object.entries(kinds).map(([kind, title]) => classTable(kind as keyof typeof kinds, title)),
  ].join('\n')
}

function namedTable(rows: readonly NamedRow[]): string {
  return table([
    ['name', 'Gradus', 'Keras', 'TensorFlow.js', 'PyTorch'],
    ...rows.map((row) => {
      const standing = standingOf(row)
      const cell = standing === 'yes' || row.reason === undefined ? standing : `${standing}: ${row.reason}`
      return [row.name, cell, row.keras, row.tensorflow, row.pytorch]
    }),
  ])
}

function operationsText(): string {
  const rows = groups.map(({ group, names: all, tensorflow, pytorch }) => {
    const count = all.filter(isOperation).length
    return [group, `${count} of ${all.length}`, String(all.length), String(tensorflow), pytorch]
  })
  const lists = groups.map(({ group, names: all, reason }) => {
    const there = all.filter(isOperation).map((name) => `\`${operationName(name)}\``)
    const missing = all.filter((name) => !isOperation(name)).map((name) => `\`${name}\``)
    const without = missing.length === 0 ? '' : ` Without: ${missing.join(', ')} (${reason}).`
    return `- **${group}**: ${there.join(', ') || 'none of these'}.${without}`
  })
  return `The functions of \`keras.ops\` by group, those of \`gradus/ops\` with the same name, and how many TensorFlow.js has.
PyTorch has nearly all. Short names such as \`mul\`, \`concat\`, \`argMax\` and \`variance\` are ours; \`multiply\`, \`concatenate\`,
\`argmax\` and \`var\` are Keras's names of the same functions, and files hold the short ones. Most optional arguments are in an object:
\`ops.sum(x, { axis: 0 })\`. What moves or joins entries takes its axis by position, as in \`ops.take(x, indices, 0)\` and
\`ops.concatenate([a, b], 0)\`: \`append\`, \`concatenate\`, \`expandDims\`, \`flip\`, \`repeat\`, \`roll\`, \`split\`, \`squeeze\`,
\`stack\`, \`take\`, \`takeAlongAxis\`, \`unstack\`. Functions of random numbers take a key first: \`keras.random.normal(shape, seed=7)\` is
\`ops.normal(ops.randomKey(7), shape)\`. [op-table.md](op-table.md) lists the ops that backends run.

${table([['group', 'Gradus', 'Keras', 'TensorFlow.js', 'PyTorch'], ...rows])}

${lists.join('\n')}`
}

function classTable(kind: keyof typeof kinds, title: string): string {
  const common = Object.keys(commonFields(kind)).map((name) => `\`${name}\``)
  const shared = common.length > 0 ? `All of them also take ${common.join(', ')}.\n\n` : ''
  const rows = classRows(kind).map(({ signature, keras, differs }) => [`\`${signature}\``, keras, differs])
  return `## ${title}, class by class\n\n${shared}${table([['class and options', "Keras's name", 'where it differs'], ...rows])}\n`
}

/** The camelCase name of a function of Keras, without its module. */
function operationName(name: string): string {
  return name.replace(/^.*\./, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function isOperation(name: string): boolean {
  return operationName(name) in ops || findClass('operation', name.replace(/^.*\./, '')) !== undefined
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head!), line(head!.map(() => '---')), ...rows.map(line)].join('\n')
}
