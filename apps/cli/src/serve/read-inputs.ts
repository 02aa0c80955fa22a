import { DataError, type HostArray, type InputData, toHostArray } from '@gradus/core'
import type { Model } from 'gradus'
import { type ModelPorts, type Port, portsOf } from '../model/ports.ts'
import { shortened } from '../text/shortened.ts'
import { HttpError } from './http-error.ts'

/** The inputs of one request, in the order of the ports. */
export interface Inputs {
  readonly rows: number
  readonly arrays: readonly HostArray[]
}

/** The inputs and outputs of a model. Throws `DataError` for one that cannot be served. */
export function servedPorts(model: Model, shown: string): ModelPorts {
  const ports = portsOf(model)
  if (!ports) {
    throw new DataError(
      `'${shown}' does not say which inputs it takes. Save the model after it was called on data once.`,
    )
  }
  const text = ports.inputs.find(({ dtype }) => dtype === 'string')
  if (text) throw new DataError(`The input '${text.name}' of '${shown}' takes texts, and serve takes numbers only.`)
  return ports
}

/**
 * Reads the inputs of a request: a list of rows, or, for several inputs, a list of rows for each by its name. Throws `HttpError`
 * with the place of what is wrong.
 */
export function readInputs(inputs: unknown, ports: readonly Port[], maxRows: number): Inputs {
  const lists = byPort(inputs, ports)
  const placeOf = (name: string) => (ports.length === 1 ? 'inputs' : `inputs.${name}`)
  const arrays = ports.map((port, index) => readArray(lists[index], port, placeOf(port.name), maxRows))
  const counts = new Set(arrays.map(({ shape }) => shape[0]!))
  if (counts.size > 1) {
    throw bad(
      'bad-shape',
      `The inputs have different numbers of rows: ${[...counts].join(', ')}. Each row needs all inputs.`,
    )
  }
  return { rows: arrays[0]!.shape[0]!, arrays }
}

function byPort(inputs: unknown, ports: readonly Port[]): unknown[] {
  if (ports.length === 1 && Array.isArray(inputs)) return [inputs]
  const names = ports.map(({ name }) => `'${name}'`).join(', ')
  if (inputs === null || typeof inputs !== 'object' || Array.isArray(inputs)) {
    throw bad(
      'bad-shape',
      ports.length === 1
        ? "'inputs' must be a list of rows."
        : `'inputs' must be an object with a list of rows for each of ${names}.`,
    )
  }
  const given = new Map(Object.entries(inputs))
  const other = [...given.keys()].find((name) => !ports.some((port) => port.name === name))
  if (other !== undefined) throw bad('bad-shape', `There is no input ${quoted(other)}; the model has ${names}.`)
  return ports.map(({ name }) => {
    if (given.has(name)) return given.get(name)
    throw bad('bad-shape', `The input '${name}' is missing.`)
  })
}

function readArray(value: unknown, { shape, dtype }: Port, place: string, maxRows: number): HostArray {
  requireRows(value, place, maxRows)
  const array = convert(value, place, dtype)
  const fits =
    array.shape.length === shape.length && shape.every((d, axis) => axis === 0 || d === null || d === array.shape[axis])
  if (!fits) {
    const list = (dims: readonly (number | null)[]) => `[${dims.map((d) => d ?? 'any').join(', ')}]`
    throw bad(
      'bad-shape',
      `A row of '${place}' has the shape ${list(array.shape.slice(1))}; expected ${list(shape.slice(1))}.`,
    )
  }
  const at = array.data.findIndex((number: number) => !Number.isFinite(number))
  if (at >= 0) throw bad('not-finite', `Value ${at + 1} of '${place}' is too large for ${array.dtype}.`)
  return array
}

/** Throws `HttpError` where a value is no list with 1 to `maxRows` rows. */
export function requireRows(value: unknown, place: string, maxRows: number): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw bad('bad-shape', `'${place}' must be a list of rows.`)
  if (value.length === 0) throw bad('bad-shape', `'${place}' has no rows.`)
  if (value.length <= maxRows) return
  throw new HttpError(413, 'too-many-rows', `'${place}' has ${value.length} rows, and a request may have ${maxRows}.`)
}

function convert(value: readonly unknown[], place: string, dtype: string): HostArray {
  try {
    const known = ['float32', 'float64', 'int32', 'uint32', 'bool', 'float16'].find((name) => name === dtype)
    return toHostArray(value as never, place, (known === 'float16' ? 'float32' : known) as 'float32' | undefined)
  } catch (error) {
    if (error instanceof DataError) throw bad('bad-value', error.message)
    throw error
  }
}

export function bad(code: string, message: string): HttpError {
  return new HttpError(400, code, message)
}

export function quoted(name: string): string {
  return JSON.stringify(shortened(name, 40))
}

/** The rows of several requests as one array. */
export function joinRows(arrays: readonly HostArray[], rows: number): InputData {
  const [first] = arrays
  const data = new (first!.data.constructor as new (length: number) => HostArray['data'])(
    (first!.data.length / first!.shape[0]!) * rows,
  )
  let at = 0
  for (const array of arrays) {
    data.set(array.data as never, at)
    at += array.data.length
  }
  // the last row is repeated up to the wanted number
  const size = first!.data.length / first!.shape[0]!
  for (let from = at; from < data.length; from += size) data.copyWithin(from, at - size, at)
  return { data, shape: [rows, ...first!.shape.slice(1)], dtype: first!.dtype }
}
