import type { Port } from '../model/ports.ts'
import type { Limits } from './limits.ts'
import type { Output, Outputs, Predictor } from './predictor.ts'
import { bad, quoted, readInputs } from './read-inputs.ts'
import type { RowCoder } from './rows.ts'

export interface Answering {
  readonly predictor: Predictor
  /** Undefined for a model that takes arrays only. */
  readonly rows: RowCoder | undefined
  readonly limits: Limits
}

/**
 * Answers the body of a request: `{ inputs }` with `{ outputs }`, and `{ rows }` with `{ predictions }`. Throws `HttpError` with what
 * is wrong.
 */
export async function answerTo(
  body: unknown,
  { predictor, rows, limits }: Answering,
  signal: AbortSignal,
): Promise<object> {
  // before the work of reading rows
  predictor.requireSpace()
  const keys = rows ? ['rows', 'inputs'] : ['inputs']
  const example = rows ? '{"rows": [{...}]}' : '{"inputs": [[1, 2]]}'
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw bad('bad-body', `The body must be an object such as ${example}.`)
  }
  const [key, ...others] = Object.keys(body)
  if (key === undefined || others.length > 0) throw bad('bad-body', `The body must have one key, as in ${example}.`)
  if (key === 'rows' && !rows) {
    throw bad('bad-body', "The model was saved without the columns of a table, so it takes 'inputs', which are arrays.")
  }
  if (!keys.includes(key)) throw bad('bad-body', `There is no key ${quoted(key)}; expected ${keys.join(' or ')}.`)
  const value = (body as Record<string, unknown>)[key]
  if (key === 'inputs') {
    const inputs = readInputs(value, predictor.ports.inputs, limits.maxRows)
    signal.throwIfAborted()
    return { outputs: named(await predictor.predict(inputs, signal), predictor.ports.outputs) }
  }
  const { inputs, used, count } = await rows!.encode(value, limits.maxRows)
  if (inputs.rows === 0) return { predictions: new Array(count).fill(null) }
  signal.throwIfAborted()
  return { predictions: rows!.decode(await predictor.predict(inputs, signal), used, count) }
}

/** The outputs as nested lists; several by their names. */
function named(outputs: Outputs, ports: readonly Port[]): unknown {
  const lists = outputs.map(nested)
  if (lists.length === 1) return lists[0]
  return Object.fromEntries(lists.map((list, index) => [ports[index]?.name ?? `output_${index}`, list]))
}

function nested({ data, shape }: Output): unknown {
  const build = (axis: number, at: number, length: number): unknown => {
    if (axis === shape.length) return data[at]
    const each = length / shape[axis]!
    return Array.from({ length: shape[axis]! }, (_, index) => build(axis + 1, at + index * each, each))
  }
  return build(0, 0, data.length)
}
