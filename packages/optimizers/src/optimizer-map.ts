import {
  ConfigError,
  type ConfigOf,
  describeValue,
  type Gradients,
  type Kind,
  Optimizer,
  type OptimizerState,
  type OptionsOf,
  Schedule,
} from '@gradus/core'
import { logicalAnd, type Tensor, treeForEach, treeReplace } from '@gradus/tensor'
import { kerasPath, pathPattern } from './path-pattern.ts'
import { refuseInnerOptions, WrappedOptimizer, withoutLossScale } from './wrapped-optimizer.ts'

const fields = {
  /** The optimizer of parameters that no key of `optimizerMap` matches. */
  defaultOptimizer: { type: 'optimizer' as Kind<Optimizer>, required: true, example: 'new Adam()' },
  /** Optimizers by path of a parameter, such as `encoder/dense/kernel`, or by regular expression for paths: `encoder/.*`. */
  optimizerMap: {
    type: 'unknown' as Kind<Readonly<Record<string, Optimizer>>>,
    default: {},
    example: "{ 'encoder/.*': new Adam() }",
  },
} as const

/** Options of `OptimizerMap`. */
export interface OptimizerMapConfig extends ConfigOf<typeof fields> {}

/** The tensors of some parameters, by path. */
type Flat = Readonly<Record<string, Tensor>>

/**
 * Several optimizers, each of which updates the parameters that a key of `optimizerMap` names: an exact path or a regular
 * expression that matches the whole path, with `/` between its parts. So each part of a model can have another learning rate,
 * weight decay and so on. Learning rates are set on the optimizers, not on the model. The state holds those of the optimizers
 * in `inner`, by their names. Throws `ConfigError` in `init` if several expressions match a path. Source: Keras
 * `optimizers.OptimizerMap`, which only `MultiOptimizer` takes there.
 *
 * @example
 * import { Adam, OptimizerMap, SGD } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new OptimizerMap({
 *   defaultOptimizer: new Adam({ learningRate: 0.25 }),
 *   optimizerMap: { 'embedding/.*': new SGD({ learningRate: 0.5 }) },
 * })
 * const params = { embedding: { embeddings: tensor([1]) }, dense: { kernel: tensor([1]) } }
 * const grads = { embedding: { embeddings: tensor([2]) }, dense: { kernel: tensor([2]) } }
 * const [next, state] = optimizer.update(grads, optimizer.init(params), params)
 * next.embedding.embeddings.array() // => [0]
 * next.dense.kernel.item().toFixed(3) // => '0.750'
 * Object.keys(state.inner) // => ['sgd', 'adam']
 */
export class OptimizerMap extends Optimizer<OptimizerMapConfig> {
  static readonly type = 'OptimizerMap'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  /** The optimizers of the patterns, then the default; each once. */
  readonly optimizers: readonly Optimizer[]
  /** The same by unique name, without loss scales. */
  private readonly byName: ReadonlyMap<string, Optimizer>

  constructor(config: OptimizerMapConfig) {
    super(config)
    const { defaultOptimizer, optimizerMap } = this.options
    refuseInnerOptions(this.type, this.config, 'optimizerMap')
    this.optimizers = [...new Set([...Object.values(optimizerMap ?? {}), defaultOptimizer])]
    for (const optimizer of this.optimizers) requirePlain(optimizer)
    const names = uniqueNames(this.optimizers.map((optimizer) => optimizer.name))
    this.byName = new Map(this.optimizers.map((optimizer, index) => [names[index]!, withoutLossScale(optimizer)]))
  }

  /** The rate of the default optimizer. It cannot be set, because each optimizer has its rate. */
  override get learningRate(): Schedule {
    return new RateOfDefault({ optimizer: this.options.defaultOptimizer })
  }

  override get averages(): boolean {
    return this.optimizers.some((optimizer) => optimizer.averages)
  }

  override init(params: object): OptimizerState {
    const inner = this.map(params, (optimizer, owned) => optimizer.init(owned))
    return { ...super.init(params), inner: Object.fromEntries(inner) }
  }

  override finalize<P extends object>(params: P, state: OptimizerState): P {
    return join(
      params,
      this.map(params, (optimizer, owned, name) => optimizer.finalize(owned, stateOf(state, name))).values(),
    )
  }

  protected override isFinite(grads: Gradients, state: OptimizerState): Tensor {
    const accepted = this.map(grads ?? {}, (optimizer, owned, name) => optimizer.accepts(owned, stateOf(state, name)))
    return [...accepted.values()].reduce((all, next) => logicalAnd(all, next))
  }

  protected override updateWith<P extends object>(
    gradients: ReadonlyMap<string, Tensor>,
    state: OptimizerState,
    params: P,
  ): [P, OptimizerState] {
    const updated = this.map(params, (optimizer, owned, name): readonly [Flat, OptimizerState] => {
      if (Object.keys(owned).length === 0) return [owned, stateOf(state, name)]
      const ofOwned = [...gradients].filter(([path]) => Object.hasOwn(owned, path))
      return optimizer.update(Object.fromEntries(ofOwned), stateOf(state, name), owned)
    })
    const [, outer] = super.updateWith(new Map(), state, params)
    const inner = Object.fromEntries([...updated].map(([name, [, next]]) => [name, next]))
    return [
      join(
        params,
        [...updated.values()].map(([next]) => next),
      ),
      { ...outer, inner },
    ]
  }

  // the inner optimizers do the steps
  protected step(param: Tensor, _gradient: Tensor, slots: Flat) {
    return [param, slots] as const
  }

  /** The results of `body` for each optimizer, its parameters and its name. */
  private map<T>(tree: object, body: (optimizer: Optimizer, owned: Flat, name: string) => T): Map<string, T> {
    const owned = new Map<Optimizer, Record<string, Tensor>>(this.optimizers.map((optimizer) => [optimizer, {}]))
    treeForEach(tree, (leaf, path) => {
      owned.get(this.optimizerOf(path))![path] = leaf
    })
    const parts = [...owned.values()]
    return new Map([...this.byName].map(([name, optimizer], index) => [name, body(optimizer, parts[index]!, name)]))
  }

  private optimizerOf(path: string): Optimizer {
    const { defaultOptimizer, optimizerMap } = this.options
    const keras = kerasPath(path)
    if (Object.hasOwn(optimizerMap, keras)) return optimizerMap[keras]!
    const found = Object.keys(optimizerMap).filter((key) =>
      pathPattern(this.type, 'optimizerMap', `^(?:${key})$`).test(keras),
    )
    if (found.length <= 1) return found.length === 0 ? defaultOptimizer : optimizerMap[found[0]!]!
    throw new ConfigError(
      `${this.type}: the parameter '${keras}' has several optimizers, because ${found.map((key) => `'${key}'`).join(' and ')} match its path. Let one key match it.`,
    )
  }
}

class RateOfDefault extends Schedule<{ readonly optimizer: Optimizer }> {
  static readonly type: string = 'of each optimizer of the OptimizerMap'
  static override readonly fields = { optimizer: 'optimizer' } as const

  at(step: Tensor): Tensor {
    const { optimizer } = this.config
    return optimizer.rateAt(step, optimizer.init({}))
  }
}

function requirePlain(optimizer: unknown): void {
  if (optimizer instanceof Optimizer && !(optimizer instanceof WrappedOptimizer || optimizer instanceof OptimizerMap)) {
    return
  }
  throw new ConfigError(
    `OptimizerMap: the values of 'optimizerMap' and 'defaultOptimizer' must be optimizers that are not made of others, as in { 'encoder/.*': new Adam() }, and one is ${describeValue(optimizer)}.`,
  )
}

/** Appends `_1`, `_2` and so on to names that occurred before. */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const count = seen.get(name) ?? 0
    seen.set(name, count + 1)
    return count === 0 ? name : `${name}_${count}`
  })
}

function stateOf(state: OptimizerState, name: string): OptimizerState {
  return (state['inner'] as Readonly<Record<string, OptimizerState>>)[name]!
}

/** A tree like `tree` with the tensors of `parts`, by path. */
function join<P extends object>(tree: P, parts: Iterable<Flat>): P {
  const all: Flat = Object.assign({}, ...parts)
  const leaves: Tensor[] = []
  treeForEach(tree, (_, path) => leaves.push(all[path]!))
  return treeReplace(tree, leaves)
}
