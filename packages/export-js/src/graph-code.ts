import { type KernelSchedule, schedule as scheduleGraph, UnknownOp } from '@gradus/schedule'
import { sizeOf } from '@gradus/tensor'
import { bodyOf, type Graph } from '@gradus/tensor/internals'
import { loweringOf } from '@gradus/tensor/lowering'
import { jsonText, keyText } from './code.ts'
import { hasFunction } from './functions.ts'
import { UsedHelpers } from './helpers.ts'
import type { Port } from './inference-model.ts'
import { arrayClass } from './memory.ts'
import { missingOp, ProgramWriter } from './program-code.ts'
import { tableCode } from './table/table-code.ts'
import type { Table } from './table/table-spec.ts'
import { weightCode } from './weights.ts'

function scheduled(graph: Graph): KernelSchedule {
  try {
    return scheduleGraph(graph)
  } catch (error) {
    if (error instanceof UnknownOp) throw missingOp(error.op)
    throw error
  }
}

/** The names of the primitives in a graph and in the bodies of its loops, sorted. */
export function opsOf({ nodes }: Graph): string[] {
  const names = nodes.flatMap(({ op, params }) => {
    const body = bodyOf(params)
    return body ? [op.name, ...opsOf(body)] : [op.name]
  })
  return [...new Set(names)].sort()
}

/** Throws `ConfigError` for an op without code. */
function refuseMissing({ nodes }: Graph): void {
  for (const { op, params } of nodes) {
    const body = bodyOf(params)
    if (body) refuseMissing(body)
    const rule = loweringOf(op)
    if (!rule || (op.elementwise && !hasFunction(op.name) && rule.kind === 'element' && !rule.inlined))
      throw missingOp(op.name)
  }
}

/**
 * Writes a graph as definitions and as the function `predict`, and with a table `predictRows`. Throws `ConfigError` for ops that have no code in JavaScript.
 */
export async function graphCode(
  graph: Graph,
  inputs: readonly Port[],
  outputs: readonly Port[],
  table?: Table,
): Promise<string> {
  refuseMissing(graph)
  const schedule = scheduled(graph)
  const helpers = new UsedHelpers()
  const writer = new ProgramWriter(helpers)
  const weights = new Map<number, string>()
  const constant = (index: number) => {
    let name = weights.get(index)
    if (!name) weights.set(index, (name = `w${weights.size}`))
    return name
  }
  const constants = schedule.analysis.graph.constants
  const statements = writer.run(schedule, { input: (index) => `x${index}`, constant, output: (index) => `y${index}` })
  const arrays = [
    ...inputs.map((port, index) => arrayCode(`x${index}`, port)),
    ...inputs.flatMap((port, index) =>
      port.dtype === 'float16' ? [arrayCode(`h${index}`, { ...port, dtype: 'float32' })] : [],
    ),
    ...outputs.map((port, index) => arrayCode(`y${index}`, port)),
  ]
  const predict = predictCode(statements, inputs, outputs, helpers)
  const rows = table ? [tableCode(table, inputs, outputs, helpers)] : []
  const used = [...weights].map(([index, name]) => ({ name, tensor: constants[index]! }))
  const definitions = [
    ...helpers.sources(),
    ...(await weightCode(used)),
    ...arrays,
    ...writer.sums,
    ...writer.definitions,
  ]
  return [...definitions, predict, ...rows].join('\n')
}

function arrayCode(name: string, { shape, dtype }: Port): string {
  return `const ${name}=new ${arrayClass(dtype)}(${sizeOf(shape)})`
}

/** The function `predict`. */
function predictCode(
  statements: string,
  inputs: readonly Port[],
  outputs: readonly Port[],
  helpers: UsedHelpers,
): string {
  const fill = inputs.map(({ name, dtype }, index) => {
    const key = jsonText(name)
    const value = inputs.length === 1 ? 'r' : `Array.isArray(r)?r[${index}]:r[${key}]`
    const where = inputs.length === 1 ? `'row '+i` : `'row '+i+', '+${key}`
    const filled = (array: string) => `${helpers.use('fi')}(${array},${value},${where});`
    if (dtype !== 'float16') return filled(`x${index}`)
    return `${filled(`h${index}`)}x${index}.set(h${index}.map(${helpers.use('hb')}));`
  })
  const results = outputs.map((port, index) => resultCode(`y${index}`, port, helpers))
  const result =
    outputs.length === 1
      ? results[0]!
      : `{${outputs.map(({ name }, index) => `${keyText(name)}:${results[index]}`).join()}}`
  return `function predict(rows){return Array.from(rows,(r,i)=>{${fill.join('')}${statements}return ${result}})}`
}

function resultCode(name: string, { shape, dtype }: Port, helpers: UsedHelpers): string {
  if (dtype === 'bool') return `${helpers.use('nb')}(${name},[${shape}])`
  const isHalf = dtype === 'float16'
  const values = isHalf ? `Array.from(${name},${helpers.use('hv')})` : name
  if (shape.length === 1) return isHalf ? values : `Array.from(${name})`
  return shape.length === 0 ? `${values}[0]` : `${helpers.use('ne')}(${values},[${shape}])`
}
