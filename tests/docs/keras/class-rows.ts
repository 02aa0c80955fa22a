// One row for each registered class: its signature, Keras's name, and where the two differ.
import {
  type AnyDefinition,
  Callback,
  Configured,
  type Field,
  type FieldTable,
  fieldsOf,
  inheritedFieldsOf,
  isFunctionDefinition,
  Layer,
  Loss,
  Metric,
  normalizeName,
  Optimizer,
  Schedule,
} from '@gradus/core'
import signatures from '../recorded/keras-signatures.json' with { type: 'json' }
import { keptNames, namedOnly, notes, reasons } from './differences.ts'

interface KerasSignature {
  readonly args: Readonly<Record<string, unknown>>
  /** Arguments that the class passes to the class it extends. */
  readonly inherited?: readonly string[]
  readonly names?: readonly string[]
}

/** The row of a class. `unexplained` are the options of Keras that it lacks without a reason. */
export interface ClassRow {
  readonly signature: string
  readonly keras: string
  readonly differs: string
  readonly unexplained: readonly string[]
}

const bases: Readonly<Record<string, object>> = {
  layer: Layer,
  loss: Loss,
  metric: Metric,
  optimizer: Optimizer,
  schedule: Schedule,
  callback: Callback,
}
const recorded = signatures as unknown as Readonly<Record<string, Readonly<Record<string, KerasSignature>>>>

/** The options that all classes of a kind take. */
export function commonFields(kind: string): FieldTable {
  return bases[kind] ? inheritedFieldsOf(bases[kind]) : {}
}

/** The row of a class or a function. */
export function classRow(definition: AnyDefinition): ClassRow {
  const { kind, type } = definition
  const common = commonFields(kind)
  const fields = fieldsOf(definition) ?? inheritedFieldsOf(definition)
  const shown = Object.entries(fields).filter(([name, field]) => !isSame(field, common[name]))
  const found = kerasOf(definition)
  const keras = found?.signature
  const args = Object.entries(keras?.args ?? {}).map(([name, value]) => [optionName(name), value] as const)
  const lacks = args.map(([name]) => name).filter((name) => !(name in fields) && !isContract(kind, name))
  const known = new Set([...args.map(([name]) => name), ...(keras?.inherited ?? []).map(optionName)])
  const adds = keras ? shown.map(([name]) => name).filter((name) => !known.has(name) && !isContract(kind, name)) : []
  const defaults = args.flatMap(([name, value]) => differentDefault(name, value, fields[name]))
  const reasonOf = (name: string) => reasons[`${type}.${name}`] ?? reasons[name]
  const parts = [
    ...(found || notes[type] !== undefined ? [] : ['not in Keras']),
    ...(notes[type] === undefined ? [] : [notes[type]]),
    ...lacks.map((name) => `no \`${name}\`: ${reasonOf(name) ?? '?'}`),
    ...(adds.length > 0 ? [`also ${adds.map((name) => `\`${name}\``).join(', ')}`] : []),
    ...defaults,
  ]
  return {
    signature: `${type}(${shown.length > 0 ? `{ ${shown.map(optionText).join(', ')} }` : ''})`,
    keras: found?.name ?? '-',
    differs: parts.join('; '),
    unexplained: lacks.filter((name) => reasonOf(name) === undefined),
  }
}

/** The class of Keras with a name of the class; without a signature where only the name is recorded. */
function kerasOf({
  kind,
  type,
  aliases = [],
}: AnyDefinition): { name: string; signature?: KerasSignature } | undefined {
  const names = [type, ...aliases].map(normalizeName)
  const rows = Object.entries(recorded[kind] ?? {})
  const found = rows.find(([name, { names: others = [] }]) =>
    [name, ...others].some((known) => names.includes(normalizeName(known))),
  )
  if (found) return { name: found[0], signature: found[1] }
  return namedOnly.includes(`${kind} ${type}`) ? { name: type } : undefined
}

/** Whether two descriptions of an option have the same default, so that the option needs no mention. */
function isSame(field: Field, common: Field | undefined): boolean {
  return common !== undefined && descriptionOf(field).default === descriptionOf(common).default
}

const specialNames: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
  keepdims: 'keepDims',
}

/** Keras's name of an option in camelCase. */
function optionName(name: string): string {
  return specialNames[name] ?? name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Whether an option is one of those that all classes of the kind take. */
function isContract(kind: string, name: string): boolean {
  return name in commonFields(kind) || keptNames.includes(name)
}

/** An option as in a signature: `units`, `useBias = true`, `seed?`. */
function optionText([name, field]: [string, Field]): string {
  const { required, default: value } = descriptionOf(field)
  if (required) return name
  return value === undefined || isPlainFunction(value) ? `${name}?` : `${name} = ${valueText(value)}`
}

function isPlainFunction(value: unknown): boolean {
  return typeof value === 'function' && !isFunctionDefinition(value)
}

function descriptionOf(field: Field): { readonly required?: true; readonly default?: unknown } {
  return typeof field === 'string' || Array.isArray(field) ? {} : (field as { readonly default?: unknown })
}

function valueText(value: unknown): string {
  if (value instanceof Configured || isFunctionDefinition(value)) return `'${value.type}'`
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (value !== null && typeof value === 'object') return Object.keys(value).length === 0 ? '{}' : JSON.stringify(value)
  return String(value)
}

/** A sentence if both sides have a default value, and they differ. */
function differentDefault(name: string, keras: unknown, field: Field | undefined): string[] {
  if (field === undefined || keras === null || keras === '(required)' || keptNames.includes(name)) return []
  const { required, default: value } = descriptionOf(field)
  if (comparable(value) === comparable(keras)) return []
  if (required) return [`\`${name}\` is required, in Keras it is ${valueText(keras)}`]
  return [`\`${name}\` is ${value === undefined ? 'not set' : valueText(value)}, in Keras ${valueText(keras)}`]
}

/** The value in a form in which `'he_normal'` and `new HeNormal()` are equal, and 2 and [2, 2]. */
function comparable(value: unknown): string {
  if (Array.isArray(value)) {
    const parts = [...new Set(value.map(comparable))]
    return parts.length === 1 ? parts[0]! : JSON.stringify(value.map(comparable))
  }
  if (value instanceof Configured || isFunctionDefinition(value)) return normalizeName(value.type)
  return typeof value === 'string' ? normalizeName(value) : String(value)
}
