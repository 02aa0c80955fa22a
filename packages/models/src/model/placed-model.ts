import { ConfigError, readVariables } from '@gradus/core'
import { type Backend, currentBackend, onBackend } from '@gradus/tensor'
import { disposeTree, type Ports } from '../input/index.ts'
import type { CompiledPredictStep, Trainer } from '../step/index.ts'
import { ModelStructure } from './model-structure.ts'
import { moveTree, moveVariables } from './placement.ts'

/** The backend of a model: its weights, the state of its optimizer and its random stream move together. */
export abstract class PlacedModel<C extends object = object> extends ModelStructure<C> {
  /** Batches outside training so far, in `predict`, `evaluate` and the like. Random numbers that layers draw in them depend on it. */
  inferenceSteps = 0
  protected trainer: Trainer | undefined
  protected predictor: { readonly ports: Ports; readonly step: CompiledPredictStep } | undefined
  /** Ends when earlier moves to another backend and replacements of weights have ended. */
  protected moving: Promise<unknown> = Promise.resolve()
  private disposed = false

  /**
   * Moves weights and the optimizer's state to a backend. `fit`, `evaluate` and `predict` do that themselves after `useBackend`.
   * Throws `ConfigError` while the model is trained.
   *
   * @example
   * import { cpu } from '@gradus/backend-cpu'
   * import { Dense } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * import { ones, useBackend } from '@gradus/tensor'
   * const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [3] })]).build()
   * const other = cpu()
   * await model.to(other)
   * await useBackend(other)
   * model.call(ones([1, 3])).array() // => [[3]]
   */
  async to(backend: Backend): Promise<this> {
    this.requireUsable()
    if (this.trainer?.running) throw new ConfigError('to was called while the model is trained. Wait for fit to end.')
    await this.moveNext(backend)
    return this
  }

  /** Moves the model when earlier moves have ended. */
  private async moveNext(backend: Backend): Promise<void> {
    const move = this.moving.then(() => this.moveTo(backend))
    this.moving = move.catch(() => undefined)
    await move
  }

  /** Runs a function when earlier ones and moves have ended; what waits for `ready` later waits for it. */
  protected async inOrder<T>(body: () => Promise<T>): Promise<T> {
    const run = this.ready().then(body)
    this.moving = run.catch(() => undefined)
    return run
  }

  private async moveTo(backend: Backend): Promise<void> {
    await moveVariables(this, backend)
    const before = this.trainer?.optimizerState
    const optimizerState = await moveTree(before, backend)
    const keyMoves = this.streamBackend !== undefined && this.streamBackend !== backend
    if (keyMoves) this.forgetStream()
    if (keyMoves || optimizerState !== before) {
      const rng = onBackend(backend, () => this.rng)
      this.trainer?.moveTo(optimizerState, rng)
    }
  }

  /** The backend on which the model works: during a run that of the run, otherwise the current one. */
  protected get backend(): Backend {
    return this.trainer?.backend ?? currentBackend()
  }

  /**
   * Brings the weights to the current backend, or during a run to that of the run, if they are on another one. Returns the backend.
   * Throws `ConfigError` for a disposed model.
   */
  async ready(): Promise<Backend> {
    this.requireUsable()
    const { backend } = this
    await this.moveNext(backend)
    return backend
  }

  /**
   * Frees weights and the optimizer's state now, instead of when the model is garbage collected. Layers that other models share
   * lose their weights, too. The model cannot be used afterwards. Throws `ConfigError` while the model is trained.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * import { memory } from '@gradus/tensor'
   * const before = memory().buffers
   * const model = new Sequential([new Dense({ units: 1, inputShape: [3] })]).build()
   * model.dispose()
   * memory().buffers - before // => 0
   */
  dispose(): void {
    if (this.trainer?.running) {
      throw new ConfigError('dispose was called while the model is trained. Wait for fit to end.')
    }
    disposeTree(readVariables(this))
    this.trainer?.dispose()
    this.trainer = undefined
    this.predictor = undefined
    this.forgetStream()
    this.disposed = true
  }

  /** Drops compiled steps and the state of the optimizer. Throws `ConfigError` while the model is trained. */
  protected forgetSteps(): void {
    if (this.trainer?.running)
      throw new ConfigError('The weights were replaced while the model is trained. Wait for fit to end.')
    this.trainer?.dispose()
    this.trainer = undefined
    this.predictor = undefined
  }

  /** Changes the seed: later random numbers are those of a model that began with it. */
  protected reseed(seed: number): void {
    if (seed === this.seed) return
    this.seed = seed
    this.inferenceSteps = 0
    this.forgetStream()
    this.trainer?.moveTo(this.trainer.optimizerState, this.rng)
  }

  protected override placeOn(backend: Backend): void {
    this.requireUsable()
    const { trainer } = this
    if (trainer?.running && trainer.backend !== backend) {
      throw new ConfigError(
        `The model is trained on the ${trainer.backend.name} backend and was called with tensors of ${trainer.backend.name === backend.name ? 'another' : 'the'} ${backend.name} backend. Move them first with \`await toBackend(x, backend)\`, or use predict, which does that.`,
      )
    }
    super.placeOn(backend)
  }

  /** Throws `ConfigError` if the model was disposed. */
  private requireUsable(): void {
    if (this.disposed) {
      throw new ConfigError('The model was disposed, which freed its weights. Build or load it again.')
    }
  }
}
