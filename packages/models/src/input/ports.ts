import { type HostArray, type HostValues, isPlainObject, type Structure } from '@gradus/core'
import type { SymbolicDType, SymbolicShape } from '@gradus/tensor'

/** An input or output of a model. */
export interface Port {
  readonly name: string
  /** Batch first. */
  readonly shape: SymbolicShape
  readonly dtype: SymbolicDType
  /** Of an input: the number of steps that its first dimension of a sample is padded to. */
  readonly maxLength?: number | undefined
  /** Of an output: the position of the input whose padded dimension its own follows. */
  readonly follows?: number | undefined
}

/** A structure of positions in a list: how a model takes several inputs, or gives several outputs. */
export type Form = Structure<number>

/** The inputs and outputs of a model: what batches are made for. */
export interface Ports {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** How the model takes its inputs on the device, after `prepare`. */
  readonly inputForm: Form
  readonly outputForm: Form
  /** Runs the model's layers on the host; undefined where it has none. */
  readonly prepare?: ((inputs: readonly HostValues[]) => HostArray[]) | undefined
  /** Options with which the model is called on prepared inputs. */
  readonly callOptions?: object | undefined
}

/** The values of a list in the places that a form gives them. */
export function inForm<T>(form: Form, list: readonly T[]): Structure<T> {
  if (typeof form === 'number') return list[form]!
  if (Array.isArray(form)) return form.map((entry: Form) => inForm(entry, list))
  return Object.fromEntries(Object.entries(form).map(([key, entry]) => [key, inForm(entry as Form, list)]))
}

/** The form of a structure whose leaves are those for which `isLeaf` is true, numbered in order. */
export function formOf(structure: unknown, isLeaf: (value: unknown) => boolean): Form {
  let next = 0
  const visit = (value: unknown): Form => {
    if (isLeaf(value)) return next++
    if (Array.isArray(value)) return value.map(visit)
    if (isPlainObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, visit(entry)]))
    throw new TypeError(`Inputs and outputs are tensors, alone or in lists and plain objects, and not ${typeof value}.`)
  }
  return visit(structure)
}

/** The names of the leaves of a form: keys of objects where it has them, else what `fallback` says. */
export function namesIn(form: Form, fallback: (position: number) => string): string[] {
  const names: string[] = []
  const visit = (entry: Form, key: string | undefined): void => {
    if (typeof entry === 'number') names[entry] = key ?? fallback(entry)
    else if (Array.isArray(entry)) for (const inner of entry as Form[]) visit(inner, undefined)
    else for (const [inner, value] of Object.entries(entry)) visit(value as Form, inner)
  }
  visit(form, undefined)
  return names
}

/** The leaves of a structure in the order that a form gives them. */
export function listIn<T>(form: Form, structure: unknown): T[] {
  const list: T[] = []
  const visit = (entry: Form, value: unknown): void => {
    if (typeof entry === 'number') list[entry] = value as T
    else for (const [key, inner] of Object.entries(entry)) visit(inner as Form, (value as Record<string, unknown>)[key])
  }
  visit(form, structure)
  return list
}
