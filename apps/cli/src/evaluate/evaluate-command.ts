import { ConfigError, DataError, type HostArray, type Logs } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { Command } from 'commander'
import type { Model } from 'gradus'
import type { TableCoder } from 'gradus/tables'
import {
  argumentTexts,
  backendOption,
  jsonOption,
  minAccuracyOption,
  pluginOption,
  type Which,
  whichOption,
} from '../flags.ts'
import { addTableFlags, type CommandTable, openRows, type TableFlags } from '../predict/table-input.ts'
import { openTableModel, type TableModel } from '../predict/table-model.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { accuracyOf, requireAccuracy } from '../train/accuracy.ts'
import { type Evaluation, evaluateSamples, onlyConfusion } from '../train/evaluation.ts'
import { readData } from '../train/read-data.ts'
import { reportEvaluation } from '../train/report-run.ts'
import { inputsOf, type Samples, targetsOf } from '../train/samples.ts'
import { TargetScores } from '../train/target-figures.ts'

interface EvaluateFlags extends TableFlags {
  readonly backend?: string
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly minAccuracy?: number
  readonly json?: boolean
}

const examples = `
Examples:
  gradus evaluate runs/houses-1                    the rows that the run has held out
  gradus evaluate runs/flowers-1 new.csv --min-accuracy 0.9`

/** Adds `gradus evaluate`. */
export function evaluateCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('evaluate')
    .argument('<model>', argumentTexts.tableModel)
    .argument('[file]', 'a file of rows, or - for stdin; of a run by default the rows that it has held out')
    .description('print the loss, the metrics and the errors of a model on rows with their targets')
    .addOption(minAccuracyOption())
    .addOption(jsonOption())
    .addHelpText('after', examples)
  addTableFlags(command.addOption(whichOption()).addOption(backendOption()).addOption(pluginOption())).action(
    (model: string, file: string | undefined, flags: EvaluateFlags) => evaluate(model, file, flags, terminal),
  )
}

async function evaluate(
  source: string,
  file: string | undefined,
  flags: EvaluateFlags,
  terminal: Terminal,
): Promise<void> {
  const { cwd, out, env } = terminal
  const { opened, model, coder } = await openTableModel(source, {
    cwd,
    backend: flags.backend,
    which: flags.which,
    plugins: flags.plugin,
    log: terminal.err,
  })
  const { name, ...evaluation } =
    file === undefined
      ? await evaluateHeldOut(source, { opened, model, coder }, terminal)
      : await evaluateRows(await openRows([file], flags, cwd), { opened, model, coder })
  const { samples, leftOut = 0, figures, confusion, targets } = evaluation
  if (flags.json) {
    writeJson(out, { model: opened.path, file: name, samples, leftOut, figures, confusion: confusion ?? null, targets })
  } else reportEvaluation(new Report(out, env), name, { role: 'given', ...evaluation })
  requireAccuracy(flags.minAccuracy, { ...accuracyOf({ ...evaluation, role: name }, {}), rows: `rows of ${name}` })
}

/** `leftOut` is the number of rows without a target, or without a value that is needed. */
type Evaluated = Omit<Evaluation, 'role'> & { readonly name: string; readonly leftOut?: number }

/** Evaluates the model of a run on the rows that the run has held out. Throws `ConfigError` where there are none. */
async function evaluateHeldOut(
  source: string,
  { opened, model, coder }: TableModel,
  { command }: Terminal,
): Promise<Evaluated> {
  const remedy = `Give a file of rows: ${command} evaluate ${source} FILE`
  if (!opened.run) throw new ConfigError(remedy)
  const config = await opened.run.config()
  const { test, validation } = await readData(config, coder.spec).catch((cause: Error) => {
    throw cause instanceof DataError ? new DataError(`${cause.message} ${remedy}`, { cause }) : cause
  })
  const held = test ?? validation
  if (!held) throw new ConfigError(`The run ${source} has no rows held out. ${remedy}`)
  return { name: held.name, ...(await evaluateSamples({ model, coder, config }, held)) }
}

/** Evaluates a model on rows, a chunk at a time. */
async function evaluateRows(table: CommandTable, { model, coder }: TableModel): Promise<Evaluated> {
  const { name } = table.source
  const parts = { [Symbol.asyncIterator]: () => encodedParts(table, coder) }
  const scores = new TargetScores(coder)
  let [samples, leftOut] = [0, 0]
  for await (const part of parts) {
    samples += part.count
    leftOut += part.leftOut
    if (part.count > 0) await scores.add([await model.predictAll(inputsOf(part))].flat() as Tensor[], part.y)
  }
  if (samples === 0) throw new DataError(`${name} has no rows with a target.`)
  const targets = scores.finish()
  const figures = await figuresOf(model, parts)
  return { name, samples, leftOut, figures, confusion: onlyConfusion(targets), targets }
}

async function* encodedParts(
  { source, folder }: CommandTable,
  coder: TableCoder,
): AsyncGenerator<Samples & { readonly leftOut: number }> {
  const { name, columns, decimal } = source
  for await (const chunk of source.chunks()) {
    const { rows, x, y } = await coder.encode(chunk, { name, columns, decimal, folder })
    yield { name, count: rows.length, leftOut: chunk.rowCount - rows.length, x, y }
  }
}

/** The loss and the metrics of a model, in batches of the chunks; nothing of a model that was saved without a loss. */
async function figuresOf(model: Model, parts: AsyncIterable<Samples>): Promise<Logs> {
  if (!model.compiled) return {}
  async function* batches() {
    for await (const part of parts)
      if (part.count > 0) yield [inputsOf(part), targetsOf(part, model)] as [HostArray, HostArray]
  }
  return model.evaluate(batches(), { verbose: 0 })
}
