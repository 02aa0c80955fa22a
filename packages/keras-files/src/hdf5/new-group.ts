import { FormatError } from '@gradus/core'
import type { DType, Shape, TypedArray } from '@gradus/tensor'

/** Numbers to write. */
export interface NewDataset {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
}

/** A group to write. */
export class NewGroup {
  readonly attributes = new Map<string, string | readonly string[]>()
  readonly entries = new Map<string, NewGroup | NewDataset>()

  /** The group at a path with slashes, which is made if it does not exist. Throws `FormatError` where a dataset has that name. */
  at(path: string): NewGroup {
    let group: NewGroup = this
    for (const name of path.split('/').filter((part) => part !== '')) {
      const found = group.entries.get(name)
      if (found !== undefined && !(found instanceof NewGroup)) throw taken(path, name)
      const next = found ?? new NewGroup()
      group.entries.set(name, next)
      group = next
    }
    return group
  }

  /** Adds a dataset at a path with slashes. Throws `FormatError` for a name that is taken. */
  add(path: string, dataset: NewDataset): void {
    const slash = path.lastIndexOf('/')
    const group = this.at(path.slice(0, Math.max(0, slash)))
    const name = path.slice(slash + 1)
    if (group.entries.has(name)) throw taken(path, name)
    group.entries.set(name, dataset)
  }
}

function taken(path: string, name: string): FormatError {
  return new FormatError(
    `The file would have '${name}' of '${path}' twice. Layers of a model need different names, without slashes.`,
  )
}
