import { describeValue, type HostArray, type HostValues, isPlainObject, type Structure } from '@gradus/core'
import type { SymbolicDType, SymbolicShape } from '@gradus/tensor'

/** An input or output of a model. */
export interface Port {
  readonly name: string
  /** With the batch dimension first. */
  readonly shape: SymbolicShape
  readonly dtype: SymbolicDType
  /** Of an input: the number of time steps (axis 1) to which it is padded. */
  readonly maxLength?: number | undefined
  /** Of an output: the index of the padded input that has the same time steps. */
  readonly follows?: number | undefined
}

/** The structure of a model's inputs or outputs; the leaves are indices into a list. */
export type Form = Structure<number>

/** The inputs and outputs of a model. */
export interface Ports {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** The structure of the inputs on the device, after `prepare`. */
  readonly inputForm: Form
  /** The structure of the outputs. */
  readonly outputForm: Form
  /** The structure in which inputs are given; undefined if it is not fixed. */
  readonly givenForm?: Form | undefined
  /** Runs the host layers of the model; undefined if there are none. */
  readonly prepare?: ((inputs: readonly HostValues[]) => HostArray[]) | undefined
  /** Options with which the model is called on prepared inputs. */
  readonly callOptions?: object | undefined
}

/** Arranges the values of a list in the structure of a form. */
export function inForm<T>(form: Form, list: readonly T[]): Structure<T> {
  if (typeof form === 'number') return list[form]!
  if (Array.isArray(form)) return form.map((item: Form) => inForm(item, list))
  return Object.fromEntries(Object.entries(form).map(([key, item]) => [key, inForm(item as Form, list)]))
}

/** Returns the form of a structure: its leaves, for which `isLeaf` returns true, are numbered in order. */
export function formOf(structure: unknown, isLeaf: (value: unknown) => boolean): Form {
  let next = 0
  const visit = (value: unknown): Form => {
    if (isLeaf(value)) return next++
    if (Array.isArray(value)) return value.map(visit)
    if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]))
    throw new TypeError(
      `Inputs and outputs are tensors, alone or in lists and plain objects, and not ${describeValue(value)}.`,
    )
  }
  return visit(structure)
}

/** Returns the names of a form's leaves: their keys in objects, otherwise, or if a key occurs again, `fallback(index)`. */
export function namesIn(form: Form, fallback: (index: number) => string): string[] {
  const names: string[] = []
  const visit = (item: Form, key: string | undefined): void => {
    if (typeof item === 'number') names[item] = key === undefined || names.includes(key) ? fallback(item) : key
    else if (Array.isArray(item)) for (const inner of item as Form[]) visit(inner, undefined)
    else for (const [inner, value] of Object.entries(item)) visit(value as Form, inner)
  }
  visit(form, undefined)
  return names
}

/**
 * Returns values that are given in lists and objects within lists and objects as one list, in the order of the form. Other values
 * are returned as they are: alone, or in one list or object.
 */
export function flatData<T>(form: Form | undefined, value: T): T {
  if (form === undefined || typeof form === 'number') return value
  const isNested = Object.values(form).some((inner) => typeof inner !== 'number')
  if (!isNested || !hasForm(form, value)) return value
  const list = listIn(form, value)
  return (list.length === 1 ? list[0] : list) as T
}

function hasForm(form: Form, value: unknown): boolean {
  if (typeof form === 'number') return value !== undefined
  const given = Array.isArray(form)
    ? Array.isArray(value)
      ? value
      : undefined
    : isPlainObject(value)
      ? value
      : undefined
  const keys = Object.keys(form)
  if (!given || Object.keys(given).length !== keys.length) return false
  return keys.every((key) => hasForm((form as Record<string, Form>)[key]!, (given as Record<string, unknown>)[key]))
}

/** Returns the leaves of a structure as a list, in the order of a form. */
export function listIn<T>(form: Form, structure: unknown): T[] {
  const list: T[] = []
  const visit = (item: Form, value: unknown): void => {
    if (typeof item === 'number') list[item] = value as T
    else for (const [key, inner] of Object.entries(item)) visit(inner as Form, (value as Record<string, unknown>)[key])
  }
  visit(form, structure)
  return list
}
