import {
  type BaseLayer,
  type FitState,
  inputShapesOf,
  type LayerSpec,
  layersWithin,
  type ModelSpec,
  readConstants,
  readWeights,
  requireFinite,
  type WeightLike,
  type WeightValue,
  wrapperOf,
  writeWeights,
} from '@gradus/core'
import type { FileSource, FileTarget, ModelFile, ModelHeader } from '@gradus/io'
import { onBackend, type Tensor, type Tree, treeForEach } from '@gradus/tensor'
import type { KnownNames, NoNames } from '../objective/index.ts'
import type { OptimizerStates } from '../step/index.ts'
import {
  compileSpec,
  type FileOptions,
  type LoadWeightsOptions,
  modelFiles,
  type ReadFileOptions,
  type SaveOptions,
} from './files.ts'
import { ModelTraining } from './model-training.ts'
import { checkOptions } from './training-options.ts'

/** The parts of a model in a file: all, what inference needs, or the weights. */
type FileParts = 'all' | 'inference' | 'weights'

/** The methods of a model that replace its weights, and that write and read its files. */
export abstract class ModelFiles<N extends KnownNames = NoNames, C extends object = object> extends ModelTraining<
  N,
  C
> {
  /**
   * What turns rows of a table into inputs of this model, and its outputs into values, as `@gradus/tables` saves it. It is saved with
   * the model.
   */
  table?: Readonly<Record<string, unknown>>

  /** Returns copies of all weights, in Keras's order. */
  override getWeights(): Promise<WeightValue[]> {
    return this.withVariables(() => super.getWeights())
  }

  /**
   * Replaces all weights: by path if they have paths, otherwise in Keras's order. Throws `ConfigError`, before any change, for
   * missing weights, weights that it does not have and wrong shapes.
   */
  override async setWeights(weights: readonly WeightLike[]): Promise<void> {
    await this.withVariables(async () => {
      await writeWeights(this.build(), weights, this.backend)
      this.changed()
    })
  }

  /**
   * Runs a function that changes which weights layers have, and drops what depends on them: compiled steps and the state of the
   * optimizer. Later calls of `fit`, `predict` and the like wait for it. Throws `ConfigError` while the model is trained.
   */
  replaceWeights<T>(replace: () => Promise<T> | T): Promise<T> {
    return this.inOrder(() => {
      this.build()
      this.forgetSteps()
      return onBackend(this.backend, async () => replace())
    })
  }

  override resetStates(): void {
    super.resetStates()
    this.changed()
  }

  /** Makes a running training loop read the variables again. */
  protected changed(): void {
    if (this.trainer) this.trainer.revision++
  }

  /** Returns the bytes of a safetensors file with the model, its weights and, if it was trained, the optimizer's state. */
  async toBytes(options: { readonly weightsOnly?: boolean; readonly fit?: FitState } = {}): Promise<Uint8Array> {
    checkOptions('toBytes', options)
    const file = await this.toFile(options.weightsOnly ? 'weights' : 'all', options.fit)
    return (await modelFiles()).encodeModel(file)
  }

  private async toFile(parts: FileParts, fit?: FitState): Promise<ModelFile> {
    await this.moving
    return this.withVariables(() => this.readFile(parts, fit))
  }

  private async readFile(parts: FileParts, fit?: FitState): Promise<ModelFile> {
    const [weightsOnly, all] = [parts === 'weights', parts === 'all']
    const compiled = all ? this.setup : undefined
    const constants = weightsOnly ? undefined : readConstants(layersWithin(this).map(({ layer }) => layer.config))
    if (constants) await constants
    if (!weightsOnly) {
      const { requireLoadable } = await import('./loadable.ts')
      requireLoadable(this, compiled && { ...compiled, registry: undefined })
    }
    const header = weightsOnly ? { format: 1 as const } : { ...this.fileHeader(all), ...(fit && { fit }) }
    const state = all ? this.trainer?.optimizerState : undefined
    const { outlineOf } = await modelFiles()
    const [weights, optimizer] = await Promise.all([this.getWeights(), readWeights(leavesByPath(state))])
    const advice = 'The model has diverged and its file could not be loaded; an earlier file stays as it is.'
    for (const value of weights) requireFinite(value, `The weight '${value.path}'`, advice)
    for (const value of optimizer) requireFinite(value, `The optimizer state '${value.path}'`, advice)
    return { header, weights, optimizer, outline: { layers: outlineOf(this), optimizer: [] } }
  }

  /**
   * Matches the contents of a file that stores weights by layers with this model; returns other files as they are. Throws `FormatError`
   * for a file of other layers.
   */
  async matched(
    file: ModelFile,
    options: LoadWeightsOptions & { readonly training?: boolean } = {},
  ): Promise<ModelFile> {
    if (!file.resolve) return file
    const { outlineOf } = await modelFiles()
    const trainer = options.training ? this.requireTrainer('restoreTraining') : undefined
    const outline = await this.withVariables(async () => ({
      layers: outlineOf(this.build()),
      optimizer: trainer?.stateOutline() ?? [],
      optimizerSpec: trainer && compileSpec(trainer.setup)['optimizer'],
    }))
    return { ...file.resolve(outline, options), header: file.header }
  }

  private fileHeader(training: boolean): ModelHeader {
    return {
      format: 1,
      spec: this.toSpec() as ModelSpec | LayerSpec,
      seed: this.seed,
      ...(!this.network && { inputShapes: inputShapesOf(this) }),
      ...quantizationIn(this),
      ...(this.table && { table: this.table }),
      ...(training && this.setup && { compile: compileSpec(this.setup) }),
      ...(training && this.trainer && { steps: this.trainer.steps }),
    }
  }

  /**
   * Writes the model, its weights and the optimizer's state to a path or file handle, in the format of the file name's extension
   * (default safetensors). The write is atomic: if it fails, an existing file stays as it was. Throws `ConfigError` for a class without
   * a static `type` and `DataError` for weights that are not finite, because the file could not be loaded.
   */
  async save(target: FileTarget, options: SaveOptions = {}): Promise<void> {
    checkOptions('save', options)
    const file = await this.toFile('all', options.fit)
    await (await modelFiles()).writeModelFile(target, file, options.formats)
  }

  /**
   * Like `save`, with what inference needs: layers and weights, and neither optimizer nor loss. `loadModel` reads the file. A
   * function of the model in this program is `inferenceFunction(model)`. Keras: `export`.
   */
  async export(target: FileTarget, options: FileOptions = {}): Promise<void> {
    checkOptions('export', options)
    const file = await this.toFile('inference')
    await (await modelFiles()).writeModelFile(target, file, options.formats)
  }

  /**
   * Throws `FormatError` for a path that `save` would refuse, because of the format that its extension names. `ModelCheckpoint` calls it
   * when training begins.
   */
  async checkPath(path: string): Promise<void> {
    await (await modelFiles()).requireWritable(path)
  }

  /** Like `save`, with the weights only. */
  async saveWeights(target: FileTarget, options: FileOptions = {}): Promise<void> {
    checkOptions('saveWeights', options)
    const file = await this.toFile('weights')
    await (await modelFiles()).writeModelFile(target, file, options.formats)
  }

  /**
   * Reads the weights of a file that `save` or `saveWeights` wrote for a model of the same layers. With `byName`, layers of other names
   * keep their weights; with `skipMismatch`, weights of another shape are kept. Throws `FormatError`, and `ConfigError` as `setWeights`
   * does.
   */
  async loadWeights(source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
    checkOptions('loadWeights', options)
    const { readModelFile, mergedWeights } = await modelFiles()
    this.build()
    const file = await readModelFile(source, options.formats, { ...filesOf(options), weightsOnly: true })
    const { weights } = await this.matched(file, options)
    const isPartial = options.byName || options.skipMismatch
    await this.setWeights(isPartial ? mergedWeights(await this.getWeights(), weights, options) : weights)
  }

  /**
   * Restores weights, optimizer, number of steps and seed from a file that `save` wrote for a model of the same layers, compiled
   * in the same way. Returns the state of `fit` in the file, which the option `resumeFrom` takes. Throws `FormatError` and, before any
   * change of weights, `ConfigError` for weights that do not fit.
   */
  async restore(source: FileSource, options: ReadFileOptions = {}): Promise<FitState | undefined> {
    checkOptions('restore', options)
    const { readModelFile } = await modelFiles()
    const file = await this.matched(await readModelFile(source, options.formats, filesOf(options)), { training: true })
    await this.setWeights(file.weights)
    await this.restoreTraining(file)
    return file.header.fit
  }

  /** Restores the state of the optimizer from a file. The model must be compiled with the same optimizer. */
  async restoreTraining({ header, optimizer }: ModelFile): Promise<void> {
    if (typeof header.seed === 'number') this.reseed(header.seed)
    for (const value of optimizer) requireFinite(value, `The optimizer state '${value.path}'`)
    const steps = header.steps ?? optimizer.find(({ path }) => path === 'iteration')?.data[0] ?? 0
    await this.requireTrainer('restoreTraining').restore(optimizer, steps)
  }
}

/** The tensors of the state of optimizers, by path. */
function leavesByPath(state: OptimizerStates | undefined): { path: string; trainable: false; value: Tensor }[] {
  const leaves: { path: string; trainable: false; value: Tensor }[] = []
  treeForEach((state ?? {}) as Tree, (value, path) => leaves.push({ path, trainable: false, value }))
  return leaves
}

/** The entry of a model file about quantized layers; empty without such layers. */
function quantizationIn(model: BaseLayer): Pick<ModelHeader, 'quantization'> {
  const layers = layersWithin(model).flatMap(({ layer, path }) => {
    const saved = wrapperOf(layer)?.saved
    return saved ? [[path, saved] as const] : []
  })
  return layers.length > 0 ? { quantization: Object.fromEntries(layers) } : {}
}

function filesOf({ files }: ReadFileOptions): ReadFileOptions {
  return files === undefined ? {} : { files }
}
