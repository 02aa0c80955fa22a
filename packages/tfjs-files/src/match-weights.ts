import { FormatError, type WeightValue } from '@gradus/core'
import type { LayerOutline, ModelOutline, ResolveOptions, WeightOutline } from '@gradus/io'
import type { NamedWeight } from './weight-values.ts'

/** A layer that stands in a model, with all weights in it. */
interface Owner {
  readonly name: string
  /** The names of the models around it, outermost first. */
  readonly models: readonly string[]
  readonly weights: readonly WeightOutline[]
}

/** A weight of the file and the weight of the model that takes its values. */
export interface Match {
  readonly file: NamedWeight
  readonly own: WeightOutline
}

/**
 * Matches the weights of a file with those of a model: by the name of the layer, such as `dense` in `dense/kernel` or `model/dense/kernel`,
 * then by shape and name within the layer. Throws `FormatError` for weights that are missing, left over or of another shape, unless
 * `byName` or `skipMismatch` say otherwise.
 */
export function matchWeights(
  weights: readonly NamedWeight[],
  { layers }: Pick<ModelOutline, 'layers'>,
  { byName = false, skipMismatch = false }: ResolveOptions,
): Match[] {
  const owners = ownersIn(layers)
  const byOwner = new Map<Owner, NamedWeight[]>()
  const extra: NamedWeight[] = []
  for (const weight of weights) {
    const owner = ownerOf(weight.name, owners)
    const found = owner ? (byOwner.get(owner) ?? []) : extra
    found.push(weight)
    if (owner) byOwner.set(owner, found)
  }
  const matches: Match[] = []
  const missing: WeightOutline[] = []
  const wrong: string[] = []
  for (const owner of allOwners(owners)) {
    const found = matchOwner(byOwner.get(owner) ?? [], owner.weights)
    matches.push(...found.matches)
    for (const [index, own] of found.missing.entries()) {
      const other = found.extra[index]
      if (other) wrong.push(`'${other.name}' has the shape [${other.shape}], and '${own.path}' [${own.shape}]`)
      else missing.push(own)
    }
    // `count` of Normalization says on how much data it was adapted
    extra.push(...found.extra.slice(found.missing.length).filter(({ name }) => !/(^|\/)count$/.test(name)))
  }
  if (wrong.length > 0 && !skipMismatch) throw mismatch(`${listed(wrong)}`)
  if (byName) return matches
  if (missing.length > 0)
    throw mismatch(`it has no weights for ${listed(missing.map(({ path }) => `'${path}'`))} of the model`)
  if (extra.length > 0) throw mismatch(`the model has no place for ${listed(extra.map(({ name }) => `'${name}'`))}`)
  return matches
}

function mismatch(problem: string): FormatError {
  return new FormatError(
    `The weights of the file do not fit the model: ${problem}. They must be those of a model with the same layers and names; model.loadWeights(file, { byName: true }) takes those that fit.`,
  )
}

function listed(items: readonly string[]): string {
  return items.length <= 8 ? items.join(', ') : `${items.slice(0, 8).join(', ')} and ${items.length - 8} more`
}

/** The layers of a model and of the models in it, by their names. */
interface Owners {
  readonly byName: ReadonlyMap<string, readonly Owner[]>
  /** The owners by the names of layers within them, as in `TimeDistributed` of a model. */
  readonly byInnerName: ReadonlyMap<string, readonly Owner[]>
}

function allOwners({ byName }: Owners): ReadonlySet<Owner> {
  return new Set([...byName.values()].flat())
}

function ownersIn(root: LayerOutline): Owners {
  const byName = new Map<string, Owner[]>()
  const byInnerName = new Map<string, Owner[]>()
  const seen = new Set<string>()
  const add = (owners: Map<string, Owner[]>, name: string, owner: Owner) =>
    owners.set(name, [...(owners.get(name) ?? []), owner])
  const visitInner = ({ sublayers }: LayerOutline, owner: Owner): void => {
    for (const inner of sublayers) {
      add(byInnerName, inner.name, owner)
      visitInner(inner, owner)
    }
  }
  const visit = (layer: LayerOutline, models: readonly string[]): void => {
    if (layer.isModel) for (const inner of layer.sublayers) visit(inner, [...models, layer.name])
    else {
      // a layer that several layers hold occurs in each of them
      const weights = weightsIn(layer).filter((one) => isStored(one) && !seen.has(one.path) && seen.add(one.path))
      if (weights.length === 0) return
      const owner = { name: layer.name, models, weights }
      add(byName, layer.name, owner)
      visitInner(layer, owner)
    }
  }
  visit(root, [])
  return { byName, byInnerName }
}

/** The layer that a name such as `model/dense/kernel` belongs to. */
function ownerOf(name: string, { byName, byInnerName }: Owners): Owner | undefined {
  return bestOwner(name, byName) ?? bestOwner(name, byInnerName)
}

function bestOwner(name: string, owners: ReadonlyMap<string, readonly Owner[]>): Owner | undefined {
  const words = wordsOf(name)
  let best: Owner | undefined
  let bestScore = -1
  words.slice(0, -1).forEach((_, index) => {
    // names of layers may have slashes, as in `Conv/BatchNorm`
    for (let end = index + 1; end < words.length && end <= index + 8; end++) {
      for (const owner of owners.get(words.slice(index, end).join('/')) ?? []) {
        const around = owner.models.filter((model) => words.slice(0, index).includes(model)).length
        const score = around * 10 + (end - index)
        if (score <= bestScore) continue
        best = owner
        bestScore = score
      }
    }
  })
  return best
}

function wordsOf(name: string): string[] {
  return name.replace(/:\d+$/, '').split('/')
}

/** Pairs weights of one layer: those of the same shape, first those with the most similar names, in order among equals. */
function matchOwner(given: readonly NamedWeight[], own: readonly WeightOutline[]) {
  const pairs = given.flatMap((file, fileIndex) =>
    own.flatMap((weight, index) => {
      const same = weight.shape.length === file.shape.length && weight.shape.every((d, axis) => d === file.shape[axis])
      return same
        ? [{ file, own: weight, order: Math.abs(fileIndex - index), score: likeness(file.name, weight.path) }]
        : []
    }),
  )
  const taken = new Set<unknown>()
  const matches: Match[] = []
  for (const { file, own: weight } of pairs.sort((a, b) => b.score - a.score || a.order - b.order)) {
    if (taken.has(file) || taken.has(weight)) continue
    taken.add(file).add(weight)
    matches.push({ file, own: weight })
  }
  return {
    matches,
    missing: own.filter((weight) => !taken.has(weight)),
    extra: given.filter((file) => !taken.has(file)),
  }
}

/** Whether files have a weight. They do not have the states that recurrent layers keep from batch to batch, which are 0 in a model that is loaded. */
export function isStored({ key }: WeightOutline): boolean {
  return !key.startsWith('states.')
}

/** How many words two names share; an equal last name counts more. */
function likeness(name: string, path: string): number {
  const parts = (text: string) =>
    text
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[/_.]/)
  const last = (text: string) =>
    text
      .replace(/:\d+$/, '')
      .replace(/^.*[/.]/, '')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
  const words = new Set(parts(path))
  const shared = new Set(parts(name).filter((word) => words.has(word))).size
  return shared + (last(name) === last(path) ? 10 : 0)
}

/** The values of matched weights by the paths of the model, and zeros for the states of its recurrent layers. */
export function weightValues(matches: readonly Match[], root: LayerOutline): WeightValue[] {
  const read = matches.map(({ file, own }) => valueOf(own, file.dtype, file.data))
  const states = weightsIn(root).filter((weight) => !isStored(weight))
  const zeros = states.map((own) => valueOf(own, 'float32', new Float32Array(own.shape.reduce((a, b) => a * b, 1))))
  return [...read, ...zeros]
}

function valueOf({ path, trainable, shape }: WeightOutline, dtype: WeightValue['dtype'], data: WeightValue['data']) {
  return { path, trainable, shape, dtype, data }
}

function weightsIn({ weights, sublayers }: LayerOutline): WeightOutline[] {
  return [...weights, ...sublayers.flatMap(weightsIn)]
}
