import { resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { type Command, Option } from 'commander'
import { writeFileAtomic } from 'gradus/io'
import { predictEncoded, type RowPrediction, type TableChunk, type TableSource } from 'gradus/tables'
import { argumentTexts, backendOption, jsonOption, pluginOption, type Which, whichOption } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import { jsonText } from '../text/json.ts'
import { OutputFile } from './output-file.ts'
import { type OutputRow, RowWriter } from './row-writer.ts'
import { addTableFlags, openRows, type RowForm, type TableFlags } from './table-input.ts'
import { openTableModel, type TableModel } from './table-model.ts'

interface PredictFlags extends TableFlags {
  readonly format?: RowForm
  readonly probabilities?: boolean
  readonly keep?: boolean
  readonly out?: string
  readonly backend?: string
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly json?: boolean
}

const examples = `
Examples:
  gradus predict runs/houses-1 new-houses.csv --keep --out predictions.csv
  cat rows.jsonl | gradus predict runs/flowers-1 --probabilities
  gradus predict runs/photos-1 a.jpg b.jpg`

/** Adds `gradus predict`. */
export function predictCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('predict')
    .argument('<model>', argumentTexts.tableModel)
    .argument('[files...]', 'a file of rows, images, or - for stdin (default)')
    .description('predict raw rows: the columns are encoded as in training')
    .addOption(
      new Option('--format <form>', 'how predictions are written (default as the rows)').choices([
        'csv',
        'json',
        'jsonl',
      ]),
    )
    .option('--probabilities', 'write the probability of each class too')
    .option('--keep', 'write the columns of the rows too')
    .option('--out <file>', 'write to a file instead of stdout')
    .addOption(jsonOption({ about: 'print one JSON document with the model, the rows and the predictions' }))
    .addHelpText('after', examples)
  addTableFlags(command.addOption(whichOption()).addOption(backendOption()).addOption(pluginOption())).action(
    (model: string, files: string[], flags: PredictFlags) => predict(model, files, flags, terminal),
  )
}

async function predict(
  source: string,
  files: readonly string[],
  flags: PredictFlags,
  terminal: Terminal,
): Promise<void> {
  const { cwd, out } = terminal
  if (flags.out !== undefined && files.some((file) => resolve(cwd, file) === resolve(cwd, flags.out!)))
    throw new ConfigError(`--out is '${flags.out}', which is the file of the rows. Give another name.`)
  const tableModel = await openTableModel(source, {
    cwd,
    backend: flags.backend,
    which: flags.which,
    plugins: flags.plugin,
    log: terminal.err,
  })
  const { source: rows, folder, form } = await openRows(files, flags, cwd)
  const { targets } = tableModel.coder.spec
  if (flags.json) {
    const predictions: (RowPrediction | null)[] = []
    for await (const { prediction } of predictedRows(tableModel, rows, folder, [])) predictions.push(prediction ?? null)
    const text = jsonText({ model: tableModel.opened.path, rows: predictions.length, predictions })
    if (flags.out === undefined) out.write(text)
    else await writeFileAtomic(resolve(cwd, flags.out), text)
    return
  }
  const columns = flags.keep ? rows.columns : []
  const output = flags.out === undefined ? undefined : await OutputFile.create(resolve(cwd, flags.out))
  try {
    let waiting = ''
    const writer = new RowWriter({
      form: flags.format ?? form,
      columns,
      targets: targets.map((target) => ({
        name: target.name,
        ...(target.task === 'classification' && { classes: target.names ?? target.classes }),
      })),
      probabilities: flags.probabilities === true,
      write: (text) => {
        waiting += text
      },
    })
    const flush = async () => {
      if (output) await output.write(waiting)
      else out.write(waiting)
      waiting = ''
    }
    let count = 0
    for await (const row of predictedRows(tableModel, rows, folder, columns)) {
      writer.add(row)
      count++
      if (waiting.length > 2 ** 16) await flush()
    }
    writer.end()
    await flush()
    if (output) {
      await output.finish()
      out.write(`Wrote ${count} predictions to ${flags.out}\n`)
    }
  } catch (error) {
    await output?.discard()
    throw error
  }
}

/** Predicts the rows of a source, a chunk at a time. */
async function* predictedRows(
  { model, coder }: TableModel,
  source: TableSource,
  folder: string,
  columns: readonly string[],
): AsyncGenerator<OutputRow> {
  const { name, columns: all, decimal } = source
  const positions = columns.map((column) => all.indexOf(column))
  for await (const chunk of source.chunks()) {
    const { rows, x } = await coder.encode(chunk, { name, columns: all, decimal, folder, targets: false })
    const predictions = rows.length === 0 ? [] : await predictEncoded(model, coder, x)
    let next = 0
    for (let row = 0; row < chunk.rowCount; row++) {
      const prediction = rows[next] === row ? predictions[next++] : undefined
      yield { cells: positions.map((position) => cellOf(chunk, position, row)), prediction }
    }
  }
}

function cellOf(chunk: TableChunk, column: number, row: number): OutputRow['cells'][number] {
  return chunk.columns[column]![row]
}
