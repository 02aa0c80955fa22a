import type { ModelSpec, Named } from '@gradus/core'
import { fromSpec, type SummaryOptions } from 'gradus'
import type { Check } from '../check.ts'
import { compareFiles } from '../model-files.ts'
import {
  buildModel,
  type CompileCase,
  compareHistory,
  compareLogs,
  compareOptimizer,
  comparePredictions,
  compareWeights,
  compileModel,
  setWeights,
  visible,
} from '../models.ts'
import { camelOptions } from '../options.ts'
import { type CaseBase, camelCase, type Keras, type Recorded, type RecordedWeight, toNamedHost } from '../recorded.ts'

type History = Readonly<Record<string, readonly (number | string)[]>>

interface ModelCase extends CaseBase {
  readonly model: Keras
  readonly compile: CompileCase
  readonly x: Named<Recorded>
  readonly y: Named<Recorded>
  readonly initial_weights: readonly RecordedWeight[]
  readonly predict_initial?: Recorded
  readonly train: {
    readonly batch_size: number
    readonly epochs: number
    readonly shuffle?: boolean
    readonly history: History
  }
  readonly weights: readonly RecordedWeight[]
  readonly predict?: Recorded
  readonly evaluate?: Readonly<Record<string, number>>
  readonly optimizer_variables?: readonly RecordedWeight[]
  readonly summary?: string
  readonly files?: Readonly<Record<string, string>>
  readonly resume_after_load?: {
    readonly batch_size: number
    readonly epochs: number
    readonly shuffle?: boolean
    readonly history: History
    readonly final_weights: readonly RecordedWeight[]
  }
}

/** Compares a model: predictions, training, the state of the optimizer, the summary, and resumed training. */
export async function runModel(entry: ModelCase, check: Check): Promise<void> {
  const built = buildModel(entry.model)
  const { model } = built
  compileModel(model, entry.compile)
  await setWeights(model, check, entry.initial_weights)
  const x = toNamedHost(entry.x)
  const y = toNamedHost(entry.y)
  if (entry.predict_initial) await comparePredictions(built, check, 'predict_initial', x, entry.predict_initial)
  const fit = ({ batch_size: batchSize, epochs, shuffle = false }: ModelCase['train']) =>
    model.fit(x, y, { batchSize, epochs, shuffle, verbose: 0 })
  compareHistory(check, 'train.history', (await fit(entry.train)).history, entry.train.history)
  await compareWeights(model, check, 'weights', entry.weights)
  if (entry.predict) await comparePredictions(built, check, 'predict', x, entry.predict)
  if (entry.evaluate) compareLogs(check, 'evaluate', await model.evaluate(x, y, { verbose: 0 }), entry.evaluate)
  if (entry.optimizer_variables) {
    await compareOptimizer(model, check, 'optimizer_variables', entry.optimizer_variables, entry.weights)
  }
  if (entry.summary) check.text('summary', visible(model.summary({ print: false })), visible(entry.summary))
  if (entry.files) await compareFiles(entry, built, check)
  const resumed = entry.resume_after_load
  if (!resumed) return
  // Keras resumes from a file with the state above; the state in memory must give the same results
  compareHistory(check, 'resume_after_load.history', (await fit({ ...resumed })).history, resumed.history)
  await compareWeights(model, check, 'resume_after_load.final_weights', resumed.final_weights)
}

interface ConfigCase extends CaseBase {
  readonly model: Keras
  readonly to_json?: string
  readonly summary_args?: Readonly<Record<string, unknown>>
  readonly summary?: string
  readonly count_params?: number
  readonly input_shape?: unknown
  readonly output_shape?: unknown
  readonly weight_paths?: readonly string[]
  readonly layer_names?: readonly string[]
}

/** Compares the config, summary, shapes and names of a model. */
export function runModelConfig(entry: ConfigCase, check: Check): void {
  const { model } = buildModel(entry.model)
  if (entry.to_json !== undefined) {
    // Gradus reads Keras's JSON and writes its specs: both must give the same model
    const read = buildModel(JSON.parse(entry.to_json) as Keras).model.toSpec()
    check.equal('to_json', fromSpec(JSON.parse(JSON.stringify(read)) as ModelSpec).toSpec(), model.toSpec())
  }
  const network = model.build().network!
  if (entry.summary !== undefined) {
    const text = model.summary({ ...(camelOptions(entry.summary_args ?? {}) as SummaryOptions), print: false })
    const cut = cutTo(text, entry.summary, entry.summary_args?.['line_length'])
    check.text('summary', visible(cut), visible(entry.summary))
  }
  if (entry.count_params !== undefined) check.equal('count_params', model.countParams(), entry.count_params)
  const shapes = (tensors: readonly { readonly shape: unknown }[]) =>
    tensors.length === 1 ? tensors[0]!.shape : tensors.map(({ shape }) => shape)
  if (entry.input_shape !== undefined) check.equal('input_shape', shapes(network.inputs), entry.input_shape)
  if (entry.output_shape !== undefined) check.equal('output_shape', shapes(network.outputs), entry.output_shape)
  if (entry.layer_names)
    check.equal(
      'layer_names',
      model.layers.map((layer) => network.nameOf(layer)),
      entry.layer_names,
    )
  if (entry.weight_paths) {
    const ours = model.variables.map(({ path }) => path)
    const other = entry.weight_paths.findIndex((path, index) => !alike(path, ours[index]))
    const length = entry.weight_paths.length
    check.equal('weight_paths.length', ours.length, length)
    if (other >= 0) check.deviate(`weight_paths[${other}]`, entry.weight_paths[other]!, String(ours[other]))
  }
}

/**
 * Whether two paths name the same weight of the same layer. In Keras the words before the layer depend on where it was built
 * first, and the words after it, such as the cell of an LSTM, differ between the two libraries.
 */
function alike(keras: string, ours = ''): boolean {
  const words = keras.split('/')
  const own = ours.split('.')
  return own.at(-1) === camelCase(words.at(-1)!) && words.includes(own.at(-2)!)
}

/** Keras cuts the lines of a summary at the width of the terminal, so longer lines are compared up to there. */
function cutTo(text: string, shown: string, lineLength: unknown): string {
  const width = Math.max(...shown.split('\n').map((line) => line.length))
  if (typeof lineLength !== 'number' || lineLength <= width) return text
  return text
    .split('\n')
    .map((line) => line.slice(0, width))
    .join('\n')
}
