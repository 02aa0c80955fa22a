// The rows of docs/keras.md that name a class, an option or a method, and what Gradus has of them.
import { type AnyDefinition, inheritedFieldsOf } from '@gradus/core'
import * as gradus from 'gradus'
import { fitFields } from '../../../packages/models/src/loop/fit-options.ts'
import { checkOptions } from '../../../packages/models/src/model/training-options.ts'

/** Whether a library has something. */
export type Standing = 'yes' | 'no' | 'partial'

/** A row: its names, and the cells of the other libraries. */
export interface NamedRow {
  readonly name: string
  /** What Gradus is looked up for, such as `layer Dense`, `field layer Dense.units`, `export cloneModel`. */
  readonly of: readonly string[]
  /** The cell of Gradus where the lookup alone does not tell. */
  readonly value?: Standing
  /** Why the cell of Gradus is not `yes`. */
  readonly reason?: string
  readonly keras: Standing
  readonly tensorflow: Standing
  readonly pytorch: Standing
}

const exported = gradus as unknown as Readonly<Record<string, { readonly prototype?: object } | undefined>>

/** The cell of Gradus: `yes` if it has all that the row names, `no` if it has none, otherwise what the row states. */
export function standingOf({ of, value }: NamedRow): Standing {
  const found = of.filter(isThere).length
  if (of.length > 0 && found === 0) return 'no'
  if (found < of.length) return 'partial'
  return value ?? (of.length > 0 ? 'yes' : 'no')
}

/** Whether Gradus has what `reference` names. Throws for a reference of an unknown form. */
function isThere(reference: string): boolean {
  const [form, first, second] = reference.split(' ') as [string, string, string | undefined]
  switch (form) {
    case 'export':
      return first in gradus
    case 'method':
      return hasMethod(...(first.split('.') as [string, string]))
    case 'option':
      return hasOption(...(first.split('.') as [string, string]))
    case 'field':
      return hasField(first, ...(second!.split('.') as [string, string]))
    case 'compile-name':
      return compiles({ [first]: second })
    default:
      return findClass(form, first) !== undefined
  }
}

/** The registered class or function of a kind with a name or an alias. */
export function findClass(kind: string, name: string): AnyDefinition | undefined {
  return gradus.standard.find(kind as gradus.StandardDefinition['kind'], name)
}

function hasMethod(owner: string, name: string): boolean {
  const { prototype } = exported[owner] ?? {}
  return typeof prototype === 'object' && name in prototype
}

function hasField(kind: string, owner: string, name: string): boolean {
  const definition = findClass(kind, owner)
  return definition !== undefined && name in inheritedFieldsOf(definition)
}

function hasOption(method: string, name: string): boolean {
  if (method === 'fit') return name in fitFields
  try {
    checkOptions(method as Parameters<typeof checkOptions>[0], { [name]: undefined })
    return true
  } catch {
    return false
  }
}

function compiles(options: object): boolean {
  const model = new gradus.Sequential([new gradus.Dense({ units: 2, inputShape: [1] })])
  try {
    model.compile({ optimizer: 'sgd', loss: 'mse', ...options })
    return true
  } catch {
    return false
  }
}
